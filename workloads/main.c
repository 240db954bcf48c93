/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cgwork: one workload, run inside a group.
 *
 *	main.c        the command line
 *	loop.c        threads, the gate, pinning, stalls: what every workload has in common
 *	standalone.c  plays the harness when there is none
 *	param.c       a parameter's text and its value
 *	common.c      memory that workloads of several groups share
 *	registry.c    the table of workloads; every other file is one of them
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/clock.h"
#include "cgbench/units.h"
#include "loop.h"
#include "standalone.h"

enum { NO_PAGE = -1, OPTION_AGAIN = 256, DURATION_SEC = 2, DURATION_MAX_SEC = 24 * 3600 };

struct arguments {
	struct loop_plan plan;
	bool again;
	uint64_t duration_usec;
};

static const struct argp_option options[] = {
	{"page", 'p', "FD", 0, "Descriptor of the page shared with the harness", 0},
	{"threads", 't', "N", 0, "Threads to run (default: 1)", 0},
	{"cpus", 'c', "LIST", 0, "CPUs for the threads, in their order: 0,2,4", 0},
	{"duration", 'd', "TIME", 0, "Without --page: run this long (default: 2s)", 0},
	{"again", OPTION_AGAIN, NULL, OPTION_HIDDEN, NULL, 0},
	{0},
};

/* Says what is wrong with the command line, and where help is. */
static _Noreturn __attribute__((format(printf, 2, 3))) void wrong(struct argp_state *state,
								  const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	argp_error(state, "%s", text);
	exit(EXIT_USAGE);
}

/* Reads a plain decimal from text up to its end or a comma; false unless it is at most max. */
static bool read_number(const char **text, unsigned long max, unsigned long *n)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*n = strtoul(*text, &end, 10);
	if (errno || *n > max || (*end && *end != ','))
		return false;
	*text = end;
	return true;
}

static unsigned long parse_number(struct argp_state *state, const char *what, const char *text,
				  unsigned long min, unsigned long max)
{
	const char *rest = text;
	unsigned long n = 0;

	if (!read_number(&rest, max, &n) || *rest || n < min)
		wrong(state, "%s: '%s' is not a number from %lu to %lu", what, text, min, max);
	return n;
}

static void parse_cpus(struct argp_state *state, const char *text, struct loop_plan *plan)
{
	const char *rest = text;
	unsigned long cpu = 0;

	for (plan->n_cpus = 0; plan->n_cpus < PAGE_THREADS_MAX; rest++) {
		if (!read_number(&rest, PAGE_CPUS_MAX - 1, &cpu))
			break;
		plan->cpus[plan->n_cpus++] = (unsigned)cpu;
		if (!*rest)
			return;
	}
	wrong(state, "--cpus: '%s' is not a list of at most %d CPUs such as 0,2,4", text,
	      PAGE_THREADS_MAX);
}

static void set_param(struct argp_state *state, struct loop_plan *plan, size_t i, const char *text)
{
	struct err e = {0};

	if (param_parse(&plan->workload->params[i], text, &plan->params[i], &e) < 0)
		wrong(state, "%s: %s", plan->workload->name, e.text);
}

static void choose_workload(struct argp_state *state, const char *name, struct loop_plan *plan)
{
	const struct param *p;

	plan->workload = workload_find(name);
	if (!plan->workload)
		wrong(state, "no workload is called '%s' (--help lists them)", name);
	p = plan->workload->params;
	for (size_t i = 0; p && p[i].name; i++)
		set_param(state, plan, i, p[i].fallback);
}

static void parse_param(struct argp_state *state, const char *text, struct loop_plan *plan)
{
	const struct param *p = plan->workload->params;
	const char *value = strchr(text, '=');
	size_t length = value ? (size_t)(value - text) : strlen(text);

	if (!value)
		wrong(state, "'%s' is not of the form parameter=value", text);
	for (size_t i = 0; p && p[i].name; i++) {
		if (strlen(p[i].name) == length && strncmp(p[i].name, text, length) == 0) {
			set_param(state, plan, i, value + 1);
			return;
		}
	}
	wrong(state, "%s has no parameter '%.*s' (--help lists them)", plan->workload->name,
	      (int)length, text);
}

static void parse_duration(struct argp_state *state, const char *text, uint64_t *usec)
{
	struct err e = {0};

	if (unit_parse(UNIT_USEC, text, usec, &e) < 0)
		wrong(state, "--duration: %s", e.text);
	if (*usec == 0 || *usec > DURATION_MAX_SEC * USEC_PER_SEC)
		wrong(state, "--duration: '%s' is not from 1us to 24h", text);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'p':
		a->plan.page_fd = (int)parse_number(state, "--page", arg, 0, INT32_MAX);
		break;
	case 't':
		a->plan.threads =
			(unsigned)parse_number(state, "--threads", arg, 1, PAGE_THREADS_MAX);
		break;
	case 'c':
		parse_cpus(state, arg, &a->plan);
		break;
	case 'd':
		parse_duration(state, arg, &a->duration_usec);
		break;
	case OPTION_AGAIN:
		a->again = true;
		break;
	case ARGP_KEY_ARG:
		if (!a->plan.workload)
			choose_workload(state, arg, &a->plan);
		else
			parse_param(state, arg, &a->plan);
		break;
	case ARGP_KEY_NO_ARGS:
		wrong(state, "which workload? (--help lists them)");
	case ARGP_KEY_SUCCESS:
		if (a->again && (a->plan.page_fd == NO_PAGE || !a->plan.workload->again))
			wrong(state, "--again is not for people");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void print_param(FILE *f, const struct param *p)
{
	fprintf(f, "      %s=%s  %s", p->name, p->fallback, p->summary);
	for (size_t i = 0; p->choices && p->choices[i]; i++)
		fprintf(f, "%s%s", i ? "|" : " (", p->choices[i]);
	fputs(p->choices ? ")\n" : "\n", f);
}

/* argp frees what this returns. */
static char *help(int key, const char *text, void *input)
{
	char *doc = NULL;
	size_t size;
	FILE *f;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	f = open_memstream(&doc, &size);
	if (!f)
		return NULL;
	fputs("WORKLOADS\n", f);
	for (size_t i = 0; workloads[i]; i++) {
		const struct param *p = workloads[i]->params;
		fprintf(f, "  %-14s %s%s\n", workloads[i]->name, workloads[i]->summary,
			workloads[i]->needs & WORKLOAD_FENCED ? " (only under cgbench)" : "");
		for (; p && p->name; p++)
			print_param(f, p);
	}
	fputs("\nEXAMPLES\n"
	      "  cgwork spin --threads 2 --duration 5s\n"
	      "  cgwork --cpus 1 duty busy=2ms idle=8ms\n",
	      f);
	return fclose(f) == 0 ? doc : NULL;
}

static enum exit_code run_with_page(const struct arguments *a)
{
	struct page *page;
	struct err e = {0};

	if (page_map(a->plan.page_fd, &page, &e) < 0) {
		fprintf(stderr, "cgwork: --page: %s\n", e.text);
		return EXIT_USAGE;
	}
	return a->again ? loop_again(&a->plan, page) : loop_main(&a->plan, page);
}

int main(int argc, char **argv)
{
	static const struct argp parser = {
		.options = options,
		.parser = parse,
		.args_doc = "WORKLOAD [PARAMETER=VALUE]...",
		.doc = "Runs one workload: for cgbench with --page, else by hand, and prints what "
		       "it "
		       "saw.\v",
		.help_filter = help,
	};
	struct arguments a = {
		.plan = {.threads = 1, .page_fd = NO_PAGE},
		.duration_usec = DURATION_SEC * USEC_PER_SEC,
	};

	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(&parser, argc, argv, 0, NULL, &a) != 0)
		return EXIT_USAGE;
	if (a.plan.page_fd != NO_PAGE)
		return run_with_page(&a);
	return standalone_run(&a.plan, a.duration_usec * NSEC_PER_USEC);
}
