/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/facts.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
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

const struct fact facts[] = {
	{.key = "where", .source = "environment", .arg = "CGBENCH_LAB", .read = read_where},
	{.key = "lab",
	 .source = "environment",
	 .arg = "CGBENCH_LAB",
	 .compare = true,
	 .read = read_environment},
	{.key = "lab_shift",
	 .source = "environment",
	 .arg = "CGBENCH_LAB_SHIFT",
	 .compare = true,
	 .read = read_shift},
	{.key = "lab_kernel",
	 .source = "environment",
	 .arg = "CGBENCH_LAB_KERNEL",
	 .read = read_environment},
	{.key = "lab_package",
	 .source = "environment",
	 .arg = "CGBENCH_LAB_PACKAGE",
	 .read = read_environment},
	{.key = "lab_qemu",
	 .source = "environment",
	 .arg = "CGBENCH_LAB_QEMU",
	 .read = read_environment},

	{.key = "lab_inputs",
	 .source = "environment",
	 .arg = "CGBENCH_LAB_INPUTS",
	 .input = true,
	 .read = read_environment},

	{.key = "kernel",
	 .source = "/proc/sys/kernel/osrelease",
	 .kernel = true,
	 .compare = true,
	 .read = fact_line},
	{.key = "kernel_version", .source = "/proc/sys/kernel/version", .read = fact_line},
	{.key = "cmdline", .source = "/proc/cmdline", .read = fact_cmdline},
	{.key = "hz",
	 .source = "the coarse clock's resolution",
	 .kernel = true,
	 .compare = true,
	 .read = read_hz},
	{.key = "sched_base_slice_nsec",
	 .source = "/sys/kernel/debug/sched/base_slice_ns",
	 .read = fact_number},
	{.key = "sched_ext", .source = "/sys/kernel/sched_ext/state", .read = fact_line},
	{.key = "clocksource",
	 .source = "/sys/devices/system/clocksource/clocksource0/current_clocksource",
	 .read = fact_line},
	{.key = "aslr", .source = "/proc/sys/kernel/randomize_va_space", .read = fact_number},
	{.key = "psi", .source = "/proc/pressure/cpu", .read = read_psi},

	{.key = "cpu_model",
	 .source = "/proc/cpuinfo",
	 .arg = "model name",
	 .compare = true,
	 .read = fact_keyed},
	{.key = "cpu_vendor", .source = "/proc/cpuinfo", .arg = "vendor_id", .read = fact_keyed},
	{.key = "cpu_family", .source = "/proc/cpuinfo", .arg = "cpu family", .read = fact_keyed},
	{.key = "cpu_model_number", .source = "/proc/cpuinfo", .arg = "model", .read = fact_keyed},
	{.key = "cpu_stepping", .source = "/proc/cpuinfo", .arg = "stepping", .read = fact_keyed},
	{.key = "microcode",
	 .source = "/proc/cpuinfo",
	 .arg = "microcode",
	 .compare = true,
	 .read = fact_keyed},
	{.key = "governor", .source = CPU "/cpufreq", .compare = true, .read = read_governors},
	{.key = "turbo", .source = CPU, .compare = true, .read = read_turbo},
	{.key = "smt", .source = CPU "/smt/control", .compare = true, .read = fact_line},
	{.key = "topology", .source = "hwloc", .compare = true, .read = read_topology},
	{.key = "isolated_cpus", .source = CPU "/isolated", .read = fact_line},
	{.key = "mitigations", .source = CPU "/vulnerabilities", .read = read_mitigations},

	{.key = "virtualisation",
	 .source = "CPUID and firmware",
	 .compare = true,
	 .read = read_virtualisation},
	{.key = "machine", .source = "/sys/class/dmi/id/product_name", .read = fact_line},
	{.key = "container", .source = "marks of container engines", .read = read_container},

	{.key = "memory_total_bytes",
	 .source = "/proc/meminfo",
	 .arg = "MemTotal",
	 .read = fact_keyed_bytes},
	{.key = "swap_total_bytes",
	 .source = "/proc/meminfo",
	 .arg = "SwapTotal",
	 .read = fact_keyed_bytes},
	{.key = "thp",
	 .source = "/sys/kernel/mm/transparent_hugepage/enabled",
	 .read = fact_selected},

	{.key = "cgroup_mount",
	 .source = "/proc/self/mountinfo",
	 .arg = "mount",
	 .read = read_cgroup_mount},
	{.key = "cgroup_options",
	 .source = "/proc/self/mountinfo",
	 .arg = "options",
	 .read = read_cgroup_mount},
	{.key = "cgroup_controllers",
	 .source = "cgroup.controllers of the mount's root",
	 .read = read_cgroup_controllers},
	{.key = "cgroup_v1", .source = "/proc/cgroups", .read = read_cgroup_v1},
	{.key = "cgroup_features", .source = "/sys/kernel/cgroup/features", .read = fact_words},

	{.key = "cgbench", .source = "built in", .arg = CGBENCH_VERSION, .read = read_constant},
	{.key = "cgbench_digest",
	 .source = "/proc/self/exe",
	 .input = true,
	 .read = read_own_digest},
	{.key = "cgwork_digest",
	 .source = "cgwork beside cgbench",
	 .input = true,
	 .read = read_workloads_digest},
	{.key = "compiler", .source = "built in", .arg = COMPILER, .read = read_constant},
	{.key = "libraries", .source = "built in", .read = read_libraries},
	{.key = NULL},
};

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
