/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the file of a history: opened, asked, read, and written to. */
#include "history/history.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static void ask(struct history *h)
{
	struct trend *trend = NULL;
	struct err e = {""};
	char *text = NULL;
	int64_t id = 0;

	if (history_find_run(h, "1", &id, &e) == 0 && history_facts(h, id, &text, &e) == 0)
		free(text);
	if (history_read(h, NULL, &trend, &e) == 0)
		trend_free(trend);
}

static void add(struct history *h)
{
	const struct history_value value = {.cell = "suite quota=20%",
					    .group = "subject",
					    .metric = "cpu.usage_cpus",
					    .unit = "cpus",
					    .repeat = 1,
					    .value = 0.2,
					    .expected = NAN};
	const struct history_run run = {.name = "20261124-1",
					.digest = "d",
					.date = "2026-11-24T00:00:00Z",
					.suite = "suite",
					.kernel = "6.12.1",
					.label = "",
					.host = "h",
					.facts = "{}",
					.values = &value,
					.n_values = 1};
	enum history_outcome outcome;
	struct err e = {""};
	int64_t id = 0;

	(void)history_add(h, &run, true, &outcome, &id, &e);
	(void)history_mark(h, "1", "*", "known", &id, &e);
}

void fuzz_history(const uint8_t *bytes, size_t n)
{
	struct history *h = NULL;
	struct err e = {""};

	/* What SQLite wrote beside an earlier input. */
	unlink(fuzz_file("history.db-wal", "", 0));
	unlink(fuzz_file("history.db-shm", "", 0));
	unlink(fuzz_file("history.db-journal", "", 0));
	if (history_open(fuzz_file("history.db", bytes, n), false, &h, &e) < 0)
		return;
	ask(h);
	add(h);
	history_close(h);
}
