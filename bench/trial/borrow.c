/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/borrow.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "host/ledger.h"

enum { VALUE_MAX = 1024, COMMAND_MAX = 8 };

/* What workloads and programs find a disk to work on by. */
static const char scratch[] = "CGBENCH_SCRATCH", device[] = "CGBENCH_DISK";

bool borrow_is_safe_here(void)
{
	return hotplug_is_safe_here();
}

/* Of a kernel or host that lacks something. */
static int cannot(struct live *l, const char *what, const struct err *why)
{
	return live_outcome(l, TRIAL_SKIPPED, "%s: %s", what, why->text);
}

static int note(struct live *l, const char *what, const char *path, const char *before,
		const char *during, struct err *e)
{
	struct host_note *n = array_push(l->data->host, l->data->n_host);

	if (!n)
		return err_no_memory(e);
	*n = (struct host_note){.what = strdup(what),
				.path = path ? strdup(path) : NULL,
				.before = strdup(before),
				.during = strdup(during)};
	return n->what && n->before && n->during ? 0 : err_no_memory(e);
}

/* A helper of the host's (modprobe, mke2fs), which dies with us. */
static int run_helper(const char *const *argv, struct err *e)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(e, "cannot start %s", argv[0]);
	if (pid == 0) {
		int null_fd = open("/dev/null", O_RDWR);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
			dup2(null_fd, fd);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "cannot wait for %s", argv[0]);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(e, -ENOENT, "there is no %s here", argv[0]);
	return status ? err_set(e, -EIO, "%s %s failed", argv[0], argv[1]) : 0;
}

/* A module stays: to unload it is not ours, since others may have come to use it. */
static int need_module(const char *proof, const char *name, const char *option, struct err *e)
{
	if (access(proof, F_OK) == 0)
		return 0;
	run_helper((const char *[]){"modprobe", name, option, NULL}, NULL);
	return access(proof, F_OK) == 0
		       ? 0
		       : err_set(e, -ENODEV, "this kernel has no %s, or it cannot be loaded", name);
}

static const struct ledger *ledger(const struct live *l)
{
	return l->env->ledger;
}

static int owe(const struct live *l, enum debt kind, const char *a, const char *b, struct err *e)
{
	return ledger_note(ledger(l), kind, a, b, e);
}

/* Settings may read in another way than they are written: 0 and 0x0000. */
static bool same_setting(const char *a, const char *b)
{
	char *a_end, *b_end;
	unsigned long long x = strtoull(a, &a_end, 0), y = strtoull(b, &b_end, 0);

	return strcmp(a, b) == 0 || (a_end != a && b_end != b && !*a_end && !*b_end && x == y);
}

/* Reads, owes, writes and reads back. A value that the kernel rounds is recorded as it reads. */
static int set_file(struct live *l, const char *path, const char *text, struct err *e)
{
	char before[VALUE_MAX], during[VALUE_MAX];
	int r = ledger_read_setting(path, before, sizeof(before), e);

	if (r == 0)
		r = owe(l, DEBT_WRITE, path, before, e);
	if (r == 0)
		r = ledger_write_setting(path, text, e);
	if (r == 0)
		r = ledger_read_setting(path, during, sizeof(during), e);
	if (r == 0 && !same_setting(during, text) && strcmp(during, before) == 0)
		r = err_set(e, -EINVAL, "%s: wrote '%s', still reads '%s'", path, text, during);
	return r < 0 ? r : note(l, path, path, before, during, e);
}

static int take_settings(struct live *l, const struct host_plan *h, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < h->n_settings; i++)
		r = set_file(l, h->settings[i].path, h->settings[i].text, e);
	return r;
}

/* A number of an attribute in configfs. */
static int set_number(const char *dir, const char *name, uint64_t value, struct err *e)
{
	char path[PATH_MAX + 64], text[32];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return ledger_write_setting(path, text, e);
}

static int need_null_blk(const struct live *l, struct err *e)
{
	static const char mounted[] = "/sys/kernel/config/nullb";
	int r = need_module("/sys/module/configfs", "configfs", NULL, e);

	if (r == 0)
		r = need_module("/sys/module/null_blk", "null_blk", "nr_devices=0", e);
	if (r < 0 || access(mounted, F_OK) == 0)
		return r;
	r = owe(l, DEBT_UMOUNT, "/sys/kernel/config", "", e);
	if (r == 0 && mount("none", "/sys/kernel/config", "configfs", 0, NULL) < 0)
		return err_sys(e, "cannot mount configfs");
	return r < 0 || access(mounted, F_OK) == 0
		       ? r
		       : err_set(e, -ENODEV, "null_blk here has no configfs");
}

/* The driver counts completion_nsec only with its timer (irqmode 2), sizes in MiB. */
static int configure_null_blk(const char *dir, const struct disk_plan *d, struct err *e)
{
	enum { IRQ_NONE, IRQ_SOFT, IRQ_TIMER };
	const uint64_t mib = UINT64_C(1) << 20;
	int r = set_number(dir, "memory_backed", 1, e);

	if (r == 0)
		r = set_number(dir, "blocksize", 4096, e);
	if (r == 0)
		r = set_number(dir, "size", (d->bytes + mib - 1) / mib, e);
	if (r == 0 && d->latency_usec)
		r = set_number(dir, "irqmode", IRQ_TIMER, e);
	if (r == 0 && d->latency_usec)
		r = set_number(dir, "completion_nsec", d->latency_usec * 1000, e);
	if (r == 0 && d->bytes_per_sec)
		r = set_number(dir, "mbps", d->bytes_per_sec / mib, e);
	if (r == 0 && d->depth)
		r = set_number(dir, "hw_queue_depth", d->depth, e);
	return r < 0 ? r : set_number(dir, "power", 1, e);
}

/* From 6.1 a null_blk disk is called as its folder. */
static int make_null_blk(const struct live *l, const struct disk_plan *d, const char *suffix,
			 char dev[static PATH_MAX], struct err *e)
{
	char name[LEDGER_NAME_MAX + 8], dir[PATH_MAX];
	int r = need_null_blk(l, e);

	snprintf(name, sizeof(name), "%s.%s", ledger(l)->name, suffix);
	snprintf(dir, sizeof(dir), "/sys/kernel/config/nullb/%s", name);
	if (r == 0)
		r = owe(l, DEBT_NULL_BLK, name, "", e);
	if (r == 0 && mkdir(dir, S_IRWXU) < 0)
		r = err_sys(e, "cannot make %s", dir);
	if (r == 0)
		r = configure_null_blk(dir, d, e);
	snprintf(dev, PATH_MAX, "/dev/%s", name);
	if (r == 0 && access(dev, F_OK) < 0)
		return err_sys(e, "%s was made, and is not there", dev);
	return r;
}

static int make_backing(const char *path, uint64_t bytes, struct err *e)
{
	scope_fd int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);

	if (fd < 0 || ftruncate(fd, (off_t)bytes) < 0)
		return err_sys(e, "cannot make %s", path);
	return steal_fd(&fd);
}

/* Over a file in /run: a tmpfs. */
static int make_loop(const struct live *l, const struct disk_plan *d, char dev[static PATH_MAX],
		     struct err *e)
{
	char file[PATH_MAX], number[16];
	scope_fd int control = -1, backing = -1, loop = -1;
	int n, r = need_module("/dev/loop-control", "loop", NULL, e);

	if (r < 0)
		return r;
	control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	n = control >= 0 ? ioctl(control, LOOP_CTL_GET_FREE) : -1;
	if (n < 0)
		return err_sys(e, "cannot find a free loop device");
	snprintf(number, sizeof(number), "%d", n);
	snprintf(dev, PATH_MAX, "/dev/loop%d", n);
	ledger_path(ledger(l), ".backing", file);
	r = owe(l, DEBT_LOOP, number, file, e);
	if (r < 0)
		return r;
	backing = make_backing(file, d->bytes, e);
	loop = open(dev, O_RDWR | O_CLOEXEC);
	if (backing < 0)
		return backing;
	if (loop < 0 || ioctl(loop, LOOP_SET_FD, backing) < 0)
		return err_sys(e, "cannot put a file behind %s", dev);
	return 0;
}

/* The device's number, and its queue's scheduler. */
static int open_disk(struct live *l, const struct disk_plan *d, const char *dev, struct err *e)
{
	char path[PATH_MAX];
	struct stat st;

	if (stat(dev, &st) < 0)
		return err_sys(e, "%s", dev);
	snprintf(l->disk, sizeof(l->disk), "%u:%u", major(st.st_rdev), minor(st.st_rdev));
	if (!d->scheduler)
		return 0;
	snprintf(path, sizeof(path), "/sys/dev/block/%s/queue/scheduler", l->disk);
	run_helper((const char *[]){"modprobe", d->scheduler, NULL}, NULL);
	return set_file(l, path, d->scheduler, e);
}

/* What the variable says for trials without a disk of their own. */
static int keep_scratch(struct live *l, struct err *e)
{
	const char *before = getenv(scratch);

	l->scratch_before = before ? strdup(before) : NULL;
	l->scratch_is_set = true;
	return before && !l->scratch_before ? err_no_memory(e) : 0;
}

static void restore_scratch(struct live *l)
{
	unsetenv(device);
	if (!l->scratch_is_set)
		return;
	if (l->scratch_before)
		setenv(scratch, l->scratch_before, 1);
	else
		unsetenv(scratch);
	free(l->scratch_before);
	l->scratch_before = NULL;
	l->scratch_is_set = false;
}

static int mount_disk(struct live *l, const char *dev, struct err *e)
{
	char dir[PATH_MAX];
	int r = run_helper((const char *[]){"mke2fs", "-q", "-F", "-b", "4096", dev, NULL}, e);

	ledger_path(ledger(l), ".disk", dir);
	if (r == 0)
		r = owe(l, DEBT_RMDIR, dir, "", e);
	if (r == 0 && mkdir(dir, 0755) < 0)
		r = err_sys(e, "cannot make %s", dir);
	if (r == 0)
		r = owe(l, DEBT_UMOUNT, dir, "", e);
	if (r == 0 && mount(dev, dir, "ext4", MS_NOATIME | MS_NODEV | MS_NOSUID, NULL) < 0)
		r = err_sys(e, "cannot mount %s", dev);
	if (r == 0)
		r = keep_scratch(l, e);
	if (r == 0 && setenv(scratch, dir, 1) < 0)
		r = err_no_memory(e);
	return r;
}

/* The line of the trial's disk is what iocost has of it; it has none before it is switched on. */
static int take_iocost(struct live *l, const char *file, const char *off, const char *text,
		       struct err *e)
{
	char path[PATH_MAX + 32], before[VALUE_MAX], during[VALUE_MAX], is[VALUE_MAX] = "";
	int r;

	if (!text)
		return 0;
	snprintf(path, sizeof(path), "%s/%s", l->env->base->mount, file);
	snprintf(before, sizeof(before), "%s %s", l->disk, off);
	snprintf(during, sizeof(during), "%s %s", l->disk, text);
	r = owe(l, DEBT_WRITE, path, before, e);
	if (r == 0)
		r = ledger_write_setting(path, during, e);
	if (r == 0)
		r = ledger_read_setting(path, is, sizeof(is), e);
	return r < 0 ? r : note(l, file, NULL, "", is, e);
}

static int take_disk(struct live *l, const struct disk_plan *d, struct err *e)
{
	char dev[PATH_MAX], text[VALUE_MAX];
	int r;

	if (!d->bytes)
		return 0;
	r = d->kind == DISK_LOOP ? make_loop(l, d, dev, e) : make_null_blk(l, d, "d", dev, e);
	if (r == 0)
		r = open_disk(l, d, dev, e);
	if (r == 0 && setenv(device, dev, 1) < 0)
		r = err_no_memory(e);
	if (r == 0 && !d->raw)
		r = mount_disk(l, dev, e);
	if (r == 0)
		r = take_iocost(l, "io.cost.model", "ctrl=auto", d->model, e);
	if (r == 0)
		r = take_iocost(l, "io.cost.qos", "enable=0", d->qos, e);
	snprintf(text, sizeof(text), "%s, %llu bytes, %s", disk_kinds[d->kind],
		 (unsigned long long)d->bytes, d->raw ? "raw" : "ext4");
	return r < 0 ? r : note(l, "disk", NULL, "", text, e);
}

/* " 0 1 ": the zram devices that there are. */
static void list_zram(char *buf, size_t size)
{
	scope_dir DIR *dir = opendir("/sys/block");
	size_t used = (size_t)snprintf(buf, size, " ");

	for (const struct dirent *d; dir && used < size && (d = readdir(dir));)
		if (strncmp(d->d_name, "zram", 4) == 0)
			used += (size_t)snprintf(buf + used, size - used, "%.16s ", d->d_name + 4);
}

static int make_zram(const struct live *l, uint64_t bytes, char dev[static PATH_MAX], struct err *e)
{
	static const char hot_add[] = "/sys/class/zram-control/hot_add";
	char path[PATH_MAX], number[32], others[VALUE_MAX];
	int r = need_module(hot_add, "zram", "num_devices=0", e);

	if (r < 0)
		return r;
	list_zram(others, sizeof(others));
	r = owe(l, DEBT_ZRAM_NEW, others, "", e);
	if (r == 0)
		r = ledger_read_setting(hot_add, number, sizeof(number), e);
	if (r == 0)
		r = owe(l, DEBT_ZRAM, number, "", e);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/sys/block/zram%.16s", number);
	snprintf(dev, PATH_MAX, "/dev/zram%.16s", number);
	return set_number(path, "disksize", bytes, e);
}

/* The header that swapon(2) wants: linux/swap.h keeps its layout to the kernel. */
static int write_swap_header(const char *dev, uint64_t bytes, struct err *e)
{
	enum { BOOT_BYTES = 1024 };
	static const char magic[] = "SWAPSPACE2";
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint32_t info[2] = {1, (uint32_t)(bytes / page - 1)}; /* version, last page */
	scope_free char *header = calloc(1, page);
	scope_fd int fd = open(dev, O_RDWR | O_CLOEXEC);

	if (!header || fd < 0)
		return err_sys(e, "cannot open %s", dev);
	memcpy(header + BOOT_BYTES, info, sizeof(info));
	memcpy(header + page - strlen(magic), magic, strlen(magic));
	if (io_write_all(fd, header, page) < 0 || fsync(fd) < 0)
		return err_sys(e, "cannot write the header of swap to %s", dev);
	return 0;
}

static int take_swap(struct live *l, const struct host_plan *h, struct err *e)
{
	const struct disk_plan d = {.bytes = h->swap_bytes};
	char dev[PATH_MAX], text[VALUE_MAX];
	bool zram = h->swap_kind == SWAP_ZRAM;
	int r;

	if (!h->swap_bytes)
		return 0;
	r = zram ? make_zram(l, h->swap_bytes, dev, e) : make_null_blk(l, &d, "s", dev, e);
	if (r == 0)
		r = write_swap_header(dev, h->swap_bytes, e);
	if (r == 0)
		r = owe(l, DEBT_SWAPOFF, dev, "", e);
	if (r == 0 && swapon(dev, 0) < 0)
		r = err_sys(e, "cannot switch swap on %s on", dev);
	snprintf(text, sizeof(text), "%s, %llu bytes", swap_kinds[h->swap_kind],
		 (unsigned long long)h->swap_bytes);
	return r < 0 ? r : note(l, "swap", NULL, "", text, e);
}

/* "rw,nsdelegate,memory_recursiveprot": what cgroup2 is mounted with, by /proc/self/mountinfo. */
static int mount_options(const char *mount, char *buf, size_t size, struct err *e)
{
	scope_file FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[4096], where[PATH_MAX], options[VALUE_MAX];

	while (f && fgets(line, sizeof(line), f)) {
		const char *dash = strstr(line, " - cgroup2 ");
		if (!dash || sscanf(line, "%*s %*s %*s %*s %4095s", where) != 1 ||
		    strcmp(where, mount) != 0 || sscanf(dash, " - %*s %*s %1023s", options) != 1)
			continue;
		snprintf(buf, size, "%s", options);
		return 0;
	}
	return err_set(e, -ENOENT, "cannot find the mount options of %s", mount);
}

/* "rw" is of the mount and no option of the file system's own. */
static const char *own_options(const char *all)
{
	return strncmp(all, "rw,", 3) == 0 ? all + 3 : strcmp(all, "rw") == 0 ? "" : all;
}

static int take_options(struct live *l, const struct host_plan *h, struct err *e)
{
	const char *mount_point = l->env->base->mount;
	char before[VALUE_MAX], wanted[2 * VALUE_MAX], during[VALUE_MAX];
	size_t used;
	int r;

	if (!h->cgroup2[0])
		return 0;
	r = mount_options(mount_point, before, sizeof(before), e);
	if (r == 0)
		r = owe(l, DEBT_REMOUNT, mount_point, own_options(before), e);
	if (r < 0)
		return r;
	used = (size_t)snprintf(wanted, sizeof(wanted), "%s", own_options(before));
	for (const char **o = h->cgroup2; *o && used < sizeof(wanted); o++)
		used += (size_t)snprintf(wanted + used, sizeof(wanted) - used, "%s%s",
					 used ? "," : "", *o);
	if (mount("none", mount_point, NULL, MS_REMOUNT, wanted) < 0)
		return err_sys(e, "cannot mount %s with '%s'", mount_point, wanted);
	r = mount_options(mount_point, during, sizeof(during), e);
	return r < 0 ? r : note(l, "cgroup2", NULL, before, during, e);
}

static int take_all(struct live *l, const struct host_plan *h, struct err *e)
{
	int r = take_options(l, h, e);

	if (r == 0)
		r = take_swap(l, h, e);
	if (r == 0)
		r = take_disk(l, &h->disk, e);
	return r < 0 ? r : take_settings(l, h, e);
}

int borrow_take(struct live *l, struct err *e)
{
	const struct host_plan *h = l->plan->host;
	struct err why = {""};

	(void)e;
	if (!h)
		return 0;
	if (!ledger(l))
		return live_outcome(l, TRIAL_SKIPPED,
				    "it changes the host (swap, disks, settings) for everybody: in "
				    "a lab, or with run --allow-host-changes");
	if (take_all(l, h, &why) < 0)
		return cannot(l, "the host cannot lend this", &why);
	return 0;
}

static void note_after(struct live *l)
{
	for (size_t i = 0; i < l->data->n_host; i++) {
		struct host_note *n = &l->data->host[i];
		char after[VALUE_MAX];
		if (n->path && ledger_read_setting(n->path, after, sizeof(after), NULL) == 0)
			n->after = strdup(after);
	}
}

int borrow_return(struct live *l, struct err *e)
{
	int r = l->plan->host && ledger(l) ? ledger_settle(ledger(l), e) : 0;

	if (l->plan->host)
		note_after(l);
	restore_scratch(l);
	return r;
}

void borrow_name_disk(const struct live *l, char text[static KNOB_TEXT_MAX])
{
	static const char name[] = HOST_DISK " ";
	char rest[KNOB_TEXT_MAX];

	if (strncmp(text, name, strlen(name)) != 0)
		return;
	snprintf(rest, sizeof(rest), "%s", text + strlen(name));
	snprintf(text, KNOB_TEXT_MAX, "%.30s %.90s", l->disk, rest);
}
