/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/input.h"
#include "base/io.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"

/* Every whole number up to here is a double of its own. */
#define WHOLE_MAX 9007199254740992.0

struct csv_writer {
	char *name;
	int fd;
	off_t end; /* of the last whole row; -1: not a file of ours, nothing can be taken back */
	char *row; /* the row so far, reused from row to row */
	size_t used, size;
	size_t fields;
	bool no_memory; /* for a field of this row */
};

static void writer_free(struct csv_writer *w)
{
	free(w->row);
	free(w->name);
	free(w);
}

/*
 * Where the last whole row ends: after the last newline that no quotes enclose. A quote that is
 * part of a field is doubled, so it toggles twice and changes nothing.
 */
static int find_end(int fd, off_t *end)
{
	char block[1 << 16];
	bool quoted = false;
	off_t at = 0;
	ssize_t n;

	*end = 0;
	while ((n = pread(fd, block, sizeof(block), at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		for (ssize_t i = 0; i < n; i++) {
			if (block[i] == '"')
				quoted = !quoted;
			else if (block[i] == '\n' && !quoted)
				*end = at + i + 1;
		}
		at += n;
	}
	return 0;
}

/* Leaves the file at the end of its last whole row, with nothing behind it. */
static int drop_tail(struct csv_writer *w)
{
	if (io()->ftruncate(w->fd, w->end) < 0 || lseek(w->fd, w->end, SEEK_SET) < 0)
		return -errno;
	return 0;
}

static int open_file(struct csv_writer *w, int dirfd, const char *name, bool append)
{
	int r;

	w->fd = io_openat(dirfd, name, O_RDWR | O_CREAT | (append ? 0 : O_TRUNC), 0666);
	if (w->fd < 0)
		return w->fd;
	if (!append)
		return 0;
	r = find_end(w->fd, &w->end);
	return r < 0 ? r : drop_tail(w);
}

int csv_create(int dirfd, const char *name, bool append, struct csv_writer **out, struct err *e)
{
	struct csv_writer *w = calloc(1, sizeof(*w));
	int r = -ENOMEM;

	if (!w)
		return err_set(e, r, "cannot write %s: out of memory", name);
	w->fd = -1;
	w->name = strdup(name);
	if (w->name)
		r = open_file(w, dirfd, name, append);
	if (r < 0) {
		errno = -r;
		r = err_sys(e, "cannot write %s", name);
		scope_close_fd(&w->fd);
		writer_free(w);
		return r;
	}
	*out = w;
	return 0;
}

int csv_to_fd(int fd, const char *name, struct csv_writer **out, struct err *e)
{
	struct csv_writer *w = calloc(1, sizeof(*w));

	if (w) {
		w->name = strdup(name);
		w->fd = dup(fd);
		w->end = -1;
	}
	if (!w || !w->name || w->fd < 0) {
		int r = err_sys(e, "cannot write %s", name);
		if (w)
			writer_free(w);
		return r;
	}
	*out = w;
	return 0;
}

bool csv_is_empty(const struct csv_writer *w)
{
	return w->end == 0;
}

static void put(struct csv_writer *w, char c)
{
	if (w->used == w->size) {
		size_t size = w->size ? w->size * 2 : 512;
		char *grown = realloc(w->row, size);
		if (!grown) {
			w->no_memory = true;
			return;
		}
		w->row = grown;
		w->size = size;
	}
	w->row[w->used++] = c;
}

static void put_plain(struct csv_writer *w, const char *text)
{
	if (w->fields++ > 0)
		put(w, ',');
	while (*text)
		put(w, *text++);
}

static void put_quoted(struct csv_writer *w, const char *text)
{
	put_plain(w, "\"");
	for (; *text; text++) {
		if (*text == '"')
			put(w, '"');
		put(w, *text);
	}
	put(w, '"');
}

void csv_text(struct csv_writer *w, const char *text)
{
	if (text && strpbrk(text, ",\"\r\n"))
		put_quoted(w, text);
	else
		put_plain(w, text ? text : "");
}

void csv_no_memory(struct csv_writer *w)
{
	w->no_memory = true;
}

void csv_u64(struct csv_writer *w, uint64_t value)
{
	char text[CSV_NUMBER_MAX];

	snprintf(text, sizeof(text), "%ju", (uintmax_t)value);
	put_plain(w, text);
}

void csv_number(struct csv_writer *w, double value)
{
	char text[CSV_NUMBER_MAX];

	put_plain(w, csv_number_format(value, text));
}

const char *csv_number_format(double value, char buf[static CSV_NUMBER_MAX])
{
	/* glibc's C locale is an object of its own: nothing is allocated or to be freed. */
	locale_t before;
	bool whole = fabs(value) <= WHOLE_MAX && value == trunc(value);

	*buf = '\0';
	if (!isfinite(value))
		return buf;
	before = uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
	/* Adding zero turns -0 into 0. */
	snprintf(buf, CSV_NUMBER_MAX, whole ? "%.0f" : "%.12g", value + 0.0);
	uselocale(before);
	return buf;
}

static int flush_row(struct csv_writer *w, struct err *e)
{
	int r, undone;

	if (w->no_memory)
		return err_set(e, -ENOMEM, "%s: out of memory for a row", w->name);
	r = io_write_all(w->fd, w->row, w->used);
	if (r == 0) {
		w->end += w->end < 0 ? 0 : (off_t)w->used;
		return 0;
	}
	errno = -r;
	if (w->end < 0)
		return err_sys(e, "cannot write a row to %s", w->name);
	undone = drop_tail(w);
	errno = -r;
	r = err_sys(e, "cannot write a row to %s; the rows before it are intact", w->name);
	return undone == 0 ? r
			   : err_context(e, r, "%s now ends with half a row (%s)", w->name,
					 strerror(-undone));
}

int csv_end_row(struct csv_writer *w, struct err *e)
{
	int r;

	put(w, '\n');
	r = flush_row(w, e);
	w->used = w->fields = 0;
	w->no_memory = false;
	return r;
}

int csv_close(struct csv_writer *w, struct err *e)
{
	int r;

	if (!w)
		return 0;
	r = io_close(w->fd);
	errno = -r;
	if (r < 0)
		r = err_sys(e, "cannot write %s: closing it failed", w->name);
	writer_free(w);
	return r;
}

/* Pages that have been read are given back in steps of this, so that a reader stays small. */
enum { READER_STEP = 8 << 20 };

struct csv_reader {
	char *path;
	char *map; /* private: quoted fields are unquoted in place */
	size_t size;
	char *next, *end, *kept; /* kept: where the pages that are still held begin */
	size_t line;             /* of the row that was read last, from 1 */
	size_t next_line;
	char **names;
	size_t n_columns;
	struct csv_field *fields;
	bool truncated;
};

void csv_free(struct csv_reader *r)
{
	if (!r)
		return;
	if (r->map)
		munmap(r->map, r->size);
	for (size_t i = 0; i < r->n_columns; i++)
		free(r->names[i]);
	free(r->names);
	free(r->fields);
	free(r->path);
	free(r);
}

static int fault(const struct csv_reader *r, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int fault(const struct csv_reader *r, struct err *e, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(e, -EINVAL, "%s:%zu: %s", r->path, r->line, text);
}

static int map_file(struct csv_reader *r, struct err *e)
{
	struct stat st;
	scope_fd int fd = input_open(r->path, e);

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_sys(e, "cannot read %s", r->path);
	r->size = (size_t)st.st_size;
	if (r->size > 0) {
		void *map = mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
		if (map == MAP_FAILED)
			return err_sys(e, "cannot map %s", r->path);
		r->map = map;
	}
	r->next = r->kept = r->map;
	r->end = r->map ? r->map + r->size : NULL;
	return 0;
}

/*
 * A quoted field from its opening quote on, unquoted in place. Returns what follows its closing
 * quote, or the end of the file.
 */
static char *read_quoted(char *at, const char *end, struct csv_field *f, size_t *lines)
{
	char *out = ++at;

	f->str = out;
	for (; at < end; at++) {
		if (*at == '"' && (++at == end || *at != '"'))
			break;
		*lines += *at == '\n';
		*out++ = *at;
	}
	f->len = (size_t)(out - f->str);
	return at;
}

static char *read_plain(char *at, const char *end, struct csv_field *f)
{
	f->str = at;
	while (at < end && *at != ',' && *at != '\n')
		at++;
	f->len = (size_t)(at - f->str);
	/* RFC 4180 ends rows with CR LF, we with LF; both are read. */
	if (at < end && *at == '\n' && f->len > 0 && at[-1] == '\r')
		f->len--;
	return at;
}

enum row_end {
	ROW_GOES_ON,
	ROW_ENDS,
	FILE_ENDS,  /* within a row */
	QUOTE_OPEN, /* the file ends lines after an opening quote: no half row looks like that */
	QUOTE_SHUT, /* text after a closing quote */
};

/* One field and what ends it. */
static enum row_end read_field(struct csv_reader *r, struct csv_field *f)
{
	char *at = r->next;

	if (at < r->end && *at == '"') {
		size_t before = r->next_line;
		at = read_quoted(at, r->end, f, &r->next_line);
		if (at == r->end && r->next_line > before)
			return QUOTE_OPEN;
		if (at + 1 < r->end && at[0] == '\r' && at[1] == '\n')
			at++;
	} else {
		at = read_plain(at, r->end, f);
	}
	r->next = at + 1;
	if (at == r->end)
		return FILE_ENDS;
	if (*at == ',')
		return ROW_GOES_ON;
	r->next_line++;
	return *at == '\n' ? ROW_ENDS : QUOTE_SHUT;
}

/* Reads the row's fields; counts those that have no place. Returns how the row ended. */
static enum row_end read_row(struct csv_reader *r, size_t *n)
{
	struct csv_field spare;
	enum row_end end;

	r->line = r->next_line;
	*n = 0;
	do {
		end = read_field(r, *n < r->n_columns ? &r->fields[*n] : &spare);
		++*n;
	} while (end == ROW_GOES_ON);
	return end;
}

static void give_back_pages(struct csv_reader *r)
{
	if (r->next - r->kept < 2 * (ptrdiff_t)READER_STEP)
		return;
	/* The row just read lies in the pages before next and stays valid: one step is kept. */
	madvise(r->kept, READER_STEP, MADV_DONTNEED);
	r->kept += READER_STEP;
}

int csv_next(struct csv_reader *r, const struct csv_field **fields, struct err *e)
{
	size_t n;

	if (r->truncated || r->next >= r->end)
		return 0;
	switch (read_row(r, &n)) {
	case FILE_ENDS:
		r->truncated = true;
		return 0;
	case QUOTE_OPEN:
		return fault(r, e, "a quote that does not end");
	case QUOTE_SHUT:
		return fault(r, e, "text after a closing quote; expected a comma or a line end");
	case ROW_ENDS:
	case ROW_GOES_ON:
		break;
	}
	if (n != r->n_columns)
		return fault(r, e, "%zu fields; the header has %zu columns", n, r->n_columns);
	give_back_pages(r);
	*fields = r->fields;
	return 1;
}

/* Whether the header names the last of its columns so far for the second time. */
static bool is_duplicate(const struct csv_reader *r)
{
	return csv_column(r, r->names[r->n_columns - 1]) < (int)r->n_columns - 1;
}

static int read_header(struct csv_reader *r, struct err *e)
{
	static const char mark[] = "\xef\xbb\xbf"; /* what spreadsheets put before UTF-8 */
	enum row_end end = ROW_GOES_ON;

	r->line = r->next_line = 1;
	if (r->end - r->next >= 3 && memcmp(r->next, mark, 3) == 0)
		r->next += 3;
	while (end == ROW_GOES_ON) {
		struct csv_field f;
		char **name;
		end = r->next < r->end ? read_field(r, &f) : FILE_ENDS;
		if (end == FILE_ENDS)
			return fault(r, e, "no header; expected a row of column names");
		if (end == QUOTE_OPEN || end == QUOTE_SHUT)
			return fault(r, e, "a quote in the header that does not end its field");
		name = array_push(r->names, r->n_columns);
		if (name)
			*name = strndup(f.str, f.len);
		if (!name || !*name)
			return err_set(e, -ENOMEM, "%s: out of memory", r->path);
		if (is_duplicate(r))
			return fault(r, e, "column '%s' is there twice", *name);
	}
	r->fields = calloc(r->n_columns, sizeof(*r->fields));
	return r->fields ? 0 : err_set(e, -ENOMEM, "%s: out of memory", r->path);
}

int csv_open(const char *path, struct csv_reader **out, struct err *e)
{
	struct csv_reader *r = calloc(1, sizeof(*r));
	int code = -ENOMEM;

	if (r && (r->path = strdup(path)))
		code = map_file(r, e);
	else
		err_set(e, code, "cannot read %s: out of memory", path);
	if (code == 0)
		code = read_header(r, e);
	if (code < 0) {
		csv_free(r);
		return code;
	}
	*out = r;
	return 0;
}

size_t csv_columns(const struct csv_reader *r)
{
	return r->n_columns;
}

const char *csv_column_name(const struct csv_reader *r, size_t i)
{
	return r->names[i];
}

int csv_column(const struct csv_reader *r, const char *name)
{
	for (size_t i = 0; i < r->n_columns; i++)
		if (strcmp(r->names[i], name) == 0)
			return (int)i;
	return -1;
}

bool csv_truncated(const struct csv_reader *r)
{
	return r->truncated;
}

size_t csv_line(const struct csv_reader *r)
{
	return r->line;
}

bool csv_field_is(const struct csv_field *f, const char *text)
{
	return strlen(text) == f->len && memcmp(f->str, text, f->len) == 0;
}

/* Plain decimals of up to 15 digits, nearly all there are: exact, since both parts are doubles. */
static bool short_decimal(const struct csv_field *f, double *value)
{
	static const double power[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
				       1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
	const char *at = f->str, *end = f->str + f->len;
	bool minus = *at == '-', point = false;
	uint64_t digits = 0;
	unsigned n = 0, decimals = 0;

	for (at += minus; at < end; at++) {
		if (*at == '.' && !point) {
			point = true;
			continue;
		}
		if (*at < '0' || *at > '9' || ++n > 15)
			return false;
		digits = digits * 10 + (uint64_t)(*at - '0');
		decimals += point;
	}
	if (n == 0)
		return false;
	*value = (double)digits / power[decimals];
	if (minus)
		*value = -*value;
	return true;
}

int csv_field_number(const struct csv_field *f, double *value)
{
	char text[64], *end;
	double v;

	if (f->len == 0) {
		*value = NAN;
		return 0;
	}
	if (short_decimal(f, value))
		return 0;
	/* strtod alone would also take leading blanks, hex, "inf" and "nan". */
	if (f->len >= sizeof(text) || !strchr("+-.0123456789", *f->str))
		return -EINVAL;
	memcpy(text, f->str, f->len);
	text[f->len] = '\0';
	if (text[strspn(text, "+-.0123456789eE")] != '\0')
		return -EINVAL;
	v = strtod_l(text, &end, newlocale(LC_ALL_MASK, "C", (locale_t)0));
	if (*end != '\0' || end == text || !isfinite(v))
		return -EINVAL;
	*value = v;
	return 0;
}
