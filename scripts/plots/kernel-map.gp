# SPDX-License-Identifier: GPL-3.0-or-later
#
# A comparison along an axis: a line a metric, a column a value; drawn by `cgbench compare --by
# AXIS --map PREFIX` and no plot of a run, since it names no table. Data: column, line, direction
# (1 worse, -1 better, 0 neither), level (0 to 4), words.

load name.'.map.set'
columns = 1
rows = 1
line_height = 24
row_height = map_lines * line_height + 60
left = 330
below = 20
load folder.'/style.gp'

# Darker is more, in each hue and in a grey copy; worse and better have marks of their own, too.
array worse[4] = ['#fbe6d4', '#f6c9a0', '#e59a55', '#b85a10']
array neither[4] = ['#efefef', '#dcdcdc', '#b9b9b9', '#8c8c8c']
array better[4] = ['#e0ebf6', '#b9d2ea', '#7fabd6', '#2f6ba6']
hue(direction, level) = level < 1 ? '#ffffff' : direction > 0 ? worse[int(level)] \
	: direction < 0 ? better[int(level)] : neither[int(level)]
paint(direction, level) = int('0x'.substr(hue(direction, level), 2, 7))
ink_on(level) = int(level >= 4 ? 0xffffff : 0x1a1a1a)

# "6.12.117+deb13-cloud-amd64" is 6.12.117 to a reader.
cut(s, mark) = strstrt(s, mark) > 1 ? substr(s, 1, strstrt(s, mark) - 1) : s
short(s) = cut(cut(s, '+'), '-cloud')

set label 1 'What did each '.map_axis.' change?'
set label 2 map_subject.'; first column: the median of the cells, then its change from the column to the left'
set label 3 'p: percentage points; n/m: the median stands, but n of m cells moved by more than '.sprintf('%g%%', map_margin)
unset grid
unset border
set xrange [0.5:map_columns + 0.5]
set yrange [map_lines + 0.5:0.5]
set format x ''
set x2range [0.5:map_columns + 0.5]
unset xtics
set x2tics () scale 0 font tics_font textcolor rgb ink offset 0, -0.3
set ytics () scale 0 font tics_font textcolor rgb ink
do for [i = 1:map_columns] { set x2tics add (short(map_column[i]) i) }
do for [i = 1:map_lines] { set ytics add (map_line[i] i) }
unset key
# The legend: levels from left to right, once for each direction.
array word[3] = ['worse !', 'neither', 'better ✓']
array size[4] = ['1%', '5%', '20%', '100%']
do for [d = 1:3] {
	y = down(96)
	x = across(left + 10 + (d - 1) * 205)
	do for [l = 1:4] {
		set object 100 + 10 * d + l rectangle from screen x + across(62 + (l - 1) * 34), screen 1 - y - down(8) \
			to screen x + across(62 + l * 34), screen 1 - y + down(8) fillcolor rgb hue(2 - d, l) \
			fillstyle solid noborder front
		set label 100 + 10 * d + l size[l] at screen x + across(62 + (l - 0.5) * 34), screen 1 - y center front \
			textcolor rgb (l >= 4 ? '#ffffff' : ink) font tics_font
	}
	set label 100 + 10 * d word[d] at screen x + across(56), screen 1 - y right front textcolor rgb ink font tics_font
}
set label 99 (map_left_out == 0 ? '' : sprintf('%d metrics without a change are left out', map_left_out)) \
	at screen across(20), screen 1 - down(96) left front textcolor rgb soft font tics_font
set multiplot layout 1, 1 margins screen across(left), 1 - across(20), down(below), 1 - down(136)
plot name.'.map.tsv' using 1:2:($1 - 0.48):($1 + 0.48):($2 - 0.46):($2 + 0.46):(paint($3, $4)) \
		with boxxyerror linecolor rgb variable notitle, \
	'' using 1:2:5:(ink_on($4)) with labels font tics_font textcolor rgb variable notitle
unset multiplot
