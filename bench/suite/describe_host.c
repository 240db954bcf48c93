/* SPDX-License-Identifier: GPL-3.0-or-later */
/* describe_host: what a trial borrows from its host, in words. */
#include <stdio.h>

#include "cgbench/units.h"
#include "suite/describe.h"

static void put_disk(FILE *f, const struct disk_plan *d)
{
	char text[UNIT_TEXT_MAX];

	fprintf(f, "disk %s %s, %s", unit_format(UNIT_BYTES, d->bytes, text), disk_kinds[d->kind],
		d->raw ? "no file system" : "ext4");
	if (d->latency_usec)
		fprintf(f, ", latency %s", unit_format(UNIT_USEC, d->latency_usec, text));
	if (d->bytes_per_sec)
		fprintf(f, ", %s a second", unit_format(UNIT_BYTES, d->bytes_per_sec, text));
	if (d->depth)
		fprintf(f, ", depth %u", d->depth);
	if (d->scheduler)
		fprintf(f, ", scheduler %s", d->scheduler);
	if (d->qos)
		fprintf(f, ", io.cost.qos %s", d->qos);
	if (d->model)
		fprintf(f, ", io.cost.model %s", d->model);
}

void describe_put_host(FILE *f, const struct trial_plan *t)
{
	const struct host_plan *h = t->host;
	char text[UNIT_TEXT_MAX];
	const char *sep = "";

	if (!h)
		return;
	if (h->swap_bytes) {
		fprintf(f, "swap %s %s", unit_format(UNIT_BYTES, h->swap_bytes, text),
			swap_kinds[h->swap_kind]);
		sep = "; ";
	}
	if (h->disk.bytes) {
		fputs(sep, f);
		put_disk(f, &h->disk);
		sep = "; ";
	}
	for (size_t i = 0; i < h->n_settings; i++, sep = "; ")
		fprintf(f, "%s%s=%s", sep, h->settings[i].path, h->settings[i].text);
	for (const char **o = h->cgroup2; o && *o; o++, sep = "; ")
		fprintf(f, "%scgroup2 mounted with %s", sep, *o);
}
