# SPDX-License-Identifier: GPL-3.0-or-later
# table: samples name=memory.current limit=memory.max
# order: 40
#
# What is charged to a group, from the gate to the kill or the end of the window.

load 'memory.samples.set'
columns = samples_columns
rows = samples_rows
between = 52
load folder.'/style.gp'
mib = 1048576.

set label 1 'Where does memory.max stop a group, and how soon?'
set label 2 subject.left_out(samples_left_out, 'cells')
set xlabel 'time since the gate opened, ms'
eval page
do for [p = 1:samples_panels] {
	set title samples_title[p]
	if (p % columns == 1 || columns == 1) { set ylabel 'memory, MiB' } else { unset ylabel }
	i = samples_first[p]
	limit = samples_limit[i + 1] / mib
	kill = samples_kill[i + 1] / 1000
	until = samples_until[i + 1] / 1000
	set xrange [0:until]
	set yrange [samples_low[p]:samples_high[p] / mib]
	set xtics tics_step(until)
	unset arrow
	if (limit == limit) {
		set arrow from graph 0, first limit to graph 1, first limit nohead \
			linecolor rgb ink linewidth 1.5 dashtype (9, 4)
	}
	if (kill == kill) {
		set arrow from first kill, graph 0 to first kill, graph 1 nohead back \
			linecolor rgb alarm linewidth 1.5 dashtype (4, 3)
	}
	plot 'memory.samples.tsv' index i using ($1 / 1000):($2 / mib):($3 / mib) \
			with filledcurves fillcolor rgb band notitle, \
		'' index i using ($1 / 1000):($3 / mib) with lines linetype 1 notitle, \
		for [k = 1:p == 1] keyentry with lines linetype 1 title 'memory.current', \
		for [k = 1:p == 1] keyentry with lines linecolor rgb ink linewidth 1.5 dashtype (9, 4) \
			title 'memory.max', \
		for [k = 1:p == 1] keyentry with lines linecolor rgb alarm linewidth 1.5 dashtype (4, 3) \
			title 'killed'
	eval page_done
}
unset multiplot
