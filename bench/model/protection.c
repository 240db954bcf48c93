/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/protection.h"

#include <math.h>

/* Of what there is to take; small enough for the shares to follow. */
static const double step = 1e-3;

enum { STEPS_MAX = 100000 };

struct sums {
	double usage, claims;
};

static double claim(const struct protected_group *g)
{
	return fmin(g->asks, g->usage);
}

static struct sums add_up(const struct protected_group *v, size_t n)
{
	struct sums s = {0};

	for (size_t i = 0; i < n; i++) {
		s.usage += v[i].usage;
		s.claims += claim(&v[i]);
	}
	return s;
}

/* What may be taken of a group. */
static double exposed(const struct protected_group *g, const struct sums *s, double parent_asks)
{
	double parent = fmin(parent_asks, s->usage), kept = claim(g);

	if (s->claims > parent)
		kept *= parent / s->claims;
	return fmax(0, g->usage - fmax(kept, g->pinned));
}

void protection_reclaim(struct protected_group *v, size_t n, double parent_asks, double target)
{
	for (unsigned steps = 0; steps < STEPS_MAX; steps++) {
		struct sums s = add_up(v, n);
		double all = 0, part;
		for (size_t i = 0; i < n; i++)
			all += exposed(&v[i], &s, parent_asks);
		/* Half a byte is nothing; the last step goes no further than it has to. */
		if (s.usage <= target + 0.5 || all < 0.5)
			return;
		part = fmin(step, (s.usage - target) / all);
		for (size_t i = 0; i < n; i++)
			v[i].usage -= part * exposed(&v[i], &s, parent_asks);
	}
}
