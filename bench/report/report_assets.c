/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report_assets.h"

/*
 * As files they can be edited, linted and read; inside the program they cannot be missing. Paths
 * are relative to the tree's root, where make runs; .INCBIN dependencies are in the Makefile.
 */
#define EMBED(symbol, path)                           \
	__asm__(".section .rodata\n"                  \
		".global " #symbol "\n" #symbol ":\n" \
		".incbin \"" path "\"\n"              \
		".byte 0\n"                           \
		".previous\n")

EMBED(report_page_css, "bench/report/page.css");
EMBED(report_page_js, "bench/report/page.js");
