/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/own_report.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char blank[] = " \t\r";
static const char prefix[] = "own.";

enum { WORDS_MAX = 3, LINE_MAX_BYTES = 256 };

bool own_begin(struct own_reader *r, const struct trial_plan *plan, const char *text)
{
	const char *first = text + strspn(text, " \t\r\n");

	*r = (struct own_reader){.plan = plan, .at = text, .line = 0};
	return strncmp(first, "---", 3) != 0 && !(*first && strchr("{[<", *first));
}

static int take_line(struct own_reader *r, char line[static LINE_MAX_BYTES], struct err *e)
{
	size_t n = strcspn(r->at, "\n");

	snprintf(line, LINE_MAX_BYTES, "%.*s", (int)(n < LINE_MAX_BYTES ? n : LINE_MAX_BYTES),
		 r->at);
	r->line++;
	if (!r->at[n] && n)
		return err_set(e, -EINVAL,
			       "line %u has no end: was the program killed while it wrote?",
			       r->line);
	if (n >= LINE_MAX_BYTES)
		return err_set(e, -EINVAL, "line %u is longer than %d bytes", r->line,
			       LINE_MAX_BYTES - 1);
	r->at += n + (r->at[n] == '\n');
	return 0;
}

static size_t split(char *line, char *words[static WORDS_MAX + 1])
{
	char *rest = line, *word;
	size_t n = 0;

	while (n <= WORDS_MAX && (word = strtok_r(rest, blank, &rest)))
		words[n++] = word;
	return n;
}

/* As in expressions of the suite, where "-" is a minus. */
static bool is_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char others[] = "0123456789_.";
	size_t n = 0;

	while (name[n] && (strchr(letters, name[n]) || strchr(others, name[n])))
		n++;
	return strchr(letters, *name) && !name[n] && n + sizeof(prefix) <= VALUE_METRIC_MAX;
}

static const char *declared_unit(const struct trial_plan *plan, const char *metric)
{
	for (size_t i = 0; i < plan->n_own; i++)
		if (strcmp(plan->own[i].metric, metric) == 0)
			return plan->own[i].unit;
	return NULL;
}

static int set_unit(const struct own_reader *r, const char *reported, struct own_number *out,
		    struct err *e)
{
	const char *declared = declared_unit(r->plan, out->metric);

	if (reported && strlen(reported) >= VALUE_UNIT_MAX)
		return err_set(e, -EINVAL, "line %u: the unit '%s' has more than %d letters",
			       r->line, reported, VALUE_UNIT_MAX - 1);
	if (reported && declared && strcmp(reported, declared) != 0)
		return err_set(e, -EINVAL, "line %u: %s is in '%s'; the suite says '%s'", r->line,
			       out->metric, reported, declared);
	snprintf(out->unit, sizeof(out->unit), "%s",
		 reported   ? reported
		 : declared ? declared
			    : "count");
	return 0;
}

static int read_words(const struct own_reader *r, char *const *words, size_t n,
		      struct own_number *out, struct err *e)
{
	char *end;

	if (n < 2 || n > WORDS_MAX)
		return err_set(e, -EINVAL, "line %u: %s; expected NAME VALUE [UNIT]", r->line,
			       n < 2 ? "a single word" : "more than three words");
	if (!is_name(words[0]))
		return err_set(e, -EINVAL,
			       "line %u: '%.60s' is no name; expected letters, digits, _ and .",
			       r->line, words[0]);
	out->value = strtod(words[1], &end);
	if (end == words[1] || *end || !isfinite(out->value))
		return err_set(e, -EINVAL,
			       "line %u: '%.60s' is no number; expected NAME VALUE [UNIT]", r->line,
			       words[1]);
	snprintf(out->metric, sizeof(out->metric), "%s%.59s", prefix, words[0]);
	return set_unit(r, n == WORDS_MAX ? words[2] : NULL, out, e);
}

int own_next(struct own_reader *r, struct own_number *out, struct err *e)
{
	char line[LINE_MAX_BYTES], *words[WORDS_MAX + 1];
	struct own_number number;

	while (*r->at) {
		if (take_line(r, line, e) < 0)
			return -EINVAL;
		size_t n = split(line, words);
		if (n == 0 || *words[0] == '#')
			continue;
		if (read_words(r, words, n, &number, e) < 0)
			return -EINVAL;
		*out = number;
		return 1;
	}
	return 0;
}

/* Whether a name stands in the text before the line that was read last. */
static bool is_repeated(const struct own_reader *last, const char *text, const char *metric)
{
	struct own_reader r;
	struct own_number number;

	own_begin(&r, last->plan, text);
	while (own_next(&r, &number, NULL) == 1 && r.line < last->line)
		if (strcmp(number.metric, metric) == 0)
			return true;
	return false;
}

enum { NUMBERS_MAX = 1000 };

int own_check(const struct trial_plan *plan, const char *text, struct err *e)
{
	struct own_number number;
	struct own_reader r;
	unsigned n = 0;
	int code = own_begin(&r, plan, text) ? 1 : 0;

	while (code == 1 && (code = own_next(&r, &number, e)) == 1) {
		if (++n > NUMBERS_MAX)
			return err_set(e, -EINVAL, "more than %d numbers", NUMBERS_MAX);
		if (is_repeated(&r, text, number.metric))
			return err_set(e, -EINVAL, "line %u: '%s' is there twice", r.line,
				       number.metric + strlen(prefix));
	}
	return code;
}
