/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cell_host: what a trial borrows from the host: swap, a disk, settings, mount options. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "host/ledger.h"
#include "suite/cell.h"

#define BORROW_MIN (UINT64_C(1) << 20)
#define BORROW_MAX (UINT64_C(1) << 40)

static const char *const file_systems[] = {"ext4", "none", NULL};
static const char *const options[] = {"favordynmods",
				      "memory_hugetlb_accounting",
				      "memory_localevents",
				      "memory_recursiveprot",
				      "pids_localevents",
				      "nsdelegate",
				      NULL};

static int no_memory(struct err *e)
{
	return err_set(e, -ENOMEM, "out of memory for what is borrowed");
}

/* The number of a word in its list. */
static int find_word(const struct cell *c, const char *what, const char *const *words,
		     const struct text *t, const char *text, int *found, struct err *e)
{
	struct nearest near = {.word = text};
	char hint[NEAREST_HINT_MAX], all[160] = "";

	for (size_t i = 0, used = 0; words[i]; i++) {
		if (strcmp(words[i], text) == 0) {
			*found = (int)i;
			return 0;
		}
		nearest_offer(&near, words[i]);
		if (used < sizeof(all))
			used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s",
						 used ? ", " : "", words[i]);
	}
	return cell_fault(c, t, e, "%s: '%s'%s; expected one of %s", what, text,
			  nearest_hint(&near, hint), all);
}

static int word(const struct cell *c, const char *what, const char *const *words,
		const struct text *t, int *found, struct err *e)
{
	const char *text;
	int r;

	if (!t->str)
		return 0;
	r = cell_text(c, t, &text, e);
	return r < 0 ? r : find_word(c, what, words, t, text, found, e);
}

/* "256M", or "256M zram" */
static int swap(const struct cell *c, const struct text *t, struct host_plan *to, struct err *e)
{
	const char *text, *space;
	char size[32];
	int kind = SWAP_ZRAM, r;

	if (!t->str)
		return 0;
	r = cell_text(c, t, &text, e);
	if (r < 0)
		return r;
	space = strchr(text, ' ');
	snprintf(size, sizeof(size), "%.*s", (int)(space ? space - text : (long)strlen(text)),
		 text);
	if (unit_parse(UNIT_BYTES, size, &to->swap_bytes, e) < 0) {
		err_context(e, -EINVAL, "swap");
		return cell_fault_here(c, t, e);
	}
	if (to->swap_bytes < BORROW_MIN || to->swap_bytes > BORROW_MAX)
		return cell_fault(c, t, e, "swap: '%s' is out of range; expected 1M to 1T", size);
	r = space ? find_word(c, "swap", swap_kinds, t, space + 1, &kind, e) : 0;
	to->swap_kind = kind;
	return r;
}

static int scheduler(const struct cell *c, const struct text *t, const char **out, struct err *e)
{
	int r = t->str ? cell_text(c, t, out, e) : 0;

	if (r == 0 && t->str && strpbrk(*out, " /\n"))
		return cell_fault(c, t, e, "scheduler: '%s'; expected a name such as bfq", *out);
	return r;
}

static int disk_numbers(const struct cell *c, const struct host_spec *from, struct disk_plan *to,
			struct err *e)
{
	static const struct quantity bytes = {"disk: size", UNIT_BYTES, 0, BORROW_MIN, BORROW_MAX};
	static const struct quantity latency = {"disk: latency", UNIT_USEC, 0, 0, 1000000};
	static const struct quantity rate = {"disk: rate", UNIT_BYTES, 0, BORROW_MIN, BORROW_MAX};
	static const struct quantity depth = {"disk: depth", UNIT_COUNT, 0, 1, 4096};
	uint64_t n = 0;
	int r = cell_number(c, &bytes, &from->disk_size, &to->bytes, e);

	if (r == 0)
		r = cell_number(c, &latency, &from->disk_latency, &to->latency_usec, e);
	if (r == 0)
		r = cell_number(c, &rate, &from->disk_rate, &to->bytes_per_sec, e);
	if (r == 0)
		r = cell_number(c, &depth, &from->disk_depth, &n, e);
	to->depth = (unsigned)n;
	return r;
}

static int disk(const struct cell *c, const struct host_spec *from, struct disk_plan *to,
		struct err *e)
{
	int kind = DISK_NULL_BLK, fs = 0;
	int r = disk_numbers(c, from, to, e);

	if (r == 0)
		r = word(c, "disk: kind", disk_kinds, &from->disk_kind, &kind, e);
	if (r == 0)
		r = word(c, "disk: fs", file_systems, &from->disk_fs, &fs, e);
	if (r == 0)
		r = scheduler(c, &from->disk_scheduler, &to->scheduler, e);
	to->kind = kind;
	to->raw = fs != 0;
	if (r == 0 && kind == DISK_LOOP && (to->latency_usec || to->bytes_per_sec || to->depth))
		return cell_fault(c, &from->disk_size, e,
				  "disk: a loop device has no latency, rate or depth of its own; "
				  "null_blk has");
	return r;
}

/* What the kernel takes behind the device's number: "enable=1 ctrl=user rpct=95.00 ...". */
static int iocost(const struct cell *c, const struct host_spec *from, struct disk_plan *to,
		  struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < from->iocost.n; i++) {
		const struct text *key = &from->iocost.v[i].key;
		const char **field = strcmp(key->str, "qos") == 0     ? &to->qos
				     : strcmp(key->str, "model") == 0 ? &to->model
								      : NULL;
		if (!field)
			return cell_fault(c, key, e, "iocost: '%s'; expected qos or model",
					  key->str);
		if (!to->bytes)
			return cell_fault(c, key, e,
					  "iocost is of the trial's disk; expected 'disk' too");
		r = cell_text(c, &from->iocost.v[i].value, field, e);
	}
	return r;
}

/* "vm.swappiness" is /proc/sys/vm/swappiness. */
static int sysctl_path(const struct cell *c, const struct text *key, const char **out,
		       struct err *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				      "0123456789-.";
	char path[256];
	int n = snprintf(path, sizeof(path), "/proc/sys/%s", key->str);

	if (n >= (int)sizeof(path) || key->str[strspn(key->str, letters)] ||
	    !strchr(key->str, '.') || strstr(key->str, "..") || key->str[0] == '.')
		return cell_fault(c, key, e,
				  "'%s' is no sysctl; expected a name such as vm.swappiness",
				  key->str);
	for (char *p = path + strlen("/proc/sys/"); *p; p++)
		*p = *p == '.' ? '/' : *p;
	*out = arena_text(c->arena, path, strlen(path));
	return *out ? 0 : no_memory(e);
}

static int file_path(const struct cell *c, const struct text *key, const char **out, struct err *e)
{
	if (!ledger_may_write(key->str))
		return cell_fault(c, key, e,
				  "'%s' is no setting of the host; expected a file below /sys or "
				  "/proc/sys",
				  key->str);
	*out = key->str;
	return 0;
}

static int settings(const struct cell *c, const struct pairs *from, struct host_plan *to,
		    int (*path)(const struct cell *c, const struct text *key, const char **out,
				struct err *e),
		    struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < from->n; i++) {
		struct setting_plan *s = &to->settings[to->n_settings];
		r = path(c, &from->v[i].key, &s->path, e);
		if (r == 0)
			r = cell_text(c, &from->v[i].value, &s->text, e);
		to->n_settings += r == 0;
	}
	return r;
}

static int cgroup2(const struct cell *c, const struct texts *from, struct host_plan *to,
		   struct err *e)
{
	int r = 0;

	to->cgroup2 = arena_array(c->arena, from->n + 1, sizeof(*to->cgroup2));
	if (!to->cgroup2)
		return no_memory(e);
	for (size_t i = 0; r == 0 && i < from->n; i++) {
		int found = 0;
		r = word(c, "cgroup2", options, &from->v[i], &found, e);
		to->cgroup2[i] = options[found];
	}
	return r;
}

int cell_host(const struct cell *c, struct trial_plan *out, struct err *e)
{
	const struct host_spec *from = &c->part->host;
	struct host_plan *to;
	int r;

	if (!from->swap.str && !from->disk_size.str && !from->cgroup2.n && !from->sysctl.n &&
	    !from->file.n && !from->iocost.n)
		return 0;
	to = arena_array(c->arena, 1, sizeof(*to));
	if (to)
		to->settings =
			arena_array(c->arena, from->sysctl.n + from->file.n, sizeof(*to->settings));
	if (!to || !to->settings)
		return no_memory(e);
	r = swap(c, &from->swap, to, e);
	if (r == 0 && from->disk_size.str)
		r = disk(c, from, &to->disk, e);
	if (r == 0)
		r = iocost(c, from, &to->disk, e);
	if (r == 0)
		r = settings(c, &from->sysctl, to, sysctl_path, e);
	if (r == 0)
		r = settings(c, &from->file, to, file_path, e);
	if (r == 0)
		r = cgroup2(c, &from->cgroup2, to, e);
	out->host = to;
	return r;
}
