/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * escape: one attempt to get out of its limits, and whether it uses more than they say afterwards.
 *
 *	0 nothing to try here   1 refused: an errno   2 held: it worked, and the limit still holds
 *	3 escaped: it uses more than its limit, or has a hold on what is outside its group
 */
#include "escape.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "cgbench/workload.h"

enum { COUNTER_VERDICT, COUNTER_ERRNO, COUNTER_USE };
enum { NOT_HERE, REFUSED, HELD, ESCAPED };

static const struct attempt {
	escape_fn *fn;
	enum escape_use use;
} attempts[] = {
#define ROW(fn_, name, use_) {escape_##fn_, use_},
	ESCAPES(ROW)
#undef ROW
};

static const char *const names[] = {
#define NAME(fn, name, use) name,
	ESCAPES(NAME)
#undef NAME
		NULL};

static const struct param params[] = {
	{.name = "attempt",
	 .summary = "what it tries; the answers are verdict, errno and use_pct",
	 .choices = names,
	 .fallback = "write-own-pids"},
	{0},
};

/* Between the workload and the process that tries. */
struct answer {
	int error;
	unsigned use_pct;
	bool measured;
	struct escape_measure measure;
};

static _Noreturn void attempt(const struct attempt *a, struct escape *x, struct answer *to)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	escape_measure_begin(x, &to->measure);
	to->error = a->fn(x);
	if (to->error != ESCAPE_NOT_HERE && a->use != ESCAPE_REACH)
		to->use_pct = escape_measure_use(a->use, &to->measure);
	for (size_t i = 0; i < array_len(x->undo) && *x->undo[i].path; i++)
		if (escape_write(x->undo[i].path, "", x->undo[i].text) != 0)
			_exit(EXIT_INCONCLUSIVE);
	to->measured = true;
	_exit(EXIT_PASS);
}

static unsigned verdict(const struct attempt *a, const struct answer *of)
{
	if (of->error == ESCAPE_NOT_HERE)
		return NOT_HERE;
	if (a->use != ESCAPE_REACH && of->use_pct > escape_over_pct(a->use))
		return ESCAPED;
	if (of->error)
		return REFUSED;
	return a->use == ESCAPE_REACH ? ESCAPED : HELD;
}

static void answer(struct work *w, unsigned counter, uint64_t value)
{
	atomic_store(&w->page->counters[counter].value, value);
}

static uint64_t escape_step(struct work *w)
{
	const struct attempt *a = &attempts[w->param[0]];
	struct answer *of =
		mmap(NULL, sizeof(*of), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	static struct escape x;
	int status = 0;
	pid_t pid;

	if (of == MAP_FAILED)
		work_fail(w, "no memory for the answer");
	if (!escape_find(&x, getppid()))
		work_skip(w, "no cgroup2 is mounted where it looks");
	pid = fork();
	if (pid == 0)
		attempt(a, &x, of);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		work_fail(w, "cannot make the process that tries: %s", strerror(errno));
	if (!of->measured)
		work_fail(w, "the process that tried ended with status 0x%x, unmeasured",
			  (unsigned)status);
	answer(w, COUNTER_VERDICT, verdict(a, of));
	answer(w, COUNTER_ERRNO, of->error > 0 ? (uint64_t)of->error : 0);
	answer(w, COUNTER_USE, of->use_pct);
	_exit(EXIT_PASS);
}

const struct workload workload_escape = {
	.name = "escape",
	.summary = "one attempt to get out of its limits, and what it can use afterwards",
	.params = params,
	.counters = {[COUNTER_VERDICT] = "verdict",
		     [COUNTER_ERRNO] = "errno",
		     [COUNTER_USE] = "use_pct"},
	.needs = WORKLOAD_FENCED, /* so that none runs it by hand, outside a trial */
	.ends = true,
	.step = escape_step,
};
