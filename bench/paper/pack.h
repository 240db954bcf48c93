/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pack: a run of a paper as an archive from which another machine can run it again: suite,
 * results, host.json, published values, plots, and, made here, SHA256SUMS and REPRODUCE.md.
 */
#ifndef CGBENCH_PACK_H
#define CGBENCH_PACK_H

#include "paper/outcome.h"

/*
 * Writes SHA256SUMS and REPRODUCE.md into the run's directory, and all of the directory into a tar
 * at `to`, by tar(1); the same directory gives the same bytes. Errors: errno of reading and
 * writing; -EEXIST when there is such a file; -ENOSYS without tar; -EIO when it failed.
 */
int pack_run(const struct outcome *o, const char *dir, const char *to, struct err *e);

#endif
