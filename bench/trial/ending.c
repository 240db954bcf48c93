/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/ending.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/keyed.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"

/* A shell tells the signal that ended its child so. */
enum { SIGNAL_CODE = 128, LAST_WORDS_MAX = 240 };

/* A scheduler of 100 Hz, where nobody knows better. */
#define TICK_MAX_USEC UINT64_C(10000)

static bool oom_killed(const struct group_data *g)
{
	const char *text = snapshot_text(&g->end, "memory.events");
	uint64_t kills;

	return text && keyed_u64(text, "oom_kill", &kills) && kills;
}

/* The OOM killer or an action struck in the group or in one above it. */
static bool struck(const struct trial_data *t, unsigned group, uint64_t exit_nsec)
{
	for (int g = (int)group; g >= 0; g = t->groups[g].plan->parent) {
		const struct group_data *data = &t->groups[g];
		if (oom_killed(data) || (data->kill_nsec && data->kill_nsec <= exit_nsec))
			return true;
	}
	return false;
}

/* A workload that was asked to end others may have: it is part of the suite. */
static bool has_slayer(const struct trial_data *t)
{
	for (size_t i = 0; i < t->n_groups; i++) {
		const struct workload *w = t->groups[i].plan->run.workload;
		if (w && w->slays)
			return true;
	}
	return false;
}

/* Whether the suite's own doing sent that SIGKILL, to where the process was started or moved. */
static bool provoked(const struct trial_data *t, const struct group_data *g)
{
	int status = g->exit_status;
	bool killed = WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL
					  : WEXITSTATUS(status) == SIGNAL_CODE + SIGKILL;

	return killed && (has_slayer(t) || struck(t, g->index, g->exit_nsec) ||
			  struck(t, timeline_home(t, g->index, g->exit_nsec), g->exit_nsec));
}

/* ": LINE | LINE", the end of what it printed. */
static const char *last_words(const struct group_data *g, char buf[static LAST_WORDS_MAX])
{
	size_t n = g->tail ? strlen(g->tail) : 0, used = 2;
	const char *from;

	while (n && g->tail[n - 1] == '\n')
		n--;
	*buf = '\0';
	if (!n)
		return buf;
	from = n > LAST_WORDS_MAX / 2 ? g->tail + n - LAST_WORDS_MAX / 2 : g->tail;
	memcpy(buf, ": ", 3);
	for (; from < g->tail + n && used + 4 < LAST_WORDS_MAX; from++)
		used += (size_t)snprintf(buf + used, LAST_WORDS_MAX - used, "%s",
					 *from == '\n' ? " | " : (char[]){*from, '\0'});
	return buf;
}

static const char *program_name(const struct run_plan *run)
{
	return run->argv ? run->argv[0] : run->workload->name;
}

static bool tell(const struct trial_data *t, const struct group_data *g, const char *what,
		 char why[static ENDING_TEXT_MAX])
{
	char words[LAST_WORDS_MAX];
	uint64_t from = g->opened_nsec ? g->opened_nsec : t->open_nsec;
	double after = g->exit_nsec > from ? (double)(g->exit_nsec - from) / 1e9 : 0;

	snprintf(why, ENDING_TEXT_MAX,
		 "%s: %.80s %s, %.3f s after its start, in a window of %.3f s%s", g->plan->name,
		 program_name(&g->plan->run), what, after, (double)t->plan->duration_usec / 1e6,
		 last_words(g, words));
	return true;
}

static bool signal_is_wrong(const struct trial_data *t, const struct group_data *g,
			    char why[static ENDING_TEXT_MAX])
{
	char what[96];
	int sig = WTERMSIG(g->exit_status);

	snprintf(what, sizeof(what), "was ended by signal %d (%s), which no limit or action sent",
		 sig, strsignal(sig));
	return tell(t, g, what, why);
}

static bool code_is_wrong(const struct trial_data *t, const struct group_data *g,
			  char why[static ENDING_TEXT_MAX])
{
	const struct run_plan *run = &g->plan->run;
	int code = WEXITSTATUS(g->exit_status);
	char what[160];

	if (code != run->exit_code)
		snprintf(what, sizeof(what), "ended with code %d instead of %d", code,
			 run->exit_code);
	else if (!run->ends)
		snprintf(what, sizeof(what),
			 "ended early, with code %d; where that is meant, say run: {..., ends: "
			 "true}",
			 code);
	else
		return false;
	return tell(t, g, what, why);
}

bool ending_is_wrong(const struct trial_data *t, unsigned group, char why[static ENDING_TEXT_MAX])
{
	const struct group_data *g = &t->groups[group];

	if (!g->exited || g->exit_nsec >= t->close_nsec || provoked(t, g))
		return false;
	if (g->plan->run.exit_code == RUN_EXIT_ANY)
		return !g->plan->run.ends && WIFEXITED(g->exit_status) &&
		       tell(t, g, "ended early; where that is meant, say run: {..., ends: true}",
			    why);
	return WIFSIGNALED(g->exit_status) ? signal_is_wrong(t, g, why) : code_is_wrong(t, g, why);
}

bool ending_is_late(const struct trial_data *t, char why[static ENDING_TEXT_MAX])
{
	uint64_t took = (t->close_nsec - t->open_nsec) / NSEC_PER_USEC;
	uint64_t planned = t->plan->duration_usec, all = t->samples_taken + t->samples_lost;
	uint64_t tick = t->tick_usec ? t->tick_usec : TICK_MAX_USEC;

	if (took > planned + planned / 100 + tick) {
		snprintf(why, ENDING_TEXT_MAX,
			 "the window took %.3f s instead of %.3f s: something kept the harness "
			 "from running",
			 (double)took / 1e6, (double)planned / 1e6);
		return true;
	}
	if (t->samples_lost <= all / 20)
		return false;
	snprintf(why, ENDING_TEXT_MAX,
		 "%llu of %llu samples were lost: something kept the harness from running",
		 (unsigned long long)t->samples_lost, (unsigned long long)all);
	return true;
}
