/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fileio: small reads or writes of a file, each brought to the disk as `sync` says: a database's
 * log, or a queue on disk. With `every` its requests come on a schedule (an open loop) and their
 * latency counts from when they were due; without, one follows the other, and latency is what each
 * took. The file is written in full before the gate opens.
 *
 *	fsync, fdatasync  after each write; of a read, nothing
 *	direct            O_DIRECT: past the page cache, in both directions
 *	none              to and from the page cache
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/chain.h"
#include "cgbench/scope.h"
#include "scratch.h"

enum { PARAM_HOW, PARAM_SYNC, PARAM_ORDER, PARAM_SIZE, PARAM_FILE, PARAM_EVERY, PARAM_DIR };
enum { HOW_WRITE, HOW_READ };
enum { SYNC_FSYNC, SYNC_FDATASYNC, SYNC_DIRECT, SYNC_NONE };
enum { ORDER_RANDOM, ORDER_SEQUENTIAL };
enum { COUNTER_BYTES, COUNTER_LATE };
enum { ALIGN_BYTES = 4096 };

struct fileio {
	char *buffer;
	uint64_t slots, next; /* places of one request each, and the one whose turn it is */
	uint64_t dice;
	uint64_t due_nsec; /* the next request; 0: none yet */
	int fd;
};

static void fileio_free(struct fileio *s)
{
	scope_close_fd(&s->fd);
	free(s->buffer);
	free(s);
}

static int check_params(const struct work *w, struct err *e)
{
	if (w->param[PARAM_EVERY] && w->threads > 1)
		return err_set(e, -EINVAL,
			       "fileio: %u threads with `every`, but the latencies have room for "
			       "one writer: give it 1 thread, or use several groups",
			       w->threads);
	if (w->param[PARAM_SIZE] > w->param[PARAM_FILE])
		return err_set(e, -EINVAL, "fileio: size is larger than file");
	if (w->param[PARAM_SYNC] == SYNC_DIRECT && w->param[PARAM_SIZE] % ALIGN_BYTES)
		return err_set(e, -EINVAL,
			       "fileio: sync=direct, but size is no multiple of %d bytes",
			       ALIGN_BYTES);
	return 0;
}

static int fileio_open(const struct work *w, struct fileio *s, struct err *e)
{
	int flags = w->param[PARAM_SYNC] == SYNC_DIRECT ? O_DIRECT : 0;
	int r = scratch_open("fileio", param_path(w->param[PARAM_DIR]), 0, &s->fd, e);

	if (r == 0)
		r = scratch_fill("fileio", s->fd, s->slots * w->param[PARAM_SIZE], e);
	if (r == 0 && flags && fcntl(s->fd, F_SETFL, flags) < 0)
		r = err_sys(e, "fileio: sync=direct, but %s takes no O_DIRECT",
			    scratch_dir(param_path(w->param[PARAM_DIR])));
	return r;
}

static int fileio_setup(struct work *w, struct err *e)
{
	struct fileio *s;
	int r = check_params(w, e);

	if (r < 0)
		return r;
	s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(e, -ENOMEM, "fileio: out of memory");
	s->fd = -1;
	s->dice = CHAIN_SEED + w->thread;
	s->slots = w->param[PARAM_FILE] / w->param[PARAM_SIZE];
	if (posix_memalign((void **)&s->buffer, ALIGN_BYTES, w->param[PARAM_SIZE]) != 0)
		r = err_set(e, -ENOMEM, "fileio: out of memory");
	if (r == 0) {
		memset(s->buffer, 0xc6, w->param[PARAM_SIZE]);
		r = fileio_open(w, s, e);
	}
	if (r < 0)
		fileio_free(s);
	else
		w->state = s;
	return r;
}

static uint64_t next_offset(const struct work *w, struct fileio *s)
{
	uint64_t slot = s->next;

	if (w->param[PARAM_ORDER] == ORDER_RANDOM) {
		s->dice = chain_run(s->dice, 1);
		slot = s->dice % s->slots;
	}
	s->next = slot + 1 == s->slots ? 0 : slot + 1;
	return slot * w->param[PARAM_SIZE];
}

static int bring_to_disk(const struct work *w, const struct fileio *s)
{
	if (w->param[PARAM_SYNC] == SYNC_FSYNC)
		return fsync(s->fd);
	return w->param[PARAM_SYNC] == SYNC_FDATASYNC ? fdatasync(s->fd) : 0;
}

/* Waiting for the disk was asked for: it is latency, and no stall. */
static void transfer(struct work *w, struct fileio *s)
{
	uint64_t start = now_nsec(), offset = next_offset(w, s);
	size_t size = w->param[PARAM_SIZE];
	bool write = w->param[PARAM_HOW] == HOW_WRITE;
	ssize_t n = write ? pwrite(s->fd, s->buffer, size, (off_t)offset)
			  : pread(s->fd, s->buffer, size, (off_t)offset);

	if (n != (ssize_t)size || (write && bring_to_disk(w, s) < 0))
		work_fail(w, "fileio: cannot %s %zu bytes at %llu of a file in %s: %s",
			  write ? "write" : "read", size, (unsigned long long)offset,
			  scratch_dir(param_path(w->param[PARAM_DIR])),
			  n >= 0 && n != (ssize_t)size ? "cut short" : strerror(errno));
	w->idle_nsec += now_nsec() - start;
	atomic_fetch_add(&w->page->counters[COUNTER_BYTES].value, size);
}

/* The time that the next request is due, or now when one follows the other. */
static bool await_request(struct work *w, struct fileio *s, uint64_t *due)
{
	uint64_t every = w->param[PARAM_EVERY] * NSEC_PER_USEC;

	*due = now_nsec();
	if (!every)
		return true;
	if (s->due_nsec)
		*due = s->due_nsec;
	s->due_nsec = *due + every;
	return work_sleep_until(w, *due);
}

static uint64_t fileio_step(struct work *w)
{
	struct fileio *s = w->state;
	uint64_t due, took;

	if (!await_request(w, s, &due))
		return 0;
	transfer(w, s);
	took = now_nsec() - due;
	if (s->due_nsec && took > w->param[PARAM_EVERY] * NSEC_PER_USEC)
		atomic_fetch_add(&w->page->counters[COUNTER_LATE].value, 1);
	if (w->thread == 0)
		hist_add(&w->page->latency[page_phase_at(w->page, due)], took);
	return 1;
}

static void fileio_teardown(struct work *w)
{
	fileio_free(w->state);
}

static const struct param fileio_params[] = {
	[PARAM_HOW] = {.name = "how",
		       .summary = "what a request does",
		       .choices =
			       (const char *const[]){
				       [HOW_WRITE] = "write", [HOW_READ] = "read", NULL},
		       .fallback = "write"},
	[PARAM_SYNC] = {.name = "sync",
			.summary = "how it gets to the disk",
			.choices = (const char *const[]){[SYNC_FSYNC] = "fsync",
							 [SYNC_FDATASYNC] = "fdatasync",
							 [SYNC_DIRECT] = "direct",
							 [SYNC_NONE] = "none",
							 NULL},
			.fallback = "fsync"},
	[PARAM_ORDER] = {.name = "order",
			 .summary = "where in the file",
			 .choices = (const char *const[]){[ORDER_RANDOM] = "random",
							  [ORDER_SEQUENTIAL] = "sequential",
							  NULL},
			 .fallback = "random"},
	[PARAM_SIZE] = {.name = "size",
			.summary = "of one request",
			.kind = UNIT_BYTES,
			.fallback = "4K",
			.min = 1,
			.max = 64 << 20},
	[PARAM_FILE] = {.name = "file",
			.summary = "size of the file, of which each thread has its own",
			.kind = UNIT_BYTES,
			.fallback = "4M",
			.min = 1,
			.max = UINT64_C(1) << 40},
	[PARAM_EVERY] = {.name = "every",
			 .summary = "time from one request to the next; 0us: one after the other",
			 .kind = UNIT_USEC,
			 .fallback = "0us",
			 .max = 10 * USEC_PER_SEC},
	[PARAM_DIR] = SCRATCH_DIR_PARAM,
	{0},
};

const struct workload workload_fileio = {
	.name = "fileio",
	.summary = "small reads or writes of a file, each brought to the disk",
	.params = fileio_params,
	.counters = {[COUNTER_BYTES] = "io_bytes", [COUNTER_LATE] = "io_late"},
	.setup = fileio_setup,
	.step = fileio_step,
	.teardown = fileio_teardown,
};
