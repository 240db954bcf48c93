/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * report_scale: what it takes to tell of a run of a million rows: time and memory of `cgbench
 * report` and `cgbench compare`, beside those of `wc -l` on the same file in the same minute.
 *
 * The rows are made up: 200 cells, 100 metrics, 50 repeats. Ends with 1 when a command takes more
 * than 3 s of CPU time or 300 MB; the elapsed time is that of a host which may have other work.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"

enum { CELLS = 200, METRICS = 100, REPEATS = 50, TRIES = 3 };

static const double cpu_sec_max = 3, memory_mb_max = 300;

struct cost {
	double elapsed_sec, cpu_sec, memory_mb;
	int code;
};

static void die(const char *what)
{
	perror(what);
	exit(EXIT_INCONCLUSIVE);
}

static FILE *create(const char *dir, const char *name)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	if (!f)
		die(path);
	return f;
}

static void finish(FILE *f)
{
	if (fflush(f) != 0 || ferror(f) || fclose(f) != 0)
		die("report_scale: cannot write");
}

/* A value that differs from row to row by a little, always the same way. */
static double value_of(unsigned cell, unsigned metric, unsigned repeat)
{
	return metric == 0 ? (repeat * 7919 + cell) % 1000 / 500.0 - 1
			   : 1000 * metric + cell + (repeat * 7919 + metric) % 101;
}

static void write_rows(FILE *results, FILE *trials)
{
	for (unsigned cell = 1, trial = 1; cell <= CELLS; cell++) {
		for (unsigned repeat = 1; repeat <= REPEATS; repeat++, trial++) {
			fprintf(trials,
				"scale,scale,,%u,%u,%u,ok,,1,2000000,1,1,0,0,0,0,,,%u%%,100ms\n",
				trial, cell, repeat, cell);
			for (unsigned m = 0; m < METRICS; m++)
				fprintf(results,
					"scale,scale,,%u,%u,%u,ok,subject,%s%u,%s,%.12g,,,%s,%u%%,"
					"100ms\n",
					trial, cell, repeat, m ? "work.counter" : "cpu.usage_error",
					m, m ? "count" : "%", value_of(cell, m, repeat),
					m ? "" : "pass", cell);
		}
	}
}

static void write_run(const char *dir)
{
	static const char *const others[][2] = {
		{"samples.csv", "trial,group,t_usec,metric,value\n"},
		{"stalls.csv", "trial,group,thread,start_usec,length_usec\n"},
		{"host.json", "{\"kernel\": \"made up\"}\n"},
	};
	FILE *results = create(dir, "results.csv"), *trials = create(dir, "trials.csv");

	fputs("run,suite,part,trial,cell,repeat,status,group,metric,unit,value,expected,error_pct,"
	      "verdict,quota,period\n",
	      results);
	fputs("run,suite,part,trial,cell,repeat,status,reason,start_usec,duration_usec,setup_usec,"
	      "teardown_usec,samples,samples_lost,sampler_cost_usec,harness_cpu_usec,placement,"
	      "ran_on,quota,period\n",
	      trials);
	write_rows(results, trials);
	finish(results);
	finish(trials);
	for (size_t i = 0; i < array_len(others); i++) {
		FILE *f = create(dir, others[i][0]);
		fputs(others[i][1], f);
		finish(f);
	}
}

static struct cost run(const char *const *argv)
{
	uint64_t start = now_nsec();
	struct cost c;
	struct rusage used;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(126);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &used) < 0)
		die("wait4");
	c.elapsed_sec = (double)(now_nsec() - start) / 1e9;
	c.cpu_sec = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
	c.memory_mb = (double)used.ru_maxrss / 1024;
	c.code = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
	return c;
}

/* The run that was disturbed least. */
static struct cost best(const char *const *argv)
{
	struct cost least = run(argv);

	for (int i = 1; i < TRIES; i++) {
		struct cost c = run(argv);
		if (c.elapsed_sec < least.elapsed_sec)
			least = c;
	}
	return least;
}

static void remove_all(const char *dir)
{
	const char *const argv[] = {"rm", "-r", dir, NULL};

	if (run(argv).code != 0)
		fprintf(stderr, "report_scale: cannot remove %s\n", dir);
}

static bool measure(const char *name, const char *const *argv, const struct cost *wc)
{
	struct cost c = best(argv);
	bool good = c.code == 0 && c.cpu_sec < cpu_sec_max && c.memory_mb < memory_mb_max;

	printf("%-8s %8.2f s %8.2f s %8.0f MB %8.1f  %s\n", name, c.elapsed_sec, c.cpu_sec,
	       c.memory_mb, c.elapsed_sec / wc->elapsed_sec, good ? "ok" : "FAILED");
	if (c.code != 0)
		printf("         it ended with %d\n", c.code);
	return good;
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/cgbench-scale-XXXXXX", rows[sizeof(dir) + 16], page[sizeof(dir) + 16];
	char self[PATH_MAX], cgbench[PATH_MAX + 8];
	bool good;

	(void)argc;
	snprintf(self, sizeof(self), "%s", argv[0]);
	snprintf(cgbench, sizeof(cgbench), "%s/cgbench", dirname(self));
	if (!mkdtemp(dir))
		die(dir);
	write_run(dir);
	snprintf(rows, sizeof(rows), "%s/results.csv", dir);
	snprintf(page, sizeof(page), "%s/report.html", dir);
	printf("%d rows    elapsed   CPU time     memory     x wc\n", CELLS * METRICS * REPEATS);
	struct cost wc = best((const char *const[]){"wc", "-l", rows, NULL});
	printf("%-8s %8.3f s %8.3f s %8.0f MB\n", "wc -l", wc.elapsed_sec, wc.cpu_sec,
	       wc.memory_mb);
	good = measure("report", (const char *const[]){cgbench, "report", dir, "-o", page, NULL},
		       &wc);
	good &= measure("compare", (const char *const[]){cgbench, "compare", dir, dir, NULL}, &wc);
	remove_all(dir);
	return good ? EXIT_PASS : EXIT_GATE;
}
