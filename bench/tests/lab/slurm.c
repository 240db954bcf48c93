/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slurm, for real: a cluster of one node made of Debian's daemons, on the loopback interface, with
 * everything it writes below a folder of the test. An array of four tasks runs a matrix in the
 * exact lab; what is merged must have the bytes of the run without shards.
 *
 * Slurm is configured without its cgroup plugins, and its mount point is a folder that is not
 * there: the groups of this machine are none of its business.
 */
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "tests/support/proc.h"
#include "tests/test.h"

enum { TEST_TIMEOUT_SEC = 1800, READY_TRIES = 100, KEY_BYTES = 1024, PORT_FIRST = 20000 };

static const char suite[] = "smoke";
static const char *const four_trials[] = {"--filter",     "part=cpu",    "--filter",
					  "part=actions", "--filter",    "part=memory-kill",
					  "--filter",     "part=program"};
static const char lab_options[] = "--kernel 6.12";

static const char *const files[] = {"results.csv", "trials.csv", "samples.csv",
				    "stalls.csv",  "host.json",  "suite.yaml"};

struct cluster {
	char folder[64];
	char host[HOST_NAME_MAX + 1];
	pid_t munged, slurmctld, slurmd;
};

static void require_program(const char *name)
{
	struct proc p = PROC("sh", "-c", "command -v \"$0\"", name);
	int code = p.code;

	proc_free(&p);
	if (code)
		test_skip("no %s: on Debian, apt-get install slurm-wlm munge", name);
}

static FILE *create(const struct cluster *c, const char *name, mode_t mode)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", c->folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(chmod(path, mode), 0);
	return f;
}

static void make_folder(const struct cluster *c, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", c->folder, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void write_key(const struct cluster *c)
{
	unsigned char key[KEY_BYTES];
	FILE *f = create(c, "munge/key", 0400);

	assert_int_equal(getrandom(key, sizeof(key), 0), sizeof(key));
	assert_int_equal(fwrite(key, 1, sizeof(key), f), sizeof(key));
	assert_int_equal(fclose(f), 0);
}

static void write_settings(const struct cluster *c)
{
	int port = PORT_FIRST + 2 * (getpid() % 5000);
	FILE *f = create(c, "cgroup.conf", 0600);

	fprintf(f,
		"CgroupAutomount=no\n"
		"CgroupPlugin=cgroup/v1\n"
		"CgroupMountpoint=%s/no-cgroups\n",
		c->folder);
	assert_int_equal(fclose(f), 0);
	f = create(c, "slurm.conf", 0600);
	fprintf(f,
		"ClusterName=test\n"
		"SlurmctldHost=%s(127.0.0.1)\n"
		"SlurmctldPort=%d\n"
		"SlurmdPort=%d\n"
		"CommunicationParameters=NoCtldInAddrAny,NoInAddrAny\n"
		"SlurmUser=root\n"
		"AuthType=auth/munge\n"
		"AuthInfo=socket=%s/munge/socket\n"
		"StateSaveLocation=%s/state\n"
		"SlurmdSpoolDir=%s/spool\n"
		"SlurmctldPidFile=%s/slurmctld.pid\n"
		"SlurmdPidFile=%s/slurmd.pid\n",
		c->host, port, port + 1, c->folder, c->folder, c->folder, c->folder, c->folder);
	fprintf(f,
		"ProctrackType=proctrack/linuxproc\n"
		"TaskPlugin=task/none\n"
		"JobAcctGatherType=jobacct_gather/none\n"
		"AccountingStorageType=accounting_storage/none\n"
		"MpiDefault=none\n"
		"SelectType=select/cons_tres\n"
		"SelectTypeParameters=CR_CPU\n"
		"SlurmdParameters=config_overrides\n"
		"NodeName=%s NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN\n"
		"PartitionName=main Nodes=%s Default=YES State=UP\n",
		c->host, c->host);
	assert_int_equal(fclose(f), 0);
}

/* A daemon in the foreground, which ends with the test, however that ends. */
static pid_t start(const char *const *argv)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		execvp(argv[0], (char *const *)argv);
		perror(argv[0]);
		_exit(127);
	}
	return pid;
}

static void start_munged(struct cluster *c)
{
	char socket[128], key[128], pid[128], log[128], seed[128];

	snprintf(socket, sizeof(socket), "--socket=%s/munge/socket", c->folder);
	snprintf(key, sizeof(key), "--key-file=%s/munge/key", c->folder);
	snprintf(pid, sizeof(pid), "--pid-file=%s/munge/pid", c->folder);
	snprintf(log, sizeof(log), "--log-file=%s/munge/log", c->folder);
	snprintf(seed, sizeof(seed), "--seed-file=%s/munge/seed", c->folder);
	/* --force: a folder below /tmp, which anybody may write to. */
	c->munged = start((const char *const[]){"munged", "--foreground", "--force", socket, key,
						pid, log, seed, NULL});
}

/* Waits until a shell command succeeds. */
static void wait_for(const char *command)
{
	for (int i = 0; i < READY_TRIES; i++) {
		struct proc p = PROC("sh", "-c", command);
		int code = p.code;
		proc_free(&p);
		if (code == 0)
			return;
		usleep(200 * 1000);
	}
	fail_msg("gave up waiting for: %s", command);
}

static void cluster_start(struct cluster *c)
{
	char path[128], ready[192];

	strcpy(c->folder, "/tmp/cgbench-slurm-XXXXXX");
	assert_non_null(mkdtemp(c->folder));
	assert_int_equal(gethostname(c->host, sizeof(c->host)), 0);
	c->host[strcspn(c->host, ".")] = '\0';
	make_folder(c, "munge");
	make_folder(c, "state");
	make_folder(c, "spool");
	write_key(c);
	write_settings(c);
	snprintf(path, sizeof(path), "%s/slurm.conf", c->folder);
	setenv("SLURM_CONF", path, 1);
	start_munged(c);
	snprintf(ready, sizeof(ready), "test -S %s/munge/socket", c->folder);
	wait_for(ready);
	c->slurmctld = start((const char *const[]){"slurmctld", "-D", NULL});
	c->slurmd = start((const char *const[]){"slurmd", "-D", NULL});
	wait_for("sinfo --noheader --format=%t | grep -qx idle");
}

static void stop(pid_t pid)
{
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void cluster_stop(struct cluster *c)
{
	struct proc p;

	stop(c->slurmd);
	stop(c->slurmctld);
	stop(c->munged);
	p = PROC("rm", "-rf", c->folder);
	proc_free(&p);
}

static int note_slurm(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	return strstr(path + where->base, "slurm") ? 1 : 0;
}

/* Nothing of Slurm's among the groups of this machine. */
static void assert_no_groups(void)
{
	assert_int_equal(nftw("/sys/fs/cgroup", note_slurm, 16, FTW_PHYS), 0);
}

static void run_whole(const char *to)
{
	const char *argv[32] = {"scripts/lab-run", "--jobs",    "2",  "--out", to,
				"--lab",           lab_options, suite};
	size_t n = 8;
	struct proc p;

	for (size_t i = 0; i < array_len(four_trials); i++)
		argv[n++] = four_trials[i];
	p = proc_run(argv);
	printf("%s", p.output);
	if (p.code == 77)
		test_skip("%.*s", (int)strcspn(p.output, "\n"), p.output);
	assert_int_equal(p.code, 0);
	proc_free(&p);
}

static void run_array(const char *to)
{
	const char *argv[32] = {
		"scripts/slurm/submit", "--tasks", "4", "--lab", lab_options, to, suite};
	char done[320];
	size_t n = 7;
	struct proc p;

	for (size_t i = 0; i < array_len(four_trials); i++)
		argv[n++] = four_trials[i];
	p = proc_run(argv);
	printf("%s", p.output);
	assert_int_equal(p.code, 0);
	proc_free(&p);
	/* The merge is in the queue until it has ended. */
	p = PROC("sh", "-c", "while squeue --noheader | grep -q .; do sleep 1; done");
	proc_free(&p);
	snprintf(done, sizeof(done), "cat %s/*.log; ls -d %s/shard-?", to, to);
	p = PROC("sh", "-c", done);
	printf("%s", p.output);
	proc_free(&p);
}

static void assert_same(const char *a, const char *b)
{
	for (size_t i = 0; i < array_len(files); i++) {
		char x[256], y[256];
		struct proc p;
		snprintf(x, sizeof(x), "%s/%s", a, files[i]);
		snprintf(y, sizeof(y), "%s/%s", b, files[i]);
		p = PROC("cmp", x, y);
		if (p.code)
			fail_msg("%s", p.output);
		proc_free(&p);
	}
}

static void test_array_of_four(void **state)
{
	static const char *const programs[] = {"munged", "slurmctld", "slurmd", "sbatch"};
	char whole[128], array[128], merged[144];
	struct cluster c = {0};
	(void)state;

	for (size_t i = 0; i < array_len(programs); i++)
		require_program(programs[i]);
	if (geteuid() != 0)
		test_skip("slurmd wants to be root");
	test_timeout(TEST_TIMEOUT_SEC);
	cluster_start(&c);
	snprintf(whole, sizeof(whole), "%s/whole", c.folder);
	snprintf(array, sizeof(array), "%s/array", c.folder);
	snprintf(merged, sizeof(merged), "%s/merged", array);
	run_whole(whole);
	run_array(array);
	assert_same(whole, merged);
	assert_no_groups();
	cluster_stop(&c);
}

const struct CMUnitTest tests_lab_slurm[] = {
	cmocka_unit_test(test_array_of_four),
	{0},
};
