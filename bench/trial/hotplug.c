/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/hotplug.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "cgbench/scope.h"

enum touch { UNTOUCHED, WAS_OFFLINE, WAS_ONLINE };

struct hotplug_notes {
	_Atomic unsigned char cpu[CPU_SETSIZE]; /* enum touch */
};

int hotplug_open(struct hotplug *h, struct err *e)
{
	void *p = mmap(NULL, sizeof(*h->notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);

	if (p == MAP_FAILED)
		return err_sys(e, "cannot share a page with the guardian");
	h->notes = p;
	return 0;
}

bool hotplug_is_safe_here(void)
{
	const char *lab = getenv("CGBENCH_LAB");

	return lab && *lab;
}

static int open_switch(unsigned cpu, int flags, struct err *e)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	fd = io_openat(AT_FDCWD, path, flags, 0);
	if (fd == -ENOENT)
		return err_set(e, fd, "there is no CPU %u that could go off line (%s)", cpu, path);
	return fd < 0 ? err_set(e, fd, "cannot open %s: %s", path, strerror(-fd)) : fd;
}

static int is_online(unsigned cpu, bool *online, struct err *e)
{
	scope_fd int fd = open_switch(cpu, O_RDONLY, e);
	char byte;

	if (fd < 0)
		return fd;
	if (read(fd, &byte, 1) != 1)
		return err_sys(e, "cannot read whether CPU %u is on line", cpu);
	*online = byte == '1';
	return 0;
}

static int flip(unsigned cpu, bool online, struct err *e)
{
	int fd = open_switch(cpu, O_WRONLY, e), r = 0;

	if (fd < 0)
		return fd;
	if (io()->write(fd, online ? "1" : "0", 1) != 1)
		r = err_sys(e, "cannot put CPU %u %s line", cpu, online ? "on" : "off");
	close(fd);
	return r;
}

int hotplug_set(struct hotplug *h, unsigned cpu, bool online, struct err *e)
{
	bool was = online;
	int r = cpu < CPU_SETSIZE ? is_online(cpu, &was, e)
				  : err_set(e, -ENOENT, "there is no CPU %u", cpu);

	if (r < 0 || was == online)
		return r;
	if (h->notes->cpu[cpu] == UNTOUCHED)
		h->notes->cpu[cpu] = was ? WAS_ONLINE : WAS_OFFLINE;
	return flip(cpu, online, e);
}

int hotplug_restore(struct hotplug *h, struct err *e)
{
	int first = 0;

	for (unsigned cpu = 0; h->notes && cpu < CPU_SETSIZE; cpu++) {
		bool want = h->notes->cpu[cpu] == WAS_ONLINE, now = want;
		struct err *why = first ? NULL : e;
		int r;
		if (h->notes->cpu[cpu] == UNTOUCHED)
			continue;
		r = is_online(cpu, &now, why);
		if (r == 0 && now != want)
			r = flip(cpu, want, why);
		if (r == 0)
			h->notes->cpu[cpu] = UNTOUCHED;
		first = first ? first : r;
	}
	return first;
}

void hotplug_close(struct hotplug *h)
{
	if (h->notes)
		munmap(h->notes, sizeof(*h->notes));
	h->notes = NULL;
}
