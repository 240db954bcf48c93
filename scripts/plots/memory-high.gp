# SPDX-License-Identifier: GPL-3.0-or-later
# table: high
# order: 45
#
# Each sleep that a thread saw above memory.high, over how far above it the group was; the line is
# the kernel's formula, mm/memcontrol.c: 64 s * (overage / high)^2, at most 2 s.

load 'memory-high.high.set'
columns = 1
rows = 1
row_height = 420
load folder.'/style.gp'

set label 1 'How long is a sleep above memory.high, against the kernel''s formula?'
set label 2 subject
set label 3 'a point: one sleep of a thread, for one charge batch of 64 pages'
set xlabel '(usage - memory.high) / memory.high, %'
set ylabel 'sleep, ms'
set logscale y
set yrange [4:4000]
set xrange [0:*]
formula(x) = 6.4 * x * x > 2000 ? 2000 : 6.4 * x * x > 10 ? 6.4 * x * x : NaN
set samples 1000
eval page
plot formula(x) with lines linecolor rgb ink linewidth 1.5 dashtype solid title 'formula', \
	for [i = 0:high_last[1]] 'memory-high.high.tsv' index i using 1:2 with points \
		linetype high_style[i + 1] title high_legend[high_style[i + 1]]
eval page_done
unset multiplot
