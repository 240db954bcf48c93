/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * leak: through which shared resource a neighbour costs a victim time, told from what the victim's
 * own group shows: how long it waited for what (accounting/psi.rst), and what an operation cost it.
 * Each is a share of the time, once alone and once beside the neighbour; what grew most is what
 * leaked, unless none of them makes up for what was lost. Pure: numbers in, a sentence out.
 */
#ifndef CGBENCH_LEAK_H
#define CGBENCH_LEAK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Each is carried by a metric of its own, whose value is what was seen beside the neighbour, and
 * whose expected value what was seen alone.
 */
#define LEAK_SIGN_METRICS(X)                                                                    \
	X(LEAK_THROTTLED, "victim.throttled_pct", "%",                                          \
	  "time that a quota held it (cpu.stat throttled_usec)")                                \
	X(LEAK_CPU, "victim.cpu_wait_pct", "%", "time that it waited for a CPU (cpu.pressure)") \
	X(LEAK_MEMORY, "victim.memory_wait_pct", "%",                                           \
	  "time that it waited for memory (memory.pressure)")                                   \
	X(LEAK_IO, "victim.io_wait_pct", "%", "time that it waited for I/O (io.pressure)")      \
	X(LEAK_SYSTEM, "victim.system_pct", "%",                                                \
	  "system time for what it got done; expected: what that costs alone")                  \
	X(LEAK_USER, "victim.user_pct", "%",                                                    \
	  "user time for what it got done; expected: what that costs alone")                    \
	X(LEAK_REFAULTS, "victim.refaults_per_sec", "1/s",                                      \
	  "pages of its page cache that it had to read again")

enum leak_sign {
#define X(sign, name, unit, summary) sign,
	LEAK_SIGN_METRICS(X)
#undef X
		LEAK_SIGNS,
};

/* The name of the metric that carries a sign. */
extern const char *const leak_metrics[LEAK_SIGNS];

struct leak {
	bool reported;        /* it got something done beside the neighbour */
	bool by_latency;      /* its loss is one of latency, else of throughput */
	double loss_pct;      /* 1 - with/alone; NAN: no victim */
	double lost_pct;      /* the share of its time beside the neighbour that this comes to */
	double time_loss_pct; /* of CPU time, whatever its speed; NAN: unknown, or not all it could
			       */
	double alone[LEAK_SIGNS],
		beside[LEAK_SIGNS]; /* percent of the time, or 1/s; NAN: unknown */
};

/* A loss above this is worth a sentence. */
#define LEAK_WORTH_PCT 3.0

enum { LEAK_TEXT_MAX = 320 };

/* The names of the metrics that the rest is in. */
#define LEAK_LOSS     "victim.loss_pct"
#define LEAK_LOST     "victim.lost_pct"
#define LEAK_TIME     "victim.time_loss_pct"
#define LEAK_REPORTED "victim.reported"
#define LEAK_LATENCY  "victim.latency_usec"

/* Nothing is known yet. */
void leak_init(struct leak *l);

/* Takes a metric's value in where it is one of the above; else does nothing. */
void leak_take(struct leak *l, const char *metric, double value, double expected);

/* Whether a victim lost more than LEAK_WORTH_PCT, be it of CPU time only, or did not report. */
bool leak_is_worth(const struct leak *l);

/*
 * The sign that explains the loss; LEAK_SIGNS: none does. Refaults are the page cache's, whatever
 * else they then cost.
 */
enum leak_sign leak_cause(const struct leak *l);

/* "lost 49.9% of its throughput to CPU time: it waited for a CPU 49.8% of the time, 0.1% alone
 * (cpu.pressure)". */
const char *leak_sentence(const struct leak *l, char buf[static LEAK_TEXT_MAX]);

#endif
