# SPDX-License-Identifier: GPL-3.0-or-later
# table: heat name=work.verdict x=who y=attempt
# order: 71
#
# What each attempt (down) comes to under each identity (across), in a word and a shade.

load 'escape.heat.set'
columns = 1
rows = heat_panels
row_height = 24 * heat_y_places + 118
left = 150
below = 150
bottom = 118
load folder.'/style.gp'

set label 1 'Who gets out of their limits?'
set label 2 subject
set label 3 'refused: an errno; held: done, and the limit still binds; ESCAPED: more than the limit, or a hold on what is outside'
# Darker is worse, in a grey copy too.
array shade[4] = ['#f4f4f4', '#dcebd8', '#fbe6d4', '#b85a10']
array word[4] = ['-', 'refused', 'held', 'ESCAPED']
rung(v) = int(v + 1.5)
paint(v) = int('0x'.substr(shade[rung(v)], 2, 7))
ink_on(v) = int(rung(v) == 4 ? 0xffffff : rung(v) == 1 ? 0x8a8a8a : 0x1a1a1a)
unset grid
unset border
set xrange [0.5:heat_x_places + 0.5]
set yrange [heat_y_places + 0.5:0.5]
set xtics () scale 0 font tics_font textcolor rgb ink rotate by 40 right offset 0.6, 0.2
set ytics () scale 0 font tics_font textcolor rgb ink
do for [i = 1:heat_ticks] {
	if (heat_tick_at[i] > 0) { set xtics add (heat_tick_label[i] heat_tick_at[i]) } \
	else { set ytics add (heat_tick_label[i] -heat_tick_at[i]) }
}
unset key
eval page
do for [p = 1:heat_panels] {
	set title heat_title[p]
	i = heat_first[p]
	plot 'escape.heat.tsv' index i using 1:2:(0.48):(0.46):(paint($3)) \
			with boxxyerror fillcolor rgb variable fillstyle solid border linecolor rgb grid, \
		'' index i using 1:2:(word[rung($3)]):(ink_on($3)) \
			with labels font tics_font textcolor rgb variable
	eval page_done
}
unset multiplot
