/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "host/check.h"
#include "host/noise.h"
#include "tests/test.h"

extern const struct command command_doctor;

enum { PARTS_MAX = 8, DOCTOR_TEXT_MAX = 65536 };

static void open_host(const char *host, struct root *r)
{
	char name[64];
	struct err e;

	snprintf(name, sizeof(name), "hosts/%s", host);
	if (root_open(test_fixture(name), r, &e) < 0)
		fail_msg("%s: %s", host, e.text);
}

#define V1  "systemd.unified_cgroup_hierarchy=1 (and cgroup_no_v1=all)"
#define LAB "scripts/lab -- cgbench run default"

/* parts: what the message must hold, each. */
static const struct preflight {
	const char *host;
	const char *controllers[6];
	int code;
	const char *parts[PARTS_MAX];
} preflights[] = {
	{"unified", {"cpu", "memory", "pids", "cpuset", "io"}, 0, {NULL}},
	{"hybrid",
	 {"cpu", "memory", "pids", "io"},
	 -EOPNOTSUPP,
	 {"cpu: bound to cgroup v1 at /sys/fs/cgroup/cpu,cpuacct",
	  "memory: bound to cgroup v1 at /sys/fs/cgroup/memory",
	  "pids: bound to cgroup v1 at /sys/fs/cgroup/pids",
	  "io: bound to cgroup v1 at /sys/fs/cgroup/blkio", V1, LAB}},
	{"hybrid", {"hugetlb"}, 0, {NULL}}, /* that one is on v2 */
	{"no-v2",
	 {"memory"},
	 -EOPNOTSUPP,
	 {"memory: bound to cgroup v1 at /sys/fs/cgroup/memory", V1, LAB}},
	{"no-v2", {"misc"}, -EOPNOTSUPP, {"misc: cgroup2 is not mounted", "mount -t cgroup2"}},
	{"unmounted",
	 {"cpu", "pids"},
	 -EOPNOTSUPP,
	 {"cpu, pids: cgroup2 is not mounted; mount it (mount -t cgroup2 none /sys/fs/cgroup)",
	  LAB}},
	{"delegated", {"cpu", "memory", "pids"}, 0, {NULL}},
	{"delegated",
	 {"cpu", "cpuset", "io"},
	 -EOPNOTSUPP,
	 {"cpuset, io: not delegated to user.slice/user-1000.slice/user@1000.service/app.slice/"
	  "run-r7.scope; run as root, or put Delegate=cpu cpuset io memory pids into "}},
	{"session",
	 {"cpu"},
	 -EACCES,
	 {"/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope: no groups can be made there",
	  "systemd-run --user --scope -p Delegate=yes -- cgbench"}},
	{"container", {"cpu", "memory", "pids"}, 0, {NULL}},
	{"container-ro",
	 {"cpu"},
	 -EACCES,
	 {"/sys/fs/cgroup is mounted read-only", "docker run --privileged --cgroupns=private"}},
	{"memory-disabled",
	 {"cpu", "memory"},
	 -EOPNOTSUPP,
	 {"memory: disabled on the kernel's command line; boot without cgroup_disable="}},
	{"unified",
	 {"nonsense"},
	 -EOPNOTSUPP,
	 {"nonsense: not offered by this kernel or container"}},
};

static void check_preflight(const struct preflight *x)
{
	struct err e = {""};
	struct root r;
	size_t n = 0;
	int code;

	while (x->controllers[n])
		n++;
	open_host(x->host, &r);
	code = doctor_preflight(&r, x->controllers, n, &e);
	root_close(&r);
	if (code != x->code)
		fail_msg("%s: %d instead of %d: %s", x->host, code, x->code, e.text);
	assert_null(strchr(e.text, '\n'));
	for (size_t i = 0; i < PARTS_MAX && x->parts[i]; i++)
		if (!strstr(e.text, x->parts[i]))
			fail_msg("%s: '%s' is not in '%s'", x->host, x->parts[i], e.text);
}

static void test_preflight(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(preflights); i++)
		check_preflight(&preflights[i]);
}

/* Whatever is usable stays out of the message. */
static void test_preflight_names_only_what_is_in_the_way(void **state)
{
	static const char *const wanted[] = {"cpu", "hugetlb"};
	struct root r;
	struct err e;
	(void)state;

	open_host("hybrid", &r);
	assert_int_equal(doctor_preflight(&r, wanted, 2, &e), -EOPNOTSUPP);
	assert_null(strstr(e.text, "hugetlb"));
	root_close(&r);
}

static void test_missing(void **state)
{
	static const struct {
		const char *host, *controller, *why; /* NULL: it is there */
	} rows[] = {
		{"unified", "memory", NULL},
		{"hybrid", "io", "bound to cgroup v1 at /sys/fs/cgroup/blkio"},
		{"hybrid", "rdma", NULL},
		{"memory-disabled", "memory", "disabled on the kernel's command line"},
		{"memory-disabled", "cpu", NULL},
		{"unmounted", "cpu", "cgroup2 is not mounted"},
		{"delegated", "pids", NULL},
		{"container-ro", "cpu", NULL},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		char why[256] = "stale";
		struct root r;
		bool missing;
		open_host(rows[i].host, &r);
		missing = doctor_missing(&r, rows[i].controller, why, sizeof(why));
		root_close(&r);
		if (missing != (rows[i].why != NULL) ||
		    strcmp(why, rows[i].why ? rows[i].why : "") != 0)
			fail_msg("%s: %s: %d '%s'", rows[i].host, rows[i].controller, missing, why);
	}
}

static void test_a_reason_is_cut_to_size(void **state)
{
	char why[8];
	struct root r;
	(void)state;

	open_host("hybrid", &r);
	assert_true(doctor_missing(&r, "io", why, sizeof(why)));
	assert_string_equal(why, "bound t");
	root_close(&r);
}

static void test_where_groups_can_be_made(void **state)
{
	static const struct {
		const char *host;
		int code;
		const char *path;
	} rows[] = {
		{"unified", 0, ""},
		{"hybrid", 0, ""},
		{"container", 0, ""},
		{"delegated", 0,
		 "user.slice/user-1000.slice/user@1000.service/app.slice/run-r7.scope"},
		{"bind-mounted", 0, "job"}, /* /machine.slice/a box is what is mounted */
		{"no-v2", -EOPNOTSUPP, "stale"},
		{"session", -EACCES, "stale"},
		{"container-ro", -EACCES, "stale"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		char path[256] = "stale";
		struct err e = {""};
		struct root r;
		int code;
		open_host(rows[i].host, &r);
		code = doctor_cgroup_root(&r, path, sizeof(path), &e);
		root_close(&r);
		if (code != rows[i].code || strcmp(path, rows[i].path) != 0)
			fail_msg("%s: %d '%s' (%s)", rows[i].host, code, path, e.text);
	}
}

/* Permissions as the kernel sees them, which no tree under version control can hold. */
static void test_a_group_that_is_not_ours(void **state)
{
	char dir[] = "/tmp/cgtest-doctor-XXXXXX", command[512], path[64] = "stale";
	struct root r;
	struct err e = {""};
	(void)state;

	assert_non_null(mkdtemp(dir));
	snprintf(command, sizeof(command), "cp -r %s/. %s && chmod 755 %s && chmod a-w %s/%s",
		 test_fixture("hosts/bind-mounted"), dir, dir, dir, "sys/fs/cgroup/job");
	assert_int_equal(system(command), 0);
	assert_int_equal(root_open(dir, &r, NULL), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	assert_int_equal(doctor_cgroup_root(&r, path, sizeof(path), &e), -EACCES);
	assert_non_null(strstr(e.text, "/sys/fs/cgroup/job: no groups can be made there"));
	assert_string_equal(path, "stale");
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	root_close(&r);
	snprintf(command, sizeof(command), "chmod -R u+w %s && rm -r %s", dir, dir);
	assert_int_equal(system(command), 0);
}

static const struct expected_finding {
	const char *host, *check;
	enum check_status status;
	const char *evidence, *remedy; /* a part of it; NULL: it is empty */
} findings[] = {
	{"unified", "cgroup v2", CHECK_OK, "/sys/fs/cgroup (rw,nsdelegate", NULL},
	{"unified", "cpu", CHECK_OK, "/sys/fs/cgroup", NULL},
	{"unified", "place for groups", CHECK_OK, "/sys/fs/cgroup, as root", NULL},
	{"unified", "clone3 into group", CHECK_UNKNOWN, "captured tree", NULL},
	{"unified", "cgroup.kill", CHECK_OK, "in group init.scope", NULL},
	{"unified", "memory.peak", CHECK_OK, "in group init.scope", NULL},
	{"unified", "pressure", CHECK_OK, "/proc/pressure/cpu", NULL},
	{"unified", "timer tick", CHECK_OK, "HZ 250: a quota below 4 ms comes", NULL},
	{"unified", "scheduler", CHECK_OK, "the kernel's own", NULL},
	{"unified", "swap", CHECK_WARN, "975 MiB", "memory.swap.max: 0"},
	{"unified", "huge pages", CHECK_WARN, "2 MiB at a time", "madvise"},
	{"unified", "governor", CHECK_WARN, "powersave,performance", "cpupower"},
	{"unified", "turbo", CHECK_WARN, "on", "no_turbo"},
	{"unified", "isolated CPUs", CHECK_WARN, "CPUs 10-11", "isolcpus="},
	{"unified", "hypervisor", CHECK_OK, "none", NULL},
	{"unified", "gnuplot", CHECK_OK, "/usr/bin/gnuplot", NULL}, /* behind two absolute links */
	{"unified", "lab", CHECK_MISSING, "busybox, cpio, xz", "apt-get install"},

	{"hybrid", "cgroup v2", CHECK_OK, "/sys/fs/cgroup/unified (rw,nsdelegate)", NULL},
	{"hybrid", "memory", CHECK_MISSING, "bound to cgroup v1 at /sys/fs/cgroup/memory", V1},
	{"hybrid", "cpuset", CHECK_MISSING, "bound to cgroup v1 at /sys/fs/cgroup/cpuset", LAB},
	{"hybrid", "cgroup.kill", CHECK_MISSING, "has cgroup.events and no cgroup.kill", "5.14"},
	{"hybrid", "memory.peak", CHECK_UNKNOWN, "no group here has memory.max", NULL},
	{"hybrid", "pressure", CHECK_MISSING, "/proc/pressure/cpu: No such file", "psi=1"},
	{"hybrid", "timer tick", CHECK_UNKNOWN, "HZ is not told", NULL},
	{"hybrid", "swap", CHECK_OK, "none", NULL},
	{"hybrid", "governor", CHECK_OK, "no frequency scaling", NULL},
	{"hybrid", "hypervisor", CHECK_WARN, "vm: counters and ratios hold", "exact lab"},
	{"hybrid", "gnuplot", CHECK_MISSING, "no gnuplot", "gnuplot-nox"},

	{"no-v2", "cgroup v2", CHECK_MISSING, "no cgroup2", V1},
	{"no-v2", "place for groups", CHECK_MISSING, "cgroup2 is not mounted", V1},
	{"no-v2", "cgroup.kill", CHECK_UNKNOWN, "no v2 groups", NULL},
	{"no-v2", "swap", CHECK_UNKNOWN, "/proc/meminfo does not tell", NULL},
	{"unmounted", "cgroup v2", CHECK_MISSING, "no cgroup2", "mount -t cgroup2"},
	{"delegated", "place for groups", CHECK_OK, "run-r7.scope, delegated to this user", NULL},
	{"delegated", "io", CHECK_MISSING, "not delegated to user.slice", "delegate.conf"},
	{"delegated", "pids.peak", CHECK_OK, "run-r7.scope", NULL},
	{"session", "place for groups", CHECK_MISSING, "no groups can be made",
	 "systemd-run --user"},
	{"container-ro", "place for groups", CHECK_MISSING, "read-only", "--privileged"},
};

static const struct check *check_find(const char *name)
{
	for (const struct check *c = checks; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	fail_msg("no check '%s'", name);
	return NULL;
}

static void test_findings(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(findings); i++) {
		const struct expected_finding *x = &findings[i];
		struct patient p;
		struct finding f;
		struct root r;
		open_host(x->host, &r);
		assert_int_equal(patient_read(&r, &p, NULL), 0);
		check_run(check_find(x->check), &p, &f);
		if (f.status != x->status || !strstr(f.evidence, x->evidence) ||
		    (x->remedy ? !strstr(f.remedy, x->remedy) : f.remedy[0] != '\0'))
			fail_msg("%s: %s: %s, '%s', '%s'", x->host, x->check,
				 check_status_name(f.status), f.evidence, f.remedy);
		patient_free(&p);
		root_close(&r);
	}
}

/* What is missing or has a bearing comes with what helps. */
static void test_every_fault_has_a_remedy(void **state)
{
	static const char *const hosts[] = {"unified", "hybrid", "no-v2", "delegated", "unmounted"};
	(void)state;

	for (size_t i = 0; i < array_len(hosts); i++) {
		struct patient p;
		struct root r;
		open_host(hosts[i], &r);
		assert_int_equal(patient_read(&r, &p, NULL), 0);
		for (const struct check *c = checks; c->name; c++) {
			struct finding f;
			check_run(c, &p, &f);
			assert_string_not_equal(f.evidence, "");
			if (f.status == CHECK_WARN || f.status == CHECK_MISSING)
				assert_string_not_equal(f.remedy, "");
		}
		patient_free(&p);
		root_close(&r);
	}
}

/* The probe must not leave a child, whatever this kernel answers. */
static void test_the_clone_probe_makes_no_child(void **state)
{
	struct patient p;
	struct finding f;
	struct root r;
	(void)state;

	assert_int_equal(root_open(NULL, &r, NULL), 0);
	assert_int_equal(patient_read(&r, &p, NULL), 0);
	check_run(check_find("clone3 into group"), &p, &f);
	assert_int_not_equal(f.status, CHECK_UNKNOWN);
	assert_int_equal(waitpid(-1, NULL, __WALL | WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	patient_free(&p);
	root_close(&r);
}

/* Runs `cgbench doctor OPTION...` and returns what it printed; the caller frees. */
static char *run_doctor(const char *first, const char *second, int *code)
{
	char program[] = "cgbench doctor", a[4200], b[64];
	char *argv[] = {program, a, second ? b : NULL, NULL}, *text = calloc(1, DOCTOR_TEXT_MAX);
	int saved = dup(STDOUT_FILENO), file = memfd_create("stdout", 0);

	assert_true(text && saved >= 0 && file >= 0);
	snprintf(a, sizeof(a), "%s", first);
	snprintf(b, sizeof(b), "%s", second ? second : "");
	fflush(stdout);
	dup2(file, STDOUT_FILENO);
	*code = command_doctor.run(second ? 3 : 2, argv);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	assert_true(pread(file, text, DOCTOR_TEXT_MAX - 1, 0) > 0);
	close(saved);
	close(file);
	return text;
}

static char *run_doctor_on(const char *host, const char *option, int *code)
{
	char name[64], tree[4096];

	snprintf(name, sizeof(name), "hosts/%s", host);
	snprintf(tree, sizeof(tree), "--root=%s", test_fixture(name));
	return run_doctor(tree, option, code);
}

static void test_the_command_on_a_hybrid_host(void **state)
{
	scope_free char *text = NULL;
	int code;
	(void)state;

	text = run_doctor_on("hybrid", "--noise=0", &code);
	assert_int_equal(code, EXIT_CANNOT);
	assert_non_null(strstr(text, "bound to cgroup v1 at /sys/fs/cgroup/cpu,cpuacct"));
	assert_non_null(strstr(text, "  cpu, memory, pids, cpuset, io: boot with " V1));
	assert_non_null(strstr(text, "for want of: cpu, memory, pids, cgroup.kill."));
	assert_non_null(strstr(text, "Nothing was changed."));
	assert_non_null(strstr(text, LAB));
}

static void test_the_command_on_a_v2_host(void **state)
{
	scope_free char *text = NULL;
	int code;
	(void)state;

	text = run_doctor_on("unified", NULL, &code);
	assert_int_equal(code, EXIT_PASS);
	assert_non_null(strstr(text, "cgbench can run here"));
	assert_null(strstr(text, "Noise"));
}

static void test_the_command_as_json(void **state)
{
	scope_free char *text = NULL;
	json_t *all;
	size_t n = 0;
	int code;
	(void)state;

	text = run_doctor_on("hybrid", "--json", &code);
	all = json_loads(text, 0, NULL);
	assert_non_null(all);
	while (checks[n].name)
		n++;
	assert_int_equal(code, EXIT_CANNOT);
	assert_true(json_is_false(json_object_get(all, "can_run")));
	assert_int_equal(json_array_size(json_object_get(all, "checks")), n);
	assert_true(json_is_null(json_object_get(all, "noise")));
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(all, "facts"), "kernel")),
		"5.10.0-30-cloud-amd64");
	json_decref(all);
}

/* What is noise on a host is a property of the emulated machine in the exact lab. */
static void test_the_command_tells_what_to_trust(void **state)
{
	static const struct {
		const char *lab, *says, *says_not;
	} rows[] = {
		{"", "Do not trust a difference in CPU time below", "exact lab that is no noise"},
		{"live", "Do not trust a difference in CPU time below",
		 "exact lab that is no noise"},
		{"exact", "exact lab that is no noise", "Do not trust"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		scope_free char *text = NULL;
		int code;
		setenv("CGBENCH_LAB", rows[i].lab, 1);
		text = run_doctor("--noise=0.02", NULL, &code);
		if (!strstr(text, rows[i].says) || strstr(text, rows[i].says_not))
			fail_msg("lab '%s': %s", rows[i].lab, text);
	}
}

static void test_noise_of_every_allowed_cpu(void **state)
{
	const uint64_t asked = 50 * NSEC_PER_MSEC;
	scope_free struct noise *all = NULL;
	cpu_set_t allowed;
	size_t n;
	(void)state;

	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	assert_int_equal(noise_measure(asked, &all, &n, NULL), 0);
	assert_int_equal(n, CPU_COUNT(&allowed));
	for (size_t i = 0; i < n; i++) {
		assert_true(CPU_ISSET(all[i].cpu, &allowed));
		assert_true(all[i].step_nsec > 0);
		assert_true(all[i].lost_nsec <= all[i].spun_nsec);
		assert_true(all[i].p99_nsec <= all[i].longest_nsec);
		assert_true(all[i].gaps == 0 || all[i].longest_nsec >= NSEC_PER_USEC);
	}
}

/* A competitor on the same CPU must be seen: it takes about half of the time. */
static void test_noise_sees_a_competitor(void **state)
{
	scope_free struct noise *all = NULL;
	cpu_set_t one;
	unsigned cpu = (unsigned)sched_getcpu();
	size_t n;
	pid_t pid;
	(void)state;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	pid = fork();
	if (pid == 0)
		for (;;)
			__asm__ volatile("");
	assert_true(pid > 0);
	assert_int_equal(noise_measure(300 * NSEC_PER_MSEC, &all, &n, NULL), 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(n, 1);
	assert_int_equal(all[0].cpu, cpu);
	if (noise_lost_share(&all[0]) < 0.25)
		fail_msg("lost %.1f%% beside a competitor", 100 * noise_lost_share(&all[0]));
	assert_true(all[0].longest_nsec > 500 * NSEC_PER_USEC);
}

const struct CMUnitTest tests_unit_doctor[] = {
	cmocka_unit_test(test_preflight),
	cmocka_unit_test(test_preflight_names_only_what_is_in_the_way),
	cmocka_unit_test(test_missing),
	cmocka_unit_test(test_a_reason_is_cut_to_size),
	cmocka_unit_test(test_where_groups_can_be_made),
	cmocka_unit_test(test_a_group_that_is_not_ours),
	cmocka_unit_test(test_findings),
	cmocka_unit_test(test_every_fault_has_a_remedy),
	cmocka_unit_test(test_the_clone_probe_makes_no_child),
	cmocka_unit_test(test_the_command_on_a_hybrid_host),
	cmocka_unit_test(test_the_command_on_a_v2_host),
	cmocka_unit_test(test_the_command_as_json),
	cmocka_unit_test(test_the_command_tells_what_to_trust),
	cmocka_unit_test(test_noise_of_every_allowed_cpu),
	cmocka_unit_test(test_noise_sees_a_competitor),
	{0},
};
