/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/facts.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif

#include "base/digest.h"
#include "base/shipped.h"
#include "base/version.h"
#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "host/fact_file.h"
#include "host/hierarchy.h"
#include "host/topology.h"

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

enum { FLAGS_MAX_BYTES = 8192 };

/* An object that may lack a part is worth nothing. */
static json_t *object_if(json_t *object, bool complete)
{
	if (!complete)
		json_decref(object);
	return complete ? object : NULL;
}

/* ---- processors ---- */

static int no_dots(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* The names in a directory, sorted; 0 when there is no such directory. */
static int scan_dir(const struct root *r, const char *path, struct dirent ***names)
{
	scope_fd int fd = -1;
	int n;

	*names = NULL;
	if (root_open_dir(r, path, &fd, NULL) < 0)
		return 0;
	n = scandirat(fd, ".", names, no_dots, alphasort);
	return n < 0 ? 0 : n;
}

static void free_dir(struct dirent **names, int n)
{
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

/* What one governor is when all policies agree; "performance,schedutil" when they do not. */
static json_t *read_governors(const struct root *r, const struct fact *f)
{
	struct dirent **policies = NULL;
	int n = scan_dir(r, f->source, &policies);
	char all[256] = "";

	for (int i = 0; i < n; i++) {
		char path[PATH_MAX], governor[64];
		size_t used = strlen(all);
		snprintf(path, sizeof(path), "%s/%s/scaling_governor", f->source,
			 policies[i]->d_name);
		if (root_read_line(r, path, governor, sizeof(governor), NULL) < 0 ||
		    list_has(all, ',', governor))
			continue;
		snprintf(all + used, sizeof(all) - used, "%s%s", used ? "," : "", governor);
	}
	free_dir(policies, n);
	return fact_text(all);
}

/* Two drivers, two files, opposite meanings. */
static json_t *read_turbo(const struct root *r, const struct fact *f)
{
	static const struct {
		const char *path, *on;
	} files[] = {
		{"/sys/devices/system/cpu/intel_pstate/no_turbo", "0"},
		{"/sys/devices/system/cpu/cpufreq/boost", "1"},
	};
	char line[16];
	(void)f;

	for (size_t i = 0; i < array_len(files); i++)
		if (root_read_line(r, files[i].path, line, sizeof(line), NULL) == 0)
			return json_string(strcmp(line, files[i].on) == 0 ? "on" : "off");
	return json_null();
}

static json_t *read_mitigations(const struct root *r, const struct fact *f)
{
	struct dirent **files = NULL;
	int n = scan_dir(r, f->source, &files), failed = 0;
	json_t *all = n > 0 ? json_object() : json_null();

	for (int i = 0; all && i < n; i++) {
		char path[PATH_MAX], line[512];
		snprintf(path, sizeof(path), "%s/%s", f->source, files[i]->d_name);
		root_read_line(r, path, line, sizeof(line), NULL);
		failed |= json_object_set_new(all, files[i]->d_name, fact_text(line));
	}
	free_dir(files, n);
	return object_if(all, failed == 0);
}

/* A captured tree has no processors to be asked; hwloc's XML is beside host.json. */
static json_t *read_topology(const struct root *r, const struct fact *f)
{
	struct topology *t = NULL;
	struct topology_counts c;
	(void)f;

	if (!r->live || topology_load(&t, NULL) < 0)
		return json_null();
	topology_count(t, &c);
	topology_free(t);
	return json_pack("{si,si,si,si,si}", "packages", c.packages, "nodes", c.nodes, "cores",
			 c.cores, "cpus", c.cpus, "threads_per_core", c.threads_per_core);
}

/* ---- time ---- */

uint64_t facts_tick_usec(void)
{
	struct timespec t;

	/* The coarse clocks advance with the tick, and say so: KTIME_LOW_RES is TICK_NSEC. */
	if (clock_getres(CLOCK_MONOTONIC_COARSE, &t) < 0)
		return 0;
	return ((uint64_t)t.tv_sec * NSEC_PER_SEC + (uint64_t)t.tv_nsec) / NSEC_PER_USEC;
}

/* What the kernel of a captured tree was built with; 0 when its configuration is not there. */
static unsigned configured_hz(const struct root *r)
{
	char path[PATH_MAX], release[256];
	scope_free char *config = NULL;
	const char *line;
	unsigned hz = 0;

	root_read_line(r, "/proc/sys/kernel/osrelease", release, sizeof(release), NULL);
	snprintf(path, sizeof(path), "/boot/config-%s", release);
	if (root_read(r, path, &config, NULL) < 0)
		return 0;
	line = strstr(config, "\nCONFIG_HZ=");
	return line && sscanf(line, "\nCONFIG_HZ=%u", &hz) == 1 ? hz : 0;
}

/* _SC_CLK_TCK is no help: it is USER_HZ, 100 whatever the tick. */
static json_t *read_hz(const struct root *r, const struct fact *f)
{
	uint64_t tick_usec = r->live ? facts_tick_usec() : 0;
	unsigned hz;
	(void)f;

	if (tick_usec > 0)
		return json_integer((json_int_t)((USEC_PER_SEC + tick_usec / 2) / tick_usec));
	hz = configured_hz(r);
	return hz ? json_integer(hz) : json_null();
}

/* The slice that the kernel tells of a task of ours under SCHED_OTHER: EEVDF's do (6.12); else 0.
 */
static uint64_t own_slice_nsec(void)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} attr = {0};

	return syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0) == 0 &&
			       attr.policy == SCHED_OTHER
		       ? attr.runtime
		       : 0;
}

/* By what it has: CFS has a knob that went with it (6.6). */
static json_t *read_fair_scheduler(const struct root *r, const struct fact *f)
{
	(void)f;

	if (root_exists(r, "/proc/sys/kernel/sched_child_runs_first"))
		return json_string("CFS");
	if (root_exists(r, "/sys/kernel/debug/sched/base_slice_ns") ||
	    (r->live && own_slice_nsec() > 0))
		return json_string("EEVDF");
	return json_null();
}

/* ---- virtual machines and containers ---- */

/* The vendor that a hypervisor gives in CPUID leaf 0x40000000, as people call it. */
static const char *hypervisor_name(const char *signature)
{
	static const struct {
		const char *signature, *name;
	} known[] = {
		{"KVMKVMKVM", "kvm"},        {"TCGTCGTCGTCG", "tcg"},
		{"Microsoft Hv", "hyper-v"}, {"VMwareVMware", "vmware"},
		{"XenVMMXenVMM", "xen"},     {"VBoxVBoxVBox", "virtualbox"},
		{"bhyve bhyve ", "bhyve"},   {"ACRNACRNACRN", "acrn"},
	};

	for (size_t i = 0; i < array_len(known); i++)
		if (strcmp(signature, known[i].signature) == 0)
			return known[i].name;
	return "vm";
}

static const char *ask_hypervisor(const struct root *r)
{
	char signature[13] = "";
#ifdef __x86_64__
	if (r->live) {
		unsigned eax, regs[3];
		__cpuid(0x40000000, eax, regs[0], regs[1], regs[2]);
		(void)eax;
		memcpy(signature, regs, sizeof(regs));
	}
#else
	(void)r;
#endif
	return hypervisor_name(signature);
}

/* x86 tells by a CPU flag; elsewhere only what the firmware describes. */
static json_t *read_virtualisation(const struct root *r, const struct fact *f)
{
	scope_free char *cpuinfo = NULL;
	char flags[FLAGS_MAX_BYTES], type[64];
	(void)f;

	if (root_read_line(r, "/sys/hypervisor/type", type, sizeof(type), NULL) == 0)
		return fact_text(type);
	if (root_exists(r, "/proc/device-tree/hypervisor"))
		return json_string("vm");
	if (root_read(r, "/proc/cpuinfo", &cpuinfo, NULL) < 0)
		return json_null();
	keyed_find(cpuinfo, "flags", flags, sizeof(flags));
	if (!flags[0])
		return json_null();
	return json_string(list_has(flags, ' ', "hypervisor") ? ask_hypervisor(r) : "none");
}

static json_t *read_container(const struct root *r, const struct fact *f)
{
	static const struct {
		const char *path, *name;
	} marks[] = {{"/.dockerenv", "docker"}, {"/run/.containerenv", "podman"}};
	char line[64];
	(void)f;

	if (root_read_line(r, "/run/systemd/container", line, sizeof(line), NULL) == 0)
		return fact_text(line);
	for (size_t i = 0; i < array_len(marks); i++)
		if (root_exists(r, marks[i].path))
			return json_string(marks[i].name);
	return json_null();
}

/* ---- cgroups ---- */

static json_t *read_cgroup_mount(const struct root *r, const struct fact *f)
{
	struct hierarchy h scope(hierarchy_free) = {.mount = ""};

	if (hierarchy_read(r, &h, NULL) < 0)
		return json_null();
	return fact_text(strcmp(f->arg, "options") == 0 ? h.options : h.mount);
}

static json_t *read_cgroup_controllers(const struct root *r, const struct fact *f)
{
	struct hierarchy h scope(hierarchy_free) = {.mount = ""};
	struct fact file = *f;
	char path[PATH_MAX];

	if (hierarchy_read(r, &h, NULL) < 0 || !h.mount[0] ||
	    hierarchy_path(&h, "", "cgroup.controllers", path, NULL) < 0)
		return json_null();
	file.source = path;
	return fact_words(r, &file);
}

/* Which controllers sit on v1, and where; empty on a v2 host. */
static json_t *read_cgroup_v1(const struct root *r, const struct fact *f)
{
	struct hierarchy h scope(hierarchy_free) = {.mount = ""};
	json_t *bound;
	int failed = 0;
	(void)f;

	if (hierarchy_read(r, &h, NULL) < 0)
		return json_null();
	bound = json_object();
	for (size_t i = 0; bound && i < h.n_v1; i++)
		if (h.v1[i].hierarchy != 0)
			failed |= json_object_set_new(bound, h.v1[i].name, fact_text(h.v1[i].path));
	return object_if(bound, failed == 0);
}

/* Whether pressure stall information is on: with psi=0 the files are there and cannot be read. */
static json_t *read_psi(const struct root *r, const struct fact *f)
{
	char line[256];
	return json_boolean(root_read_line(r, f->source, line, sizeof(line), NULL) == 0);
}

/* ---- what we bring along ---- */

static json_t *read_libraries(const struct root *r, const struct fact *f)
{
	(void)r;
	(void)f;
	return json_pack("{ss,ss,ss,ss}", "libc", gnu_get_libc_version(), "libcgroup",
			 LIBCGROUP_VERSION, "hwloc", topology_library(), "jansson",
			 JANSSON_VERSION);
}

static json_t *read_constant(const struct root *r, const struct fact *f)
{
	(void)r;
	return json_string(f->arg);
}

/* The lab describes itself in the environment; a captured tree has none. */
static json_t *read_environment(const struct root *r, const struct fact *f)
{
	return fact_text(r->live ? getenv(f->arg) : NULL);
}

static json_t *digest_fact(const char *path)
{
	char digest[DIGEST_TEXT];

	return digest_file(path, digest, NULL) < 0 ? json_null() : json_string(digest);
}

static json_t *read_own_digest(const struct root *r, const struct fact *f)
{
	return r->live ? digest_fact(f->source) : json_null();
}

static json_t *read_workloads_digest(const struct root *r, const struct fact *f)
{
	char path[PATH_MAX];
	(void)f;

	if (!r->live || data_path(DATA_CGWORK, path, sizeof(path), NULL) < 0)
		return json_null();
	return digest_fact(path);
}

json_t *facts_command_digest(void)
{
	return digest_fact("/proc/self/cmdline");
}

static json_t *read_shift(const struct root *r, const struct fact *f)
{
	const char *text = r->live ? getenv(f->arg) : NULL;
	char *end;
	long shift = text ? strtol(text, &end, 10) : 0;

	return text && end != text && !*end ? json_integer(shift) : json_null();
}

/* "native", "exact lab" or "live lab". */
static json_t *read_where(const struct root *r, const struct fact *f)
{
	const char *lab = r->live ? getenv(f->arg) : NULL;
	return lab && lab[0] ? json_sprintf("%s lab", lab) : json_string("native");
}

/* ---- the table ---- */

#define CPU "/sys/devices/system/cpu"

#define FACT(k, from, reader, ...)                                    \
	{                                                             \
		.key = k, .source = from, .read = reader, __VA_ARGS__ \
	}

/* clang-format off */
const struct fact facts[] = {
	FACT("where", "environment", read_where, .arg = "CGBENCH_LAB"),
	FACT("lab", "environment", read_environment, .arg = "CGBENCH_LAB", .compare = true),
	FACT("lab_shift", "environment", read_shift, .arg = "CGBENCH_LAB_SHIFT", .compare = true),
	FACT("lab_kernel", "environment", read_environment, .arg = "CGBENCH_LAB_KERNEL"),
	FACT("lab_package", "environment", read_environment, .arg = "CGBENCH_LAB_PACKAGE"),
	FACT("lab_qemu", "environment", read_environment, .arg = "CGBENCH_LAB_QEMU"),

	FACT("lab_inputs", "environment", read_environment, .arg = "CGBENCH_LAB_INPUTS", .input = true),

	FACT("kernel", "/proc/sys/kernel/osrelease", fact_line, .kernel = true, .compare = true),
	FACT("kernel_version", "/proc/sys/kernel/version", fact_line),
	FACT("cmdline", "/proc/cmdline", fact_cmdline),
	FACT("hz", "the coarse clock's resolution", read_hz, .kernel = true, .compare = true),
	FACT("fair_scheduler", "what only CFS or only EEVDF has", read_fair_scheduler, .kernel = true),
	FACT("sched_base_slice_nsec", "/sys/kernel/debug/sched/base_slice_ns", fact_number),
	FACT("sched_ext", "/sys/kernel/sched_ext/state", fact_line),
	FACT("clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource", fact_line),
	FACT("aslr", "/proc/sys/kernel/randomize_va_space", fact_number),
	FACT("psi", "/proc/pressure/cpu", read_psi),

	FACT("cpu_model", "/proc/cpuinfo", fact_keyed, .arg = "model name", .compare = true),
	FACT("cpu_vendor", "/proc/cpuinfo", fact_keyed, .arg = "vendor_id"),
	FACT("cpu_family", "/proc/cpuinfo", fact_keyed, .arg = "cpu family"),
	FACT("cpu_model_number", "/proc/cpuinfo", fact_keyed, .arg = "model"),
	FACT("cpu_stepping", "/proc/cpuinfo", fact_keyed, .arg = "stepping"),
	FACT("microcode", "/proc/cpuinfo", fact_keyed, .arg = "microcode", .compare = true),
	FACT("governor", CPU "/cpufreq", read_governors, .compare = true),
	FACT("turbo", CPU, read_turbo, .compare = true),
	FACT("smt", CPU "/smt/control", fact_line, .compare = true),
	FACT("topology", "hwloc", read_topology, .compare = true),
	FACT("isolated_cpus", CPU "/isolated", fact_line),
	FACT("mitigations", CPU "/vulnerabilities", read_mitigations),

	FACT("virtualisation", "CPUID and firmware", read_virtualisation, .compare = true),
	FACT("machine", "/sys/class/dmi/id/product_name", fact_line),
	FACT("container", "marks of container engines", read_container),

	FACT("memory_total_bytes", "/proc/meminfo", fact_keyed_bytes, .arg = "MemTotal"),
	FACT("swap_total_bytes", "/proc/meminfo", fact_keyed_bytes, .arg = "SwapTotal"),
	FACT("thp", "/sys/kernel/mm/transparent_hugepage/enabled", fact_selected),

	FACT("cgroup_mount", "/proc/self/mountinfo", read_cgroup_mount, .arg = "mount"),
	FACT("cgroup_options", "/proc/self/mountinfo", read_cgroup_mount, .arg = "options"),
	FACT("cgroup_controllers", "cgroup.controllers of the mount's root", read_cgroup_controllers),
	FACT("cgroup_v1", "/proc/cgroups", read_cgroup_v1),
	FACT("cgroup_features", "/sys/kernel/cgroup/features", fact_words),

	FACT("cgbench", "built in", read_constant, .arg = CGBENCH_VERSION),
	FACT("cgbench_digest", "/proc/self/exe", read_own_digest, .input = true),
	FACT("cgwork_digest", "cgwork beside cgbench", read_workloads_digest, .input = true),
	FACT("compiler", "built in", read_constant, .arg = COMPILER),
	FACT("libraries", "built in", read_libraries),
	{.key = NULL},
};
/* clang-format on */

const struct fact *fact_find(const char *key)
{
	for (const struct fact *f = facts; f->key; f++)
		if (strcmp(f->key, key) == 0)
			return f;
	return NULL;
}

int facts_gather(const struct root *r, json_t **out, struct err *e)
{
	json_t *all = json_object();

	for (const struct fact *f = facts; all && f->key; f++) {
		if (json_object_set_new(all, f->key, f->read(r, f)) == 0)
			continue;
		json_decref(all);
		all = NULL;
	}
	if (!all)
		return err_set(e, -ENOMEM, "host facts: out of memory");
	*out = all;
	return 0;
}
