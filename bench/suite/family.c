/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/family.h"

#include <stdlib.h>
#include <string.h>

#include "suite/suite.h"

static bool is_of(const char *suite, const char *family)
{
	size_t n = strlen(family);

	return strncmp(suite, family, n) == 0 && suite[n] == '-';
}

/* Keeps the names of the family, in their order; returns how many. 0: the suite has that name. */
static size_t keep_family(char **names, size_t n, const char *family)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], family) == 0)
			return 0;
	for (size_t i = 0; i < n; i++) {
		char *name = names[i];
		if (!is_of(name, family))
			continue;
		names[i] = names[kept];
		names[kept++] = name;
	}
	return kept;
}

static int itself(const char *name, char ***names, size_t *n, struct err *e)
{
	char **one = calloc(1, sizeof(*one));

	if (one)
		one[0] = strdup(name);
	if (!one || !one[0]) {
		free(one);
		return err_no_memory(e);
	}
	*names = one;
	*n = 1;
	return 0;
}

int family_names(const char *name, char ***names, size_t *n, struct err *e)
{
	char **all = NULL;
	size_t total = 0, kept;
	int r = strpbrk(name, "./") ? 0 : suite_names(&all, &total, e);

	if (r < 0)
		return r;
	kept = keep_family(all, total, name);
	for (size_t i = kept; i < total; i++)
		free(all[i]);
	if (kept) {
		*names = all;
		*n = kept;
		return 0;
	}
	free(all);
	return itself(name, names, n, e);
}
