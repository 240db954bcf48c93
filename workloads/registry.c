/* SPDX-License-Identifier: GPL-3.0-or-later */
/* registry: the table of all workloads, made from the files that are there. */
#include <string.h>

#include "cgbench/workload.h"

#define X(name) extern const struct workload workload_##name;
#include "workloads.def"
#undef X

const struct workload *const workloads[] = {
#define X(name) &workload_##name,
#include "workloads.def"
#undef X
	NULL,
};

const struct workload *workload_find(const char *name)
{
	for (size_t i = 0; workloads[i]; i++)
		if (strcmp(workloads[i]->name, name) == 0)
			return workloads[i];
	return NULL;
}
