/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html: markup with texts put in, which are escaped. */
#ifndef CGBENCH_HTML_H
#define CGBENCH_HTML_H

#include <stdbool.h>
#include <stdio.h>

/* Writes a text for use between tags and inside quoted attributes. */
void html_text(FILE *f, const char *text);

/*
 * Writes markup in which each '@' stands for the next of the texts, escaped:
 * html_put(f, "<h2 id=\"@\">@</h2>", id, title). The markup itself has no other '@'.
 */
#define html_put(f, markup, ...) html_put_list(f, markup, (const char *const[]){__VA_ARGS__, NULL})
void html_put_list(FILE *f, const char *markup, const char *const *texts);

/* A table in a region that scrolls by itself, also by keyboard. */
struct html_table {
	const char *id;      /* of the table; NULL: none */
	const char *label;   /* of the region, for those who do not see it */
	const char *caption; /* NULL: none */
	bool sortable;
	bool whole;                 /* as long as it is, not in a window of its own */
	const char *const *columns; /* NULL-terminated; ">Median" is one of numbers */
};

/* Everything up to the first row of the body, and after its last. */
void html_table_begin(FILE *f, const struct html_table *t);
void html_table_end(FILE *f);

enum { HTML_NUMBER_MAX = 48 };

/* A number for people: whole above 10000, in groups of three; else four digits. "" for NAN. */
const char *html_number(double value, char buf[static HTML_NUMBER_MAX]);

#endif
