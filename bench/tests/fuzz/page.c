/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A shared page after a hostile workload wrote to it, read by whoever reads pages: waiting for
 * threads, settling, metrics, verdicts, rows. The input is a list of writes into a page that was
 * in order.
 */
#include "cgbench/page.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "evaluate/evaluate.h"
#include "record/run_dir.h"
#include "suite/expand.h"
#include "tests/fuzz/fuzz.h"

/* Both kinds of step, and a limit, so that the metrics have something to expect. */
static const char yaml[] = "suite: hostile\n"
			   "question: What if the page lies?\n"
			   "duration: 1s\n"
			   "groups:\n"
			   "  - name: subject\n"
			   "    limits: {cpu.max: 20ms 100ms}\n"
			   "    run: {workload: duty, threads: 2}\n"
			   "expect:\n"
			   "  - {metric: cpu.usage_error, within: 5%}\n";

/* An entry of the input: `count` times the value, from an offset into the page on. */
struct poke {
	uint32_t offset;
	uint8_t count;
	uint8_t bytes; /* of the value: 1 to 8 */
	uint8_t value[8];
} __attribute__((packed));

static struct page *make_page(void)
{
	struct page *page = NULL;
	struct err e = {""};
	int fd = -1;

	if (page_create(&page, &fd, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
	close(fd);
	page->threads = 2;
	page->open_nsec = NSEC_PER_SEC;
	page->started_nsec = NSEC_PER_SEC;
	page->latency[PAGE_BEFORE].count = 1;
	return page;
}

static void apply(struct page *page, const uint8_t *bytes, size_t n)
{
	struct poke p;

	for (; n >= sizeof(p); bytes += sizeof(p), n -= sizeof(p)) {
		size_t at, size;
		memcpy(&p, bytes, sizeof(p));
		at = p.offset % sizeof(*page);
		size = p.bytes % sizeof(p.value) + 1;
		for (unsigned i = 0; i <= p.count && at + size <= sizeof(*page); i++, at += size)
			memcpy((char *)page + at, p.value, size);
	}
}

static const struct plan *make_plan(void)
{
	static struct suite *suite;
	static struct plan *plan;
	struct err e = {""};

	if (!plan && (suite_parse("page.yaml", yaml, strlen(yaml), &suite, &e) < 0 ||
		      plan_expand(suite, &(struct plan_options){0}, &plan, &e) < 0)) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
	return plan;
}

static void remove_run(const struct run_dir *d)
{
	scope_dir DIR *dir = opendir(run_dir_path(d));

	for (const struct dirent *entry; dir && (entry = readdir(dir));)
		unlinkat(dirfd(dir), entry->d_name, 0);
	rmdir(run_dir_path(d));
}

static void write_rows(const struct trial_data *t, const struct evaluation *v)
{
	struct run_dir *d = NULL;
	struct err e = {""};
	json_t *host = json_object();

	if (run_dir_create(fuzz_folder(), make_plan(), host, &d, &e) == 0) {
		(void)run_dir_add(d, t, v, &e);
		remove_run(d);
		(void)run_dir_close(d, &e);
	}
	json_decref(host);
}

static void judge(struct page *page)
{
	const struct trial_plan *plan = &make_plan()->trials[0];
	struct snapshot_file before = {"cpu.stat", (char *)"usage_usec 0\n"};
	struct snapshot_file after = {"cpu.stat", (char *)"usage_usec 200000\n"};
	struct page_base base = {0};
	struct group_data group = {.plan = &plan->groups[0],
				   .page = page,
				   .base = &base,
				   .opened_nsec = NSEC_PER_SEC,
				   .before = {.nsec = NSEC_PER_SEC, .files = &before, .n = 1},
				   .after = {.nsec = 2 * NSEC_PER_SEC, .files = &after, .n = 1}};
	struct trial_data trial = {.plan = plan,
				   .open_nsec = NSEC_PER_SEC,
				   .close_nsec = 2 * NSEC_PER_SEC,
				   .cpus_online = 2,
				   .tick_usec = 4000,
				   .groups = &group,
				   .n_groups = 1};
	struct evaluation v = {0};
	struct err e = {""};

	if (evaluate(&trial, &v, &e) == 0)
		write_rows(&trial, &v);
	evaluation_free(&v);
}

/* In the order of a trial: page_keep is what makes the rest safe. */
void fuzz_page(const uint8_t *bytes, size_t n)
{
	const struct run_plan *run = &make_plan()->trials[0].groups[0].run;
	struct page *page = make_page();
	struct err e = {""};

	apply(page, bytes, n);
	(void)page_wait_ready(page, 2, 0, &e);
	(void)page_is_meddled(page);
	if (page_keep(&page, run->threads, run->workload->counters, &e) == 0) {
		page_settle(page, 2 * NSEC_PER_SEC);
		judge(page);
	}
	page_unmap(&page);
}
