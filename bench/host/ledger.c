/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>

#include <jansson.h>

#include "base/io.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"

static const char folder[] = "/run/cgbench";
static const char extension[] = ".ledger";

enum { LINE_MAX_BYTES = 8192, BUSY_TRIES = 200, BUSY_PAUSE_USEC = 10000 };

void ledger_path(const struct ledger *l, const char *suffix, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s%s", folder, l->name, suffix);
}

bool ledger_may_write(const char *path)
{
	return (strncmp(path, "/proc/sys/", 10) == 0 || strncmp(path, "/sys/", 5) == 0) &&
	       !strstr(path, "/../") && !strstr(path, "//");
}

int ledger_read_setting(const char *path, char *buf, size_t size, struct err *e)
{
	scope_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, buf, size - 1) : -1;
	char *open_bracket, *close_bracket;

	if (n < 0)
		return err_sys(e, "cannot read %s", path);
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	open_bracket = strchr(buf, '[');
	close_bracket = open_bracket ? strchr(open_bracket, ']') : NULL;
	if (close_bracket) {
		*close_bracket = '\0';
		memmove(buf, open_bracket + 1, (size_t)(close_bracket - open_bracket));
	}
	return 0;
}

int ledger_write_setting(const char *path, const char *text, struct err *e)
{
	scope_fd int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t n = strlen(text);

	if (fd < 0)
		return err_sys(e, "cannot open %s for writing", path);
	if (io()->write(fd, text, n) != (ssize_t)n)
		return err_sys(e, "cannot write '%s' to %s", text, path);
	return 0;
}

/* A setting that reads as it did has been given back. */
static int pay_write(const char *path, const char *text, struct err *e)
{
	char now[LINE_MAX_BYTES];

	if (!ledger_may_write(path))
		return err_set(e, -EINVAL, "the ledger names %s, which no run changes", path);
	if (access(path, F_OK) < 0)
		return 0; /* it went with what it belonged to */
	if (ledger_read_setting(path, now, sizeof(now), NULL) == 0 && strcmp(now, text) == 0)
		return 0;
	return ledger_write_setting(path, text, e);
}

static int pay_swapoff(const char *device, const char *unused, struct err *e)
{
	(void)unused;
	/* EINVAL: it is no swap, or not yet. */
	if (swapoff(device) < 0 && errno != EINVAL && errno != ENOENT)
		return err_sys(e, "cannot switch swap on %s off", device);
	return 0;
}

static int remove_zram(const char *number, struct err *e)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/block/zram%.16s/reset", number);
	if (access(path, F_OK) < 0)
		return 0;
	for (int i = 0; i < BUSY_TRIES; i++) {
		if (ledger_write_setting(path, "1", NULL) == 0 &&
		    ledger_write_setting("/sys/class/zram-control/hot_remove", number, e) == 0)
			return 0;
		usleep(BUSY_PAUSE_USEC); /* udev and its like open what is new */
	}
	return err_set(e, -EBUSY, "cannot remove /dev/zram%s: somebody has it open", number);
}

static int pay_zram(const char *number, const char *unused, struct err *e)
{
	(void)unused;
	return remove_zram(number, e);
}

/* Whether the device has no size yet, and so is nobody's. */
static bool is_unused_zram(const char *name)
{
	char path[PATH_MAX], size[32];

	snprintf(path, sizeof(path), "/sys/block/%.64s/disksize", name);
	return ledger_read_setting(path, size, sizeof(size), NULL) == 0 && strcmp(size, "0") == 0;
}

static int pay_zram_new(const char *before, const char *unused, struct err *e)
{
	scope_dir DIR *dir = opendir("/sys/block");
	int r = 0;

	(void)unused;
	for (const struct dirent *d; r == 0 && dir && (d = readdir(dir));) {
		char word[32];
		if (strncmp(d->d_name, "zram", 4) != 0)
			continue;
		snprintf(word, sizeof(word), " %.16s ", d->d_name + 4);
		if (!strstr(before, word) && is_unused_zram(d->d_name))
			r = remove_zram(d->d_name + 4, e);
	}
	return r;
}

/* Files of the module that are not there: it is not loaded, or the folder was never made. */
static int pay_null_blk(const char *name, const char *unused, struct err *e)
{
	char path[PATH_MAX];

	(void)unused;
	snprintf(path, sizeof(path), "/sys/kernel/config/nullb/%s/power", name);
	if (access(path, F_OK) < 0)
		return 0;
	/* It has no power if it was not given any. */
	ledger_write_setting(path, "0", NULL);
	*strrchr(path, '/') = '\0';
	for (int i = 0; i < BUSY_TRIES; i++) {
		if (rmdir(path) == 0 || errno == ENOENT)
			return 0;
		usleep(BUSY_PAUSE_USEC);
	}
	return err_sys(e, "cannot remove %s", path);
}

/* Ours only while its file is: the number may have become somebody else's. */
static int pay_loop(const char *number, const char *file, struct err *e)
{
	char path[PATH_MAX], now[PATH_MAX] = "";
	scope_fd int fd = -1;

	snprintf(path, sizeof(path), "/sys/block/loop%.16s/loop/backing_file", number);
	if (ledger_read_setting(path, now, sizeof(now), NULL) == 0 && strcmp(now, file) == 0) {
		snprintf(path, sizeof(path), "/dev/loop%.16s", number);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0 || (ioctl(fd, LOOP_CLR_FD, 0) < 0 && errno != ENXIO))
			return err_sys(e, "cannot take the file away from %s", path);
	}
	return unlink(file) < 0 && errno != ENOENT ? err_sys(e, "cannot remove %s", file) : 0;
}

static int pay_umount(const char *dir, const char *unused, struct err *e)
{
	(void)unused;
	for (int i = 0; i < BUSY_TRIES; i++) {
		if (umount2(dir, UMOUNT_NOFOLLOW) == 0)
			return 0;
		if (errno != EBUSY)
			break;
		usleep(BUSY_PAUSE_USEC);
	}
	/* EINVAL: nothing is mounted there. */
	return errno == EINVAL || errno == ENOENT ? 0 : err_sys(e, "cannot unmount %s", dir);
}

static int pay_rmdir(const char *dir, const char *unused, struct err *e)
{
	(void)unused;
	return rmdir(dir) < 0 && errno != ENOENT ? err_sys(e, "cannot remove %s", dir) : 0;
}

static int pay_remount(const char *dir, const char *options, struct err *e)
{
	if (mount("none", dir, NULL, MS_REMOUNT, options) < 0)
		return err_sys(e, "cannot give %s its options '%s' back", dir, options);
	return 0;
}

static const struct {
	const char *name;
	int (*pay)(const char *a, const char *b, struct err *e);
} debts[] = {
	[DEBT_WRITE] = {"write", pay_write},          [DEBT_SWAPOFF] = {"swapoff", pay_swapoff},
	[DEBT_ZRAM_NEW] = {"zram-new", pay_zram_new}, [DEBT_ZRAM] = {"zram", pay_zram},
	[DEBT_NULL_BLK] = {"null-blk", pay_null_blk}, [DEBT_LOOP] = {"loop", pay_loop},
	[DEBT_UMOUNT] = {"umount", pay_umount},       [DEBT_RMDIR] = {"rmdir", pay_rmdir},
	[DEBT_REMOUNT] = {"remount", pay_remount},
};

/* What root does for a ledger it must have written itself. */
static int check_folder(int fd, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "%s", folder);
	if (st.st_uid != geteuid() || st.st_mode & (S_IRWXG | S_IRWXO))
		return err_set(e, -EPERM, "%s is not of this user alone (mode 0700)", folder);
	return 0;
}

static int open_folder(struct err *e)
{
	scope_fd int fd = -1;
	int r;

	if (geteuid() != 0)
		return err_set(e, -EPERM, "what belongs to the host can be borrowed by root only");
	if (mkdir(folder, S_IRWXU) < 0 && errno != EEXIST)
		return err_sys(e, "cannot make %s, for a record of what is borrowed", folder);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "cannot open %s, for a record of what is borrowed", folder);
	r = check_folder(fd, e);
	return r < 0 ? r : steal_fd(&fd);
}

/* It gets its name once it is locked, so that no sweep can see it unlocked. */
static int make_file(struct ledger *l, struct err *e)
{
	char from[64], to[LEDGER_NAME_MAX + sizeof(extension)];

	l->fd = openat(l->dir_fd, ".", O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC,
		       S_IRUSR | S_IWUSR);
	if (l->fd < 0)
		return err_sys(e, "cannot make a record in %s", folder);
	if (flock(l->fd, LOCK_EX | LOCK_NB) < 0)
		return err_sys(e, "cannot lock a record in %s", folder);
	snprintf(from, sizeof(from), "/proc/self/fd/%d", l->fd);
	snprintf(to, sizeof(to), "%s%s", l->name, extension);
	if (linkat(AT_FDCWD, from, l->dir_fd, to, AT_SYMLINK_FOLLOW) < 0)
		return err_sys(e, "cannot name the record %s/%s", folder, to);
	return 0;
}

void ledger_open(const char *name, struct ledger *out)
{
	struct err e = {""};
	int r;

	*out = (struct ledger){.dir_fd = -1, .fd = -1};
	snprintf(out->name, sizeof(out->name), "%s", name);
	r = open_folder(&e);
	out->dir_fd = r < 0 ? -1 : r;
	if (r >= 0)
		r = make_file(out, &e);
	if (r >= 0)
		return;
	snprintf(out->why, sizeof(out->why), "%s", e.text);
	scope_close_fd(&out->fd);
	scope_close_fd(&out->dir_fd);
	out->fd = out->dir_fd = -1;
}

int ledger_note(const struct ledger *l, enum debt kind, const char *a, const char *b, struct err *e)
{
	json_t *debt = json_pack("[sss]", debts[kind].name, a, b);
	scope_free char *text = debt ? json_dumps(debt, JSON_COMPACT) : NULL, *line = NULL;
	int n = text ? asprintf(&line, "%s\n", text) : -1, r;

	json_decref(debt);
	if (n < 0)
		return err_set(e, -ENOMEM, "cannot note what is borrowed: '%s'", a);
	if (l->fd < 0)
		return err_set(e, -EPERM, "%s", l->why);
	if (n >= LINE_MAX_BYTES)
		return err_set(e, -E2BIG, "%s: what is to be given back is too long", a);
	r = io_write_all(l->fd, line, (size_t)n);
	return r < 0 ? err_set(e, r, "cannot note in %s what is borrowed: %s", folder, strerror(-r))
		     : 0;
}

static int pay(const char *line, struct err *e)
{
	json_t *debt = json_loads(line, 0, NULL);
	const char *name, *a, *b;
	int r = 0;

	/* A line that was cut short is of a thing that was not taken yet. */
	if (debt && json_unpack(debt, "[sss]", &name, &a, &b) == 0)
		for (size_t i = 0; i < array_len(debts); i++)
			if (strcmp(debts[i].name, name) == 0)
				r = debts[i].pay(a, b, e);
	json_decref(debt);
	return r;
}

static int read_all(int fd, char **text, struct err *e)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "cannot read what was borrowed");
	*text = calloc(1, (size_t)st.st_size + 1);
	if (!*text)
		return err_no_memory(e);
	n = pread(fd, *text, (size_t)st.st_size, 0);
	return n < 0 ? err_sys(e, "cannot read what was borrowed") : 0;
}

/*
 * The last line first, and each is forgotten as it is paid: of who dies between two lines the next
 * must not switch off what was made for a disk that is gone, and whose number another may have.
 */
static int settle(int fd, struct err *e)
{
	scope_free char *text = NULL;
	int first = read_all(fd, &text, e);
	char *end;

	if (first < 0)
		return first;
	while ((end = strrchr(text, '\n'))) {
		char *line;
		int r;
		*end = '\0';
		line = strrchr(text, '\n');
		line = line ? line + 1 : text;
		r = pay(line, first ? NULL : e);
		*line = '\0';
		if (r == 0 && first == 0 && ftruncate(fd, line - text) < 0)
			r = err_sys(e, "cannot forget what was given back");
		first = first ? first : r;
	}
	return first;
}

int ledger_settle(const struct ledger *l, struct err *e)
{
	return l->fd >= 0 ? settle(l->fd, e) : 0;
}

void ledger_close(struct ledger *l)
{
	char name[LEDGER_NAME_MAX + sizeof(extension)];
	struct stat st;

	snprintf(name, sizeof(name), "%s%s", l->name, extension);
	if (l->fd >= 0 && fstat(l->fd, &st) == 0 && st.st_size == 0)
		unlinkat(l->dir_fd, name, 0);
	scope_close_fd(&l->fd);
	scope_close_fd(&l->dir_fd);
	l->fd = l->dir_fd = -1;
}

/* Ours to pay when nobody holds it, and nobody else could have written it. */
static bool take_over(int fd)
{
	struct stat st;

	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 &&
	       S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_nlink == 1;
}

static int sweep_one(int dir_fd, const char *file, size_t *paid, struct err *e)
{
	scope_fd int fd = openat(dir_fd, file, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int r;

	if (!take_over(fd))
		return 0;
	*paid += fstat(fd, &st) == 0 && st.st_size > 0;
	r = settle(fd, e);
	if (r == 0 && unlinkat(dir_fd, file, 0) < 0 && errno != ENOENT)
		return err_sys(e, "cannot remove %s/%s", folder, file);
	return r;
}

int ledger_sweep(bool (*is_dead)(const char *name, const char *proc), size_t *paid, struct err *e)
{
	scope_dir DIR *dir = NULL;
	int fd, r = 0;

	*paid = 0;
	if (geteuid() != 0 || access(folder, F_OK) < 0)
		return 0;
	fd = open_folder(e);
	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir)
		return err_sys(e, "cannot list %s", folder);
	for (const struct dirent *d; r == 0 && (d = readdir(dir));) {
		char name[LEDGER_NAME_MAX];
		const char *dot = strrchr(d->d_name, '.');
		if (!dot || strcmp(dot, extension) != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(dot - d->d_name), d->d_name);
		if (is_dead(name, "/proc"))
			r = sweep_one(fd, d->d_name, paid, e);
	}
	return r;
}
