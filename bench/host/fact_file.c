/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/fact_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"

enum { LINE_MAX_BYTES = 4096 };

json_t *fact_text(const char *text)
{
	json_t *v = text && text[0] ? json_string(text) : NULL;
	return v ? v : json_null();
}

bool list_has(const char *list, char separator, const char *word)
{
	size_t len = strlen(word);
	const char stop[] = {separator, '\n', '\0'};

	for (const char *at = list; *at; at += strcspn(at, stop)) {
		at += strspn(at, stop);
		if (strncmp(at, word, len) == 0 && strchr(stop, at[len]))
			return true;
	}
	return false;
}

/* The value behind a whole key in "key<blanks>: value" lines; "" when there is none. */
void keyed_find(const char *text, const char *key, char *buf, size_t size)
{
	size_t len = strlen(key);

	buf[0] = '\0';
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		const char *at;
		line += *line == '\n';
		if (strncmp(line, key, len) != 0)
			continue;
		at = line + len + strspn(line + len, " \t");
		if (*at != ':')
			continue;
		at += 1 + strspn(at + 1, " \t");
		if (strcspn(at, "\n") < size)
			snprintf(buf, size, "%.*s", (int)strcspn(at, "\n"), at);
		return;
	}
}

json_t *fact_line(const struct root *r, const struct fact *f)
{
	char line[LINE_MAX_BYTES];

	root_read_line(r, f->source, line, sizeof(line), NULL);
	return fact_text(line);
}

json_t *fact_number(const struct root *r, const struct fact *f)
{
	char line[64], *end;
	long long value;

	if (root_read_line(r, f->source, line, sizeof(line), NULL) < 0)
		return json_null();
	errno = 0;
	value = strtoll(line, &end, 10);
	return errno || end == line || *end ? json_null() : json_integer(value);
}

json_t *fact_selected(const struct root *r, const struct fact *f)
{
	char line[256], *open, *close;

	root_read_line(r, f->source, line, sizeof(line), NULL);
	open = strchr(line, '[');
	close = open ? strchr(open, ']') : NULL;
	if (!close)
		return json_null();
	*close = '\0';
	return fact_text(open + 1);
}

json_t *fact_words(const struct root *r, const struct fact *f)
{
	scope_free char *text = NULL;
	char *save = NULL;
	json_t *list;

	if (root_read(r, f->source, &text, NULL) < 0)
		return json_null();
	list = json_array();
	for (char *w = strtok_r(text, " \n", &save); w; w = strtok_r(NULL, " \n", &save))
		if (json_array_append_new(list, fact_text(w)) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

json_t *fact_keyed(const struct root *r, const struct fact *f)
{
	scope_free char *text = NULL;
	char value[256];

	if (root_read(r, f->source, &text, NULL) < 0)
		return json_null();
	keyed_find(text, f->arg, value, sizeof(value));
	return fact_text(value);
}

json_t *fact_keyed_bytes(const struct root *r, const struct fact *f)
{
	scope_free char *text = NULL;
	unsigned long long kib;
	char value[64], unit[3];

	if (root_read(r, f->source, &text, NULL) < 0)
		return json_null();
	keyed_find(text, f->arg, value, sizeof(value));
	if (sscanf(value, "%llu %2s", &kib, unit) != 2 || strcmp(unit, "kB") != 0)
		return json_null();
	return json_integer((json_int_t)(kib * 1024));
}

/* How much of an argument may be shown: all of it, or up to the "=" of a private value. */
static int shown_length(const char *arg)
{
	static const char *const private[] = {"root=",
					      "resume=",
					      "nfsroot=",
					      "ip=",
					      "cryptdevice=",
					      "rd.luks",
					      "systemd.hostname=",
					      "systemd.machine_id=",
					      "systemd.set_credential",
					      "ds="};
	const char *value = strchr(arg, '=');

	for (size_t i = 0; value && i < array_len(private); i++)
		if (strncmp(arg, private[i], strlen(private[i])) == 0)
			return (int)(value - arg) + 1;
	return (int)strlen(arg);
}

/* What follows "--" is for process 1 and not for the kernel. */
json_t *fact_cmdline(const struct root *r, const struct fact *f)
{
	char line[LINE_MAX_BYTES], shown[LINE_MAX_BYTES] = "", *save = NULL;
	size_t used = 0;

	root_read_line(r, f->source, line, sizeof(line), NULL);
	for (char *arg = strtok_r(line, " ", &save); arg && strcmp(arg, "--") != 0;
	     arg = strtok_r(NULL, " ", &save))
		used += (size_t)snprintf(shown + used, sizeof(shown) - used, "%s%.*s",
					 used ? " " : "", shown_length(arg), arg);
	return fact_text(shown);
}
