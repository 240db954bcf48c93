# SPDX-License-Identifier: GPL-3.0-or-later
# table: metric name=memory.charge_stock_bytes x=cpus series=pause needs=cpus
# order: 47
#
# What memory.current holds beyond its parts, by the CPUs that charged; the mark is 64 pages for each, and for the one where the process was made.

load 'charge-stock.metric.set'
columns = metric_columns
rows = metric_rows
row_height = 420
load folder.'/style.gp'

set label 1 'How far is memory.current from what a group has, by CPUs?'
set label 2 subject
set label 3 'points: trials; red: 64 pages for each CPU, and for the one where it began'.left_out(metric_left_out, 'values')
set xlabel 'CPUs that the group''s threads run on'
set ylabel 'charge stock, KiB'
set xrange [metric_x_low:metric_x_high]
unset grid
set grid ytics
set xtics ()
most = 0
do for [i = 1:metric_ticks] {
	set xtics add (metric_tick_label[i] metric_tick_at[i])
	bound = 256 * (real(metric_tick_label[i]) + 1)
	most = bound > most ? bound : most
	set arrow from first metric_tick_at[i] - 0.4, first bound \
		to first metric_tick_at[i] + 0.4, first bound nohead linecolor rgb alarm linewidth 2
}
eval page
do for [p = 1:metric_panels] {
	set title metric_title[p]
	set yrange [0:1.06 * most]
	first = metric_first[p]
	last = metric_last[p]
	plot for [i = first:last] 'charge-stock.metric.tsv' index i using 1:($2 / 1024) \
			with points linetype metric_style[i + 1] pointsize 1.4 notitle, \
		for [i = 1:(p == 1 ? metric_legends : 0)] keyentry with points linetype i title metric_legend[i]
	eval page_done
}
unset multiplot
