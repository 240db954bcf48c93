/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * history_scale: a thousand runs into a history, and its changes out of it. SYNTHETIC run
 * directories, as a small cpu-quota suite leaves them (12 cells, 5 metrics, 5 repeats: 300 rows a
 * run); in one of their 60 series five changes are planted.
 *
 * Each step is done by a process of its own, so that its memory can be told. Beside it stands what
 * it takes to read the same files and do nothing with them. Ends with 1 when adding and asking
 * take 5 s of CPU time or more, or when what was planted is not what is found.
 */
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"
#include "history/history_load.h"

enum { RUNS = 1000, REPEATS = 5, NEAR = 2, LIMIT_SEC = 5 };

static const unsigned planted[] = {110, 290, 520, 700, 930};
static const char *const quotas[] = {"5%", "20%", "50%", "150%"};
static const char *const threads[] = {"1", "2", "4"};
static const char *const metrics[][2] = {
	{"cpu.usage_error", "%"}, {"cpu.usage", "usec"},   {"cpu.throttled_periods", "count"},
	{"stall.p99", "usec"},    {"trial.setup", "usec"},
};

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(EXIT_INCONCLUSIVE);
}

static _Noreturn void die_of(const struct err *e)
{
	fprintf(stderr, "history_scale: %s\n", e->text);
	exit(EXIT_INCONCLUSIVE);
}

/* ---- the runs ---- */

/* From -1 to 1, triangular; with rare outliers. */
static double noise(uint64_t *state)
{
	double sum = 0;

	for (int i = 0; i < 2; i++) {
		*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		sum += (double)(*state >> 11) / 9007199254740992.0 - 0.5;
	}
	return (*state >> 40) % 50 == 0 ? 20 * sum : sum;
}

static FILE *create(const char *folder, unsigned run, const char *name)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%04u/%s", folder, run, name);
	f = fopen(path, "w");
	if (!f)
		die(path);
	return f;
}

static void finish(FILE *f)
{
	if (ferror(f) || fclose(f))
		die("cannot write a run");
}

static void run_name(unsigned run, char name[static 64])
{
	time_t when = 1767225600 + (time_t)run * 21600; /* from 2026-01-01 on, four a day */
	struct tm t;

	gmtime_r(&when, &t);
	strftime(name, 64, "%Y%m%dT%H%M%SZ-cpu-quota", &t);
}

static void write_rows(FILE *results, FILE *trials, unsigned run, bool shifted)
{
	uint64_t state = run + 1;
	unsigned trial = 0;

	for (size_t cell = 0; cell < array_len(quotas) * array_len(threads); cell++) {
		const char *q = quotas[cell / array_len(threads)];
		const char *t = threads[cell % array_len(threads)];
		for (unsigned repeat = 1; repeat <= REPEATS; repeat++) {
			fprintf(trials, "r,cpu-quota,,%u,%zu,%u,ok,,,,%s,%s\n", ++trial, cell + 1,
				repeat, q, t);
			for (size_t m = 0; m < array_len(metrics); m++) {
				double step = shifted && cell == 0 && m == 0 ? 2 : 0;
				fprintf(results,
					"r,cpu-quota,,%u,%zu,%u,ok,subject,%s,%s,%.10g,,,,%s,%s\n",
					trial, cell + 1, repeat, metrics[m][0], metrics[m][1],
					100 * (double)(m + 1) + noise(&state) + step, q, t);
			}
		}
	}
}

static void write_run(const char *folder, unsigned run)
{
	char path[PATH_MAX], name[64];
	unsigned passed = 0;
	FILE *host, *trials, *results;

	snprintf(path, sizeof(path), "%s/%04u", folder, run);
	if (mkdir(path, 0777) < 0)
		die(path);
	while (passed < array_len(planted) && run >= planted[passed])
		passed++;
	run_name(run, name);
	host = create(folder, run, "host.json");
	trials = create(folder, run, "trials.csv");
	results = create(folder, run, "results.csv");
	fprintf(host,
		"{\"run\": \"%s\", \"suite\": \"cpu-quota\", \"suite_digest\": \"synthetic\", "
		"\"kernel\": \"6.12.%u\", \"hz\": 250}\n",
		name, run / 100);
	fputs("run,suite,part,trial,cell,repeat,status,reason,placement,ran_on,quota,threads\n",
	      trials);
	fputs("run,suite,part,trial,cell,repeat,status,group,metric,unit,value,expected,error_pct,"
	      "verdict,quota,threads\n",
	      results);
	write_rows(results, trials, run, passed % 2);
	finish(host);
	finish(trials);
	finish(results);
}

/* ---- the steps ---- */

struct place {
	char folder[64], db[96];
};

/* What reading costs by itself. */
static void read_files(const struct place *p)
{
	static const char *const names[] = {"host.json", "trials.csv", "results.csv"};
	static char block[1 << 16];

	for (unsigned run = 0; run < RUNS; run++) {
		for (size_t i = 0; i < array_len(names); i++) {
			char path[PATH_MAX];
			ssize_t n;
			int fd;
			snprintf(path, sizeof(path), "%s/%04u/%s", p->folder, run, names[i]);
			fd = open(path, O_RDONLY | O_CLOEXEC);
			if (fd < 0)
				die(path);
			while ((n = read(fd, block, sizeof(block))) > 0)
				;
			if (n < 0)
				die(path);
			close(fd);
		}
	}
}

static struct history *open_history(const struct place *p)
{
	struct history *h = NULL;
	struct err e = {""};

	if (history_open(p->db, true, &h, &e) < 0)
		die_of(&e);
	return h;
}

static void add_runs(const struct place *p)
{
	const struct history_about about = {.label = ""};
	struct history *h = open_history(p);

	for (unsigned run = 0; run < RUNS; run++) {
		enum history_outcome outcome;
		struct history_loaded *l = NULL;
		struct err e = {""};
		char dir[PATH_MAX];
		int64_t id;
		snprintf(dir, sizeof(dir), "%s/%04u", p->folder, run);
		if (history_load(dir, &about, &l, &e) < 0 ||
		    history_add(h, &l->run, false, &outcome, &id, &e) < 0)
			die_of(&e);
		history_loaded_free(l);
	}
	history_close(h);
}

/* Whether a change is where one was planted. */
static bool is_planted(const struct trend_change *c)
{
	for (size_t i = 0; i < array_len(planted); i++)
		if (c->point + NEAR >= planted[i] && c->point <= planted[i] + NEAR)
			return strstr(c->series->name,
				      "quota=5% threads=1/subject/cpu.usage_error");
	return false;
}

static void find_changes(const struct place *p)
{
	const struct trend_options options = {0};
	struct history *h = open_history(p);
	struct trend_changes changes;
	struct trend *t = NULL;
	struct err e = {""};
	size_t right = 0;

	if (history_read(h, NULL, &t, &e) < 0 || trend_changes(t, &options, &changes, &e) < 0)
		die_of(&e);
	for (size_t i = 0; i < changes.n; i++)
		right += is_planted(&changes.list[i]);
	printf("# %zu runs, %zu series, %zu changes, %zu of them where %zu were planted\n",
	       t->n_runs, t->n_series, changes.n, right, array_len(planted));
	fflush(stdout);
	if (t->n_runs != RUNS || right != array_len(planted) || changes.n != right)
		exit(EXIT_GATE);
	trend_changes_clear(&changes);
	trend_free(t);
	history_close(h);
}

/* ---- their cost ---- */

struct cost {
	double wall_sec, cpu_sec;
	long max_kib;
	bool good;
};

static double seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static struct cost measure(void (*step)(const struct place *p), const struct place *p)
{
	uint64_t start = now_nsec();
	struct rusage used;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		step(p);
		exit(EXIT_PASS);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		die("fork");
	return (struct cost){.wall_sec = (double)(now_nsec() - start) / 1e9,
			     .cpu_sec = seconds(&used.ru_utime) + seconds(&used.ru_stime),
			     .max_kib = used.ru_maxrss,
			     .good = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_PASS};
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(const struct place *p);
		bool counts; /* towards the limit */
	} steps[] = {
		{"read the files", read_files, false},
		{"add 1000 runs", add_runs, true},
		{"add them again", add_runs, false},
		{"find their changes", find_changes, true},
	};
	struct place p = {.folder = "/tmp/cgbench-history-XXXXXX"};
	double sum = 0, base = 0;
	bool good = true;

	if (!mkdtemp(p.folder))
		die("mkdtemp");
	snprintf(p.db, sizeof(p.db), "%s/history.db", p.folder);
	for (unsigned run = 0; run < RUNS; run++)
		write_run(p.folder, run);
	printf("step                 wall s   CPU s   of reading   max MiB\n");
	for (size_t i = 0; i < array_len(steps); i++) {
		struct cost c;
		fflush(stdout);
		c = measure(steps[i].run, &p);
		if (i == 0)
			base = c.cpu_sec;
		printf("%-20s %6.2f  %6.2f  %10.1f  %8.1f\n", steps[i].name, c.wall_sec, c.cpu_sec,
		       c.cpu_sec / base, (double)c.max_kib / 1024);
		sum += steps[i].counts ? c.cpu_sec : 0;
		good &= c.good;
	}
	nftw(p.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	good &= sum < LIMIT_SEC;
	printf("%s: %.2f s of CPU time to add and to ask, of %d\n", good ? "pass" : "FAIL", sum,
	       LIMIT_SEC);
	return good ? EXIT_PASS : EXIT_GATE;
}
