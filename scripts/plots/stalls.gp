# SPDX-License-Identifier: GPL-3.0-or-later
# table: stalls panels=quota,period series=threads
# order: 30
#
# How many of the stalls were at most so long; a line downwards is what theory says of every one.

load 'stalls.stalls.set'
columns = stalls_columns
rows = stalls_rows
row_height = rows > 1 ? 210 : 320
load folder.'/style.gp'

set label 1 'How long is a stall, against theory?'
set label 2 subject
set label 3 'thin line: the median by theory'.left_out(stalls_left_out, 'cells')
set xlabel 'length of a stall, ms'
set yrange [0:103]
set ytics 25
eval page
do for [p = 1:stalls_panels] {
	set title stalls_title[p]
	set xrange [0:stalls_high[p] / 1000]
	set xtics tics_step(stalls_high[p] / 1000)
	if (p % columns == 1 || columns == 1) { set ylabel 'share of stalls, %' } \
	else { unset ylabel }
	eval shared_y
	first = stalls_first[p]
	last = stalls_last[p]
	unset arrow
	do for [i = first:last] {
		if (stalls_theory[i + 1] == stalls_theory[i + 1]) {
			set arrow from first stalls_theory[i + 1] / 1000., graph 0 \
				to first stalls_theory[i + 1] / 1000., graph 1 nohead back \
				linecolor rgb soft linewidth 1
		}
	}
	plot for [i = first:last] 'stalls.stalls.tsv' index i using ($1 / 1000):2 \
			with steps linetype stalls_style[i + 1] notitle, \
		for [i = 1:(p == 1 ? stalls_legends : 0)] keyentry with lines linetype i title stalls_legend[i]
	eval page_done
}
unset multiplot
