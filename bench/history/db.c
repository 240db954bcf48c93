/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history/db.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"

enum { RETRY_USEC = 20000 };

struct db {
	sqlite3 *sqlite;
	char path[PATH_MAX];
};

struct db_query {
	struct db *db;
	sqlite3_stmt *stmt;
};

/* What SQLite says, as errno and with what the user can do about it. */
static const struct {
	int sqlite, code;
	const char *remedy;
} failures[] = {
	{SQLITE_BUSY, -EBUSY, "another process keeps writing to it; try again when it has ended"},
	{SQLITE_LOCKED, -EBUSY, "another process keeps writing to it; try again when it has ended"},
	{SQLITE_FULL, -ENOSPC, "make room on its file system; nothing was half written"},
	{SQLITE_PERM, -EACCES, "it needs to be writable, and so does its folder"},
	{SQLITE_READONLY, -EROFS, "it needs to be writable, and so does its folder"},
	{SQLITE_AUTH, -EACCES, "it needs to be writable, and so does its folder"},
	{SQLITE_NOMEM, -ENOMEM, "out of memory"},
	{SQLITE_NOTADB, -EINVAL, "expected a history written by cgbench"},
	{SQLITE_CONSTRAINT, -EINVAL, "this would contradict what is there"},
	{SQLITE_CORRUPT, -EINVAL, "it is damaged: restore it, or add the runs to a new one"},
};

static int fail(const struct db *db, int sqlite, struct err *e)
{
	const char *text = sqlite3_errmsg(db->sqlite), *colon = "", *remedy = "";
	int code = -EIO;

	for (size_t i = 0; i < array_len(failures); i++) {
		if (failures[i].sqlite != (sqlite & 0xff))
			continue;
		code = failures[i].code;
		colon = ": ";
		remedy = failures[i].remedy;
	}
	return err_set(e, code, "%s: %s%s%s", db->path, text, colon, remedy);
}

/* ---- statements ---- */

/* NULL when it cannot be prepared, and *r then says why. */
static struct db_query *prepare(struct db *db, const char *sql, int *r, struct err *e)
{
	struct db_query *q = calloc(1, sizeof(*q));
	int s;

	if (!q) {
		*r = err_set(e, -ENOMEM, "%s: out of memory", db->path);
		return NULL;
	}
	q->db = db;
	s = sqlite3_prepare_v2(db->sqlite, sql, -1, &q->stmt, NULL);
	if (s == SQLITE_OK) {
		*r = 0;
		return q;
	}
	*r = fail(db, s, e);
	free(q);
	return NULL;
}

int db_prepare(struct db *db, const char *sql, struct db_query **out, struct err *e)
{
	int r;
	struct db_query *q = prepare(db, sql, &r, e);

	if (q)
		*out = q;
	return r;
}

void db_finish(struct db_query *q)
{
	if (q)
		sqlite3_finalize(q->stmt);
	free(q);
}

static int bind_one(struct db_query *q, int column, char type, va_list *ap)
{
	const char *text;
	double number;

	switch (type) {
	case 't':
		text = va_arg(*ap, const char *);
		return sqlite3_bind_text(q->stmt, column, text, -1, SQLITE_TRANSIENT);
	case 'i':
		return sqlite3_bind_int64(q->stmt, column, va_arg(*ap, int64_t));
	case 'd':
		number = va_arg(*ap, double);
		return isnan(number) ? sqlite3_bind_null(q->stmt, column)
				     : sqlite3_bind_double(q->stmt, column, number);
	default:
		return SQLITE_MISUSE;
	}
}

static int bind_all(struct db_query *q, struct err *e, const char *types, va_list *ap)
{
	int s = SQLITE_OK;

	sqlite3_reset(q->stmt); /* repeats the failure of the last step, which was told then */
	for (int i = 0; types[i] && s == SQLITE_OK; i++)
		s = bind_one(q, i + 1, types[i], ap);
	return s == SQLITE_OK ? 0 : fail(q->db, s, e);
}

int db_bind(struct db_query *q, struct err *e, const char *types, ...)
{
	va_list ap;
	int r;

	va_start(ap, types);
	r = bind_all(q, e, types, &ap);
	va_end(ap);
	return r;
}

int db_next(struct db_query *q, struct err *e)
{
	int s = sqlite3_step(q->stmt);

	if (s == SQLITE_ROW)
		return 1;
	return s == SQLITE_DONE ? 0 : fail(q->db, s, e);
}

const char *db_text(struct db_query *q, int column)
{
	const unsigned char *text = sqlite3_column_text(q->stmt, column);
	return text ? (const char *)text : "";
}

int64_t db_integer(struct db_query *q, int column)
{
	return sqlite3_column_int64(q->stmt, column);
}

double db_number(struct db_query *q, int column)
{
	return sqlite3_column_type(q->stmt, column) == SQLITE_NULL
		       ? NAN
		       : sqlite3_column_double(q->stmt, column);
}

static int run_to_end(struct db_query *q, struct err *e)
{
	int r;

	while ((r = db_next(q, e)) > 0)
		;
	sqlite3_reset(q->stmt); /* an open read would hold back the next writer's checkpoint */
	return r;
}

int db_run(struct db_query *q, struct err *e, const char *types, ...)
{
	va_list ap;
	int r;

	va_start(ap, types);
	r = bind_all(q, e, types, &ap);
	va_end(ap);
	return r < 0 ? r : run_to_end(q, e);
}

int db_exec(struct db *db, struct err *e, const char *sql, const char *types, ...)
{
	int r;
	scope(db_finish_scope) struct db_query *q = prepare(db, sql, &r, e);
	va_list ap;

	if (!q)
		return r;
	va_start(ap, types);
	r = bind_all(q, e, types, &ap);
	va_end(ap);
	return r < 0 ? r : run_to_end(q, e);
}

int64_t db_last_id(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->sqlite);
}

/* ---- transactions ---- */

/*
 * IMMEDIATE takes the write lock before anything was read: a transaction that reads first and
 * writes later fails at once when another one wrote in between, and no timeout helps it.
 */
int db_begin(struct db *db, struct err *e)
{
	return db_exec(db, e, "BEGIN IMMEDIATE", "");
}

int db_snapshot(struct db *db, struct err *e)
{
	return db_exec(db, e, "BEGIN", "");
}

int db_commit(struct db *db, struct err *e)
{
	return db_exec(db, e, "COMMIT", "");
}

void db_rollback(struct db *db)
{
	if (!sqlite3_get_autocommit(db->sqlite))
		db_exec(db, NULL, "ROLLBACK", "");
}

/* ---- opening ---- */

static int pragma(struct db *db, const char *sql, int64_t *value, struct err *e)
{
	int r;
	scope(db_finish_scope) struct db_query *q = prepare(db, sql, &r, e);

	if (q)
		r = db_next(q, e);
	if (r > 0)
		*value = db_integer(q, 0);
	return r < 0 ? r : 0;
}

/* One try to keep a write-ahead log; 1 when another process is in the way. */
static int try_wal(struct db *db, struct err *e)
{
	int r;
	scope(db_finish_scope) struct db_query *q = prepare(db, "PRAGMA journal_mode = WAL", &r, e);

	if (q)
		r = db_next(q, e);
	if (r == -EBUSY)
		return 1;
	if (!q || r < 0)
		return r;
	if (strcmp(db_text(q, 0), "wal") != 0)
		return err_set(e, -EINVAL,
			       "%s: cannot keep a write-ahead log beside it: expected a local file "
			       "system that lets processes share memory",
			       db->path);
	return 0;
}

/* SQLite does not wait by itself where the way of locking is what changes. */
static int use_wal(struct db *db, struct err *e)
{
	uint64_t end = now_nsec() + DB_BUSY_MSEC * UINT64_C(1000000);
	int r;

	while ((r = try_wal(db, e)) > 0 && now_nsec() < end)
		usleep(RETRY_USEC);
	return r > 0 ? -EBUSY : r;
}

/*
 * The version of the file: 0 for a new one. Within a transaction, since another process may be
 * making it.
 */
static int read_version(struct db *db, const struct db_schema *schema, int64_t *version,
			struct err *e)
{
	int64_t application = 0, tables = 0;
	int r = pragma(db, "PRAGMA application_id", &application, e);

	if (r == 0)
		r = pragma(db, "SELECT count(*) FROM sqlite_schema", &tables, e);
	if (r == 0 && application != schema->application && (application != 0 || tables != 0))
		return err_set(e, -EINVAL,
			       "%s: expected a history written by cgbench, found a database of "
			       "another program",
			       db->path);
	return r < 0 ? r : pragma(db, "PRAGMA user_version", version, e);
}

static int64_t last_version(const struct db_schema *schema)
{
	int64_t n = 0;

	while (schema->migrations[n])
		n++;
	return n;
}

static int run_script(struct db *db, const char *sql, struct err *e)
{
	int s = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);
	return s == SQLITE_OK ? 0 : fail(db, s, e);
}

/* Another process may have done it while this one waited to begin. */
static int migrate_locked(struct db *db, const struct db_schema *schema, struct err *e)
{
	int64_t version = 0, last = last_version(schema);
	char sql[128];
	int r = read_version(db, schema, &version, e);

	/* Newer than we are, or damaged, since we looked. */
	if (r == 0 && (version < 0 || version > last))
		r = err_set(e, -EAGAIN, "%s: it changed while it was opened", db->path);
	for (; r == 0 && version < last; version++)
		r = run_script(db, schema->migrations[version], e);
	if (r < 0)
		return r;
	snprintf(sql, sizeof(sql), "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 (int)schema->application, (int)last);
	return run_script(db, sql, e);
}

static int migrate(struct db *db, const struct db_schema *schema, struct err *e)
{
	int r = use_wal(db, e);

	if (r == 0)
		r = db_begin(db, e);
	if (r == 0)
		r = migrate_locked(db, schema, e);
	return r < 0 ? r : db_commit(db, e);
}

/* Migrates if need be; what is not ours, or newer than we are, is left alone. */
static int check_version(struct db *db, const struct db_schema *schema, struct err *e)
{
	int64_t version = 0, last = last_version(schema);
	int r = db_snapshot(db, e);

	if (r == 0)
		r = read_version(db, schema, &version, e);
	db_rollback(db);
	if (r < 0 || version == last)
		return r;
	if (version < 0)
		return err_set(e, -EINVAL,
			       "%s: it is of version %d, which no cgbench writes: the file is "
			       "damaged",
			       db->path, (int)version);
	if (version > last)
		return err_set(e, -EINVAL,
			       "%s: it is of version %d, this cgbench knows up to %d: use the "
			       "newer cgbench that wrote it",
			       db->path, (int)version, (int)last);
	return migrate(db, schema, e);
}

static int open_file(struct db *db, bool create, struct err *e)
{
	int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
	struct stat st;
	int s, why;

	/* SQLite would read from a pipe for ever. */
	if (stat(db->path, &st) == 0 && !S_ISREG(st.st_mode))
		return err_set(e, -EINVAL, "cannot open the history %s: not a regular file",
			       db->path);
	s = sqlite3_open_v2(db->path, &db->sqlite, flags, NULL);
	why = sqlite3_system_errno(db->sqlite);
	if (s == SQLITE_CANTOPEN && why)
		return err_set(e, -why, "cannot open the history %s: %s", db->path, strerror(why));
	if (s != SQLITE_OK)
		return fail(db, s, e);
	sqlite3_extended_result_codes(db->sqlite, 0);
	sqlite3_busy_timeout(db->sqlite, DB_BUSY_MSEC);
	return 0;
}

/*
 * After the migration, which may replace tables that others refer to. NORMAL: a commit waits for no
 * disk. A power cut may take the last ones with it, as whole transactions; a kill takes none.
 */
static int set_up(struct db *db, struct err *e)
{
	return run_script(db, "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL", e);
}

int db_open(const char *path, const struct db_schema *schema, bool create, struct db **out,
	    struct err *e)
{
	struct db *db = calloc(1, sizeof(*db));
	int r;

	if (!db)
		return err_no_memory(e);
	if ((size_t)snprintf(db->path, sizeof(db->path), "%s", path) >= sizeof(db->path)) {
		free(db);
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", path);
	}
	r = open_file(db, create, e);
	if (r == 0)
		r = check_version(db, schema, e);
	if (r == 0)
		r = set_up(db, e);
	if (r < 0) {
		db_close(db);
		return r;
	}
	*out = db;
	return 0;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	if (db->sqlite)
		db_rollback(db);
	sqlite3_close(db->sqlite);
	free(db);
}
