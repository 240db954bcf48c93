/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgbench/units.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cgbench/array.h"

enum { UNIT_SUFFIXES_MAX = 6, UNIT_DIGITS_MAX = 30 };

static const struct kind {
	const char *name;     /* "'x' is no NAME" */
	const char *expected; /* what to write instead */
	const char *whole;    /* the base unit, in words */
	bool fraction;        /* may have one, and is printed with one */
	/* From the smallest; ends with a row of factor 0. */
	struct suffix {
		const char *text;
		uint64_t factor;
	} suffixes[UNIT_SUFFIXES_MAX];
} kinds[] = {
	[UNIT_COUNT] = {.name = "count",
			.expected = "a count such as 64 (digits only)",
			.whole = "units",
			.suffixes = {{"", 1}}},
	[UNIT_BYTES] = {.name = "size",
			.expected = "a size such as 64M (K M G T, of 1024 each, or plain bytes)",
			.whole = "bytes",
			.fraction = true,
			.suffixes = {{"", 1},
				     {"K", UINT64_C(1) << 10},
				     {"M", UINT64_C(1) << 20},
				     {"G", UINT64_C(1) << 30},
				     {"T", UINT64_C(1) << 40}}},
	[UNIT_USEC] = {.name = "duration",
		       .expected = "a duration such as 100ms (us ms s m h)",
		       .whole = "microseconds",
		       .fraction = true,
		       .suffixes = {{"us", 1},
				    {"ms", 1000},
				    {"s", 1000000},
				    {"m", UINT64_C(60) * 1000000},
				    {"h", UINT64_C(3600) * 1000000}}},
	[UNIT_PPM] = {.name = "percentage",
		      .expected = "a percentage such as 20%",
		      .whole = "parts per million",
		      .fraction = true,
		      .suffixes = {{"%", 10000}}},
};

const char *unit_expected(enum unit_kind kind)
{
	return kinds[kind].expected;
}

/* A decimal number: its digits without the point, and how many of them came after it. */
struct decimal {
	unsigned __int128 digits;
	unsigned places;
	const char *rest;
};

static const char *skip_digits(const char *p)
{
	return p + strspn(p, "0123456789");
}

static bool take_digits(const char *from, const char *to, unsigned __int128 *digits)
{
	for (; from < to; from++)
		if (__builtin_mul_overflow(*digits, 10, digits) ||
		    __builtin_add_overflow(*digits, (unsigned)(*from - '0'), digits))
			return false;
	return true;
}

/* Returns 0, -EINVAL (no number) or -ERANGE (more digits than anything here can need). */
static int read_decimal(const char *text, bool fraction, struct decimal *d)
{
	const char *point = skip_digits(text), *end = point;

	if (point == text)
		return -EINVAL;
	*d = (struct decimal){.rest = point};
	if (*point == '.' && fraction) {
		d->rest = skip_digits(point + 1);
		if (d->rest == point + 1)
			return -EINVAL;
		/* Trailing zeros say nothing. */
		for (end = d->rest; end > point + 1 && end[-1] == '0'; end--)
			;
		d->places = (unsigned)(end - point - 1);
	}
	if (d->places > UNIT_DIGITS_MAX || !take_digits(text, point, &d->digits))
		return -ERANGE;
	return d->places && !take_digits(point + 1, end, &d->digits) ? -ERANGE : 0;
}

static const struct suffix *find_suffix(const struct kind *k, const char *text)
{
	for (const struct suffix *s = k->suffixes; s->factor; s++)
		if (strcmp(s->text, text) == 0)
			return s;
	return NULL;
}

static int no_unit(const struct kind *k, const char *text, const char *rest, struct err *e)
{
	if (*text && *rest == '\0')
		return err_set(e, -EINVAL, "'%s' has no unit; expected %s", text, k->expected);
	return err_set(e, -EINVAL, "'%s' is no %s; expected %s", text, k->name, k->expected);
}

int unit_parse(enum unit_kind kind, const char *text, uint64_t *value, struct err *e)
{
	const struct kind *k = &kinds[kind];
	const struct suffix *s;
	struct decimal d;
	int r = read_decimal(text, k->fraction, &d);

	if (r == -ERANGE)
		return err_set(e, r, "'%s' has too many digits; expected %s", text, k->expected);
	s = r == 0 ? find_suffix(k, d.rest) : NULL;
	if (!s)
		return no_unit(k, text, r == 0 ? d.rest : text, e);
	if (__builtin_mul_overflow(d.digits, s->factor, &d.digits))
		return err_set(e, -ERANGE, "'%s' is too large; expected %s", text, k->expected);
	for (; d.places; d.places--, d.digits /= 10)
		if (d.digits % 10)
			return err_set(e, -ERANGE, "'%s' is not a whole number of %s", text,
				       k->whole);
	if (d.digits > UINT64_MAX)
		return err_set(e, -ERANGE, "'%s' is too large; expected %s", text, k->expected);
	*value = (uint64_t)d.digits;
	return 0;
}

/* A kind with one unit that is not its base has no other way to say it than with a fraction. */
static const char *format_fraction(const struct suffix *s, uint64_t value, char *buf)
{
	uint64_t rest = value % s->factor, place = s->factor / 10;
	int used = snprintf(buf, UNIT_TEXT_MAX, "%llu%s", (unsigned long long)(value / s->factor),
			    rest ? "." : "");

	for (; rest; rest %= place, place /= 10)
		buf[used++] = (char)('0' + rest / place);
	snprintf(buf + used, UNIT_TEXT_MAX - (size_t)used, "%s", s->text);
	return buf;
}

const char *unit_format(enum unit_kind kind, uint64_t value, char buf[static UNIT_TEXT_MAX])
{
	const struct suffix *s = kinds[kind].suffixes;
	const char *text = s->text;
	uint64_t factor = 1;

	if (s->factor > 1)
		return format_fraction(s, value, buf);
	for (; value && s->factor && value % s->factor == 0; s++) {
		text = s->text;
		factor = s->factor;
	}
	snprintf(buf, UNIT_TEXT_MAX, "%llu%s", (unsigned long long)(value / factor), text);
	return buf;
}
