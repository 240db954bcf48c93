/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * schema: the shape of a mapping as a table, and one walker that reads a document into structs by
 * it. What a file may say stands in the tables of suite.c and nowhere else.
 */
#ifndef CGBENCH_SCHEMA_H
#define CGBENCH_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/document.h"
#include "suite/suite.h"

enum field_kind {
	FIELD_TEXT,    /* one value                            -> struct text */
	FIELD_TEXTS,   /* a list of values                     -> struct texts */
	FIELD_LISTS,   /* a list of such lists               -> struct texts *, count */
	FIELD_PAIRS,   /* a mapping with keys of the user's    -> struct pairs */
	FIELD_AXES,    /* a mapping from such keys to lists    -> struct axis *, count */
	FIELD_RECORD,  /* a mapping whose fields lie in the same struct, from `offset` on */
	FIELD_RECORDS, /* a list of mappings of one schema     -> its struct *, count */
	FIELD_NAMED,   /* a mapping from names to such mappings  -> its struct *, count */
};

struct field {
	const char *key;
	enum field_kind kind;
	bool required;
	bool may_be_empty;       /* texts only: "" is a value, if it stands in quotes */
	bool one_will_do;        /* texts only: one value is a list of one */
	const char *unless;      /* not required where this key is */
	size_t offset;           /* where it goes */
	size_t count_offset;     /* for what has a count of its own */
	const struct schema *of; /* of a record */
	const char *expected;    /* "a name such as ..." */
};

struct schema {
	const char *noun;           /* "a group": for messages */
	const char *expected;       /* "a mapping such as ..." */
	size_t size;                /* of its struct */
	const struct field *fields; /* ends with a row without a key */
	const struct field *more;   /* a second such table, shared with another schema; or NULL */
	bool takes_others;          /* other keys are pairs at others_offset */
	size_t others_offset;
	size_t name_offset; /* of a named record: where its name goes, a struct text */
};

/*
 * Reads a document into a struct that the schema describes, zeroed by the caller; what it points to
 * is in the arena. Every fault is -EINVAL with file:line:column.
 */
int schema_read(const struct schema *schema, const char *path, const struct node *root,
		struct arena *arena, void *out, struct err *e);

#endif
