/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history: nothing lost, nothing doubled, whoever writes and whoever is killed meanwhile. */
#include "history/history.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "history/db.h"
#include "history/history_load.h"
#include "tests/support/history_runs.h"
#include "tests/test.h"

/* ---- adding ---- */

static void test_adding_twice_changes_nothing(void **state)
{
	struct history_place p = history_place_make();
	struct history *h = history_make(&p);
	struct history_made a, b;
	struct trend *t;
	(void)state;

	history_make_run(&a, 1, 0);
	history_make_run(&b, 0, 0);
	assert_int_equal(history_must_add(h, &a.run), HISTORY_ADDED);
	assert_int_equal(history_must_add(h, &b.run), HISTORY_ADDED);
	assert_int_equal(history_must_add(h, &a.run), HISTORY_THERE);
	history_close(h);
	h = history_make(&p);
	assert_int_equal(history_must_add(h, &b.run), HISTORY_THERE);
	t = history_read_all(h);
	history_check_whole(t, 2);
	/* By date, not in the order of adding. */
	assert_string_equal(t->runs[0].name, "run-0000");
	assert_int_equal(t->runs[0].id, 2);
	assert_true(t->series[0].points[1].low <= t->series[0].points[1].median);
	assert_true(t->series[0].points[1].expected == 100);
	trend_free(t);
	history_close(h);
	history_check_sound(&p);
	history_place_remove(&p);
}

static void test_other_results_need_replace(void **state)
{
	struct history_place p = history_place_make();
	struct history *h = history_make(&p);
	enum history_outcome outcome;
	struct history_made m;
	struct err e = {""};
	struct trend *t;
	int64_t id = 0;
	(void)state;

	history_make_run(&m, 1, 0);
	history_must_add(h, &m.run);
	history_make_run(&m, 1, 50);
	m.run.digest = "others";
	assert_int_equal(history_add(h, &m.run, false, &outcome, &id, &e), -EEXIST);
	assert_non_null(strstr(e.text, "run-0001"));
	assert_non_null(strstr(e.text, "--replace"));
	t = history_read_all(h);
	assert_true(t->series[1].points[0].median < 110);
	trend_free(t);
	assert_int_equal(history_add(h, &m.run, true, &outcome, &id, &e), 0);
	assert_int_equal(outcome, HISTORY_REPLACED);
	assert_int_equal(id, 1);
	t = history_read_all(h);
	history_check_whole(t, 1);
	for (size_t s = 0; s < t->n_series; s++)
		if (strstr(t->series[s].name, history_cells[0]))
			assert_true(t->series[s].points[0].median > 140);
	trend_free(t);
	history_close(h);
	history_check_sound(&p);
	history_place_remove(&p);
}

/* The clock of the exact lab, which names runs, begins at the same moment every time. */
static void test_exact_runs_share_their_id(void **state)
{
	struct history_place p = history_place_make();
	struct history *h = history_make(&p);
	struct history_made m;
	struct err e = {""};
	int64_t id = 0;
	(void)state;

	history_make_run(&m, 1, 0);
	m.run.exact = true;
	assert_int_equal(history_must_add(h, &m.run), HISTORY_ADDED);
	assert_int_equal(history_must_add(h, &m.run), HISTORY_THERE);
	m.run.digest = "of another kernel";
	assert_int_equal(history_must_add(h, &m.run), HISTORY_ADDED);
	assert_int_equal(history_find_run(h, m.name, &id, &e), -EINVAL);
	assert_non_null(strstr(e.text, "1 and 2"));
	assert_int_equal(history_find_run(h, "2", &id, &e), 0);
	assert_int_equal(id, 2);
	history_close(h);
	history_place_remove(&p);
}

static void test_a_run_is_added_whole_or_not_at_all(void **state)
{
	static const struct {
		const char *name;
		unsigned repeat;
		double value;
		const char *says;
	} rows[] = {
		{"a value twice", 1, 5, "repeat 1"},
		{"not a number", 9, NAN, "finite"},
		{"infinite", 9, INFINITY, "finite"},
	};
	struct history_place p = history_place_make();
	struct history *h = history_make(&p);
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		enum history_outcome outcome;
		struct err e = {""};
		struct history_made m;
		struct trend *t;
		int64_t id;
		history_make_run(&m, 7, 0);
		m.values[HISTORY_VALUES - 1].repeat = rows[i].repeat;
		m.values[HISTORY_VALUES - 1].value = rows[i].value;
		assert_int_equal(history_add(h, &m.run, false, &outcome, &id, &e), -EINVAL);
		assert_non_null(strstr(e.text, rows[i].says));
		t = history_read_all(h);
		history_check_whole(t, 0);
		trend_free(t);
	}
	history_close(h);
	history_place_remove(&p);
}

/* ---- the file ---- */

static void exec_sql(const struct history_place *p, const char *sql)
{
	static const char *const none[] = {"", "", NULL};
	const struct db_schema schema = {.application = HISTORY_APPLICATION, .migrations = none};
	struct db *db = NULL;

	assert_int_equal(db_open(p->path, &schema, true, &db, NULL), 0);
	assert_int_equal(db_exec(db, NULL, sql, ""), 0);
	db_close(db);
}

static void test_an_old_version_is_migrated(void **state)
{
	struct history_place p = history_place_make();
	struct history *h = history_make(&p);
	struct history_made m;
	struct trend *t;
	int64_t id = 0;
	(void)state;

	history_make_run(&m, 1, 0);
	history_must_add(h, &m.run);
	history_close(h);
	exec_sql(&p, "DROP TABLE mark"); /* as version 1 had it */
	exec_sql(&p, "PRAGMA user_version = 1");
	h = history_make(&p);
	assert_int_equal(history_mark(h, "1", "*", "known", &id, NULL), 0);
	t = history_read_all(h);
	history_check_whole(t, 1);
	assert_int_equal(t->n_marks, 1);
	trend_free(t);
	history_close(h);
	history_place_remove(&p);
}

static void test_files_that_are_no_history(void **state)
{
	static const struct {
		const char *name, *sql, *text, *says;
		int code;
	} rows[] = {
		{"of a newer version", "PRAGMA user_version = 99", NULL, "version 99", -EINVAL},
		{"of a version below none", "PRAGMA user_version = -100000000", NULL,
		 "version -100000000", -EINVAL},
		{"of another program", "PRAGMA application_id = 7", NULL, "another program",
		 -EINVAL},
		{"a text", NULL,
		 "This is a text, and long enough not to be taken for an empty "
		 "file: a database begins with sixteen bytes that say so.\n",
		 "expected a history", -EINVAL},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct history_place p = history_place_make();
		struct history *h = NULL;
		struct err e = {""};
		if (rows[i].sql) {
			history_close(history_make(&p));
			exec_sql(&p, rows[i].sql);
		} else {
			FILE *f = fopen(p.path, "w");
			fputs(rows[i].text, f);
			assert_int_equal(fclose(f), 0);
		}
		assert_int_equal(history_open(p.path, true, &h, &e), rows[i].code);
		assert_null(h);
		if (!strstr(e.text, rows[i].says) || !strstr(e.text, p.path))
			fail_msg("%s: %s", rows[i].name, e.text);
		history_place_remove(&p);
	}
}

static void test_a_missing_file_is_made_by_add_alone(void **state)
{
	struct history_place p = history_place_make();
	struct history *h = NULL;
	struct err e = {""};
	(void)state;

	assert_int_equal(history_open(p.path, false, &h, &e), -ENOENT);
	assert_int_equal(access(p.path, F_OK), -1);
	assert_int_equal(history_open("/nonexistent/history.db", true, &h, &e), -ENOENT);
	assert_non_null(strstr(e.text, "/nonexistent/history.db"));
	assert_null(h);
	history_place_remove(&p);
}

/* ---- writers that are killed, and writers at once ---- */

static _Noreturn void write_for_ever(const struct history_place *p, unsigned first, int report)
{
	struct history *h = history_make(p);

	for (unsigned i = first;; i++) {
		struct history_made m;
		history_make_run(&m, i, 0);
		history_must_add(h, &m.run);
		/* What was said to be there has to be there. */
		if (write(report, &i, sizeof(i)) != sizeof(i))
			_exit(1);
	}
}

/*
 * Lets a writer add runs from `first` on, and kills it some time after it said of so many that they
 * were there. Returns how many there have to be.
 */
static unsigned write_and_kill(const struct history_place *p, unsigned first, unsigned runs,
			       useconds_t later)
{
	unsigned last, said = 0;
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		write_for_ever(p, first, fds[1]);
	close(fds[1]);
	while (said < first + runs && read(fds[0], &last, sizeof(last)) == sizeof(last))
		said = last + 1;
	usleep(later);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	while (read(fds[0], &last, sizeof(last)) == sizeof(last))
		said = last + 1;
	close(fds[0]);
	return said;
}

static size_t count_runs(const struct history_place *p)
{
	struct history *h = history_make(p);
	struct trend *t = history_read_all(h);
	size_t n = t->n_runs;

	history_check_whole(t, n);
	trend_free(t);
	history_close(h);
	history_check_sound(p);
	return n;
}

static void test_a_writer_killed_20_times(void **state)
{
	enum { KILLS = 20, EARLY = 5, EARLY_USEC = 6000, LATE_USEC = 2000 };
	struct history_place p = history_place_make();
	size_t before = 0;
	(void)state;

	for (unsigned i = 0; i < KILLS; i++) {
		/* The first while they make the file, the others in the middle of adding. */
		unsigned runs = i < EARLY ? 0 : 3 + i % 7;
		double later = (history_noise(i) + 0.5) * (i < EARLY ? EARLY_USEC : LATE_USEC);
		/* Begins with runs that are there: they must not be doubled. */
		unsigned first = before > 2 ? (unsigned)before - 2 : 0;
		unsigned said = write_and_kill(&p, first, runs, (useconds_t)later);
		size_t there = count_runs(&p);
		assert_true(there >= said && there >= before);
		/* At most the one that it was at, or had no time to tell of. */
		assert_true(there == before || there <= said + 1);
		if (runs)
			assert_true(there > before);
		before = there;
	}
	history_place_remove(&p);
}

static _Noreturn void write_some(const struct history_place *p, unsigned first, unsigned n)
{
	struct history *h = history_make(p);
	unsigned added = 0;

	for (unsigned i = first; i < first + n; i++) {
		struct history_made m;
		history_make_run(&m, i, 0);
		added += history_must_add(h, &m.run) == HISTORY_ADDED;
	}
	history_close(h);
	_exit((int)added);
}

/* They make the file together, and half of their runs are the same. */
static void test_two_writers_at_once(void **state)
{
	enum { EACH = 60, SHARED = 30, ROUNDS = 5 };
	(void)state;

	for (int round = 0; round < ROUNDS; round++) {
		struct history_place p = history_place_make();
		struct history *h;
		struct trend *t;
		pid_t pids[2];
		int added = 0;
		for (unsigned i = 0; i < 2; i++) {
			pids[i] = fork();
			assert_true(pids[i] >= 0);
			if (pids[i] == 0)
				write_some(&p, i * (EACH - SHARED), EACH);
		}
		for (unsigned i = 0; i < 2; i++) {
			int status;
			waitpid(pids[i], &status, 0);
			assert_true(WIFEXITED(status));
			added += WEXITSTATUS(status);
		}
		assert_int_equal(added, 2 * EACH - SHARED);
		h = history_make(&p);
		t = history_read_all(h);
		history_check_whole(t, 2 * EACH - SHARED);
		trend_free(t);
		history_close(h);
		history_check_sound(&p);
		history_place_remove(&p);
	}
}

/* Another process is in the middle of its transaction: one waits for it. */
static void test_a_writer_waits_for_its_turn(void **state)
{
	static const char *const none[] = {"", "", NULL};
	const struct db_schema schema = {.application = HISTORY_APPLICATION, .migrations = none};
	enum { HOLD_MSEC = 400 };
	struct history_place p = history_place_make();
	struct history *h = history_make(&p);
	uint64_t start;
	struct history_made m;
	int fds[2];
	char byte;
	pid_t pid;
	(void)state;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		struct db *db = NULL;
		if (db_open(p.path, &schema, false, &db, NULL) < 0 || db_begin(db, NULL) < 0 ||
		    write(fds[1], "x", 1) != 1)
			_exit(1);
		usleep(HOLD_MSEC * 1000);
		_exit(0);
	}
	assert_int_equal(read(fds[0], &byte, 1), 1);
	start = now_nsec();
	history_make_run(&m, 1, 0);
	assert_int_equal(history_must_add(h, &m.run), HISTORY_ADDED);
	assert_true(now_nsec() - start > HOLD_MSEC * NSEC_PER_MSEC / 2);
	waitpid(pid, NULL, 0);
	close(fds[0]);
	close(fds[1]);
	history_close(h);
	history_place_remove(&p);
}

/* ---- dates ---- */

static void test_dates(void **state)
{
	static const struct {
		const char *text, *date; /* NULL: none */
	} rows[] = {
		{"2026-03-01", "2026-03-01T00:00:00Z"},
		{"2026-03-01T09:30:00Z", "2026-03-01T09:30:00Z"},
		{"2026-03-01T09:30:00+02:00", "2026-03-01T07:30:00Z"},
		{"2026-03-01 09:30", "2026-03-01T09:30:00Z"},
		{"2026-13-01", NULL},
		{"2026-03-0", NULL},
		{"yesterday", NULL},
		{"2460000", NULL},
		{"12", NULL},
		{"", NULL},
		{"20260301T093000Z-default", NULL},
	};
	struct history_place p = history_place_make();
	struct history *h = history_make(&p);
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		scope_free char *date = NULL;
		struct err e = {""};
		int r = history_date(h, rows[i].text, &date, &e);
		assert_int_equal(r, rows[i].date ? 0 : -EINVAL);
		if (rows[i].date)
			assert_string_equal(date, rows[i].date);
		else
			assert_non_null(strstr(e.text, "2026-03-01"));
	}
	history_close(h);
	history_place_remove(&p);
}

/* ---- run directories ---- */

static void write_text(const char *folder, const char *name, const char *text)
{
	char path[600];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

#define FACTS(run, kernel, hz, more)                                               \
	"{\"run\": \"" run "\", \"suite\": \"quota\", \"suite_digest\": \"abc\", " \
	"\"kernel\": \"" kernel "\", \"hz\": " hz more "}"

static const char trials_csv[] =
	"run,suite,part,trial,cell,repeat,status,reason,placement,quota,threads\n"
	"r,quota,small,1,1,1,ok,,,5%,1\n"
	"r,quota,small,2,1,2,ok,,,5%,1\n"
	"r,quota,small,3,2,1,skipped,no cpu,,20%,1\n";
static const char results_csv[] =
	"run,suite,part,trial,cell,repeat,status,group,metric,unit,value,expected,error_pct,"
	"verdict,quota,threads\n"
	"r,quota,small,1,1,1,ok,subject,cpu.usage,usec,50,49,,,5%,1\n"
	"r,quota,small,1,1,1,ok,subject,cpu.usage_error,%,1.5,,,,5%,1\n"
	"r,quota,small,2,1,2,ok,subject,cpu.usage,usec,51,49,,,5%,1\n"
	"r,quota,small,2,1,2,ok,,trial.setup,usec,9,,,,5%,1\n";

static struct history_loaded *load(const struct history_place *p, const char *facts,
				   const struct history_about *about)
{
	struct history_loaded *l = NULL;
	struct err e = {""};

	write_text(p->folder, "trials.csv", trials_csv);
	write_text(p->folder, "results.csv", results_csv);
	write_text(p->folder, "host.json", facts);
	if (history_load(p->folder, about, &l, &e) < 0)
		fail_msg("%s", e.text);
	return l;
}

static void test_a_run_directory(void **state)
{
	const struct history_about about = {.label = "v1.2-3"};
	struct history_place p = history_place_make();
	struct history_loaded *l =
		load(&p, FACTS("20260301T093000Z-quota", "6.12.1", "250", ""), &about);
	struct history *h = history_make(&p);
	struct trend *t;
	(void)state;

	assert_string_equal(l->run.name, "20260301T093000Z-quota");
	assert_string_equal(l->run.date, "2026-03-01T09:30:00Z");
	assert_string_equal(l->run.suite, "quota");
	assert_string_equal(l->run.kernel, "6.12.1");
	assert_false(l->run.exact);
	assert_int_equal(l->run.n_values, 4);
	assert_int_equal(l->trials, 3);
	assert_int_equal(l->broken, 1);
	assert_int_equal(history_must_add(h, &l->run), HISTORY_ADDED);
	t = history_read_all(h);
	assert_string_equal(t->runs[0].label, "v1.2-3");
	assert_int_equal(t->n_series, 3);
	assert_string_equal(t->series[2].name, "quota/small quota=5% threads=1/trial.setup");
	assert_string_equal(t->series[0].name, "quota/small quota=5% threads=1/subject/cpu.usage");
	assert_string_equal(t->series[0].unit, "usec");
	assert_true(t->series[0].points[0].median == 50.5);
	assert_true(t->series[0].points[0].low == 50 && t->series[0].points[0].high == 51);
	assert_true(t->series[0].points[0].expected == 49);
	assert_true(isnan(t->series[1].points[0].expected));
	trend_free(t);
	history_close(h);
	history_loaded_free(l);
	history_place_remove(&p);
}

/* What must be alike, and what may differ. */
static void test_identity(void **state)
{
	static const char *const hz[] = {"hz", NULL};
	static const struct {
		const char *facts;
		const char *const *allow;
		bool alike;
	} rows[] = {
		{FACTS("r2", "6.12.1", "250", ""), NULL, true},
		{FACTS("r1", "6.18.2", "250", ""), NULL, true},
		{FACTS("r1", "6.12.1", "250", ", \"governor\": null"), NULL, true},
		{FACTS("r1", "6.12.1", "250", ", \"memory_total_bytes\": 5"), NULL, true},
		{FACTS("r1", "6.12.1", "1000", ""), NULL, false},
		{FACTS("r1", "6.12.1", "1000", ""), hz, true},
		{FACTS("r1", "6.12.1", "250", ", \"governor\": \"powersave\""), hz, false},
		{FACTS("r1", "6.12.1", "250", ", \"lab\": \"exact\""), NULL, false},
		{FACTS("r1", "6.12.1", "250", ", \"suite_digest\": \"def\""), NULL, false},
	};
	struct history_place p = history_place_make();
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		const struct history_about about = {.allow = rows[i].allow};
		struct history_loaded *a = load(&p, FACTS("r1", "6.12.1", "250", ""), &about);
		struct history_loaded *b = load(&p, rows[i].facts, &about);
		if ((strcmp(a->run.host, b->run.host) == 0) != rows[i].alike)
			fail_msg("%s", rows[i].facts);
		assert_string_not_equal(a->run.digest, b->run.digest);
		history_loaded_free(a);
		history_loaded_free(b);
	}
	history_place_remove(&p);
}

static void test_directories_that_are_no_run(void **state)
{
	static const char *const unknown[] = {"no_such_fact", NULL};
	static const struct {
		const char *name, *facts, *says;
		const char *const *allow;
		int code;
	} rows[] = {
		{"empty", NULL, "no run here", NULL, -ENOENT},
		{"no id", "{\"suite\": \"quota\"}", "no 'run'", NULL, -EINVAL},
		{"no JSON", "{", "host.json", NULL, -EINVAL},
		{"an unknown fact", FACTS("r", "6", "1", ""), "no_such_fact", unknown, -EINVAL},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		const struct history_about about = {.allow = rows[i].allow};
		struct history_loaded *l = NULL;
		struct history_place p = history_place_make();
		struct err e = {""};
		if (rows[i].facts) {
			write_text(p.folder, "trials.csv", trials_csv);
			write_text(p.folder, "results.csv", results_csv);
			write_text(p.folder, "host.json", rows[i].facts);
		}
		assert_int_equal(history_load(p.folder, &about, &l, &e), rows[i].code);
		if (!strstr(e.text, rows[i].says))
			fail_msg("%s: %s", rows[i].name, e.text);
		assert_null(l);
		history_place_remove(&p);
	}
}

/* Its clock says nothing of when it ran. */
static void test_an_exact_run_is_of_now(void **state)
{
	const struct history_about now = {0}, then = {.date = "2025-05-05T00:00:00Z"};
	static const char facts[] =
		FACTS("20260101T000031Z-quota", "6.12.1", "250", ", \"lab\": \"exact\"");
	struct history_place p = history_place_make();
	struct history_loaded *l = load(&p, facts, &now);
	char year[8];
	time_t t = time(NULL);
	(void)state;

	strftime(year, sizeof(year), "%Y-%m", gmtime(&t));
	assert_true(l->run.exact);
	assert_string_not_equal(l->run.date, "2026-01-01T00:00:31Z");
	assert_memory_equal(l->run.date, year, strlen("2026"));
	history_loaded_free(l);
	l = load(&p, facts, &then);
	assert_string_equal(l->run.date, "2025-05-05T00:00:00Z");
	history_loaded_free(l);
	history_place_remove(&p);
}

const struct CMUnitTest tests_unit_history[] = {
	cmocka_unit_test(test_adding_twice_changes_nothing),
	cmocka_unit_test(test_other_results_need_replace),
	cmocka_unit_test(test_exact_runs_share_their_id),
	cmocka_unit_test(test_a_run_is_added_whole_or_not_at_all),
	cmocka_unit_test(test_an_old_version_is_migrated),
	cmocka_unit_test(test_files_that_are_no_history),
	cmocka_unit_test(test_a_missing_file_is_made_by_add_alone),
	cmocka_unit_test(test_a_writer_killed_20_times),
	cmocka_unit_test(test_two_writers_at_once),
	cmocka_unit_test(test_a_writer_waits_for_its_turn),
	cmocka_unit_test(test_dates),
	cmocka_unit_test(test_a_run_directory),
	cmocka_unit_test(test_identity),
	cmocka_unit_test(test_directories_that_are_no_run),
	cmocka_unit_test(test_an_exact_run_is_of_now),
	{0},
};
