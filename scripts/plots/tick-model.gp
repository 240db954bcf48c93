# SPDX-License-Identifier: GPL-3.0-or-later
# table: theory name=stall.run_p50_usec,stall.p50_usec,stall.interval_p50_usec
# order: 45
#
# Each trial is a point, foretold across and measured upwards; the right panel shows what is
# between them, which the left one is too coarse for.

load 'tick-model.theory.set'
columns = 2
rows = 1
row_height = 400
left = 84
between = 84
load folder.'/style.gp'

set label 1 'How long does a thread run and stall, and how often?'
set label 2 subject
set label 3 'points: medians of a trial; band: 5%'
what(s) = s eq 'stall.run_p50_usec' ? 'run' : s eq 'stall.p50_usec' ? 'stall' : 'interval'
set xlabel 'foretold, ms'
set logscale x
set xrange [0.4:400]
set xtics (0.5, 1, 2, 5, 10, 20, 50, 100, 200)
eval page

set logscale y
set yrange [0.4:400]
set ytics (0.5, 1, 2, 5, 10, 20, 50, 100, 200)
set ylabel 'measured, ms'
plot x with lines linetype 6 dashtype solid linewidth 1 linecolor rgb soft notitle, \
	for [i = 0:theory_series - 1] 'tick-model.theory.tsv' index i using 1:2 \
		with points linetype theory_style[i + 1] notitle, \
	for [i = 1:theory_legends] keyentry with points linetype i title what(theory_legend[i])
eval page_done
unset logscale y
set yrange [-10:10]
set ytics 5
set ylabel '(measured - foretold) / foretold, %'
set object 1 rectangle from graph 0, first -5 to graph 1, first 5 fillcolor rgb band \
	fillstyle noborder behind
plot for [i = 0:theory_series - 1] 'tick-model.theory.tsv' index i \
	using 1:(abs($3) < 10 ? $3 : $3 > 0 ? 9.8 : -9.8) \
	with points linetype theory_style[i + 1] notitle
unset multiplot
