/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/history_runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "history/db.h"
#include "tests/support/plotrun.h"
#include "tests/test.h"

struct history_place history_place_make(void)
{
	struct history_place p = {.folder = plotrun_folder()};

	snprintf(p.path, sizeof(p.path), "%s/history.db", p.folder);
	return p;
}

void history_place_remove(struct history_place *p)
{
	plotrun_remove(p->folder);
}

struct history *history_make(const struct history_place *p)
{
	struct history *h = NULL;
	struct err e = {""};

	if (history_open(p->path, true, &h, &e) < 0)
		fail_msg("%s", e.text);
	return h;
}

const char *const history_cells[HISTORY_CELLS] = {"suite quota=5%", "suite quota=20%",
						  "suite quota=50%"};

/* Noise without a library: the same for the same number. */
double history_noise(unsigned number)
{
	uint64_t x = number * UINT64_C(0x9e3779b97f4a7c15) + 1;

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (double)((x ^ (x >> 31)) >> 11) / 9007199254740992.0 - 0.5;
}

void history_make_run(struct history_made *m, unsigned number, double shift)
{
	time_t when = 1767225600 + (time_t)number * 86400; /* from 2026-01-01 on, a run a day */
	struct tm t;

	gmtime_r(&when, &t);
	strftime(m->date, sizeof(m->date), "%Y-%m-%dT%H:%M:%SZ", &t);
	snprintf(m->name, sizeof(m->name), "run-%04u", number);
	snprintf(m->digest, sizeof(m->digest), "digest-%04u", number);
	for (unsigned i = 0; i < HISTORY_VALUES; i++)
		m->values[i] = (struct history_value){
			.cell = history_cells[i / HISTORY_REPEATS],
			.group = "subject",
			.metric = "cpu.usage_error",
			.unit = "%",
			.repeat = i % HISTORY_REPEATS + 1,
			.value = 100 + history_noise(number * HISTORY_VALUES + i) +
				 (i < HISTORY_REPEATS ? shift : 0),
			.expected = 100,
		};
	m->run = (struct history_run){.name = m->name,
				      .digest = m->digest,
				      .date = m->date,
				      .suite = "suite",
				      .kernel = "6.12.1",
				      .label = "",
				      .host = "host",
				      .facts = "{}",
				      .values = m->values,
				      .n_values = HISTORY_VALUES};
}

enum history_outcome history_must_add(struct history *h, const struct history_run *run)
{
	enum history_outcome outcome = HISTORY_REPLACED;
	struct err e = {""};
	int64_t id;

	if (history_add(h, run, false, &outcome, &id, &e) < 0)
		fail_msg("%s: %s", run->name, e.text);
	return outcome;
}

struct trend *history_read_all(struct history *h)
{
	struct trend *t = NULL;
	struct err e = {""};

	if (history_read(h, NULL, &t, &e) < 0)
		fail_msg("%s", e.text);
	return t;
}

/* Every run that is there has all its values, once, and the right ones. */
void history_check_whole(const struct trend *t, size_t runs)
{
	assert_int_equal(t->n_runs, runs);
	assert_int_equal(t->n_series, runs ? HISTORY_CELLS : 0);
	for (size_t s = 0; s < t->n_series; s++) {
		assert_int_equal(t->series[s].n, runs);
		for (size_t i = 0; i < runs; i++)
			assert_int_equal(t->series[s].points[i].run, i);
	}
	for (size_t i = 0; i + 1 < runs; i++)
		assert_string_not_equal(t->runs[i].name, t->runs[i + 1].name);
}

void history_check_sound(const struct history_place *p)
{
	static const char *const none[] = {"", "", NULL};
	const struct db_schema schema = {.application = HISTORY_APPLICATION, .migrations = none};
	struct db *db = NULL;
	struct db_query *q = NULL;

	assert_int_equal(db_open(p->path, &schema, false, &db, NULL), 0);
	assert_int_equal(db_prepare(db, "PRAGMA integrity_check", &q, NULL), 0);
	assert_int_equal(db_next(q, NULL), 1);
	assert_string_equal(db_text(q, 0), "ok");
	db_finish(q);
	assert_int_equal(db_prepare(db,
				    "SELECT count(*) FROM run WHERE n_values <>"
				    " (SELECT count(*) FROM value WHERE value.run = run.id)",
				    &q, NULL),
			 0);
	assert_int_equal(db_next(q, NULL), 1);
	assert_int_equal(db_integer(q, 0), 0);
	db_finish(q);
	db_close(db);
}
