/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history/history.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/scope.h"
#include "history/db.h"
#include "history/trend_read.h"

struct history {
	struct db *db;
	const char *path; /* owned */
};

/*
 * Values are kept in the order in which runs come, so that a run is added to the end and leaves all
 * else alone. They are the repeats as measured: what a run comes to is computed when it is read.
 */
static const char *const migrations[] = {
	"CREATE TABLE host ("
	" id INTEGER PRIMARY KEY,"
	" digest TEXT NOT NULL UNIQUE) STRICT;"

	"CREATE TABLE run ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" name TEXT NOT NULL,"
	" digest TEXT NOT NULL,"
	" date TEXT NOT NULL,"
	" suite TEXT NOT NULL,"
	" kernel TEXT NOT NULL,"
	" label TEXT NOT NULL,"
	" host INTEGER NOT NULL REFERENCES host,"
	" exact INTEGER NOT NULL,"
	" n_values INTEGER NOT NULL,"
	" facts TEXT NOT NULL,"
	" UNIQUE (name, digest)) STRICT;"

	"CREATE TABLE series ("
	" id INTEGER PRIMARY KEY,"
	" cell TEXT NOT NULL,"
	" grp TEXT NOT NULL,"
	" metric TEXT NOT NULL,"
	" unit TEXT NOT NULL,"
	" host INTEGER NOT NULL REFERENCES host,"
	" exact INTEGER NOT NULL,"
	" UNIQUE (metric, cell, grp, unit, host, exact)) STRICT;"

	"CREATE TABLE value ("
	" run INTEGER NOT NULL REFERENCES run,"
	" series INTEGER NOT NULL REFERENCES series,"
	" repeat INTEGER NOT NULL,"
	" value REAL NOT NULL,"
	" expected REAL,"
	" PRIMARY KEY (run, series, repeat)) STRICT, WITHOUT ROWID;",

	/* Version 2: marks. A mark by run has no date of its own. */
	"CREATE TABLE mark ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" run INTEGER REFERENCES run,"
	" date TEXT,"
	" pattern TEXT NOT NULL,"
	" why TEXT NOT NULL,"
	" CHECK ((run IS NULL) <> (date IS NULL))) STRICT;",

	NULL,
};

static const struct db_schema schema = {
	.application = 0x63676268, /* "cgbh" */
	.migrations = migrations,
};

int history_open(const char *path, bool create, struct history **out, struct err *e)
{
	struct history *h = calloc(1, sizeof(*h));
	int r = h && (h->path = strdup(path)) ? 0 : err_no_memory(e);

	if (r == 0)
		r = db_open(path, &schema, create, &h->db, e);
	if (r < 0) {
		history_close(h);
		return r;
	}
	*out = h;
	return 0;
}

void history_close(struct history *h)
{
	if (!h)
		return;
	db_close(h->db);
	free((char *)h->path);
	free(h);
}

/* ---- adding ---- */

/* A run on its way into the database. */
struct adding {
	struct history *h;
	const struct history_run *run;
	int64_t host, id;
	struct db_query *find_series, *new_series, *new_value;
	const struct history_value *last; /* the value whose series is `series` */
	int64_t series;
};

/*
 * A run of the same id: 1 and its number when there is one, `same` when it has these results too.
 * One with the same results is preferred; of an exact run, no other is the same run.
 */
static int find_same(struct history *h, const struct history_run *run, int64_t *id, bool *same,
		     struct err *e)
{
	scope(db_finish_scope) struct db_query *q = NULL;
	int r = db_prepare(h->db,
			   "SELECT id, digest = ?2 FROM run"
			   " WHERE name = ?1 AND (digest = ?2 OR NOT (?3 AND exact))"
			   " ORDER BY digest <> ?2",
			   &q, e);

	if (r == 0)
		r = db_bind(q, e, "tti", run->name, run->digest, (int64_t)run->exact);
	if (r == 0)
		r = db_next(q, e);
	if (r > 0) {
		*id = db_integer(q, 0);
		*same = db_integer(q, 1);
	}
	return r;
}

/* The number of a host, which is made known when it is new. */
static int host_id(struct history *h, const char *digest, int64_t *id, struct err *e)
{
	scope(db_finish_scope) struct db_query *q = NULL;
	int r = db_exec(h->db, e, "INSERT OR IGNORE INTO host (digest) VALUES (?)", "t", digest);

	if (r == 0)
		r = db_prepare(h->db, "SELECT id FROM host WHERE digest = ?", &q, e);
	if (r == 0)
		r = db_bind(q, e, "t", digest);
	if (r == 0)
		r = db_next(q, e);
	if (r > 0)
		*id = db_integer(q, 0);
	return r < 0 ? r : 0;
}

static int write_run(struct adding *a, bool replace, struct err *e)
{
	const struct history_run *run = a->run;
	int r;

	if (!replace) {
		r = db_exec(a->h->db, e,
			    "INSERT INTO run (name, digest, date, suite, kernel, label, host,"
			    " exact, n_values, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			    "ttttttiiit", run->name, run->digest, run->date, run->suite,
			    run->kernel, run->label, a->host, (int64_t)run->exact,
			    (int64_t)run->n_values, run->facts);
		a->id = db_last_id(a->h->db);
		return r;
	}
	r = db_exec(a->h->db, e, "DELETE FROM value WHERE run = ?", "i", a->id);
	if (r < 0)
		return r;
	return db_exec(a->h->db, e,
		       "UPDATE run SET digest = ?, date = ?, suite = ?, kernel = ?, label = ?,"
		       " host = ?, exact = ?, n_values = ?, facts = ? WHERE id = ?",
		       "tttttiiiti", run->digest, run->date, run->suite, run->kernel, run->label,
		       a->host, (int64_t)run->exact, (int64_t)run->n_values, run->facts, a->id);
}

/* 1 when the series is there; its number is then in a->series. */
static int find_series(struct adding *a, const struct history_value *v, struct err *e)
{
	int r = db_bind(a->find_series, e, "ttttii", v->metric, v->cell, v->group, v->unit, a->host,
			(int64_t)a->run->exact);

	if (r == 0)
		r = db_next(a->find_series, e);
	if (r > 0)
		a->series = db_integer(a->find_series, 0);
	return r;
}

static bool same_series(const struct history_value *a, const struct history_value *b)
{
	return strcmp(a->metric, b->metric) == 0 && strcmp(a->group, b->group) == 0 &&
	       strcmp(a->cell, b->cell) == 0 && strcmp(a->unit, b->unit) == 0;
}

/* Puts the number of the value's series into a->series. */
static int series_of(struct adding *a, const struct history_value *v, struct err *e)
{
	int r;

	if (a->last && same_series(a->last, v))
		return 0;
	a->last = v;
	r = find_series(a, v, e);
	if (r != 0)
		return r < 0 ? r : 0;
	r = db_run(a->new_series, e, "ttttii", v->metric, v->cell, v->group, v->unit, a->host,
		   (int64_t)a->run->exact);
	a->series = db_last_id(a->h->db);
	return r;
}

static int write_value(struct adding *a, const struct history_value *v, struct err *e)
{
	int r;

	if (!isfinite(v->value))
		return err_set(e, -EINVAL, "%s of %s %s, repeat %u: expected a finite number",
			       v->metric, v->group, v->cell, v->repeat);
	r = series_of(a, v, e);
	if (r == 0)
		r = db_run(a->new_value, e, "iiidd", a->id, a->series, (int64_t)v->repeat, v->value,
			   v->expected);
	return r < 0 ? err_context(e, r, "%s of %s %s, repeat %u", v->metric, v->group, v->cell,
				   v->repeat)
		     : 0;
}

static int write_values(struct adding *a, struct err *e)
{
	int r = db_prepare(a->h->db,
			   "SELECT id FROM series WHERE metric = ? AND cell = ? AND grp = ?"
			   " AND unit = ? AND host = ? AND exact = ?",
			   &a->find_series, e);

	if (r == 0)
		r = db_prepare(a->h->db,
			       "INSERT INTO series (metric, cell, grp, unit, host, exact)"
			       " VALUES (?, ?, ?, ?, ?, ?)",
			       &a->new_series, e);
	if (r == 0)
		r = db_prepare(a->h->db, "INSERT INTO value VALUES (?, ?, ?, ?, ?)", &a->new_value,
			       e);
	for (size_t i = 0; r == 0 && i < a->run->n_values; i++)
		r = write_value(a, &a->run->values[i], e);
	db_finish(a->find_series);
	db_finish(a->new_series);
	db_finish(a->new_value);
	return r;
}

/* Within a transaction. */
static int add(struct history *h, const struct history_run *run, bool replace,
	       enum history_outcome *outcome, int64_t *id, struct err *e)
{
	struct adding a = {.h = h, .run = run};
	bool same = false;
	int found = find_same(h, run, &a.id, &same, e), r;

	if (found < 0)
		return found;
	if (found && !same && !replace)
		return err_set(e, -EEXIST,
			       "run %s is in the history as %lld, with other results; --replace "
			       "puts these in their place",
			       run->name, (long long)a.id);
	if (!same) {
		r = host_id(h, run->host, &a.host, e);
		if (r == 0)
			r = write_run(&a, found, e);
		if (r == 0)
			r = write_values(&a, e);
		if (r < 0)
			return r;
	}
	*outcome = same ? HISTORY_THERE : found ? HISTORY_REPLACED : HISTORY_ADDED;
	*id = a.id;
	return 0;
}

int history_add(struct history *h, const struct history_run *run, bool replace,
		enum history_outcome *outcome, int64_t *id, struct err *e)
{
	int r = db_begin(h->db, e);

	if (r == 0)
		r = add(h, run, replace, outcome, id, e);
	if (r == 0)
		r = db_commit(h->db, e);
	if (r < 0)
		db_rollback(h->db);
	return r;
}

/* ---- marks ---- */

static bool is_number(const char *text)
{
	return text[0] && text[strspn(text, "0123456789")] == '\0';
}

/* Names up to two of the runs that a query found. */
static int only_one(struct history *h, struct db_query *q, const char *where, int64_t *id,
		    struct err *e)
{
	int64_t first;
	int r = db_next(q, e);

	if (r == 0)
		return err_set(e, -ENOENT,
			       "%s: no run of this number or id in %s (`cgbench history"
			       " log` lists them)",
			       where, h->path);
	first = r > 0 ? db_integer(q, 0) : 0;
	if (r > 0)
		r = db_next(q, e);
	if (r > 0)
		return err_set(e, -EINVAL,
			       "%s: several runs have this id, such as %lld and %lld: "
			       "give the number",
			       where, (long long)first, (long long)db_integer(q, 0));
	if (r == 0)
		*id = first;
	return r;
}

int history_find_run(struct history *h, const char *where, int64_t *id, struct err *e)
{
	scope(db_finish_scope) struct db_query *q = NULL;
	int r = db_prepare(h->db,
			   is_number(where) ? "SELECT id FROM run WHERE id = CAST(? AS INTEGER)"
					    : "SELECT id FROM run WHERE name = ? ORDER BY id",
			   &q, e);

	if (r == 0)
		r = db_bind(q, e, "t", where);
	return r < 0 ? r : only_one(h, q, where, id, e);
}

int history_facts(struct history *h, int64_t id, char **out, struct err *e)
{
	scope(db_finish_scope) struct db_query *q = NULL;
	int r = db_prepare(h->db, "SELECT facts FROM run WHERE id = ?", &q, e);
	char *facts;

	if (r == 0)
		r = db_bind(q, e, "i", id);
	if (r == 0)
		r = db_next(q, e);
	if (r <= 0)
		return r < 0 ? r : err_set(e, -ENOENT, "no run %lld", (long long)id);
	facts = strdup(db_text(q, 0));
	if (!facts)
		return err_no_memory(e);
	*out = facts;
	return 0;
}

static int not_a_date(const char *text, struct err *e)
{
	return err_set(e, -EINVAL,
		       "%s: expected a date such as 2026-03-01, 2026-03-01T09:30:00Z, "
		       "2026-03-01T09:30:00+02:00 or now (UTC unless it says otherwise)",
		       text);
}

int history_date(struct history *h, const char *text, char **out, struct err *e)
{
	scope(db_finish_scope) struct db_query *q = NULL;
	/* SQLite also takes bare numbers, as Julian days, which nobody means. */
	bool like_date = strlen(text) >= strlen("2026-03-01") && isdigit((unsigned char)text[0]) &&
			 text[4] == '-';
	char *date;
	int r;

	if (!like_date && strcmp(text, "now") != 0)
		return not_a_date(text, e);
	r = db_prepare(h->db, "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ?)", &q, e);
	if (r == 0)
		r = db_bind(q, e, "t", text);
	if (r == 0)
		r = db_next(q, e);
	if (r < 0)
		return r;
	if (!db_text(q, 0)[0])
		return not_a_date(text, e);
	date = strdup(db_text(q, 0));
	if (!date)
		return err_no_memory(e);
	*out = date;
	return 0;
}

static int insert_mark(struct history *h, int64_t run, const char *date, const char *pattern,
		       const char *why, int64_t *id, struct err *e)
{
	int r = run ? db_exec(h->db, e, "INSERT INTO mark (run, pattern, why) VALUES (?, ?, ?)",
			      "itt", run, pattern, why)
		    : db_exec(h->db, e, "INSERT INTO mark (date, pattern, why) VALUES (?, ?, ?)",
			      "ttt", date, pattern, why);

	if (r == 0)
		*id = db_last_id(h->db);
	return r;
}

int history_mark(struct history *h, const char *where, const char *pattern, const char *why,
		 int64_t *id, struct err *e)
{
	scope_free char *date = NULL;
	int64_t run = 0;
	int r = history_date(h, where, &date, NULL);

	if (r == -EINVAL)
		r = history_find_run(h, where, &run, e);
	return r < 0 ? r : insert_mark(h, run, date, pattern, why, id, e);
}

int history_unmark(struct history *h, int64_t id, struct err *e)
{
	scope(db_finish_scope) struct db_query *q = NULL;
	int r = db_prepare(h->db, "DELETE FROM mark WHERE id = ? RETURNING id", &q, e);

	if (r == 0)
		r = db_bind(q, e, "i", id);
	if (r == 0)
		r = db_next(q, e);
	if (r == 0)
		return err_set(e, -ENOENT, "no mark %lld in %s (`cgbench history mark` lists them)",
			       (long long)id, h->path);
	return r < 0 ? r : db_next(q, e);
}

int history_read(struct history *h, const struct trend_filter *filter, struct trend **out,
		 struct err *e)
{
	return trend_read(h->db, filter, out, e);
}
