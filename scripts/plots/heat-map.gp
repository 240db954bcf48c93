# SPDX-License-Identifier: GPL-3.0-or-later
# table: heat name=victim.loss_pct reported=victim.reported x=antagonist y=victim
# order: 70
#
# What each neighbour (across) costs each victim (down), in percent, one panel a level of limits.

load 'heat-map.heat.set'
columns = 1
rows = heat_panels
row_height = 26 * heat_y_places + 92
left = 104
below = 92
load folder.'/style.gp'

set label 1 'What does a neighbour cost, and through which shared resource?'
set label 2 subject
set label 3 'loss in %: 1 - with/alone in the same trial; DNR: did not report'.left_out(heat_left_out, 'cells')
# Darker is more, in a grey copy too; less than nothing is a gain.
array shade[6] = ['#b9d2ea', '#ffffff', '#fbe6d4', '#f6c9a0', '#e59a55', '#b85a10']
dnr_shade = '#1a1a1a'
rung(v) = v < -3 ? 1 : v <= 3 ? 2 : v <= 10 ? 3 : v <= 30 ? 4 : v <= 60 ? 5 : 6
paint(v, dnr) = int('0x'.substr(dnr > 0 ? dnr_shade : shade[int(rung(v))], 2, 7))
ink_on(v, dnr) = int(dnr > 0 || rung(v) == 6 ? 0xffffff : 0x1a1a1a)
figure(v, dnr) = dnr > 0 ? 'DNR' : abs(v) < 9.95 ? sprintf('%.1f', v) : sprintf('%.0f', v)
unset grid
unset border
set xrange [0.5:heat_x_places + 0.5]
set yrange [heat_y_places + 0.5:0.5]
set xtics () scale 0 font tics_font textcolor rgb ink rotate by 30 right offset 0.6, 0.2
set ytics () scale 0 font tics_font textcolor rgb ink
do for [i = 1:heat_ticks] {
	if (heat_tick_at[i] > 0) { set xtics add (heat_tick_label[i] heat_tick_at[i]) } \
	else { set ytics add (heat_tick_label[i] -heat_tick_at[i]) }
}
unset key
# The legend of the shades.
array size[6] = ['gain', '<= 3', '10', '30', '60', '100']
do for [i = 1:6] {
	set object 100 + i rectangle from screen across(620 + i * 44), screen 1 - down(78) \
		to screen across(664 + i * 44), screen 1 - down(60) fillcolor rgb shade[i] \
		fillstyle solid border linecolor rgb grid front
	set label 100 + i size[i] at screen across(642 + i * 44), screen 1 - down(69) center front \
		textcolor rgb (i == 6 ? '#ffffff' : ink) font tics_font
}
eval page
do for [p = 1:heat_panels] {
	set title heat_title[p]
	i = heat_first[p]
	plot 'heat-map.heat.tsv' index i using 1:2:(0.48):(0.46):(paint($3, $4)) \
			with boxxyerror fillcolor rgb variable fillstyle solid border linecolor rgb grid, \
		'' index i using 1:2:(figure($3, $4)):(ink_on($3, $4)) \
			with labels font tics_font textcolor rgb variable
	eval page_done
	do for [k = 101:106] { unset object k; unset label k }
}
unset multiplot
