/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mapread: maps a file and reads pages of it at random: a database's working set. While the page
 * cache keeps the file that is a load from memory; with a limit below the file's size pages are
 * taken away and faulted in again, and the kernel reads more around each than was asked for. One
 * operation is one page. The places are drawn from a fixed seed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgbench/chain.h"
#include "cgbench/scope.h"
#include "cgbench/workload.h"
#include "scratch.h"

enum { PARAM_BYTES, PARAM_DIR };
enum { COUNTER_BYTES };
enum { PAGE_BYTES = 4096, BATCH = 16 };

struct mapread {
	const volatile char *memory; /* NULL: not mapped */
	uint64_t pages, dice, sum;
	int fd;
};

static void mapread_free(struct mapread *m)
{
	if (m->memory)
		munmap((void *)m->memory, m->pages * PAGE_BYTES);
	scope_close_fd(&m->fd);
	free(m);
}

/* Its pages are dropped: none is in the cache, charged to whoever wrote it, when the gate opens. */
static int make_file(const struct work *w, struct mapread *m, struct err *e)
{
	size_t bytes = m->pages * PAGE_BYTES;
	int r = scratch_open("mapread", param_path(w->param[PARAM_DIR]), 0, &m->fd, e);
	void *p;

	if (r == 0)
		r = scratch_fill("mapread", m->fd, bytes, e);
	if (r < 0)
		return r;
	r = posix_fadvise(m->fd, 0, 0, POSIX_FADV_DONTNEED);
	if (r)
		return err_set(e, -r, "mapread: cannot drop its file's pages: %s", strerror(r));
	p = mmap(NULL, bytes, PROT_READ, MAP_SHARED, m->fd, 0);
	if (p == MAP_FAILED)
		return err_sys(e, "mapread: cannot map %zu bytes", bytes);
	m->memory = p;
	return 0;
}

static int mapread_setup(struct work *w, struct err *e)
{
	struct mapread *m = calloc(1, sizeof(*m));
	int r;

	if (!m)
		return err_set(e, -ENOMEM, "mapread: out of memory");
	m->fd = -1;
	m->dice = CHAIN_SEED + w->thread;
	m->pages = (w->param[PARAM_BYTES] + PAGE_BYTES - 1) / PAGE_BYTES;
	r = make_file(w, m, e);
	if (r < 0)
		mapread_free(m);
	else
		w->state = m;
	return r;
}

static uint64_t mapread_step(struct work *w)
{
	struct mapread *m = w->state;

	for (unsigned i = 0; i < BATCH; i++) {
		m->dice = chain_run(m->dice, 1);
		m->sum += (unsigned char)m->memory[(m->dice >> 11) % m->pages * PAGE_BYTES];
	}
	work_sink(m->sum);
	atomic_fetch_add(&w->page->counters[COUNTER_BYTES].value, BATCH * PAGE_BYTES);
	return BATCH;
}

static void mapread_teardown(struct work *w)
{
	mapread_free(w->state);
}

static const struct param mapread_params[] = {
	[PARAM_BYTES] = {.name = "bytes",
			 .summary = "size of the file, of which each thread has its own",
			 .kind = UNIT_BYTES,
			 .fallback = "16M",
			 .min = 1,
			 .max = UINT64_C(1) << 40},
	[PARAM_DIR] = SCRATCH_DIR_PARAM,
	{0},
};

const struct workload workload_mapread = {
	.name = "mapread",
	.summary = "reads pages of a mapped file at random",
	.params = mapread_params,
	.counters = {[COUNTER_BYTES] = "read_bytes"},
	.setup = mapread_setup,
	.step = mapread_step,
	.teardown = mapread_teardown,
};
