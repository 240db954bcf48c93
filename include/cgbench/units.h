/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * units: how people write quantities, and how we write them back. One table drives both ways.
 *
 *	durations  us ms s m h      "100ms"          -> 100000 usec; a bare number is an error
 *	sizes      K M G T (1024)   "64M", "4096"    -> bytes
 *	percent    %                "20%", "150%"    -> parts per million of one CPU: 200000
 *	counts     plain decimal    "64"
 *
 * Parsing is strict: no sign, no leading or trailing space, no unknown suffix, no overflow.
 * A decimal fraction is accepted where the result is a whole number of the base unit.
 * Return 0, or -EINVAL (not this kind of quantity) or -ERANGE (does not fit); the message in e
 * says what was expected and gives an example.
 */
#ifndef CGBENCH_UNITS_H
#define CGBENCH_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"

enum unit_kind { UNIT_COUNT, UNIT_BYTES, UNIT_USEC, UNIT_PPM };

enum { UNIT_TEXT_MAX = 32 };

int unit_parse(enum unit_kind kind, const char *text, uint64_t *value, struct err *e);

/*
 * The number in the largest unit of which it is a whole number ("64M", "1500ms"; "0.5%", since
 * percent has one unit): unit_parse reads it back to the same value.
 */
const char *unit_format(enum unit_kind kind, uint64_t value, char buf[static UNIT_TEXT_MAX]);

/* What this kind looks like, for messages and help: "a duration such as 100ms (us ms s m h)". */
const char *unit_expected(enum unit_kind kind);

#endif
