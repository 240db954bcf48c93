/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ab: two commands that take turns, A B B A, on one host; and then the comparison of what they
 * left. Whatever drifts steadily (temperature, a neighbour's load) meets both alike: within a block
 * of four the mean time of A is that of B. It only invokes and gathers; what is run is up to the
 * commands: two binaries, two settings, two kernels in the lab.
 *
 *	DIR/ab.json        both commands
 *	DIR/turns.csv      a row for each turn that is done
 *	DIR/a/01, DIR/b/01 the runs, a folder a turn; `cgbench compare DIR/a DIR/b` reads them again
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/input.h"
#include "base/options.h"
#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "compare/request.h"
#include "host/hosts.h"

enum { ROUNDS_MAX = 1000, PATH_BYTES = 4096 };

struct options {
	const char *command[2]; /* A and B */
	unsigned rounds;        /* blocks of four turns */
	const char *dir;        /* as given; once it is made, its absolute path */
	char *owned_dir;
	struct compare_request q;
};

static const struct option_row rows[] = {
	{"a", 0, "COMMAND", "The base: a shell command that leaves a run in {out}",
	 INTO(OPTION_TEXT, struct options, command[0])},
	{"b", 0, "COMMAND", "The head", INTO(OPTION_TEXT, struct options, command[1])},
	{"rounds", 0, "N", "Blocks of four turns, A B B A (3)",
	 INTO(OPTION_UNSIGNED, struct options, rounds), .min = 1, .max = ROUNDS_MAX},
	{"out", 'o', "DIR",
	 "Where all runs go; an interrupted comparison goes on when it is named again",
	 INTO(OPTION_TEXT, struct options, dir)},
	{0},
};

static void check_needs(void *options, const struct argp_state *state)
{
	const struct options *o = options;

	if (!o->command[0] || !o->command[1] || !o->dir)
		argp_error(state, "--a COMMAND, --b COMMAND and --out DIR are needed");
}

static const struct command_line arguments = {
	.rows = rows,
	.more = compare_request_rows,
	.more_offset = offsetof(struct options, q),
	.check = check_needs,
	.usage = "--a COMMAND --b COMMAND --out DIR",
	.doc = "Run two commands in turns, A B B A, and compare what they left.\v"
	       "Each command is run by sh with {out} replaced by a new, empty folder (also in the "
	       "environment, as CGBENCH_AB_OUT), where it has to leave a run directory. Exit codes "
	       "0, 1 and 3 of a command count as done, others end the comparison. The hosts are "
	       "checked after the first turn of each, not after the last.\n\n"
	       "EXAMPLES\n"
	       "  cgbench ab --a 'cgbench run cpu-quota -r {out}' \\\n"
	       "             --b 'other/cgbench run cpu-quota -r {out}' --out ab-binaries\n"
	       "  cgbench ab --a 'scripts/lab --live --kernel 6.1 --out {out} -- cgbench run "
	       "smoke' "
	       "\\\n"
	       "             --b 'scripts/lab --live --kernel 6.18 --out {out} -- cgbench run "
	       "smoke' \\\n"
	       "             --allow kernel --rounds 5 --gate --out ab-kernels\n\n"
	       "Exit codes: as `cgbench compare`; 2 when a command failed.\n",
};

/* ---- the directory ---- */

static int make_folder(const char *path, struct err *e)
{
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return err_sys(e, "cannot make the directory %s", path);
	return 0;
}

/* Notes both commands, or checks that they are those of the comparison that was begun here. */
static int note_commands(const struct options *o, struct err *e)
{
	char path[PATH_BYTES];
	json_t *now = json_pack("{ss,ss}", "a", o->command[0], "b", o->command[1]), *before = NULL;
	int r = 0;

	snprintf(path, sizeof(path), "%s/ab.json", o->dir);
	input_json(path, &before, NULL);
	if (!now)
		r = err_no_memory(e);
	else if (before && !json_equal(now, before))
		r = err_set(e, -EEXIST, "%s has a comparison of other commands; name a new folder",
			    o->dir);
	else if (!before && json_dump_file(now, path, JSON_INDENT(2)) < 0)
		r = err_sys(e, "cannot write %s", path);
	json_decref(now);
	json_decref(before);
	return r;
}

static int make_folders(struct options *o, struct err *e)
{
	char path[PATH_BYTES];
	int r = make_folder(o->dir, e);

	/* The commands may go elsewhere before they write. */
	o->owned_dir = r == 0 ? realpath(o->dir, NULL) : NULL;
	if (r == 0 && !o->owned_dir)
		r = err_sys(e, "cannot read %s", o->dir);
	if (r == 0)
		o->dir = o->owned_dir;
	for (char side = 'a'; r == 0 && side <= 'b'; side++) {
		snprintf(path, sizeof(path), "%s/%c", o->dir, side);
		r = make_folder(path, e);
	}
	return r == 0 ? note_commands(o, e) : r;
}

/* ---- turns ---- */

struct turn {
	unsigned number; /* of all turns, from 0 */
	int side;        /* 0: A */
	unsigned nth;    /* of its side, from 1 */
	char folder[PATH_BYTES];
};

static struct turn turn_of(const struct options *o, unsigned number)
{
	static const struct {
		int side;
		unsigned nth;
	} abba[4] = {{0, 1}, {1, 1}, {1, 2}, {0, 2}};
	struct turn t = {.number = number,
			 .side = abba[number % 4].side,
			 .nth = number / 4 * 2 + abba[number % 4].nth};

	snprintf(t.folder, sizeof(t.folder), "%s/%c/%04u", o->dir, "ab"[t.side], t.nth);
	return t;
}

/* How many turns are done: rows of turns.csv, which is written in their order. */
static int count_done(const char *path, unsigned *done, struct err *e)
{
	struct csv_reader *csv;
	const struct csv_field *fields;
	int r;

	*done = 0;
	if (access(path, F_OK) < 0)
		return 0;
	r = csv_open(path, &csv, e);
	if (r < 0)
		return r;
	while ((r = csv_next(csv, &fields, e)) > 0)
		++*done;
	csv_free(csv);
	return r;
}

/* What an interrupted turn left is put aside, under a name that no comparison reads. */
static int fresh_folder(const struct turn *t, struct err *e)
{
	char aside[PATH_BYTES + 64];
	const char *slash = strrchr(t->folder, '/');

	if (access(t->folder, F_OK) == 0) {
		snprintf(aside, sizeof(aside), "%.*s/.unfinished-%s-%d", (int)(slash - t->folder),
			 t->folder, slash + 1, (int)getpid());
		if (rename(t->folder, aside) < 0)
			return err_sys(e, "cannot put %s aside", t->folder);
	}
	if (mkdir(t->folder, 0777) < 0)
		return err_sys(e, "cannot make the directory %s", t->folder);
	return 0;
}

/* The command with every {out} replaced by the folder, quoted for the shell. */
static char *fill_in(const char *command, const char *folder)
{
	static const char mark[] = "{out}";
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	for (const char *next; (next = strstr(command, mark)); command = next + strlen(mark)) {
		fwrite(command, 1, (size_t)(next - command), f);
		fputc('\'', f);
		for (const char *c = folder; *c; c++)
			fputs(*c == '\'' ? "'\\''" : (char[]){*c, '\0'}, f);
		fputc('\'', f);
	}
	fputs(command, f);
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

/* Runs a command by sh, its output going to ours; returns its exit code, or -errno. */
static int run_shell(const char *command, struct err *e)
{
	char shell[] = "sh", flag[] = "-c", *argv[] = {shell, flag, (char *)command, NULL};
	pid_t pid;
	int status, r = posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ);

	if (r != 0) {
		errno = r;
		return err_sys(e, "cannot run sh");
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "cannot wait for sh");
	if (WIFSIGNALED(status))
		return err_set(e, -EINTR,
			       "'%s' was ended by signal %d; the same command line goes on",
			       command, WTERMSIG(status));
	return WEXITSTATUS(status);
}

static bool is_done(int code)
{
	return code == EXIT_PASS || code == EXIT_GATE || code == EXIT_INCONCLUSIVE;
}

static int has_run(const char *folder, struct err *e)
{
	struct dataset *d;
	struct run *run = NULL;
	int r = dataset_new(&d, e);

	if (r < 0)
		return r;
	r = run_load(d, folder, &run, e);
	run_free(run);
	dataset_free(d);
	return r;
}

static int take_turn(const struct options *o, const struct turn *t, struct csv_writer *log,
		     struct err *e)
{
	scope_free char *command = fill_in(o->command[t->side], t->folder);
	uint64_t start = now_nsec();
	int code, r;

	if (!command)
		return err_no_memory(e);
	r = fresh_folder(t, e);
	if (r < 0)
		return r;
	setenv("CGBENCH_AB_OUT", t->folder, 1);
	fprintf(stderr, "cgbench ab: turn %u of %u, %c: %s\n", t->number + 1, 4 * o->rounds,
		"AB"[t->side], command);
	code = run_shell(command, e);
	if (code < 0)
		return code;
	if (!is_done(code))
		return err_set(e, -EINVAL, "'%s' ended with exit code %d", command, code);
	r = has_run(t->folder, e);
	if (r < 0)
		return err_context(e, r, "'%s' left nothing to compare", command);
	csv_u64(log, t->number + 1);
	csv_text(log, t->side ? "b" : "a");
	csv_text(log, t->folder + strlen(o->dir) + 1);
	csv_u64(log, (uint64_t)code);
	csv_u64(log, (now_nsec() - start) / NSEC_PER_MSEC);
	return csv_end_row(log, e);
}

/* Hours later is too late to be told that the hosts cannot be compared. */
static int check_first(const struct options *o, struct err *e)
{
	struct host_differences u scope(host_differences_free) = {0};
	struct dataset *d = NULL;
	struct run *run[2] = {NULL, NULL};
	int r = dataset_new(&d, e);

	for (unsigned i = 0; r == 0 && i < 2; i++) {
		struct turn t = turn_of(o, i);
		r = run_load(d, t.folder, &run[i], e);
	}
	if (r == 0)
		r = hosts_differ(run[0]->host, run[1]->host, &u, e);
	if (r == 0 && o->q.allow.n)
		r = hosts_allow(&u, o->q.allow.v, e);
	if (r == 0)
		r = hosts_check(&u, e);
	run_free(run[0]);
	run_free(run[1]);
	dataset_free(d);
	return r;
}

static int log_header(struct csv_writer *log, struct err *e)
{
	static const char *const names[] = {"turn", "side", "folder", "exit_code", "duration_msec"};

	if (!csv_is_empty(log))
		return 0;
	for (size_t i = 0; i < array_len(names); i++)
		csv_text(log, names[i]);
	return csv_end_row(log, e);
}

static int take_turns(const struct options *o, struct err *e)
{
	char path[PATH_BYTES];
	struct csv_writer *log;
	unsigned done;
	int r, closed;

	snprintf(path, sizeof(path), "%s/turns.csv", o->dir);
	r = count_done(path, &done, e);
	if (r == 0)
		r = csv_create(AT_FDCWD, path, true, &log, e);
	if (r < 0)
		return r;
	r = log_header(log, e);
	for (unsigned i = done; r == 0 && i < 4 * o->rounds; i++) {
		struct turn t = turn_of(o, i);
		r = take_turn(o, &t, log, e);
		if (r == 0 && i == 1)
			r = check_first(o, e);
	}
	closed = csv_close(log, r == 0 ? e : NULL);
	return r < 0 ? r : closed;
}

static int compare(struct options *o, enum exit_code *code, struct err *e)
{
	char a[PATH_BYTES], b[PATH_BYTES];

	snprintf(a, sizeof(a), "%s/a", o->dir);
	snprintf(b, sizeof(b), "%s/b", o->dir);
	if (words_add(&o->q.runs, a) < 0 || words_add(&o->q.runs, b) < 0)
		return err_no_memory(e);
	o->q.compare.interleaved = true;
	return compare_request_answer(&o->q, code, e);
}

static int run(int argc, char **argv)
{
	struct options o = {.rounds = 3, .q = compare_request_new()};
	enum exit_code code = EXIT_PASS;
	struct err e = {""};
	int r;

	options_parse(&arguments, argc, argv, &o);
	r = make_folders(&o, &e);
	if (r == 0)
		r = take_turns(&o, &e);
	if (r == 0)
		r = compare(&o, &code, &e);
	compare_request_free(&o.q);
	free(o.owned_dir);
	if (r == 0)
		return code;
	fprintf(stderr, "cgbench ab: %s\n", e.text);
	return r == -EPERM ? EXIT_INCONCLUSIVE : EXIT_USAGE;
}

const struct command command_ab = {.name = "ab",
				   .summary = "two commands in turns, A B B A, and compare",
				   .order = 74,
				   .run = run};
