/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setup: live_setup(), from nothing to workloads that wait at their gates under proven limits. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgroup/cgfile.h"
#include "cgroup/subtree.h"
#include "trial/borrow.h"
#include "trial/capture.h"
#include "trial/errand.h"
#include "trial/interrupt.h"
#include "trial/live.h"
#include "trial/partition.h"
#include "trial/proof.h"

enum { CONTROLLERS_MAX = 16, READY_LOOK_USEC = 20000, READY_MAX_USEC = 30000000 };
enum { CPU_TEXT_MAX = 5 * CPU_SETSIZE, ARGS_MAX = 8 + WORKLOAD_PARAMS_MAX };
enum { PARAM_ARG_MAX = PARAM_PATH_MAX + 64 };

/* Every group has these where the kernel does: they are what cgbench measures. */
static const char *const usual_controllers[] = {"cpu", "memory", "pids"};

static bool listed(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

/*
 * The controller that brings a file which somebody wants to read, if there is one. Without it the
 * file is not there, which is no fault.
 */
static size_t choose_for_file(const struct live *l, const char *file, const char **chosen, size_t n)
{
	static const char *const known[] = {"cpuset", "io", "hugetlb", "misc", "rdma", "dmem"};
	size_t length = strcspn(file, ".");

	for (size_t i = 0; i < array_len(known); i++) {
		if (strlen(known[i]) != length || strncmp(known[i], file, length) != 0 ||
		    listed(chosen, known[i]) || n == CONTROLLERS_MAX ||
		    !cgfile_has_word(l->env->base->controllers, known[i]))
			continue;
		chosen[n++] = known[i];
		chosen[n] = NULL;
	}
	return n;
}

static size_t choose_for_condition(const struct live *l, const struct condition *c,
				   const char **chosen, size_t n)
{
	if (!c)
		return n;
	if (c->kind == CONDITION_FILE)
		return choose_for_file(l, c->name, chosen, n);
	n = choose_for_condition(l, c->a, chosen, n);
	return choose_for_condition(l, c->b, chosen, n);
}

/* What actions will write: the file has to be there when its moment comes. */
static size_t choose_for_actions(const struct live *l, const char **chosen, size_t n)
{
	for (size_t i = 0; i < l->plan->n_actions; i++) {
		const struct action_plan *a = &l->plan->actions[i];
		const char *file = a->write.knob ? a->write.knob->name : a->file;
		n = file ? choose_for_file(l, file, chosen, n) : n;
	}
	return n;
}

/* Those of a group's limits; returns the first that is missing, or `missing`. */
static const char *choose_for_limits(const struct live *l, const struct group_plan *plan,
				     const char **chosen, const char *missing)
{
	size_t n = 0;

	while (chosen[n])
		n++;
	for (size_t i = 0; i < plan->n_limits; i++) {
		const char *name = plan->limits[i].knob->controller;
		if (!name || listed(chosen, name) || n == CONTROLLERS_MAX)
			continue;
		if (!cgfile_has_word(l->env->base->controllers, name)) {
			missing = missing ? missing : name;
			continue;
		}
		chosen[n++] = name;
		chosen[n] = NULL;
	}
	return missing;
}

/*
 * The controllers of the trial's groups: the usual ones that there are, those of its limits and
 * those of what it reads and writes. Returns the missing one, or NULL.
 */
static const char *choose_controllers(const struct live *l, const char **chosen)
{
	const char *missing = NULL;
	size_t n = 0;

	for (size_t i = 0; i < array_len(usual_controllers); i++)
		if (cgfile_has_word(l->env->base->controllers, usual_controllers[i]))
			chosen[n++] = usual_controllers[i];
	chosen[n] = NULL;
	for (size_t i = 0; i < l->plan->n_reads; i++)
		n = choose_for_file(l, l->plan->reads[i].file, chosen, n);
	n = choose_for_actions(l, chosen, n);
	n = choose_for_condition(l, l->plan->when, chosen, n);
	for (size_t i = 0; i < l->plan->n_expects; i++)
		n = choose_for_condition(l, l->plan->expects[i].when, chosen, n);
	for (size_t g = 0; g < l->plan->n_groups; g++)
		missing = choose_for_limits(l, &l->plan->groups[g], chosen, missing);
	return missing;
}

static const struct cgrp *parent_of(const struct live *l, unsigned group)
{
	int parent = l->plan->groups[group].parent;

	return parent < 0 ? &l->top : &l->groups[parent].cgrp;
}

/* A refused limit is the trial's outcome; anything else that fails is the harness's trouble. */
static int make_group(struct live *l, unsigned group, const char *const *controllers, struct err *e)
{
	const struct group_plan *plan = &l->plan->groups[group];
	scope_free struct cgrp_limit *limits = calloc(plan->n_limits + 1, sizeof(*limits));
	size_t n = 0;
	int r;

	if (!limits)
		return err_set(e, -ENOMEM, "out of memory for a group");
	for (; n < plan->n_limits; n++) {
		limits[n].file = plan->limits[n].knob->name;
		knob_format(plan->limits[n].knob, &plan->limits[n].value, limits[n].text);
	}
	r = cgrp_create(l->env->base, parent_of(l, group), plan->name, controllers, limits, n,
			&l->groups[group].cgrp, e);
	if (r == -EINVAL || r == -ERANGE || r == -EOPNOTSUPP || r == -ENOENT || r == -ENOSPC)
		return live_outcome(l, TRIAL_UNENFORCED, "%s", e->text);
	if (r < 0)
		return r;
	l->groups[group].events_fd =
		openat(l->groups[group].cgrp.fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (l->groups[group].events_fd < 0)
		return err_sys(e, "cannot open %s/cgroup.events", l->groups[group].cgrp.path);
	return 0;
}

static int choose_cpus(const struct live *l, const struct place_plan *place, const cpu_set_t *taken,
		       unsigned *cpus, struct err *e)
{
	const struct group_data *beside = &l->data->groups[place->beside];
	cpu_set_t others;
	int r;

	if (place->relation != BESIDE_NOTHING) {
		CPU_ZERO(&others);
		for (unsigned i = 0; i < beside->n_cpus; i++)
			CPU_SET(beside->cpus[i], &others);
		return topology_place_beside(l->env->topology, place->relation, &others,
					     place->cpus, taken, cpus, e);
	}
	r = topology_place(l->env->topology, place->where, place->node, place->cpus, taken, cpus,
			   e);
	return r != -ENODEV ? r
			    : topology_place(l->env->topology, place->where, place->node,
					     place->cpus, NULL, cpus, e);
}

/* Groups keep out of each other's CPUs where there are enough, and share where there are not. */
static int place_group(struct live *l, unsigned group, cpu_set_t *taken, struct err *e)
{
	const struct place_plan *place = &l->plan->groups[group].place;
	struct group_data *data = &l->data->groups[group];
	int r;

	if (place->cpus == 0)
		return 0;
	if (!l->env->topology || place->cpus > array_len(data->cpus))
		return live_outcome(l, TRIAL_SKIPPED, "no topology to place %u CPUs on",
				    place->cpus);
	r = choose_cpus(l, place, taken, data->cpus, e);
	if (r == -ENODEV)
		return live_outcome(l, TRIAL_SKIPPED, "%s: %s", l->plan->groups[group].name,
				    e->text);
	if (r < 0)
		return r;
	data->n_cpus = place->cpus;
	for (unsigned i = 0; i < data->n_cpus; i++)
		CPU_SET(data->cpus[i], taken);
	return 0;
}

/* What holds for a group now. */
static const struct knob_value *live_limit(const struct live *l, unsigned group, const char *knob)
{
	return timeline_effective(l->data, group, knob_find(knob), TIMELINE_LAST);
}

/* A bomb's page says that its fence was proved, by what was read back and nothing else. */
static bool fenced(const struct live *l, unsigned group)
{
	const struct knob_value *pids = live_limit(l, group, "pids.max");
	const struct knob_value *memory = live_limit(l, group, "memory.max");

	return pids && !pids->is_max && memory && !memory->is_max;
}

static int make_page(struct live *l, unsigned group, struct err *e)
{
	struct live_group *lg = &l->groups[group];
	struct group_data *data = &l->data->groups[group];
	const struct knob_value *memory = live_limit(l, group, "memory.max");
	int r = page_create(&lg->page, &lg->page_fd, e);

	if (r < 0)
		return r;
	data->page = lg->page;
	data->base = calloc(1, sizeof(*data->base));
	if (!data->base)
		return err_set(e, -ENOMEM, "out of memory for a group");
	lg->page->threads = l->plan->groups[group].run.threads;
	lg->page->fenced = fenced(l, group);
	lg->page->watch = memory && !memory->is_max ? memory->number : 0;
	lg->page->stall_min_nsec = l->env->stall_min_usec * NSEC_PER_USEC;
	return 0;
}

static void cpu_list(const struct group_data *data, char buf[static CPU_TEXT_MAX])
{
	size_t used = 0;

	for (unsigned i = 0; i < data->n_cpus; i++)
		used += (size_t)snprintf(buf + used, CPU_TEXT_MAX - used, "%s%u", i ? "," : "",
					 data->cpus[i]);
}

static void param_arg(const struct param *p, uint64_t value, char buf[static PARAM_ARG_MAX])
{
	char number[UNIT_TEXT_MAX];

	snprintf(buf, PARAM_ARG_MAX, "%s=%s", p->name, param_text(p, value, number));
}

/* What both kinds of programs are started with. */
static struct spawn spawn_of(const struct live *l, unsigned group)
{
	const struct group_plan *plan = &l->plan->groups[group];
	const struct group_data *data = &l->data->groups[group];

	return (struct spawn){.cgroup_fd = l->groups[group].cgrp.fd,
			      .oom_score_adj = plan->oom_score_adj,
			      .sched = plan->sched,
			      .identity = &plan->identity,
			      .cgroup_mount = l->env->base->mount,
			      .join_pidfd =
				      plan->identity.joined
					      ? l->groups[plan->identity.join_group].child.pidfd
					      : -1,
			      .files = &l->env->files,
			      .gate_fd = -1,
			      .output_fd = l->groups[group].output_fd,
			      .cpus = data->cpus,
			      .n_cpus = data->n_cpus};
}

static int start_workload(struct live *l, unsigned group, struct err *e)
{
	const struct run_plan *run = &l->plan->groups[group].run;
	struct live_group *lg = &l->groups[group];
	const struct group_data *data = &l->data->groups[group];
	char page[16], threads[16], cpus[CPU_TEXT_MAX], params[WORKLOAD_PARAMS_MAX][PARAM_ARG_MAX];
	const char *argv[ARGS_MAX] = {"cgwork", "--page", page, "--threads", threads};
	struct spawn s;
	size_t n = 5;
	int r = make_page(l, group, e);

	if (r < 0)
		return r;
	snprintf(page, sizeof(page), "%d", lg->page_fd);
	snprintf(threads, sizeof(threads), "%u", run->threads);
	if (data->n_cpus) {
		cpu_list(data, cpus);
		argv[n++] = "--cpus";
		argv[n++] = cpus;
	}
	argv[n++] = run->workload->name;
	for (size_t i = 0; run->workload->params && run->workload->params[i].name; i++) {
		param_arg(&run->workload->params[i], run->params[i], params[i]);
		argv[n++] = params[i];
	}
	s = spawn_of(l, group);
	s.program = l->env->cgwork;
	s.argv = argv;
	s.keep_fds = &lg->page_fd;
	s.n_keep = 1;
	return spawn_start(&s, &lg->child, e);
}

/*
 * A program of somebody else's waits in front of exec. In a suite, "@report" among its arguments
 * stands for a file that it may write its results to (stress-ng --metrics --yaml @report); metrics
 * read it.
 */
static int start_program(struct live *l, unsigned group, struct err *e)
{
	const struct run_plan *run = &l->plan->groups[group].run;
	struct live_group *lg = &l->groups[group];
	/* Only root may use the harness's descriptors, and only where its /proc is. */
	bool own_report = l->plan->groups[group].identity.text;
	char report[48], pid[16];
	scope_free const char **argv = NULL;
	size_t n = 0;
	struct spawn s;
	int gate[2], r;

	while (run->argv[n])
		n++;
	argv = calloc(n + 1, sizeof(*argv));
	if (!argv)
		return err_set(e, -ENOMEM, "out of memory for %zu arguments", n);
	lg->report_fd = memfd_create("cgbench-report", MFD_CLOEXEC);
	if (lg->report_fd < 0 || pipe2(gate, O_CLOEXEC) < 0)
		return err_sys(e, "cannot make the gate of %s", run->argv[0]);
	/* By way of this process: a program may close what it inherited (stress-ng does). */
	snprintf(pid, sizeof(pid), "%d", getpid());
	snprintf(report, sizeof(report), "/proc/%s/fd/%d", own_report ? "self" : pid,
		 lg->report_fd);
	for (size_t i = 0; i < n; i++)
		argv[i] = run->fills_report && strcmp(run->argv[i], "@report") == 0 ? report
										    : run->argv[i];
	lg->gate_fd = gate[1];
	s = spawn_of(l, group);
	s.program = argv[0];
	s.argv = argv;
	s.gate_fd = gate[0];
	s.pass_streams = l->env->pass_streams;
	s.keep_fds = &lg->report_fd;
	s.n_keep = own_report;
	r = spawn_start(&s, &lg->child, e);
	close(gate[0]);
	return r;
}

/* What cannot be had is no fault of the suite: the trial is skipped, and says why. */
static int settle(struct live *l, unsigned group, struct err *e)
{
	const struct identity *id = &l->plan->groups[group].identity;
	struct group_data *data = &l->data->groups[group];
	const struct child *child = &l->groups[group].child;
	struct identity_seen *seen;
	int r;

	if (!id->text)
		return 0;
	seen = calloc(1, sizeof(*seen));
	if (!seen)
		return err_no_memory(e);
	data->identity = seen;
	r = spawn_settle(child, e);
	if (r == 0)
		r = identity_read(child->pid, id,
				  id->joined ? l->groups[id->join_group].child.pid : 0, seen, e);
	if (r == 0)
		return 0;
	data->identity = NULL;
	free(seen);
	return live_outcome(l, TRIAL_SKIPPED, "%s: as %s: %s", l->plan->groups[group].name,
			    id->text, e->text);
}

static int start_group(struct live *l, unsigned group, struct err *e)
{
	const struct run_plan *run = &l->plan->groups[group].run;
	struct live_group *lg = &l->groups[group];
	int r;

	if (!run->workload && !run->argv)
		return 0;
	lg->output_fd = capture_open(e);
	if (lg->output_fd < 0)
		return lg->output_fd;
	r = run->workload ? start_workload(l, group, e) : start_program(l, group, e);
	if (r == -EAGAIN || r == -EBUSY)
		return live_outcome(l, TRIAL_FAILED, "%s: %s", l->plan->groups[group].name,
				    e->text);
	if (r < 0 && l->plan->groups[group].identity.text)
		return live_outcome(l, TRIAL_SKIPPED, "%s: %s", l->plan->groups[group].name,
				    e->text);
	return r < 0 ? r : settle(l, group, e);
}

/* Why a workload left before its gate opened. */
static int outcome_of_exit(struct live *l, unsigned group)
{
	const struct live_group *lg = &l->groups[group];
	const char *name = l->plan->groups[group].name;
	struct err e;

	if (spawn_failure(&lg->child, l->env->cgwork, &e) < 0)
		return live_outcome(l, TRIAL_FAILED, "%s: %s", name, e.text);
	return live_outcome(
		l, TRIAL_FAILED,
		"%s: ended before its gate opened (status 0x%x); is there memory enough to "
		"start?",
		name, (unsigned)l->data->groups[group].exit_status);
}

/* Waits in slices: the page cannot tell that its workload died. */
static int wait_group(struct live *l, unsigned group, uint64_t until_nsec, struct err *e)
{
	const struct live_group *lg = &l->groups[group];
	const char *name = l->plan->groups[group].name;
	struct err why = {""};
	int r = -ETIMEDOUT;

	while (r == -ETIMEDOUT) {
		r = page_wait_ready(lg->page, l->plan->groups[group].run.threads,
				    READY_LOOK_USEC * NSEC_PER_USEC, &why);
		if (r == -ECANCELED)
			return live_outcome(l, lg->page->unsupported ? TRIAL_SKIPPED : TRIAL_FAILED,
					    "%s: %s", name, why.text);
		live_reap(l);
		if (r < 0 && l->data->groups[group].exited)
			return outcome_of_exit(l, group);
		if (live_timed_out(l))
			return 0;
		if (interrupted())
			return err_set(e, -EINTR, "interrupted");
		if (r < 0 && now_nsec() > until_nsec)
			return live_outcome(l, TRIAL_TIMEOUT, "%s: not ready after %d s", name,
					    READY_MAX_USEC / 1000000);
	}
	return 0;
}

static int wait_ready(struct live *l, struct err *e)
{
	uint64_t until = now_nsec() + READY_MAX_USEC * NSEC_PER_USEC;
	int r = 0;

	for (unsigned g = 0; r == 0 && g < l->plan->n_groups && l->data->status == TRIAL_OK; g++)
		if (l->groups[g].page)
			r = wait_group(l, g, until, e);
	return r;
}

static int missing_controller(struct live *l, const char *name)
{
	return live_outcome(
		l, TRIAL_UNENFORCED, "controller '%s' is not available under %s/%s (it has: %.*s)",
		name, l->env->base->mount, l->env->base->below,
		(int)strcspn(l->env->base->controllers, "\n"), l->env->base->controllers);
}

/* What the kernel lists for cgroups, and what of the rest bears on limits. */
static bool has_feature(const char *name)
{
	static const char listed_in[] = "/sys/kernel/cgroup/features";
	static const struct {
		const char *name, *file;
	} others[] = {{"sched_ext", "/sys/kernel/sched_ext/state"}};
	scope_free char *text = NULL;

	for (size_t i = 0; i < array_len(others); i++)
		if (strcmp(name, others[i].name) == 0)
			return access(others[i].file, F_OK) == 0;
	return cgfile_read(AT_FDCWD, "", listed_in, &text, NULL) == 0 &&
	       cgfile_has_word(text, name);
}

/* A file in the trial's own group, which is fresh and has all controllers; or a feature. */
static bool look(const struct condition *of, void *context)
{
	const struct live *l = context;

	if (of->kind == CONDITION_LAB)
		return hotplug_is_safe_here();
	if (of->kind == CONDITION_CPUS)
		return strtoul(of->name, NULL, 10) <= l->data->cpus_online;
	if (of->kind == CONDITION_FILE)
		return faccessat(l->top.fd, of->name, F_OK, 0) == 0;
	return has_feature(of->name);
}

static int probe_conditions(struct live *l, struct err *e)
{
	char found[256];
	int r = condition_probe(l->plan->when, look, l, &l->data->probes, e);

	for (size_t i = 0; r == 0 && i < l->plan->n_expects; i++)
		r = condition_probe(l->plan->expects[i].when, look, l, &l->data->probes, e);
	if (r < 0 || condition_truth(l->plan->when, &l->data->probes) == TRUTH_YES)
		return r;
	return live_outcome(l, TRIAL_SKIPPED, "only when %s: here is %s", l->plan->when_text,
			    condition_found(l->plan->when, &l->data->probes, found, sizeof(found)));
}

static int make_all(struct live *l, struct err *e)
{
	const char *controllers[CONTROLLERS_MAX + 1];
	const char *missing = choose_controllers(l, controllers);
	char name[32];
	cpu_set_t taken;
	int r;

	snprintf(name, sizeof(name), "t%u", l->plan->trial);
	r = subtree_enable(l->env->base, l->env->run, controllers, e);
	if (r == 0)
		r = cgrp_create(l->env->base, l->env->run_root, name, controllers, NULL, 0, &l->top,
				e);
	if (r == 0)
		r = probe_conditions(l, e);
	if (r == 0 && l->data->status == TRIAL_OK && missing)
		return missing_controller(l, missing);
	if (r == 0)
		r = errand_prepare(l, controllers, e);
	CPU_ZERO(&taken);
	if (r == 0 && l->data->status == TRIAL_OK)
		r = partition_prepare(l, &taken, e);
	for (unsigned g = 0;
	     r == 0 && l->data->status == TRIAL_OK && g < l->plan->n_groups && !live_timed_out(l);
	     g++) {
		r = make_group(l, g, controllers, e);
		if (r == 0 && l->data->status == TRIAL_OK)
			r = partition_pass(l, g, e);
		if (r == 0 && l->data->status == TRIAL_OK)
			r = proof_at_setup(l, g, e);
		if (r == 0 && l->data->status == TRIAL_OK)
			r = place_group(l, g, &taken, e);
	}
	return r;
}

/* What a machine that others use has to be asked for first. */
static void check_allowed(struct live *l)
{
	for (size_t i = 0; i < l->plan->n_actions; i++)
		if ((l->plan->actions[i].verb == ACTION_CPU_OFFLINE ||
		     l->plan->actions[i].verb == ACTION_CPU_ONLINE) &&
		    !l->env->hotplug)
			live_outcome(l, TRIAL_SKIPPED,
				     "it takes CPU %u off or on line, which changes the machine "
				     "for everybody: in a lab, or with run --allow-cpu-hotplug",
				     l->plan->actions[i].cpu);
}

int live_setup(struct live *l, struct err *e)
{
	int r;

	check_allowed(l);
	if (l->data->status != TRIAL_OK)
		return 0;
	r = borrow_take(l, e);
	if (r == 0 && l->data->status == TRIAL_OK)
		r = make_all(l, e);
	for (unsigned g = 0; r == 0 && l->data->status == TRIAL_OK && g < l->plan->n_groups; g++)
		r = start_group(l, g, e);
	if (r == 0 && l->data->status == TRIAL_OK)
		r = wait_ready(l, e);
	return r;
}
