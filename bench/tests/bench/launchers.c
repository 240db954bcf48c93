/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * launchers: what it costs to run a command that does nothing under three limits (cpu.max,
 * memory.max, pids.max) by each of the programs that can, beside raw system calls and beside a
 * fork and exec without any limit; and what the command then finds in its group, read by itself.
 * In turns, medians, one run: a machine that changes its speed changes all.
 *
 * It needs root and a cgroup v2 of its own, as in the lab. What is not installed is named and left
 * out.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"
#include "stats/stats.h"

enum { ROUNDS = 11, WORDS = 24, STEPS = 4, TOLD_MAX = 256 };

#define MOUNT    "/sys/fs/cgroup"
#define GROUP    "launchers"
#define BUNDLE   "/tmp/launchers-bundle"
#define NOTHING  "/bin/busybox", "true"
#define TOLD     "/bin/busybox", "sh", "-c", told_script
#define LIBCG_ID "cpu,memory,pids:" GROUP

/* What stands in the command's own group, in one line. */
static const char told_script[] = "g=" MOUNT "$(busybox sed -n s/^0:://p /proc/self/cgroup); "
				  "echo $(busybox cat $g/cpu.max $g/memory.max $g/pids.max 2>&1)";

static const char wanted[] = "20000 100000 67108864 64";

static const char *const limits[][2] = {
	{"cpu.max", "20000 100000"},
	{"memory.max", "67108864"},
	{"pids.max", "64"},
};

struct launcher {
	const char *name;
	const char *program; /* that it needs */
	const char *folder;  /* that it needs, too: NULL: none */
	/* Each step is a line; "@" stands for the command. */
	const char *steps[STEPS][WORDS];
	void (*run)(const char *const *command, int out); /* instead of steps */
	bool limited;
	double msec[ROUNDS];
	char told[TOLD_MAX];
};

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(EXIT_INCONCLUSIVE);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die(path);
	close(fd);
}

/* In the child: its output goes to out. */
static _Noreturn void become(const char *const *argv, int out)
{
	dup2(out, STDOUT_FILENO);
	execvp(argv[0], (char **)argv);
	_exit(127);
}

static void await(pid_t pid, const char *what)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die(what);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "launchers: %s ended with wait status 0x%x\n", what, status);
		exit(EXIT_INCONCLUSIVE);
	}
}

static void run_line(const char *const *argv, int out)
{
	pid_t pid = fork();

	if (pid == 0)
		become(argv, out);
	await(pid, argv[0]);
}

static void run_nothing_else(const char *const *command, int out)
{
	run_line(command, out);
}

/* What cannot be done with less. */
static void run_raw(const char *const *command, int out)
{
	struct clone_args args = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD};
	char path[128];
	int group;
	pid_t pid;

	if (mkdir(MOUNT "/" GROUP, 0755) < 0)
		die("mkdir");
	for (size_t i = 0; i < array_len(limits); i++) {
		snprintf(path, sizeof(path), MOUNT "/" GROUP "/%s", limits[i][0]);
		put(path, limits[i][1]);
	}
	group = open(MOUNT "/" GROUP, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	args.cgroup = (unsigned)group;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		become(command, out);
	await(pid, "raw");
	close(group);
	if (rmdir(MOUNT "/" GROUP) < 0)
		die("rmdir");
}

static struct launcher launchers[] = {
	{.name = "fork and exec", .run = run_nothing_else},
	{.name = "raw calls", .run = run_raw, .limited = true},
	{.name = "cgbench exec",
	 .program = "cgbench",
	 .limited = true,
	 .steps = {{"cgbench", "exec", "-o", "/dev/null", "-l", "cpu.max=20% 100ms", "-l",
		    "memory.max=64M", "-l", "pids.max=64", "--", "@"}}},
	{.name = "cgcreate, cgset, cgexec, cgdelete",
	 .program = "cgexec",
	 .limited = true,
	 .steps = {{"cgcreate", "-g", LIBCG_ID},
		   {"cgset", "-r", "cpu.max=20000 100000", "-r", "memory.max=67108864", "-r",
		    "pids.max=64", GROUP},
		   {"cgexec", "-g", LIBCG_ID, "@"},
		   {"cgdelete", "-g", LIBCG_ID}}},
	{.name = "crun run",
	 .program = "crun",
	 .limited = true,
	 .steps = {{"crun", "--cgroup-manager=cgroupfs", "run", "--no-pivot", "--bundle", BUNDLE,
		    GROUP}}},
	{.name = "runc run",
	 .program = "runc",
	 .limited = true,
	 .steps = {{"runc", "run", "--no-pivot", "--bundle", BUNDLE, GROUP}}},
	{.name = "systemd-run",
	 .program = "systemd-run",
	 .folder = "/run/systemd/system",
	 .limited = true,
	 .steps = {{"systemd-run", "--quiet", "--wait", "--pipe", "--collect", "-p", "CPUQuota=20%",
		    "-p", "MemoryMax=64M", "-p", "TasksMax=64", "@"}}},
};

static bool is_there(const struct launcher *l)
{
	char line[128];

	if (l->folder && access(l->folder, F_OK) < 0) {
		printf("# %s: no %s here\n", l->name, l->folder);
		return false;
	}
	snprintf(line, sizeof(line), "command -v %s >/dev/null", l->program ?: "true");
	if (system(line) == 0)
		return true;
	printf("# %s: no %s here\n", l->name, l->program);
	return false;
}

/* An OCI runtime finds its command in the bundle. */
static void write_bundle(const char *const *command)
{
	FILE *f = fopen(BUNDLE "/config.json", "we");

	if (!f)
		die(BUNDLE "/config.json");
	fputs("{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"rootfs\"},\n"
	      "\"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"cwd\": \"/\",\n"
	      "\"env\": [\"PATH=/bin\"], \"args\": [",
	      f);
	for (size_t i = 0; command[i]; i++)
		fprintf(f, "%s\"%s\"", i ? ", " : "", command[i]);
	fputs("]},\n\"mounts\": [{\"destination\": \"/proc\", \"type\": \"proc\", "
	      "\"source\": \"proc\"},\n{\"destination\": \"" MOUNT "\", \"type\": \"cgroup\", "
	      "\"source\": \"cgroup\"}],\n\"linux\": {\"cgroupsPath\": \"/" GROUP "\",\n"
	      "\"namespaces\": [{\"type\": \"mount\"}, {\"type\": \"pid\"}, {\"type\": "
	      "\"cgroup\"}],\n\"resources\": {\"memory\": {\"limit\": 67108864},\n"
	      "\"cpu\": {\"quota\": 20000, \"period\": 100000}, \"pids\": {\"limit\": 64}}}}\n",
	      f);
	if (fclose(f) != 0)
		die(BUNDLE "/config.json");
}

static void make_bundle(void)
{
	if (system("mkdir -p " BUNDLE "/rootfs/bin " BUNDLE "/rootfs/dev " BUNDLE
		   "/rootfs/proc " BUNDLE "/rootfs" MOUNT " && cp /bin/busybox " BUNDLE
		   "/rootfs/bin/") != 0)
		die("bundle");
}

static void launch(const struct launcher *l, const char *const *command, int out)
{
	if (l->run) {
		l->run(command, out);
		return;
	}
	for (size_t s = 0; s < STEPS && l->steps[s][0]; s++) {
		const char *line[2 * WORDS];
		size_t n = 0;
		for (size_t w = 0; l->steps[s][w]; w++) {
			if (strcmp(l->steps[s][w], "@") != 0)
				line[n++] = l->steps[s][w];
			else
				for (size_t c = 0; command[c]; c++)
					line[n++] = command[c];
		}
		line[n] = NULL;
		run_line(line, out);
	}
}

/* What the command said of its own group. */
static void read_back(struct launcher *l)
{
	static const char *const command[] = {TOLD, NULL};
	int ends[2];
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC) < 0)
		die("pipe");
	write_bundle(command);
	launch(l, command, ends[1]);
	close(ends[1]);
	n = read(ends[0], l->told, sizeof(l->told) - 1);
	l->told[n > 0 ? n : 0] = '\0';
	l->told[strcspn(l->told, "\n")] = '\0';
	close(ends[0]);
}

static void measure(struct launcher *const *v, size_t n)
{
	static const char *const command[] = {NOTHING, NULL};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	write_bundle(command);
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < n; i++) {
			uint64_t begin = now_nsec();
			launch(v[i], command, null);
			v[i]->msec[round] = (double)(now_nsec() - begin) / 1e6;
		}
	close(null);
}

int main(void)
{
	struct launcher *there[array_len(launchers)];
	double raw = 0;
	size_t n = 0;
	bool all_hold = true;

	if (geteuid() != 0 || access(MOUNT "/cgroup.subtree_control", W_OK) < 0) {
		fputs("launchers: needs root and cgroup v2 at " MOUNT "\n", stderr);
		return EXIT_CANNOT;
	}
	put(MOUNT "/cgroup.subtree_control", "+cpu +memory +pids");
	make_bundle();
	for (size_t i = 0; i < array_len(launchers); i++)
		if (is_there(&launchers[i]))
			there[n++] = &launchers[i];
	for (size_t i = 0; i < n; i++)
		read_back(there[i]);
	measure(there, n);
	printf("%-34s %8s %6s  %s\n", "launcher", "msec", "/ raw", "cpu.max memory.max pids.max");
	for (size_t i = 0; i < n; i++)
		if (there[i]->run == run_raw)
			raw = stats_median_of(there[i]->msec, ROUNDS);
	for (size_t i = 0; i < n; i++) {
		struct launcher *l = there[i];
		double msec = stats_median_of(l->msec, ROUNDS);
		bool holds = !l->limited || strcmp(l->told, wanted) == 0;
		all_hold = all_hold && holds;
		printf("%-34s %8.2f %6.2f  %s%s\n", l->name, msec, msec / raw,
		       l->limited ? l->told : "-", holds ? "" : "  NOT WHAT WAS ASKED FOR");
	}
	return all_hold ? EXIT_PASS : EXIT_GATE;
}
