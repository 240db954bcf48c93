/* SPDX-License-Identifier: GPL-3.0-or-later */
/* said: sentences, in the order in which they are to be read, and quantities as people say them. */
#ifndef CGBENCH_SAID_H
#define CGBENCH_SAID_H

#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"
#include "cgbench/units.h"

struct said {
	char **v;
	size_t n;
};

int said_add(struct said *s, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void said_free(struct said *s);

/* "63.2M", "1.25 s", "512", "20%": three digits. */
const char *said_quantity(enum unit_kind unit, uint64_t value, char buf[static UNIT_TEXT_MAX]);

#endif
