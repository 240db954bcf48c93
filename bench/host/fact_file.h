/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fact_file: facts that are one file of /proc or /sys, or a part of one: readers for the table in
 * facts.c. Each returns a new reference, null when the file or the part is not there.
 */
#ifndef CGBENCH_FACT_FILE_H
#define CGBENCH_FACT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "host/facts.h"

json_t *fact_line(const struct root *r, const struct fact *f);
json_t *fact_number(const struct root *r, const struct fact *f);
/* "always [madvise] never" is madvise. */
json_t *fact_selected(const struct root *r, const struct fact *f);
/* Words separated by blanks, as a list. */
json_t *fact_words(const struct root *r, const struct fact *f);
/* The value behind the key `arg` ("model name : ...") where it first occurs. */
json_t *fact_keyed(const struct root *r, const struct fact *f);
/* The same for "MemTotal:  24684096 kB", in bytes. */
json_t *fact_keyed_bytes(const struct root *r, const struct fact *f);
/* The kernel's command line without the values that name a disk, an address or a secret. */
json_t *fact_cmdline(const struct root *r, const struct fact *f);

/* A string; null for "", and for bytes that JSON cannot hold. */
json_t *fact_text(const char *text);

/* The value behind a whole key in "key<blanks>: value" lines; "" when absent or too long. */
void keyed_find(const char *text, const char *key, char *buf, size_t size);

/* Whether a word stands in a list whose items are separated by `separator`. */
bool list_has(const char *list, char separator, const char *word);

#endif
