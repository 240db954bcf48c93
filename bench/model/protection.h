/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * protection: what siblings keep of their memory when reclaim takes from all of them, by memory.min
 * and memory.low (mm/memcontrol.c, mem_cgroup_calculate_protection(); cgroup-v2.rst).
 *
 * A group's claim is what it asks for, and uses. Where claims come to more than their parent's
 * protection, each has that in proportion to its claim. Reclaim takes from what is above, in
 * proportion again; and since a claim is no more than what is used, the shares move as it goes on:
 * so what is left is where a walk in small steps ends, and not what a formula says once.
 */
#ifndef CGBENCH_PROTECTION_H
#define CGBENCH_PROTECTION_H

#include <stddef.h>

struct protected_group {
	double asks;   /* bytes: its memory.min, or memory.low */
	double usage;  /* bytes: before; afterwards what it should have kept */
	double pinned; /* of it what cannot be reclaimed, whoever asks */
};

/*
 * Takes from siblings until together they use `target` bytes, or nothing is left to be taken.
 * parent_asks: what their parent's own protection is. Without the mount option
 * memory_recursiveprot, which gives what nobody claims to all of them: of no matter while the
 * claims exceed the parent's.
 */
void protection_reclaim(struct protected_group *v, size_t n, double parent_asks, double target);

#endif
