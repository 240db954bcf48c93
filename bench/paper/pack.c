/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "paper/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/artifact.h"
#include "base/digest.h"
#include "cgbench/scope.h"
#include "host/hosts.h"

static const char sums_name[] = "SHA256SUMS", readme_name[] = "REPRODUCE.md";

/* ---- sums ---- */

static int is_packed(const struct dirent *d)
{
	return d->d_name[0] != '.' && strcmp(d->d_name, sums_name) != 0;
}

static int sum_folder(const char *dir, const char *below, FILE *out, struct err *e);

static int sum_entry(const char *dir, const char *name, FILE *out, struct err *e)
{
	char path[PATH_MAX], digest[DIGEST_TEXT];
	struct stat s;
	int r;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= PATH_MAX)
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", name);
	if (lstat(path, &s) < 0)
		return err_sys(e, "%s", path);
	if (S_ISDIR(s.st_mode))
		return sum_folder(dir, name, out, e);
	r = digest_file(path, digest, e);
	if (r == 0)
		fprintf(out, "%s  %s\n", digest, name);
	return r;
}

/* In the order of names, so that the same run gives the same file. */
static int sum_folder(const char *dir, const char *below, FILE *out, struct err *e)
{
	struct dirent **entries = NULL;
	char path[PATH_MAX];
	int n, r = 0;

	snprintf(path, sizeof(path), "%s%s%s", dir, *below ? "/" : "", below);
	n = scandir(path, &entries, is_packed, alphasort);
	if (n < 0)
		return err_sys(e, "%s", path);
	for (int i = 0; i < n; i++) {
		char name[PATH_MAX];
		snprintf(name, sizeof(name), "%s%s%s", below, *below ? "/" : "",
			 entries[i]->d_name);
		if (r == 0)
			r = sum_entry(dir, name, out, e);
		free(entries[i]);
	}
	free(entries);
	return r;
}

/* ---- what a reader needs ---- */

static void say_lab(const struct outcome *o, const char *name, FILE *f)
{
	const json_t *host = o->run->host;
	scope_free char *kernel = host_fact(host, "lab_kernel"), *shift = NULL;
	const char *lab = json_string_value(json_object_get(host, "lab"));

	if (!lab || !kernel) {
		fprintf(f,
			"It was run on hardware; numbers will differ as machines do.\n\n"
			"    cgbench rerun %s\n",
			name);
		return;
	}
	shift = host_fact(host, "lab_shift");
	fprintf(f,
		"It was run in the %s lab. In a clone of cgbench of the same version (host.json: "
		"cgbench_digest),\nafter `make`:\n\n"
		"    scripts/lab --%s --kernel %s --cpus %lld%s%s --include %s:/root/run --out new "
		"-- "
		"\\\n        cgbench rerun /root/run -- --results /out\n\n"
		"Two such runs, with the same kernel package, QEMU and binaries, give the same CSV "
		"byte "
		"for byte. They are\nnot this run's bytes if this one was started by another "
		"command "
		"line: that, too, takes instructions.\n",
		lab, lab, kernel,
		json_integer_value(json_object_get(json_object_get(host, "topology"), "cpus")),
		strcmp(lab, "exact") == 0 ? " --shift " : "",
		strcmp(lab, "exact") == 0 && shift ? shift : "", name);
}

static void write_readme(const struct outcome *o, const char *name, FILE *f)
{
	const struct paper_spec *p = &o->of.suite->paper;

	fprintf(f, "# %s: %s\n\n%s, %s%s%s.\n\n", p->id.str, p->title.str, p->cite_title.str,
		p->cite_where.str, p->cite_year.str ? ", " : "", p->cite_year.str ?: "");
	fprintf(f, "Verdict of this run: **%s** (paper.csv has every claim).\n\n",
		paper_verdict_name(o->verdict));
	if (p->scaled.str)
		fprintf(f, "Scaled: %s\n\n", p->scaled.str);
	fputs("## To run it again\n\n    sha256sum -c SHA256SUMS\n\n", f);
	say_lab(o, name, f);
	fputs("\n`cgbench paper report DIR` shows the table of this run and of yours.\n", f);
}

/* What is packed: an outcome, its directory, and that one's name. */
struct packing {
	const struct outcome *outcome;
	const char *dir, *name;
};

static int put_readme(const struct packing *p, FILE *f, struct err *e)
{
	(void)e;
	write_readme(p->outcome, p->name, f);
	return 0;
}

static int put_sums(const struct packing *p, FILE *f, struct err *e)
{
	return sum_folder(p->dir, "", f, e);
}

static int write_file(const struct packing *p, int dirfd, const char *file,
		      int (*put)(const struct packing *p, FILE *f, struct err *e), struct err *e)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	int r = f ? put(p, f, e) : err_no_memory(e);

	if (f && fclose(f) != 0 && r == 0)
		r = err_no_memory(e);
	if (r == 0)
		r = artifact_write(dirfd, file, text, size, e);
	free(text);
	return r;
}

/* ---- the archive ---- */

static int run_tar(const char *parent, const char *name, const char *to, struct err *e)
{
	const char *argv[] = {"tar",
			      "--sort=name",
			      "--mtime=@0",
			      "--owner=0",
			      "--group=0",
			      "--mode=a+rX,u+w,go-w",
			      "--numeric-owner",
			      "-cf",
			      to,
			      "-C",
			      parent,
			      "--",
			      name,
			      NULL};
	pid_t pid;
	int status, r = posix_spawnp(&pid, "tar", NULL, NULL, (char *const *)argv, environ);

	if (r)
		return err_set(e, -ENOSYS, "cannot run tar: %s; install it", strerror(r));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "tar");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	unlink(to);
	return err_set(e, -EIO, "tar could not write %s", to);
}

int pack_run(const struct outcome *o, const char *dir, const char *to, struct err *e)
{
	char path[PATH_MAX], copy[PATH_MAX];
	struct packing p;
	const char *name;
	scope_fd int fd = -1;
	int r;

	if (access(to, F_OK) == 0)
		return err_set(e, -EEXIST, "%s is there already; name another file", to);
	if (!realpath(dir, path))
		return err_sys(e, "%s", dir);
	fd = open(path, O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "%s", path);
	memcpy(copy, path, sizeof(copy));
	name = basename(copy);
	p = (struct packing){o, path, name};
	r = write_file(&p, fd, readme_name, put_readme, e);
	if (r == 0)
		r = write_file(&p, fd, sums_name, put_sums, e);
	/* basename's result ends where the path's does. */
	path[strlen(path) - strlen(name) - 1] = '\0';
	return r < 0 ? r : run_tar(*path ? path : "/", name, to, e);
}
