/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/check.h"

#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "host/doctor.h"
#include "host/facts.h"

const char *check_status_name(enum check_status s)
{
	static const char *const names[] = {[CHECK_OK] = "ok",
					    [CHECK_WARN] = "warn",
					    [CHECK_MISSING] = "missing",
					    [CHECK_UNKNOWN] = "unknown"};
	return names[s];
}

static void found(struct finding *f, enum check_status s, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void found(struct finding *f, enum check_status s, const char *fmt, ...)
{
	va_list ap;

	f->status = s;
	va_start(ap, fmt);
	vsnprintf(f->evidence, sizeof(f->evidence), fmt, ap);
	va_end(ap);
}

static void remedy(struct finding *f, const char *text)
{
	snprintf(f->remedy, sizeof(f->remedy), "%s", text);
}

/* A fact that is a string; NULL when the host does not tell it. */
static const char *fact_string(const struct patient *p, const char *key)
{
	return json_string_value(json_object_get(p->facts, key));
}

static long long fact_integer(const struct patient *p, const char *key)
{
	return json_integer_value(json_object_get(p->facts, key));
}

bool patient_in_exact_lab(const struct patient *p)
{
	const char *lab = fact_string(p, "lab");
	return lab && strcmp(lab, "exact") == 0;
}

/* ---- cgroups ---- */

static bool is_cgroup2(const struct patient *p)
{
	scope_fd int fd = -1;
	struct statfs fs;

	return root_open_dir(p->root, p->hierarchy.mount, &fd, NULL) == 0 &&
	       fstatfs(fd, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* A captured tree lies on a disk: its file system proves nothing. */
static void probe_mount(const struct patient *p, const struct check *c, struct finding *f)
{
	const struct hierarchy *h = &p->hierarchy;
	(void)c;

	if (!h->mount[0])
		found(f, CHECK_MISSING, "no cgroup2 in /proc/self/mountinfo");
	else if (p->root->live && !is_cgroup2(p))
		found(f, CHECK_MISSING, "%s is something else by now", h->mount);
	else
		found(f, CHECK_OK, "%s (%s)", h->mount, h->options);
	remedy(f, doctor_remedy(hierarchy_uses_v1(h) ? CONTROLLER_ON_V1 : CONTROLLER_NO_V2));
}

static void probe_controller(const struct patient *p, const struct check *c, struct finding *f)
{
	char why[EVIDENCE_MAX], path[PATH_MAX] = "";
	enum controller_state s = hierarchy_controller(p->root, &p->hierarchy, p->below, c->arg);

	doctor_why(p->root, &p->hierarchy, p->below, c->arg, why, sizeof(why));
	hierarchy_path(&p->hierarchy, p->below, "", path, NULL);
	if (s == CONTROLLER_USABLE)
		found(f, CHECK_OK, "%s", path);
	else
		found(f, CHECK_MISSING, "%s", why);
	remedy(f, doctor_remedy(s));
}

/* The message of doctor_base says where, what and the remedy: "where: what; remedy". */
static void probe_base(const struct patient *p, const struct check *c, struct finding *f)
{
	const char *cut = strstr(p->no_base.text, "; ");
	char path[PATH_MAX] = "";
	(void)c;

	if (!p->no_base.text[0]) {
		hierarchy_path(&p->hierarchy, p->below, "", path, NULL);
		found(f, CHECK_OK, "%s, %s", path,
		      p->hierarchy.uid == 0 ? "as root" : "delegated to this user");
		return;
	}
	found(f, CHECK_MISSING, "%.*s",
	      cut ? (int)(cut - p->no_base.text) : (int)sizeof(f->evidence), p->no_base.text);
	remedy(f, cut ? cut + 2 : "");
}

/*
 * Asks for a child in the group behind a descriptor that is not open: a kernel that knows
 * CLONE_INTO_CGROUP (5.7) says EBADF, an older one EINVAL, a filter ENOSYS or EPERM. In no case is
 * a child made.
 */
static void probe_clone(const struct patient *p, const struct check *c, struct finding *f)
{
	struct clone_args args = {.flags = CLONE_INTO_CGROUP, .cgroup = INT_MAX};
	(void)c;

	if (!p->root->live) {
		found(f, CHECK_UNKNOWN, "a captured tree cannot be asked");
		return;
	}
	if (syscall(SYS_clone3, &args, sizeof(args)) == 0)
		_exit(0); /* never: that descriptor cannot be open */
	if (errno == EBADF)
		found(f, CHECK_OK, "clone3 knows CLONE_INTO_CGROUP");
	else
		found(f, CHECK_MISSING, "clone3 with CLONE_INTO_CGROUP: %s", strerror(errno));
}

static bool group_has_file(const struct patient *p, const char *below, const char *file)
{
	char path[PATH_MAX];

	return hierarchy_path(&p->hierarchy, below, file, path, NULL) == 0 &&
	       root_exists(p->root, path);
}

static int is_folder(const struct dirent *d)
{
	return d->d_type == DT_DIR && d->d_name[0] != '.';
}

/* The first group with a file: where groups would be made, or a child of the mount's root. */
static bool find_group(const struct patient *p, const char *file, char below[static PATH_MAX])
{
	struct dirent **children = NULL;
	scope_fd int fd = -1;
	bool found_one = group_has_file(p, p->below, file);
	int n = 0;

	snprintf(below, PATH_MAX, "%s", p->below);
	if (!found_one && root_open_dir(p->root, p->hierarchy.mount, &fd, NULL) == 0)
		n = scandirat(fd, ".", &children, is_folder, alphasort);
	for (int i = 0; i < n; i++) {
		if (!found_one && group_has_file(p, children[i]->d_name, file)) {
			snprintf(below, PATH_MAX, "%s", children[i]->d_name);
			found_one = true;
		}
		free(children[i]);
	}
	free(children);
	return found_one;
}

/* Decided by looking, never by the kernel's version; the mount's root has none of these files. */
static void probe_file(const struct patient *p, const struct check *c, struct finding *f)
{
	char below[PATH_MAX];

	if (!p->hierarchy.mount[0])
		found(f, CHECK_UNKNOWN, "there are no v2 groups to look at");
	else if (!find_group(p, c->witness, below))
		found(f, CHECK_UNKNOWN, "no group here has %s; the first trial will tell",
		      c->witness);
	else if (group_has_file(p, below, c->arg))
		found(f, CHECK_OK, "in group %s", below);
	else
		found(f, CHECK_MISSING, "group %s has %s and no %s", below, c->witness, c->arg);
}

static void probe_psi(const struct patient *p, const struct check *c, struct finding *f)
{
	struct err e = {""};
	char line[128];

	if (root_read_line(p->root, c->arg, line, sizeof(line), &e) == 0)
		found(f, CHECK_OK, "%s", c->arg);
	else
		found(f, CHECK_MISSING, "%s", e.text);
}

/* ---- what has a bearing on the numbers ---- */

static void probe_tick(const struct patient *p, const struct check *c, struct finding *f)
{
	long long hz = fact_integer(p, "hz");
	(void)c;

	if (hz <= 0)
		found(f, CHECK_UNKNOWN,
		      "HZ is not told; small quotas are judged as if there were no tick");
	else
		found(f, hz < 250 ? CHECK_WARN : CHECK_OK,
		      "HZ %lld: a quota below %.3g ms comes in bursts of a tick", hz,
		      1000.0 / (double)hz);
}

static void probe_swap(const struct patient *p, const struct check *c, struct finding *f)
{
	json_t *total = json_object_get(p->facts, "swap_total_bytes");
	(void)c;

	if (!json_is_integer(total))
		found(f, CHECK_UNKNOWN, "/proc/meminfo does not tell");
	else if (json_integer_value(total) == 0)
		found(f, CHECK_OK, "none");
	else
		found(f, CHECK_WARN, "%lld MiB: a group at memory.max swaps before it is killed",
		      (long long)json_integer_value(total) >> 20);
}

static void probe_thp(const struct patient *p, const struct check *c, struct finding *f)
{
	const char *thp = fact_string(p, "thp");
	(void)c;

	if (!thp)
		found(f, CHECK_UNKNOWN, "this kernel does not tell");
	else if (strcmp(thp, "always") == 0)
		found(f, CHECK_WARN, "always: memory is charged 2 MiB at a time");
	else
		found(f, CHECK_OK, "%s", thp);
}

static void probe_governor(const struct patient *p, const struct check *c, struct finding *f)
{
	const char *governor = fact_string(p, "governor");
	(void)c;

	if (!governor)
		found(f, CHECK_OK, "no frequency scaling to be seen");
	else
		found(f, strcmp(governor, "performance") == 0 ? CHECK_OK : CHECK_WARN, "%s",
		      governor);
}

static void probe_turbo(const struct patient *p, const struct check *c, struct finding *f)
{
	const char *turbo = fact_string(p, "turbo");
	(void)c;

	if (!turbo)
		found(f, CHECK_OK, "no turbo to be seen");
	else
		found(f, strcmp(turbo, "off") == 0 ? CHECK_OK : CHECK_WARN, "%s", turbo);
}

static void probe_isolation(const struct patient *p, const struct check *c, struct finding *f)
{
	const char *cpus = fact_string(p, "isolated_cpus");
	(void)c;

	if (!cpus)
		found(f, CHECK_OK, "no CPU is kept from the scheduler");
	else
		found(f, CHECK_WARN, "CPUs %s: unplaced threads do not spread over these", cpus);
}

/* cpu.max is enforced by the fair class (sched-bwc.rst): tasks of sched_ext are not in it. */
static void probe_sched_ext(const struct patient *p, const struct check *c, struct finding *f)
{
	const char *state = fact_string(p, "sched_ext");
	(void)c;

	if (state && strcmp(state, "disabled") != 0)
		found(f, CHECK_WARN, "%s: such a scheduler need not keep to cpu.max", state);
	else
		found(f, CHECK_OK, "the kernel's own");
}

static void probe_hypervisor(const struct patient *p, const struct check *c, struct finding *f)
{
	const char *vm = fact_string(p, "virtualisation");
	(void)c;

	if (patient_in_exact_lab(p))
		found(f, CHECK_OK, "exact lab: time is counted in instructions");
	else if (!vm)
		found(f, CHECK_UNKNOWN, "this host does not tell");
	else if (strcmp(vm, "none") == 0)
		found(f, CHECK_OK, "none");
	else
		found(f, CHECK_WARN, "%s: counters and ratios hold, latencies include the host's",
		      vm);
}

/* ---- programs ---- */

/* A captured tree has no environment: there the usual folders count. */
static bool find_program(const struct patient *p, const char *name, char path[static PATH_MAX])
{
	const char *own = p->root->live ? getenv("PATH") : NULL;
	scope_free char *folders = strdup(own ? own : "/usr/local/bin:/usr/bin:/bin");
	char *save = NULL;

	for (char *dir = folders ? strtok_r(folders, ":", &save) : NULL; dir;
	     dir = strtok_r(NULL, ":", &save)) {
		snprintf(path, PATH_MAX, "%s/%s", dir, name);
		if (dir[0] == '/' && root_exists(p->root, path))
			return true;
	}
	return false;
}

static void probe_program(const struct patient *p, const struct check *c, struct finding *f)
{
	char path[PATH_MAX];

	if (find_program(p, c->arg, path))
		found(f, CHECK_OK, "%.*s", EVIDENCE_MAX - 1, path);
	else
		found(f, CHECK_MISSING, "no %s in the search path", c->arg);
}

/* QEMU itself is fetched by scripts/lab where the host's is too old. */
static void probe_lab(const struct patient *p, const struct check *c, struct finding *f)
{
	static const char *const tools[] = {"busybox", "cpio",    "xz",
					    "flock",   "apt-get", "dpkg-deb"};
	const char *where = fact_string(p, "where");
	char path[PATH_MAX], missing[128] = "";
	(void)c;

	if (where && strcmp(where, "native") != 0) {
		found(f, CHECK_OK, "this is the %s", where);
		return;
	}
	for (size_t i = 0; i < array_len(tools); i++) {
		size_t used = strlen(missing);
		if (!find_program(p, tools[i], path))
			snprintf(missing + used, sizeof(missing) - used, "%s%s", used ? ", " : "",
				 tools[i]);
	}
	if (missing[0])
		found(f, CHECK_MISSING, "scripts/lab needs %s", missing);
	else
		found(f, CHECK_OK, "exact; live %s",
		      root_exists(p->root, "/dev/kvm") ? "on /dev/kvm, if it can run a guest"
						       : "by emulation");
}

/* ---- the table ---- */

const struct check checks[] = {
	{.name = "cgroup v2", .needs = "everything", .required = true, .probe = probe_mount},
	{.name = "cpu",
	 .needs = "cpu.max, cpu.weight",
	 .required = true,
	 .arg = "cpu",
	 .probe = probe_controller},
	{.name = "memory",
	 .needs = "memory.max, memory.high",
	 .required = true,
	 .arg = "memory",
	 .probe = probe_controller},
	{.name = "pids",
	 .needs = "pids.max, and every bomb's fence",
	 .required = true,
	 .arg = "pids",
	 .probe = probe_controller},
	{.name = "cpuset",
	 .needs = "cpuset.cpus, partitions",
	 .arg = "cpuset",
	 .probe = probe_controller},
	{.name = "io", .needs = "io.max", .arg = "io", .probe = probe_controller},
	{.name = "place for groups", .needs = "everything", .required = true, .probe = probe_base},
	{.name = "clone3 into group",
	 .needs = "starting a workload in its group",
	 .required = true,
	 .probe = probe_clone,
	 .remedy = "Linux 5.7 or later; in a container, a seccomp profile that allows clone3"},
	{.name = "cgroup.kill",
	 .needs = "ending a bomb at once",
	 .required = true,
	 .arg = "cgroup.kill",
	 .witness = "cgroup.events",
	 .probe = probe_file,
	 .remedy = "Linux 5.14 or later, or the lab"},
	{.name = "memory.peak",
	 .needs = "overshoot of memory.max",
	 .arg = "memory.peak",
	 .witness = "memory.max",
	 .probe = probe_file,
	 .remedy = "Linux 5.19 or later, or the lab; without it there is no peak and no overshoot"},
	{.name = "pids.peak",
	 .needs = "containment of fork bombs",
	 .arg = "pids.peak",
	 .witness = "pids.max",
	 .probe = probe_file,
	 .remedy = "Linux 6.1 or later, or the lab; without it pids.current is sampled only"},
	{.name = "pressure",
	 .needs = "PSI metrics",
	 .arg = "/proc/pressure/cpu",
	 .probe = probe_psi,
	 .remedy = "boot with psi=1"},
	{.name = "timer tick",
	 .needs = "judging small quotas",
	 .probe = probe_tick,
	 .remedy = "quotas of several ticks, or a kernel with a higher HZ"},
	{.name = "scheduler",
	 .needs = "cpu.max",
	 .probe = probe_sched_ext,
	 .remedy = "stop the sched_ext scheduler, unless it is what you measure"},
	{.name = "swap",
	 .needs = "memory results that mean memory.max alone",
	 .probe = probe_swap,
	 .remedy = "swapoff -a, or memory.swap.max: 0 in the suite's limits"},
	{.name = "huge pages",
	 .needs = "exact memory overshoot",
	 .probe = probe_thp,
	 .remedy = "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"},
	{.name = "governor",
	 .needs = "work per second that can be compared",
	 .probe = probe_governor,
	 .remedy = "cpupower frequency-set -g performance"},
	{.name = "turbo",
	 .needs = "work per second that can be compared",
	 .probe = probe_turbo,
	 .remedy = "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo, or "
		   "echo 0 > /sys/devices/system/cpu/cpufreq/boost"},
	{.name = "isolated CPUs",
	 .needs = "results of threads that are not placed",
	 .probe = probe_isolation,
	 .remedy = "give every group a place, or boot without isolcpus="},
	{.name = "hypervisor",
	 .needs = "absolute latencies",
	 .probe = probe_hypervisor,
	 .remedy = "compare with runs on this host only; the exact lab has no noise at all"},
	{.name = "gnuplot",
	 .needs = "plots",
	 .arg = "gnuplot",
	 .probe = probe_program,
	 .remedy = "apt-get install gnuplot-nox fonts-dejavu-core, or `cgbench plot DIR` where "
		   "there is one"},
	{.name = "lab",
	 .needs = "exact regressions, other kernels",
	 .probe = probe_lab,
	 .remedy = "apt-get install busybox-static cpio xz-utils util-linux (Debian)"},
	{.name = NULL},
};

int patient_read(const struct root *r, struct patient *out, struct err *e)
{
	struct patient p = {.root = r};
	int ret = hierarchy_read(r, &p.hierarchy, e);

	if (ret < 0)
		return ret;
	ret = facts_gather(r, &p.facts, e);
	if (ret < 0) {
		hierarchy_free(&p.hierarchy);
		return ret;
	}
	doctor_base(r, &p.hierarchy, p.below, &p.no_base); /* its failure is a finding */
	*out = p;
	return 0;
}

void patient_free(struct patient *p)
{
	hierarchy_free(&p->hierarchy);
	json_decref(p->facts);
	p->facts = NULL;
}

void check_run(const struct check *c, const struct patient *p, struct finding *f)
{
	*f = (struct finding){.status = CHECK_UNKNOWN};
	c->probe(p, c, f);
	if (f->status == CHECK_OK || f->status == CHECK_UNKNOWN)
		f->remedy[0] = '\0';
	else if (!f->remedy[0] && c->remedy)
		snprintf(f->remedy, sizeof(f->remedy), "%s", c->remedy);
}
