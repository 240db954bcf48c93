# SPDX-License-Identifier: GPL-3.0-or-later
# table: metric name=cpu.usage_error x=quota panels=period series=threads
# order: 10
#
# Each trial is a point, each cell's median a bar; the band is what the suite allows.

load 'usage-error.metric.set'
columns = metric_columns
rows = metric_rows
load folder.'/style.gp'

set label 1 'How exactly does cpu.max hold a group to its quota?'
set label 2 subject
set label 3 'points: trials; bars: medians'.(metric_has_bounds ? '; band: what the suite allows' : '') \
	.left_out(metric_left_out, 'values')
set xlabel metric_x_name.(metric_x_name eq 'quota' ? ' (100%: one CPU)' : '')
set xrange [metric_x_low:metric_x_high]
unset grid
set grid ytics
set xtics ()
do for [i = 1:metric_ticks] { set xtics add (metric_tick_label[i] metric_tick_at[i]) }
if (metric_crowded) { set xtics rotate by 45 right }
if (metric_has_bounds) {
	set object 1 rectangle from graph 0, first metric_bound_low \
		to graph 1, first metric_bound_high fillcolor rgb band fillstyle noborder behind
}
set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead back linecolor rgb ink linewidth 1
eval page
do for [p = 1:metric_panels] {
	set title metric_title[p]
	set yrange [metric_low[p]:metric_high[p]]
	if (p % columns == 1 || columns == 1) { set ylabel '(usage - allowed) / allowed, %' } \
	else { unset ylabel }
	eval shared_y
	first = metric_first[p]
	last = metric_last[p]
	plot for [i = first:last] 'usage-error.metric.tsv' index i using 1:2 \
			with points linetype metric_style[i + 1] notitle, \
		for [i = first:last] '' index i using 3:4:(metric_bar) \
			with xerrorbars linetype metric_style[i + 1] dashtype solid pointtype -1 notitle, \
		for [i = 1:(p == 1 ? metric_legends : 0)] keyentry with points linetype i title metric_legend[i]
	eval page_done
}
unset multiplot
