# SPDX-License-Identifier: GPL-3.0-or-later
# table: groups name=memory.kept_bytes@pressed
# order: 46
#
# What siblings kept of their memory when it was taken from all of them: a bar is what was measured,
# the mark across it what memory.min and memory.low promise.

load 'protection.groups.set'
columns = groups_columns
rows = groups_rows
load folder.'/style.gp'
mib = 1048576.

set label 1 'Do memory.min and memory.low keep what they promise?'
set label 2 subject
set label 3 'what siblings kept of 50 MB each under a parent''s 50 MB'
unset grid
set grid ytics
set xtics ()
do for [i = 1:groups_ticks] { set xtics add (groups_tick_label[i] groups_tick_at[i]) }
set xrange [-0.6:groups_ticks - 0.4]
set xlabel 'group'
set boxwidth 0.55
eval page
do for [p = 1:groups_panels] {
	set title groups_title[p]
	set yrange [0:groups_high[p] / mib]
	if (p % columns == 1 || columns == 1) { set ylabel 'memory.current, MiB' } else { unset ylabel }
	eval shared_y
	i = groups_first[p]
	plot 'protection.groups.tsv' index i using 1:($2 / mib) with boxes \
			fillcolor rgb band linecolor rgb colour[1] notitle, \
		'' index i using 1:($3 / mib):(0.36) with xerrorbars linecolor rgb alarm \
			linewidth 2.5 pointtype -1 notitle, \
		for [k = 1:p == 1] keyentry with boxes fillcolor rgb band title 'measured', \
		for [k = 1:p == 1] keyentry with lines linecolor rgb alarm linewidth 2.5 title 'expected'
	eval page_done
}
unset multiplot
