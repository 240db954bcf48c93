# SPDX-License-Identifier: GPL-3.0-or-later
# table: theory name=relation.ratio,relation.a,relation.c,relation.e,relation.f
# order: 46
#
# Each trial is a point: the ratio of two groups' CPU time, or a group's share of its pool's, by the
# weights across, and how far off it was upwards.

load 'weight-error.theory.set'
columns = 1
rows = 1
row_height = 400
left = 84
load folder.'/style.gp'

set label 1 'Do groups get what their weights promise?'
set label 2 subject
set label 3 'points: trials, flat ratios and nested shares; the band is 2% each way, for the eye'
what(s) = s eq 'relation.ratio' ? 'flat' : s[10:*]
set xlabel 'ratio or share by weight'
set logscale x
set xrange [0.08:15]
set xtics (0.1, 0.2, 0.5, 1, 2, 5, 10)
set yrange [-5:5]
set ytics 1
set ylabel '(measured - expected) / expected, %'
set object 1 rectangle from graph 0, first -2 to graph 1, first 2 fillcolor rgb band \
	fillstyle noborder behind
eval page
plot 0 with lines linetype 6 dashtype solid linewidth 1 linecolor rgb soft notitle, \
	for [i = 0:theory_series - 1] 'weight-error.theory.tsv' index i \
	using 1:(abs($3) < 5 ? $3 : $3 > 0 ? 4.9 : -4.9) \
	with points linetype theory_style[i + 1] notitle, \
	for [i = 1:theory_legends] keyentry with points linetype i title what(theory_legend[i])
unset multiplot
