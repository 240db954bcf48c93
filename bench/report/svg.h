/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * svg: a picture that gnuplot drew, made part of a page. A run directory may come from a stranger,
 * so that nothing gets in but the elements and attributes that gnuplot writes.
 */
#ifndef CGBENCH_SVG_H
#define CGBENCH_SVG_H

#include <stddef.h>
#include <stdio.h>

#include "cgbench/err.h"

/*
 * Writes the picture without its prologue, its size and its own titles; ids get a prefix, so that
 * several fit one page. `name` is for messages. -EINVAL: something that gnuplot does not write;
 * out may then have part of it.
 */
int svg_inline(const char *name, const char *text, const char *prefix, const char *label, FILE *out,
	       struct err *e);

#endif
