# SPDX-License-Identifier: GPL-3.0-or-later
# table: metric name=work.to_empty_usec x=tasks panels=part,how,quota series=method log=y
# order: 60
#
# Each trial is a point, each cell's median a bar: from the first write or signal to populated 0.

load 'kill-to-empty.metric.set'
columns = metric_columns
between = 40
rows = metric_rows
load folder.'/style.gp'

set label 1 'How long until a group that is killed is empty?'
set label 2 subject
set label 3 'points: trials; lines: medians by method'.left_out(metric_left_out, 'values')
set xlabel 'tasks'
set xrange [metric_x_low:metric_x_high]
unset grid
set grid ytics
set logscale y
set format y '%.0s %cs'
set xtics ()
do for [i = 1:metric_ticks] { set xtics add (metric_tick_label[i] metric_tick_at[i]) }
eval page
do for [p = 1:metric_panels] {
	set title metric_title[p]
	set yrange [metric_low[p] * 1e-6:metric_high[p] * 1e-6]
	if (p % columns == 1 || columns == 1) { set ylabel 'time until populated 0'; set format y '%.0s %cs' } \
	else { unset ylabel; set format y '' }
	first = metric_first[p]
	last = metric_last[p]
	plot for [i = first:last] 'kill-to-empty.metric.tsv' index i using 1:($2 * 1e-6) \
			with points linetype metric_style[i + 1] notitle, \
		for [i = first:last] '' index i using 3:($4 * 1e-6) \
			with lines linetype metric_style[i + 1] notitle, \
		for [i = 1:(p == 1 ? metric_legends : 0)] keyentry with linespoints linetype i title metric_legend[i]
	eval page_done
}
unset multiplot
