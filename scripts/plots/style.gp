# SPDX-License-Identifier: GPL-3.0-or-later
#
# What every plot shares; loaded by each script, and no plot itself, since it names no table.
# cgbench runs a script in the folder of its data files, without the user's own settings:
#
#	gnuplot -d -e "format='png'; name='usage-error'; folder='scripts/plots'; subject=''" usage-error.gp
#
# Before loading this, a script sets `columns` and `rows` of its grid of panels and, where it
# differs, `row_height`; then `eval page` opens the page, and each plot fills the next panel.
# Series differ in shape, in dash and in lightness, so that a copy in grey can be read.

if (!exists('row_height')) row_height = 320
if (!exists('left')) left = 76
if (!exists('below')) below = 88
if (!exists('bottom')) bottom = 66
if (!exists('between')) between = 30
canvas_width = 960.0
canvas_height = 120.0 + rows * row_height
across(n) = n / canvas_width
down(n) = n / canvas_height

set encoding utf8
set datafile separator tab
set datafile missing 'NaN'

# The same canvas for both; PNG has twice as many pixels in each direction. SVG counts fonts in
# pixels, PNG in points of 96 to the inch.
pt = format eq 'svg' ? 1.0 : 0.75
text_font = sprintf('DejaVu Sans,%g', 13 * pt)
tics_font = sprintf('DejaVu Sans,%g', 12 * pt)
title_font = sprintf('DejaVu Sans,%g', 13.5 * pt)
question_font = sprintf('DejaVu Sans Bold,%g', 18 * pt)
if (format eq 'svg') {
	set terminal svg size canvas_width, canvas_height font text_font \
		background '#ffffff' noenhanced
} else {
	set terminal pngcairo size 2 * canvas_width, 2 * canvas_height font text_font \
		fontscale 2 linewidth 2 dashlength 2 pointscale 2 \
		background '#ffffff' noenhanced
}
set output name.'.'.format

# The report's style sheet knows these colours too, and gives each a second value for the dark.
ink = '#1a1a1a'
soft = '#6b6b6b'
grid = '#dedede'
band = '#dfe9f3'
alarm = '#b3261e'
array colour[6] = ['#12508f', '#d1690e', '#3f8f5b', '#7b3294', '#a08000', '#555555']
array shape[6] = [7, 4, 9, 12, 10, 6]
do for [i = 1:6] {
	set linetype i linecolor rgb colour[i] pointtype shape[i] pointsize 0.9 linewidth 2
}
set linetype 1 dashtype solid
set linetype 2 dashtype (9, 4)
set linetype 3 dashtype (3, 3)
set linetype 4 dashtype (12, 3, 3, 3)
set linetype 5 dashtype (12, 3, 3, 3, 3, 3)
set linetype 6 dashtype (1, 3)
set linetype cycle 6

set border 3 linecolor rgb soft linewidth 1
set tics nomirror out scale 0.5 font tics_font textcolor rgb ink
set grid xtics ytics back linecolor rgb grid linetype 1 dashtype solid linewidth 0.6
set title font title_font textcolor rgb ink offset 0, -0.4
set xlabel textcolor rgb ink
set ylabel textcolor rgb ink
set style fill solid 1 noborder

# The question, what is drawn, and the key; then the panels.
set label 1 at screen across(20), screen 1 - down(24) left front textcolor rgb ink \
	font question_font
set label 2 at screen across(20), screen 1 - down(48) left front textcolor rgb soft
set label 3 at screen across(20), screen 1 - down(70) left front textcolor rgb soft
set key at screen 1 - across(20), screen 1 - down(70) right center vertical maxrows 1 \
	Left reverse textcolor rgb ink samplen 2.2
page = 'set multiplot layout rows, columns ' \
	.'margins screen across(left), 1 - across(26), down(bottom), 1 - down(116) ' \
	.'spacing screen across(between), down(below)'
# An interval of tics such that about four of them fit a panel, whatever the unit.
tics_scale(x) = 10 ** floor(log10(x / 4.0))
tics_step(x) = tics_scale(x) * (x / 4.0 / tics_scale(x) < 1.5 ? 1 : \
	x / 4.0 / tics_scale(x) < 3.5 ? 2 : x / 4.0 / tics_scale(x) < 7.5 ? 5 : 10)
# Panels side by side that share a scale show its numbers once.
shared_y = 'set format y (p % columns == 1 || columns == 1 ? "%g" : "")'
# What there was no room for is said, never dropped in silence.
left_out(n, what) = n > 0 ? sprintf('; %d %s more not shown', n, what) : ''
# After the first panel: what belongs to the page is drawn once.
page_done = 'unset label 1; unset label 2; unset label 3; unset key'
