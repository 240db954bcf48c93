# SPDX-License-Identifier: GPL-3.0-or-later
# table: samples name=pids.current limit=pids.max panels_max=3
# table: phases name=latency log=y
# order: 50
#
# Above, the bomb; below it, how late a bystander's requests were in the same trials.

load 'fork-bomb.samples.set'
load 'fork-bomb.phases.set'
columns = samples_panels
rows = 2
row_height = 300
between = 46
below = 106
load folder.'/style.gp'

set label 1 'Is a fork bomb contained, and do its neighbours notice?'
set label 2 subject.left_out(samples_left_out, 'cells')
eval page
set xlabel 'time since the gate opened, s'
do for [p = 1:samples_panels] {
	set title samples_title[p]
	if (p == 1) { set ylabel 'tasks in the bomb' } else { unset ylabel }
	i = samples_first[p]
	limit = samples_limit[i + 1]
	kill = samples_kill[i + 1] / 1e6
	until = samples_until[i + 1] / 1e6
	set xrange [0:until]
	set yrange [samples_low[p]:samples_high[p]]
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
	plot 'fork-bomb.samples.tsv' index i using ($1 / 1e6):2:3 \
			with filledcurves fillcolor rgb band notitle, \
		'' index i using ($1 / 1e6):3 with lines linetype 1 notitle, \
		for [k = 1:p == 1] keyentry with lines linetype 1 title 'pids.current', \
		for [k = 1:p == 1] keyentry with lines linecolor rgb ink linewidth 1.5 dashtype (9, 4) \
			title 'pids.max', \
		for [k = 1:p == 1] keyentry with lines linecolor rgb alarm linewidth 1.5 dashtype (4, 3) \
			title 'killed'
	eval page_done
}
unset arrow
set xlabel 'relative to the bomb'
set xrange [phases_x_low:phases_x_high]
set xtics ()
do for [i = 1:phases_ticks] { set xtics add (phases_tick_label[i] phases_tick_at[i]) }
set logscale y
set format y '%g'
set key at graph 0, graph 1.08 left center vertical maxrows 1
do for [p = 1:phases_panels] {
	set title ''
	set yrange [phases_low[p] / 1000:phases_high[p] / 1000]
	if (p == 1) { set ylabel 'latency of a bystander, ms' } else { unset ylabel }
	first = phases_first[p]
	last = phases_last[p]
	plot for [i = first:last] 'fork-bomb.phases.tsv' index i using 1:($2 / 1000) \
			with points linetype phases_style[i + 1] notitle, \
		for [i = first:last] '' index i using 3:($4 / 1000) \
			with lines linetype phases_style[i + 1] notitle, \
		for [i = 1:(p == 1 ? phases_legends : 0)] keyentry with linespoints linetype i title phases_legend[i]
	unset key
}
unset multiplot
