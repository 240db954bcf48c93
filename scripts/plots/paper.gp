# SPDX-License-Identifier: GPL-3.0-or-later
# table: paper
# order: 5
#
# A paper's figure: published values hollow and dashed, measured ones filled, and a thin line for
# what is expected of this kernel.

load 'paper.paper.set'
columns = 1
rows = 1
row_height = 440
left = 104
load folder.'/style.gp'

set label 1 paper_title
set label 2 subject
set label 3 'published: hollow, dashed; measured: filled; expected here: crosses; '.paper_verdict
set xlabel paper_x
set ylabel paper_y
if (paper_log_x) set logscale x
if (paper_log_y) set logscale y
# Room around the outermost points; on a logarithmic axis the tics give it.
room_x = paper_log_x ? 0 : 0.04
room_y = paper_log_y ? 0 : 0.04
set offsets graph room_x, graph room_x, graph room_y, graph room_y
array hollow[6] = [6, 4, 8, 12, 10, 14]
array filled[6] = [7, 5, 9, 13, 11, 15]
style(i) = (paper_style[i + 1] - 1) % 6 + 1
eval page
plot for [i = 0:paper_series - 1] 'paper.paper.tsv' index i using 1:2 with linespoints \
		linecolor rgb colour[style(i)] dashtype (9, 4) linewidth 1 \
		pointtype hollow[style(i)] pointsize 1.6 notitle, \
	for [i = 0:paper_series - 1] 'paper.paper.tsv' index i using 1:3 with points \
		linecolor rgb soft pointtype 2 pointsize 0.8 linewidth 1 notitle, \
	for [i = 0:paper_series - 1] 'paper.paper.tsv' index i using 1:4 with points \
		linecolor rgb colour[style(i)] pointtype filled[style(i)] pointsize 0.9 notitle, \
	for [i = 1:paper_legends] keyentry with points pointtype filled[(i - 1) % 6 + 1] \
		linecolor rgb colour[(i - 1) % 6 + 1] title paper_legend[i]
unset multiplot
