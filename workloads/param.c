/* SPDX-License-Identifier: GPL-3.0-or-later */
/* param: a workload's parameter from its text, the same in the harness and in cgwork. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cgbench/workload.h"

enum { CHOICES_TEXT_MAX = 256 };

static int choose(const struct param *p, const char *text, uint64_t *value, struct err *e)
{
	char all[CHOICES_TEXT_MAX] = "";

	for (size_t i = 0, used = 0; p->choices[i]; i++) {
		if (strcmp(p->choices[i], text) == 0) {
			*value = i;
			return 0;
		}
		if (used < sizeof(all))
			used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s",
						 i ? ", " : "", p->choices[i]);
	}
	return err_set(e, -EINVAL, "%s: '%s' is unknown; expected one of %s", p->name, text, all);
}

static int check_range(const struct param *p, const char *text, uint64_t value, struct err *e)
{
	char bound[UNIT_TEXT_MAX];

	if (value < p->min)
		return err_set(e, -ERANGE, "%s: '%s' is too small; it is at least %s", p->name,
			       text, unit_format(p->kind, p->min, bound));
	if (p->max && value > p->max)
		return err_set(e, -ERANGE, "%s: '%s' is too large; it is at most %s", p->name, text,
			       unit_format(p->kind, p->max, bound));
	return 0;
}

/* Absolute, because cgwork is not started where the suite was written. */
static int take_path(const struct param *p, const char *text, uint64_t *value, struct err *e)
{
	if (*text && *text != '/')
		return err_set(e, -EINVAL,
			       "%s: '%s' is no absolute path; expected one such as /mnt", p->name,
			       text);
	if (strlen(text) >= PARAM_PATH_MAX)
		return err_set(e, -ERANGE, "%s: longer than %d bytes", p->name, PARAM_PATH_MAX - 1);
	*value = (uintptr_t)text;
	return 0;
}

int param_parse(const struct param *p, const char *text, uint64_t *value, struct err *e)
{
	uint64_t v;
	int r;

	if (p->choices)
		return choose(p, text, value, e);
	if (p->is_path)
		return take_path(p, text, value, e);
	r = unit_parse(p->kind, text, &v, e);
	if (r < 0)
		return err_context(e, r, "%s", p->name);
	r = check_range(p, text, v, e);
	if (r == 0)
		*value = v;
	return r;
}

const char *param_text(const struct param *p, uint64_t value, char buf[static UNIT_TEXT_MAX])
{
	if (p->is_path)
		return param_path(value);
	return p->choices ? p->choices[value] : unit_format(p->kind, value, buf);
}
