/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/plotrun.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metrics/metric.h"
#include "tests/test.h"

enum { WINDOW_USEC = 2000000, SAMPLE_USEC = 10000 };

#define LIST(...)                 \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

const struct plotrun plotrun_cpu = {.kind = PLOTRUN_CPU,
				    .quotas = LIST("5%", "20%", "50%", "150%"),
				    .periods = LIST("20ms", "100ms"),
				    .threads = LIST("1", "2", "4"),
				    .repeats = 5,
				    .error_scale = 1};
const struct plotrun plotrun_one = {.kind = PLOTRUN_CPU,
				    .quotas = LIST("20%"),
				    .periods = LIST("100ms"),
				    .threads = LIST("1"),
				    .repeats = 1,
				    .error_scale = 1};
const struct plotrun plotrun_wide = {
	.kind = PLOTRUN_CPU,
	.quotas = LIST("1%", "2%", "3%", "4%", "5%", "6%", "7%", "8%", "9%", "10%", "12%", "15%",
		       "20%", "25%", "30%", "40%", "50%", "60%", "70%", "80%", "90%", "100%",
		       "150%", "200%"),
	.periods = LIST("100ms"),
	.threads = LIST("4"),
	.repeats = 3,
	.error_scale = 20,
	.long_name = "stress-ng --cpu 1 --cpu-method matrixprod --metrics --taskset 0-3 --timeout "
		     "60s, as it's \"called\" `on` a very long command line"};
const struct plotrun plotrun_memory = {.kind = PLOTRUN_MEMORY, .repeats = 3};
const struct plotrun plotrun_bomb = {.kind = PLOTRUN_BOMB, .repeats = 3};
const struct plotrun plotrun_victims = {.kind = PLOTRUN_VICTIMS, .repeats = 1};

/* Files of a run while it is written, and where its pseudo-random numbers are. */
struct writer {
	FILE *results, *trials, *samples, *stalls;
	const struct plotrun *plan;
	uint64_t random;
	unsigned trial, cell, repeat;
	char axes[512]; /* of the cell, with a comma before each */
};

/* A linear congruential generator (Knuth's constants): the same on every machine; 0 to 1. */
static double uniform(struct writer *w)
{
	w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(w->random >> 11) / (double)(UINT64_C(1) << 53);
}

/* Near enough to a normal distribution: mean 0, deviation 1. */
static double noise(struct writer *w)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += uniform(w);
	return sum;
}

static FILE *create(const char *dir, const char *name)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	return f;
}

static void finish(FILE *f)
{
	assert_int_equal(fflush(f), 0);
	assert_false(ferror(f));
	assert_int_equal(fclose(f), 0);
}

static void write_text(const char *dir, const char *name, const char *text)
{
	FILE *f = create(dir, name);

	fputs(text, f);
	finish(f);
}

static void result(struct writer *w, const char *group, const char *metric, const char *unit,
		   double value, double expected, const char *verdict)
{
	fprintf(w->results, "synthetic,synthetic,,%u,%u,%u,ok,%s,%s,%s,%.12g,", w->trial, w->cell,
		w->repeat, group, metric, unit, value);
	if (isnan(expected))
		fputs(",,", w->results);
	else if (expected == 0)
		fputs("0,,", w->results);
	else
		fprintf(w->results, "%.12g,%.6g,", expected, 100 * (value - expected) / expected);
	fprintf(w->results, "%s%s\n", verdict, w->axes);
}

static void sample(struct writer *w, const char *group, double t_usec, const char *metric,
		   double value)
{
	fprintf(w->samples, "%u,%s,%.12g,%s,%.12g\n", w->trial, group, t_usec, metric, value);
}

static void end_trial(struct writer *w, double duration_usec, const char *placement)
{
	fprintf(w->trials,
		"synthetic,synthetic,,%u,%u,%u,ok,,1000,%.12g,850,420,100,0,900,1200,%s,%s%s\n",
		w->trial, w->cell, w->repeat, duration_usec, placement, placement, w->axes);
}

/* ---- cpu: a group that runs its quota and stalls for the rest of each period ---- */

struct cpu_cell {
	double quota_cpus, period_usec, theory_usec;
	unsigned threads;
};

static void cpu_stalls(struct writer *w, const struct cpu_cell *c)
{
	for (unsigned t = 0; t < c->threads && c->theory_usec > 0; t++) {
		for (unsigned p = 0; (p + 1) * c->period_usec <= WINDOW_USEC; p++) {
			double length = c->theory_usec + noise(w) * c->period_usec * 0.004;
			double start = (p + 1) * c->period_usec - c->theory_usec +
				       noise(w) * c->period_usec * 0.01;
			fprintf(w->stalls, "%u,subject,%u,%.12g,%.12g\n", w->trial, t, start,
				length);
		}
	}
}

static void cpu_trial(struct writer *w, const struct cpu_cell *c)
{
	double cpus = fmin(c->quota_cpus, c->threads), allowed = cpus * WINDOW_USEC;
	double error = (0.6 + 0.25 * noise(w)) * w->plan->error_scale / sqrt(cpus);
	double usage = allowed * (1 + error / 100);
	double cost = 400 + noise(w) * 20;

	if (c->quota_cpus > c->threads)
		usage = allowed * (1 - 0.0005 * uniform(w));
	error = 100 * (usage - allowed) / allowed;
	result(w, "subject", "cpu.usage_usec", "usec", usage, allowed, "");
	result(w, "subject", "cpu.usage_error", "%", error, NAN,
	       fabs(error) <= 3 ? "pass" : "fail");
	result(w, "subject", "cpu.nr_throttled", "count",
	       c->theory_usec > 0 ? WINDOW_USEC / c->period_usec : 0, NAN, "");
	result(w, "subject", "stall.p50_usec", "usec",
	       c->theory_usec > 0 ? c->theory_usec * (1 + 0.002 * noise(w)) : 12, c->theory_usec,
	       "");
	result(w, "subject", "work.ops_per_cpu_sec", "1/s", 1e6 + 2000 * noise(w), NAN, "");
	result(w, "", "harness.cpu_usec", "usec", cost, NAN, "");
	for (unsigned t = 0; t < WINDOW_USEC; t += SAMPLE_USEC)
		sample(w, "subject", t, "cpu.usage_usec", usage * t / WINDOW_USEC);
	cpu_stalls(w, c);
	end_trial(w, WINDOW_USEC, "subject=0");
}

static void cpu_cell(struct writer *w, const char *quota, const char *period, const char *threads)
{
	struct cpu_cell c = {.quota_cpus = strtod(quota, NULL) / 100,
			     .period_usec = strtod(period, NULL) * 1000,
			     .threads = (unsigned)strtoul(threads, NULL, 10)};

	c.theory_usec = quota_stall_usec(c.period_usec, c.quota_cpus, c.threads);
	w->cell++;
	snprintf(w->axes, sizeof(w->axes), ",%s,%s,%s", quota, period, threads);
	if (w->plan->long_name) {
		size_t used = strlen(w->axes);
		snprintf(w->axes + used, sizeof(w->axes) - used, ",\"");
		for (const char *p = w->plan->long_name; *p; p++) {
			used = strlen(w->axes);
			snprintf(w->axes + used, sizeof(w->axes) - used, *p == '"' ? "\"\"" : "%c",
				 *p);
		}
		used = strlen(w->axes);
		snprintf(w->axes + used, sizeof(w->axes) - used, "\"");
	}
	for (w->repeat = 1; w->repeat <= w->plan->repeats; w->repeat++, w->trial++)
		cpu_trial(w, &c);
}

static void cpu_run(struct writer *w)
{
	for (size_t q = 0; w->plan->quotas[q]; q++)
		for (size_t p = 0; w->plan->periods[p]; p++)
			for (size_t t = 0; w->plan->threads[t]; t++)
				cpu_cell(w, w->plan->quotas[q], w->plan->periods[p],
					 w->plan->threads[t]);
}

static const char cpu_suite[] = "suite: cpu-quota\n"
				"question: How exactly does cpu.max hold a group to its quota?\n"
				"repeats: 1\n"
				"duration: 2s\n"
				"axes:\n"
				"  quota: [%s]\n"
				"  period: [%s]\n"
				"  threads: [%s]\n"
				"groups:\n"
				"  - name: subject\n"
				"    limits: {cpu.max: \"${quota} ${period}\"}\n"
				"    place: {cpus: \"${threads}\", where: spread}\n"
				"    run: {workload: spin, threads: \"${threads}\"}\n"
				"expect:\n"
				"  - {metric: cpu.usage_error, within: 3%%}\n";

static void join(const char *const *list, char *buf, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; list[i]; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? ", " : "", list[i]);
}

static void write_cpu_suite(const struct plotrun *p, const char *dir)
{
	char quotas[512], periods[128], threads[128], text[2048];

	join(p->quotas, quotas, sizeof(quotas));
	join(p->periods, periods, sizeof(periods));
	join(p->threads, threads, sizeof(threads));
	snprintf(text, sizeof(text), cpu_suite, quotas, periods, threads);
	write_text(dir, "suite.yaml", text);
}

/* ---- memory: anonymous pages up to the kill; file pages that are reclaimed ---- */

static void memory_anon(struct writer *w)
{
	const double limit = 64 * 1048576.0, rate = 700 + 30 * noise(w); /* bytes a usec */
	double kill = limit / rate + 900 + 150 * uniform(w);
	unsigned t;

	for (t = 0; t < kill; t += 1000)
		sample(w, "subject", t, "memory.current", fmin(t * rate + 200000, limit));
	sample(w, "subject", t, "memory.current", 180224);
	result(w, "subject", "memory.peak_bytes", "bytes", limit, NAN, "");
	result(w, "subject", "memory.overshoot_bytes", "bytes", 0, NAN, "pass");
	result(w, "subject", "memory.events_oom_kill", "count", 1, NAN, "");
	result(w, "subject", "memory.time_to_kill_usec", "usec", kill - limit / rate, NAN, "");
	end_trial(w, t + 300, "");
}

static void memory_file(struct writer *w)
{
	const double limit = 30 * 1048576.0;

	for (unsigned t = 0; t < WINDOW_USEC / 4; t += 1000)
		sample(w, "subject", t, "memory.current",
		       fmin(t * 300 + 300000, limit - uniform(w) * 1048576));
	result(w, "subject", "memory.peak_bytes", "bytes", limit, NAN, "");
	result(w, "subject", "memory.overshoot_bytes", "bytes", 0, NAN, "pass");
	result(w, "subject", "memory.events_oom_kill", "count", 0, NAN, "");
	end_trial(w, WINDOW_USEC / 4.0, "");
}

static void memory_run(struct writer *w)
{
	static const char *const axes[] = {",anon,64M", ",file,30M"};

	for (size_t c = 0; c < 2; c++) {
		w->cell++;
		snprintf(w->axes, sizeof(w->axes), "%s", axes[c]);
		for (w->repeat = 1; w->repeat <= w->plan->repeats; w->repeat++, w->trial++)
			c ? memory_file(w) : memory_anon(w);
	}
}

static const char memory_suite[] =
	"suite: memory-max\n"
	"question: Where does memory.max stop a group, and how soon?\n"
	"repeats: 1\n"
	"duration: 500ms\n"
	"axes:\n"
	"  kind: [anon, file]\n"
	"  limit: [64M, 30M]\n"
	"groups:\n"
	"  - name: subject\n"
	"    limits: {memory.max: \"${limit}\", memory.swap.max: \"0\"}\n"
	"    run: {workload: touch, threads: 1, kind: \"${kind}\"}\n"
	"expect:\n"
	"  - {metric: memory.overshoot_bytes, max: 0}\n";

/* ---- bomb: quiet, then a bomb up to its limit, then the kill ---- */

enum { BOMB_START_USEC = 600000, BOMB_KILL_USEC = 1500000, BOMB_MAX = 64 };

static void bomb_latency(struct writer *w, const char *phase, double factor)
{
	static const struct {
		const char *stat;
		double usec;
	} stats[] = {{"count", 600}, {"p50", 62}, {"p99", 110}, {"max", 240}};

	for (size_t i = 0; i < sizeof(stats) / sizeof(stats[0]); i++) {
		char name[64];
		snprintf(name, sizeof(name), "latency.%s_%s%s", phase, stats[i].stat,
			 i ? "_usec" : "");
		result(w, "bystander", name, i ? "usec" : "count",
		       stats[i].usec * (i ? factor * (1 + 0.05 * noise(w)) : 1), NAN, "");
	}
}

static void bomb_trial(struct writer *w)
{
	for (unsigned t = 0; t < WINDOW_USEC; t += SAMPLE_USEC) {
		bool on = t >= BOMB_START_USEC && t < BOMB_KILL_USEC + 12000;
		double tasks = fmin(((double)t - BOMB_START_USEC) / 400, BOMB_MAX - 6 * uniform(w));
		sample(w, "bomb", t, "pids.current", on ? floor(fmax(tasks, 1)) : 1 - (t > 1e6));
		sample(w, "bystander", t, "pids.current", 1);
	}
	result(w, "bomb", "pids.peak", "count", BOMB_MAX, BOMB_MAX, "pass");
	result(w, "bomb", "pids.events_max", "count", floor(40000 + 900 * noise(w)), NAN, "");
	result(w, "bomb", "kill.to_empty_usec", "usec", 11000 + 400 * noise(w), NAN, "");
	result(w, "bomb", "kill.left", "count", 0, 0, "pass");
	bomb_latency(w, "before", 1);
	bomb_latency(w, "during", 7);
	bomb_latency(w, "after", 1.1);
	end_trial(w, WINDOW_USEC, "bomb=0;bystander=1");
}

static void bomb_run(struct writer *w)
{
	static const char *const axes[] = {",fork", ",vfork", ",threads"};

	for (size_t c = 0; c < 3; c++) {
		w->cell++;
		snprintf(w->axes, sizeof(w->axes), "%s", axes[c]);
		for (w->repeat = 1; w->repeat <= w->plan->repeats; w->repeat++, w->trial++)
			bomb_trial(w);
	}
}

static const char bomb_suite[] =
	"suite: fork-bomb\n"
	"question: Is a fork bomb contained, and do its neighbours notice?\n"
	"repeats: 1\n"
	"duration: 2s\n"
	"axes:\n"
	"  how: [fork, vfork, threads]\n"
	"groups:\n"
	"  - name: bomb\n"
	"    start: 600ms\n"
	"    limits: {pids.max: 64, memory.max: 256M}\n"
	"    run: {workload: forkbomb, threads: 1, how: \"${how}\"}\n"
	"  - name: bystander\n"
	"    run: {workload: bystander, threads: 1}\n"
	"actions:\n"
	"  - {at: 1500ms, group: bomb, kill: true}\n"
	"expect:\n"
	"  - {metric: pids.peak, within: 0%}\n";

/* ---- victims: what each antagonist costs each ---- */

static void victims_run(struct writer *w)
{
	static const char *const levels[] = {"none", "tight"},
				 *const antagonists[] = {"hogs", "bomb"},
				 *const victims[] = {"cpu", "wake-up", "forks"};

	for (size_t c = 0; c < 12; c++) {
		bool dnr = c == 11;
		w->cell++;
		w->repeat = 1;
		snprintf(w->axes, sizeof(w->axes), ",%s,%s,%s", levels[c / 6],
			 antagonists[c / 3 % 2], victims[c % 3]);
		result(w, "victim", "victim.loss_pct", "%", dnr ? 100 : 8.0 * (double)c - 5, NAN,
		       "");
		result(w, "victim", "victim.lost_pct", "%", 8.0 * (double)c - 5, NAN, "");
		result(w, "victim", "victim.cpu_wait_pct", "%", 8.0 * (double)c - 5, 0, "");
		result(w, "victim", "victim.reported", "count", !dnr, NAN, "");
		end_trial(w, WINDOW_USEC, "victim=0");
		w->trial++;
	}
}

static const char victims_suite[] =
	"suite: victims\n"
	"question: What does a neighbour cost?\n"
	"duration: 2s\n"
	"templates: {none: {}, tight: {limits: {pids.max: 9}},\n"
	"  hogs: {run: {workload: spin}}, bomb: {run: {workload: duty}},\n"
	"  cpu: {run: {workload: spin}}, forks: {run: {workload: forkrate}},\n"
	"  wake-up: {run: {workload: bystander}}}\n"
	"axes:\n"
	"  level: [none, tight]\n"
	"  antagonist: [hogs, bomb]\n"
	"  victim: [cpu, wake-up, forks]\n"
	"groups:\n"
	"  - {name: victim, like: \"${victim}\"}\n"
	"  - {name: other, start: 1s, like: [\"${antagonist}\", \"${level}\"]}\n"
	"actions: [{at: 1s, segment: beside}]\n";

/* ---- the files ---- */

static const char host[] =
	"{\n  \"where\": \"exact lab\", \"lab\": \"exact\", \"lab_shift\": 3,\n"
	"  \"lab_kernel\": \"6.12.30\", \"lab_qemu\": \"10.0.2\",\n"
	"  \"kernel\": \"6.12.30-cloud-amd64\", \"hz\": 250, \"governor\": null,\n"
	"  \"cpu_model\": \"SYNTHETIC: nothing was measured\",\n"
	"  \"topology\": {\"packages\": 1, \"nodes\": 1, \"cores\": 4, \"cpus\": 4},\n"
	"  \"suite\": \"synthetic\", \"suite_digest\": \"0000\", \"seed\": 0, \"trials\": 1,\n"
	"  \"run\": \"synthetic\", \"cgbench\": \"1.0\"\n}\n";

static const struct {
	const char *axes, *suite;
	void (*run)(struct writer *w);
} kinds[] = {
	[PLOTRUN_CPU] = {",quota,period,threads", NULL, cpu_run},
	[PLOTRUN_MEMORY] = {",kind,limit", memory_suite, memory_run},
	[PLOTRUN_BOMB] = {",how", bomb_suite, bomb_run},
	[PLOTRUN_VICTIMS] = {",level,antagonist,victim", victims_suite, victims_run},
};

static void write_headers(struct writer *w)
{
	char axes[128];

	snprintf(axes, sizeof(axes), "%s%s", kinds[w->plan->kind].axes,
		 w->plan->long_name ? ",variant" : "");
	fprintf(w->results,
		"run,suite,part,trial,cell,repeat,status,group,metric,unit,value,expected,"
		"error_pct,verdict%s\n",
		axes);
	fprintf(w->trials,
		"run,suite,part,trial,cell,repeat,status,reason,start_usec,duration_usec,"
		"setup_usec,teardown_usec,samples,samples_lost,sampler_cost_usec,harness_cpu_usec,"
		"placement,ran_on%s\n",
		axes);
	fputs("trial,group,t_usec,metric,value\n", w->samples);
	fputs("trial,group,thread,start_usec,length_usec\n", w->stalls);
}

static void write_filler(struct writer *w)
{
	w->trial = w->cell = w->repeat = 1;
	for (unsigned i = 0; i < w->plan->filler_rows; i++) {
		char metric[32];
		snprintf(metric, sizeof(metric), "work.counter%u", i % 8000);
		result(w, "subject", metric, "count", 1000 + i % 977, NAN, "");
	}
}

void plotrun_write(const struct plotrun *p, const char *dir)
{
	struct writer w = {.plan = p, .trial = 1, .random = 42};

	assert_true(mkdir(dir, 0777) == 0 || errno == EEXIST);
	w.results = create(dir, "results.csv");
	w.trials = create(dir, "trials.csv");
	w.samples = create(dir, "samples.csv");
	w.stalls = create(dir, "stalls.csv");
	write_headers(&w);
	kinds[p->kind].run(&w);
	write_filler(&w);
	finish(w.results);
	finish(w.trials);
	finish(w.samples);
	finish(w.stalls);
	write_text(dir, "host.json", host);
	if (kinds[p->kind].suite)
		write_text(dir, "suite.yaml", kinds[p->kind].suite);
	else
		write_cpu_suite(p, dir);
}

char *plotrun_folder(void)
{
	char *dir = strdup("/tmp/cgtest-plotrun-XXXXXX");

	assert_non_null(dir);
	assert_non_null(mkdtemp(dir));
	return dir;
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *f)
{
	(void)s, (void)type, (void)f;
	return remove(path);
}

void plotrun_remove(char *dir)
{
	assert_int_equal(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	free(dir);
}
