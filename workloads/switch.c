/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * switch: a storm of context switches, or messaging load as hackbench makes it. Each thread sends a
 * message to each of its partners by a pipe and waits until all have sent theirs back; a partner
 * does nothing else. One operation is one message there and back: two wake-ups, four system calls.
 * With one partner that is ping-pong; with many, one wake-up follows the other and run queues fill.
 * What a thread waits for its partners is no stall: they work for it meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgbench/workload.h"

enum { PARAM_PARTNERS, PARAM_BYTES, PARAM_TASKS };
enum { TASKS_THREADS, TASKS_PROCESSES };
enum { STACK_BYTES = 64 << 10, BYTES_MAX = 64 << 10, PARTNERS_MAX = 256 };

struct partner {
	int to, from;       /* our ends */
	int hears, answers; /* its ends; -1 when a process has them */
	size_t bytes;
	char *message; /* its own */
	pthread_t id;  /* meaningful when it is a thread and started */
	pid_t pid;     /* of a process; 0: none */
	bool started;
};

struct storm {
	struct partner *partners;
	size_t n, bytes;
	char *message;
};

static bool put(int fd, const char *message, size_t bytes)
{
	for (ssize_t n; bytes; message += n, bytes -= (size_t)n) {
		n = write(fd, message, bytes);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return false;
	}
	return true;
}

static bool get(int fd, char *message, size_t bytes)
{
	for (ssize_t n; bytes; message += n, bytes -= (size_t)n) {
		n = read(fd, message, bytes);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return false;
	}
	return true;
}

static void *partner_main(void *arg)
{
	struct partner *p = arg;

	while (get(p->hears, p->message, p->bytes) && put(p->answers, p->message, p->bytes))
		;
	return NULL;
}

static int partner_thread(struct partner *p, struct err *e)
{
	pthread_attr_t attr;
	int r = pthread_attr_init(&attr);

	if (r == 0)
		r = pthread_attr_setstacksize(&attr, STACK_BYTES);
	if (r == 0)
		r = pthread_create(&p->id, &attr, partner_main, p);
	p->started = r == 0;
	return r ? err_set(e, -r, "switch: cannot start a partner: %s (is pids.max too low?)",
			   strerror(r))
		 : 0;
}

static int partner_process(struct partner *p, struct err *e)
{
	p->pid = fork();
	if (p->pid < 0) {
		p->pid = 0;
		return err_sys(e, "switch: cannot start a partner (is pids.max too low?)");
	}
	if (p->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		partner_main(p);
		_exit(0);
	}
	scope_close_fd(&p->hears);
	scope_close_fd(&p->answers);
	p->hears = p->answers = -1;
	return 0;
}

static int partner_start(struct partner *p, uint64_t tasks, struct err *e)
{
	int there[2], back[2];

	p->message = calloc(1, p->bytes);
	if (!p->message)
		return err_set(e, -ENOMEM, "switch: out of memory");
	if (pipe2(there, O_CLOEXEC) < 0)
		return err_sys(e, "switch: cannot make a pipe");
	p->hears = there[0];
	p->to = there[1];
	if (pipe2(back, O_CLOEXEC) < 0)
		return err_sys(e, "switch: cannot make a pipe");
	p->from = back[0];
	p->answers = back[1];
	return tasks == TASKS_THREADS ? partner_thread(p, e) : partner_process(p, e);
}

/* A thread ends at the end of its pipe; processes hold each other's ends open, and are killed. */
static void partner_stop(struct partner *p)
{
	scope_close_fd(&p->to);
	if (p->started)
		pthread_join(p->id, NULL);
	if (p->pid) {
		kill(p->pid, SIGKILL);
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	scope_close_fd(&p->from);
	scope_close_fd(&p->hears);
	scope_close_fd(&p->answers);
	free(p->message);
}

static void storm_free(struct storm *s)
{
	for (size_t i = 0; i < s->n; i++)
		partner_stop(&s->partners[i]);
	free(s->partners);
	free(s->message);
	free(s);
}

static int switch_setup(struct work *w, struct err *e)
{
	struct storm *s = calloc(1, sizeof(*s));
	size_t n = w->param[PARAM_PARTNERS];
	int r = 0;

	if (!s)
		return err_set(e, -ENOMEM, "switch: out of memory");
	s->bytes = w->param[PARAM_BYTES];
	s->message = calloc(1, s->bytes);
	s->partners = calloc(n, sizeof(*s->partners));
	if (!s->message || !s->partners)
		r = err_set(e, -ENOMEM, "switch: out of memory");
	while (r == 0 && s->n < n) {
		struct partner *p = &s->partners[s->n++];
		*p = (struct partner){-1, -1, -1, -1, .bytes = s->bytes};
		r = partner_start(p, w->param[PARAM_TASKS], e);
	}
	if (r < 0)
		storm_free(s);
	else
		w->state = s;
	return r;
}

static uint64_t switch_step(struct work *w)
{
	struct storm *s = w->state;
	uint64_t sent;

	for (size_t i = 0; i < s->n; i++)
		if (!put(s->partners[i].to, s->message, s->bytes))
			work_fail(w, "switch: cannot write to a partner: %s", strerror(errno));
	sent = now_nsec();
	for (size_t i = 0; i < s->n; i++)
		if (!get(s->partners[i].from, s->message, s->bytes))
			work_fail(w, "switch: a partner is gone (was it killed?)");
	w->idle_nsec += now_nsec() - sent;
	return s->n;
}

static void switch_teardown(struct work *w)
{
	storm_free(w->state);
}

static const struct param switch_params[] = {
	[PARAM_PARTNERS] = {.name = "partners",
			    .summary = "whom each thread sends to before it waits for all",
			    .kind = UNIT_COUNT,
			    .fallback = "1",
			    .min = 1,
			    .max = PARTNERS_MAX},
	[PARAM_BYTES] = {.name = "bytes",
			 .summary = "length of a message",
			 .kind = UNIT_BYTES,
			 .fallback = "100",
			 .min = 1,
			 .max = BYTES_MAX},
	[PARAM_TASKS] = {.name = "tasks",
			 .summary = "what the partners are",
			 .choices = (const char *const[]){[TASKS_THREADS] = "threads",
							  [TASKS_PROCESSES] = "processes",
							  NULL},
			 .fallback = "processes"},
	{0},
};

const struct workload workload_switch = {
	.name = "switch",
	.summary = "tasks that send each other messages: a storm of context switches",
	.params = switch_params,
	.setup = switch_setup,
	.step = switch_step,
	.teardown = switch_teardown,
};
