/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runs/source.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cgbench/scope.h"
#include "host/hosts.h"

/* Numbers in the directory belong to the suite that ran, and not to what was made of it since. */
static int check_digest(const char *dir, const struct source *s, struct err *e)
{
	const char *ran = json_string_value(json_object_get(s->host, "suite_digest"));

	if (ran && strcmp(ran, s->suite->digest) == 0)
		return 0;
	return err_set(e, -EINVAL,
		       "%s/suite.yaml is not the suite that ran: its SHA-256 is %s, host.json "
		       "says %s",
		       dir, s->suite->digest, ran ? ran : "nothing");
}

int source_load(const char *dir, struct source *out, struct err *e)
{
	struct source s scope(source_free) = {0};
	char path[PATH_MAX];
	int r = host_load(dir, &s.host, e);

	if (r < 0)
		return r;
	/* With a slash in it, so that no suite that ships is meant. */
	snprintf(path, sizeof(path), "%.*s/suite.yaml", PATH_MAX - 16, dir);
	r = suite_load(path, &s.suite, e);
	if (r == 0)
		r = check_digest(dir, &s, e);
	if (r == 0) {
		r = recipe_read(s.host, &s.recipe, e);
		if (r < 0)
			err_context(e, r, "%s/host.json", dir);
	}
	if (r == 0) {
		*out = s;
		s = (struct source){0};
	}
	return r;
}

void source_free(struct source *s)
{
	suite_free(s->suite);
	json_decref(s->host);
	*s = (struct source){0};
}
