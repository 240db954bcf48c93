/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/keyed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool single_u64(const char *text, uint64_t *value)
{
	char *end;
	uint64_t v;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || (*end && *end != '\n' && *end != ' '))
		return false;
	*value = v;
	return true;
}

bool keyed_u64(const char *text, const char *key, uint64_t *value)
{
	size_t length = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) == 0 && line[length] == ' ')
			return single_u64(line + length + 1, value);
	}
	return false;
}

/* A word that is a number as a whole, such as 12, -3 or 0.27. */
static bool word_number(const char *word, double *value)
{
	const char *digits = *word == '-' ? word + 1 : word;
	char *end;
	double v;

	if (*digits < '0' || *digits > '9')
		return false;
	v = strtod(word, &end);
	if (*end && !strchr(" \t\n", *end))
		return false;
	*value = v;
	return true;
}

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end && end[1] ? end + 1 : NULL;
}

static bool begins_with(const char *text, const char *word, char after)
{
	size_t n = strlen(word);

	return strncmp(text, word, n) == 0 && text[n] == after;
}

/* "8:0 rbytes=4096 wbytes=0": the value of a key in one line. */
static bool field_number(const char *line, const char *key, double *value)
{
	size_t length = strcspn(line, "\n");

	for (const char *at = line; at < line + length; at += strcspn(at, " \n")) {
		at += *at == ' ';
		if (begins_with(at, key, '='))
			return word_number(at + strlen(key) + 1, value);
	}
	return false;
}

static bool nested_number(const char *text, const struct keyed_pick *pick, double *value)
{
	bool all = strcmp(pick->line, "*") == 0, found = false;
	double sum = 0, v;

	for (const char *line = text; line; line = next_line(line)) {
		if (!all && !begins_with(line, pick->line, ' '))
			continue;
		if (!field_number(line, pick->key, &v))
			continue;
		sum += v;
		found = true;
	}
	if (found)
		*value = sum;
	return found;
}

static bool flat_number(const char *text, const char *key, double *value)
{
	for (const char *line = text; line; line = next_line(line))
		if (begins_with(line, key, ' '))
			return word_number(line + strlen(key) + 1, value);
	return false;
}

/* "0-3,8" has five; an empty line has none. */
static bool list_length(const char *text, double *value)
{
	double n = 0;

	while (*text && *text != '\n') {
		char *end;
		unsigned long first, last;
		if (*text < '0' || *text > '9')
			return false;
		first = last = strtoul(text, &end, 10);
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		if (last < first || (*end && *end != ',' && *end != '\n'))
			return false;
		n += (double)(last - first) + 1;
		text = end + (*end == ',');
	}
	*value = n;
	return true;
}

static double count_lines(const char *text)
{
	double n = 0;

	for (const char *line = *text ? text : NULL; line; line = next_line(line))
		n++;
	return n;
}

bool keyed_number(const char *text, const struct keyed_pick *pick, double *value)
{
	if (pick->what == PICK_LIST)
		return list_length(text, value);
	if (pick->what == PICK_LINES) {
		*value = count_lines(text);
		return true;
	}
	if (pick->line)
		return nested_number(text, pick, value);
	return pick->key ? flat_number(text, pick->key, value) : word_number(text, value);
}
