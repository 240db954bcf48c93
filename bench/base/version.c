/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/version.h"

#include <gnu/libc-version.h>
#include <gsl/gsl_version.h>
#include <hwloc.h>
#include <jansson.h>
#include <libsmartcols.h>
#include <limits.h>
#include <seccomp.h>
#include <sqlite3.h>
#include <string.h>
#include <yaml.h>

#include "base/shipped.h"
#include "cgbench/scope.h"

/* "commit 0123456789ab"; "no commit known" where nothing says so, as in the lab. */
static void read_commit(char *buf, size_t size)
{
	char path[PATH_MAX];
	scope_file FILE *f = NULL;

	if (data_path(DATA_COMMIT, path, sizeof(path), NULL) == 0)
		f = fopen(path, "re");
	if (!f || !fgets(buf, (int)size, f))
		snprintf(buf, size, "no commit known");
	buf[strcspn(buf, "\n")] = '\0';
}

void version_print(FILE *f)
{
	const struct scmp_version *seccomp = seccomp_version();
	const char *smartcols = NULL;
	char commit[64];

	read_commit(commit, sizeof(commit));
	scols_get_library_version(&smartcols);
	fprintf(f,
		"cgbench " CGBENCH_VERSION " (%s)\n"
		"License GPL-3.0-or-later; there is no warranty.\n",
		commit);
	fprintf(f, "libc %s, libcgroup %s, hwloc %s, libyaml %s, jansson %s,\n",
		gnu_get_libc_version(), LIBCGROUP_VERSION, HWLOC_VERSION, yaml_get_version_string(),
		jansson_version_str());
	fprintf(f, "gsl %s, sqlite %s, libsmartcols %s, libseccomp %u.%u.%u\n", gsl_version,
		sqlite3_libversion(), smartcols ? smartcols : "?", seccomp->major, seccomp->minor,
		seccomp->micro);
}
