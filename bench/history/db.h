/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * db: SQLite under our rule for errors, and its only user. What it adds: a database that several
 * processes write at once waits for its turn (BEGIN IMMEDIATE, a busy timeout) and never fails half
 * way because another one wrote first; a writer that is killed leaves what it had committed (WAL).
 *
 * Functions that fail return -EBUSY (another process held the file for DB_BUSY_MSEC), -ENOSPC,
 * -EACCES, -ENOENT, -EROFS, -ENOMEM, -EINVAL (not a database, or a damaged one) or -EIO.
 */
#ifndef CGBENCH_DB_H
#define CGBENCH_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "cgbench/err.h"

enum { DB_BUSY_MSEC = 10000 };

struct db;

/* The shape of a database, and how it came about. */
struct db_schema {
	int32_t application;           /* tells our files from other databases */
	const char *const *migrations; /* SQL; entry i takes version i to i + 1; NULL-terminated */
};

/*
 * Opens a database and brings it to the schema's last version. Without `create`, -ENOENT where
 * there is none. -EINVAL for a file that is something else, or of a newer version.
 */
int db_open(const char *path, const struct db_schema *schema, bool create, struct db **out,
	    struct err *e);
/* NULL is allowed; a transaction that was not committed is undone. */
void db_close(struct db *db);

/* Begins to write, as soon as nobody else does. */
int db_begin(struct db *db, struct err *e);
/* Begins to read: what others commit meanwhile is not seen. Ends with db_rollback. */
int db_snapshot(struct db *db, struct err *e);
int db_commit(struct db *db, struct err *e);
/* Undoes what was done since db_begin; nothing when there is no transaction. */
void db_rollback(struct db *db);

/* A statement to be run, perhaps many times. */
struct db_query;

int db_prepare(struct db *db, const char *sql, struct db_query **out, struct err *e);
void db_finish(struct db_query *q);
static inline void db_finish_scope(struct db_query **q)
{
	db_finish(*q);
}

/*
 * Starts it over with new parameters, a letter each: t text (copied; NULL is null), i int64_t,
 * d double (NAN is null).
 */
int db_bind(struct db_query *q, struct err *e, const char *types, ...);

/* The next row: 1, or 0 at the end. */
int db_next(struct db_query *q, struct err *e);

/* Of the row at hand, columns from 0. Text is valid until the next step; "" for null. */
const char *db_text(struct db_query *q, int column);
int64_t db_integer(struct db_query *q, int column);
double db_number(struct db_query *q, int column); /* NAN for null */

/* Binds, and runs to the end. */
int db_run(struct db_query *q, struct err *e, const char *types, ...);
/* The same for a statement that is run once. */
int db_exec(struct db *db, struct err *e, const char *sql, const char *types, ...);

/* The key of the row that was inserted last. */
int64_t db_last_id(const struct db *db);

#endif
