/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a CSV file: read whole; and continued as `run --resume` continues one. */
#include <fcntl.h>

#include "base/csv.h"
#include "cgbench/scope.h"
#include "tests/fuzz/fuzz.h"

static void read_rows(const char *path)
{
	struct csv_reader *reader = NULL;
	const struct csv_field *fields;
	struct err e = {""};
	double value;

	if (csv_open(path, &reader, &e) < 0)
		return;
	while (csv_next(reader, &fields, &e) > 0)
		for (size_t i = 0; i < csv_columns(reader); i++)
			(void)csv_field_number(&fields[i], &value);
	(void)csv_column(reader, "trial");
	(void)csv_line(reader);
	csv_free(reader);
}

static void append_row(const char *name)
{
	scope_fd int dirfd = open(fuzz_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct csv_writer *writer = NULL;
	struct err e = {""};

	if (csv_create(dirfd, name, true, &writer, &e) < 0)
		return;
	csv_text(writer, "a \"quoted\", text");
	csv_number(writer, 0.1);
	(void)csv_end_row(writer, &e);
	(void)csv_close(writer, &e);
}

void fuzz_csv(const uint8_t *bytes, size_t n)
{
	const char *path = fuzz_file("one.csv", bytes, n);

	read_rows(path);
	append_row("one.csv");
	read_rows(path);
}
