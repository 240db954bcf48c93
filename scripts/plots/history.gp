# SPDX-License-Identifier: GPL-3.0-or-later
#
# One series of a history over its runs, with what changed in it; drawn by `cgbench history plot`
# and no plot of a run, since it names no table. Index 0: run, low, median, high; 1: levels.

load name.'.history.set'
columns = 1
rows = 1
row_height = 400
left = 96
load folder.'/style.gp'

# Styles 3 to 6: changed, better, worse, known; told apart by dash and by words, not by colour only.
array line_colour[6] = ['', '', soft, colour[3], alarm, soft]
array line_name[6] = ['', '', 'changed', 'better', 'worse', 'known']
array seen[6] = [0, 0, 0, 0, 0, 0]
do for [i = 3:history_series] { seen[int(history_style[i])] = 1 }
do for [i = 3:6] { set linetype 10 + i linecolor rgb line_colour[i] linewidth 1.5 }
set linetype 13 dashtype (3, 3)
set linetype 14 dashtype (12, 3, 3, 3)
set linetype 15 dashtype solid linewidth 2
set linetype 16 dashtype (1, 3)

set label 1 history_question
set label 2 history_host.(history_outside == 0 ? '' : history_outside == 1 ? '; an outlier is outside' \
	: sprintf('; %d outliers are outside', history_outside))
set title history_subject
set xlabel history_x_title
set ylabel history_y_title
set xrange [0.5:history_runs + 0.5]
f = history_factor
set yrange [history_low[1] / f:history_high[1] / f]
unset grid
set grid ytics
set xtics ()
do for [i = 1:history_ticks] { set xtics add (history_tick_label[i] history_tick_at[i]) }

set style textbox opaque noborder fillcolor rgb '#ffffff' margins 0.3, 0.3
# Words beside the line, at changing heights, on the side where there is room.
do for [i = 3:history_series] {
	at = history_at[i]
	set arrow i from first at, graph 0 to first at, graph 1 nohead linetype 10 + history_style[i] back
	right = at < 0.75 * history_runs
	set label 10 + i history_label[i] at first at, graph 0.96 - 0.06 * ((i - 3) % 3) \
		offset (right ? 0.6 : -0.6), 0 front boxed textcolor rgb ink font tics_font
	if (right) { set label 10 + i left } else { set label 10 + i right }
}
eval page
values = history_span > 1 ? sprintf('%d runs', history_span) : 'repeats'
plot name.'.history.tsv' index 0 using 1:($4 > $2 ? $2 / f : NaN):($4 / f) \
		with filledcurves fillcolor rgb band title values, \
	'' index 0 using 1:($3 / f) with points pointtype 7 pointsize (history_runs > 300 ? 0.25 : 0.6) \
		linecolor rgb soft title (history_span > 1 ? 'median' : 'run'), \
	'' index 1 using 1:($3 / f) with lines linetype 1 linewidth 3 title 'level', \
	for [i = 3:6] (seen[i] ? 1 / 0 : NaN) with lines linetype 10 + i title (seen[i] ? line_name[i] : '')
unset multiplot
