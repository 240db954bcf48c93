/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A run directory by somebody else. The input is its files, one after the other, each behind a
 * line "--- NAME"; read by all that reads run directories, but gnuplot.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "history/history_load.h"
#include "record/row_reader.h"
#include "runs/load.h"
#include "runs/results.h"
#include "runs/source.h"
#include "runs/traces.h"
#include "tests/fuzz/fuzz.h"

static const char *const names[] = {"host.json",   "suite.yaml",  "trials.csv",
				    "results.csv", "samples.csv", "stalls.csv"};

/* The file's bytes, up to the next line that begins one; NULL: there is no such file. */
static const char *find_file(const char *text, size_t n, const char *name, size_t *length)
{
	char line[32];
	const char *begin, *next;

	snprintf(line, sizeof(line), "--- %s\n", name);
	begin = memmem(text, n, line, strlen(line));
	if (!begin)
		return NULL;
	begin += strlen(line);
	*length = n - (size_t)(begin - text);
	next = memmem(begin, *length, "--- ", 4);
	if (next)
		*length = (size_t)(next - begin);
	return begin;
}

static void write_files(const char *text, size_t n)
{
	for (size_t i = 0; i < array_len(names); i++) {
		size_t length = 0;
		const char *file = find_file(text, n, names[i], &length);
		const char *path = fuzz_file(names[i], file ? file : "", length);
		if (!file)
			unlink(path);
	}
}

static void read_run(const char *dir)
{
	struct dataset *data = NULL;
	struct run *run = NULL;
	struct results results = {0};
	struct traces samples = {0}, stalls = {0};
	struct err e = {""};

	if (dataset_new(&data, &e) < 0)
		return;
	if (run_load(data, dir, &run, &e) == 0) {
		results_select(data, run, "*", &results, &e);
		traces_load_samples(run, "memory.current", &samples, &e);
		traces_load_stalls(run, &stalls, &e);
		results_clear(&results);
		traces_clear(&samples);
		traces_clear(&stalls);
		run_free(run);
	}
	dataset_free(data);
}

static void read_for_merge(const char *dir)
{
	struct source source = {0};
	struct err e = {""};

	if (source_load(dir, &source, &e) < 0)
		return;
	for (enum row_file f = 0; f < ROW_FILES; f++) {
		struct row_reader rows = {0};
		int r = row_reader_open(dir, f, 0, &rows, &e);
		while (r == 0 && row_next(&rows, &e) > 0)
			;
		row_reader_close(&rows);
	}
	source_free(&source);
}

static void read_for_history(const char *dir)
{
	struct history_loaded *loaded = NULL;
	struct err e = {""};

	if (history_load(dir, &(struct history_about){.label = ""}, &loaded, &e) == 0)
		history_loaded_free(loaded);
}

void fuzz_run_dir(const uint8_t *bytes, size_t n)
{
	const char *dir = fuzz_folder();
	struct source source = {0};
	struct err e = {""};

	write_files((const char *)bytes, n);
	read_run(dir);
	read_for_merge(dir);
	read_for_history(dir);
	if (source_load(dir, &source, &e) == 0)
		source_free(&source);
}
