# SPDX-License-Identifier: GPL-3.0-or-later
# table: timeline
# order: 20
#
# A bar a thread, dark while it runs and light while it is stalled, over about ten periods.

load 'timeline.timeline.set'
columns = 1
rows = 1
row_height = 84 + 34 * timeline_ticks
left = 92
load folder.'/style.gp'

theory = timeline_theory == timeline_theory ? \
	sprintf('; theory: %.4g ms of stall a period', timeline_theory / 1000) : ''
set label 1 'When do the threads of a throttled group run?'
set label 2 subject
set label 3 timeline_title[1].theory
set key at screen 1 - across(20), screen 1 - down(96)
set xlabel 'time since the gate opened, ms'
set xrange [0:timeline_until / 1000]
set yrange [timeline_ticks - 0.4:-0.6]
set ytics () scale 0
do for [i = 1:timeline_ticks] { set ytics add (timeline_tick_label[i] timeline_tick_at[i]) }
unset grid
set grid xtics front
set border 1
eval page
plot 'timeline.timeline.tsv' index 1 using ($2 / 1000):1:($2 / 1000):($3 / 1000):($1 - 0.33):($1 + 0.33) \
		with boxxyerror fillcolor rgb '#f0d9c2' notitle, \
	'' index 0 using ($2 / 1000):1:($2 / 1000):($3 / 1000):($1 - 0.33):($1 + 0.33) \
		with boxxyerror fillcolor rgb colour[1] notitle, \
	keyentry with boxes fillcolor rgb colour[1] title timeline_legend[1], \
	keyentry with boxes fillcolor rgb '#f0d9c2' title timeline_legend[2]
unset multiplot
