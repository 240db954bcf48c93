/* SPDX-License-Identifier: GPL-3.0-or-later */
/* present: the outcome of a paper as a table in the terminal, CSV, Markdown and LaTeX. */
#ifndef CGBENCH_PRESENT_H
#define CGBENCH_PRESENT_H

#include <stdio.h>

#include "paper/outcome.h"

/* Four columns, what was scaled, and the verdict; to stdout. -EIO. */
int present_table(const struct outcome *o, struct err *e);

/* paper.csv below an open directory: a row is a claim. Errors: those of writing. */
int present_csv(const struct outcome *o, int dirfd, struct err *e);

/* A row for each run, by the paper's id, with the claim that tells most of it. -ENOMEM. */
int present_markdown(const struct outcome *o, size_t n, FILE *f, struct err *e);

/* A tabular of four columns, and the citation as a comment's worth of BibTeX behind it. */
void present_latex(const struct outcome *o, FILE *f);

#endif
