/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/theory.h"

#include <math.h>

double quota_allowed_usec(double window_usec, double quota_usec, double period_usec)
{
	double whole = floor(window_usec / period_usec);
	double rest = window_usec - whole * period_usec;

	return whole * quota_usec + fmin(rest, quota_usec);
}

double quota_stall_usec(double period_usec, double quota_cpus, double busy_cpus)
{
	return quota_cpus < busy_cpus ? period_usec * (1 - quota_cpus / busy_cpus) : 0;
}
