/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keyed: the kernel's interface files, taken apart. Whole keys: `slab` is not `slab_reclaimable`.
 */
#ifndef CGBENCH_KEYED_H
#define CGBENCH_KEYED_H

#include <stdbool.h>
#include <stdint.h>

/* The unsigned number behind a whole key in a flat keyed file ("usage_usec 12\n..."). */
bool keyed_u64(const char *text, const char *key, uint64_t *value);
/* A file that is one number; "max" is none. */
bool single_u64(const char *text, uint64_t *value);

#endif
