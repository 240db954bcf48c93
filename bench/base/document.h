/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * document: a YAML text as a tree of nodes that know their places. The only user of libyaml, whose
 * complaints become "path:line:column: what, what was expected" here.
 */
#ifndef CGBENCH_DOCUMENT_H
#define CGBENCH_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "cgbench/err.h"

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	int line, column; /* from 1, in characters */
	const char *text; /* of a text, without the quotes that it may have had */
	bool quoted;
	/* A list's elements; a map's keys and values in turn. An alias is the same pointer again.
	 */
	struct node **items;
	size_t n;
};

/*
 * Parses one document of at most DOCUMENT_BYTES_MAX, DOCUMENT_DEPTH_MAX lists and mappings deep.
 * Refused beyond YAML itself: a second document, tags, texts with a NUL, encodings but UTF-8.
 * Everything is allocated in the arena.
 */
enum { DOCUMENT_BYTES_MAX = 1 << 20, DOCUMENT_DEPTH_MAX = 500 };
int document_parse(const char *path, const char *text, size_t length, struct arena *arena,
		   const struct node **root, struct err *e);

/* Fills e with "path:line:column: ..."; returns -EINVAL. */
int document_fault(const char *path, int line, int column, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
int document_fault_va(const char *path, int line, int column, struct err *e, const char *fmt,
		      va_list ap) __attribute__((format(printf, 5, 0)));

/* "a text", "a list", "a mapping" */
const char *node_kind_name(enum node_kind kind);

#endif
