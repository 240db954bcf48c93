/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * membomb: takes memory as fast as it can and without end. Each time that the OOM killer takes its
 * process, or memory is refused, it begins again: a leak under a supervisor. What holds it is the
 * fence around it, without which it refuses to start. One operation is one process that it lost.
 *
 * The pages are touched by a child, which asks to be the one that is killed (oom_score_adj 1000,
 * proc(5)); its parent only waits. Under memory.oom.group both go, and the bomb is over.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgbench/workload.h"

enum { COUNTER_BYTES, COUNTER_KILLED, COUNTER_REFUSED };
enum { CHUNK_BYTES = 1 << 20, PAGE_SIZE_BYTES = 4096 };

/* If it may not, it is still the largest process of its group. */
static void volunteer(void)
{
	static const char score[] = "1000";
	scope_fd int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, score, strlen(score)) < 0)
		errno = 0;
}

static _Noreturn void fill_without_end(struct work *w)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	volunteer();
	for (;;) {
		char *p = mmap(NULL, CHUNK_BYTES, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED) {
			atomic_fetch_add(&w->page->counters[COUNTER_REFUSED].value, 1);
			_exit(0);
		}
		for (size_t i = 0; i < CHUNK_BYTES; i += PAGE_SIZE_BYTES)
			*(volatile char *)(p + i) = 1;
		atomic_fetch_add(&w->page->counters[COUNTER_BYTES].value, CHUNK_BYTES);
	}
}

static uint64_t membomb_step(struct work *w)
{
	uint64_t start = now_nsec();
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		fill_without_end(w);
	if (pid < 0)
		work_fail(w, "membomb: cannot make a process: %s (is pids.max below 2?)",
			  strerror(errno));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	w->idle_nsec += now_nsec() - start;
	if (WIFSIGNALED(status))
		atomic_fetch_add(&w->page->counters[COUNTER_KILLED].value, 1);
	return 1;
}

const struct workload workload_membomb = {
	.name = "membomb",
	.summary = "takes memory without end, and again each time it is killed for it",
	.counters = {[COUNTER_BYTES] = "touched_bytes",
		     [COUNTER_KILLED] = "killed",
		     [COUNTER_REFUSED] = "refused"},
	.needs = WORKLOAD_FENCED,
	.step = membomb_step,
};
