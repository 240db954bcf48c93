/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "why/said.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cgbench/array.h"

int said_add(struct said *s, struct err *e, const char *fmt, ...)
{
	char *text = NULL, **slot;
	va_list ap;
	int length;

	va_start(ap, fmt);
	length = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (length < 0)
		return err_no_memory(e);
	slot = array_push(s->v, s->n);
	if (!slot) {
		free(text);
		return err_no_memory(e);
	}
	*slot = text;
	return 0;
}

void said_free(struct said *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	*s = (struct said){0};
}

/* In the largest unit of which it is at least one. */
static const struct scale {
	enum unit_kind unit;
	double of;
	const char *suffix;
} scales[] = {
	{UNIT_BYTES, 1099511627776.0, "T"},
	{UNIT_BYTES, 1073741824.0, "G"},
	{UNIT_BYTES, 1048576.0, "M"},
	{UNIT_BYTES, 1024.0, "K"},
	{UNIT_USEC, 1e6, " s"},
	{UNIT_USEC, 1e3, " ms"},
	{UNIT_USEC, 1.0, " us"},
	{UNIT_PPM, 0, "%"},
};

const char *said_quantity(enum unit_kind unit, uint64_t value, char buf[static UNIT_TEXT_MAX])
{
	for (size_t i = 0; i < array_len(scales); i++) {
		double v = (double)value;
		if (scales[i].unit != unit || v < scales[i].of)
			continue;
		v /= unit == UNIT_PPM ? 1e4 : scales[i].of;
		/* Three digits, and never 1e+03. */
		snprintf(buf, UNIT_TEXT_MAX, v >= 1000 ? "%.0f%s" : "%.3g%s", v, scales[i].suffix);
		return buf;
	}
	snprintf(buf, UNIT_TEXT_MAX, "%" PRIu64, value);
	return buf;
}
