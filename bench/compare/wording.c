/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/wording.h"

#include <math.h>
#include <stdio.h>

const char *const better_names[] = {
	[BETTER_NEUTRAL] = "neutral",
	[BETTER_LOWER] = "lower",
	[BETTER_HIGHER] = "higher",
	[BETTER_EXPECTED] = "expected",
};

const char *const scale_names[] = {
	[SCALE_PERCENT] = "percent",
	[SCALE_POINTS] = "points",
	[SCALE_UNIT] = "unit",
};

const char other_inputs_note[] =
	"exact runs of other inputs: differences may be chance, so only what is exact by nature is "
	"judged (kills, peaks, what was left)";

const char *short_number(double v, char buf[static CHANGE_TEXT_MAX])
{
	buf[0] = '\0';
	if (isfinite(v) && fabs(v) < 1e15 && v == trunc(v))
		snprintf(buf, CHANGE_TEXT_MAX, "%.0f", v + 0.0);
	else if (isfinite(v))
		snprintf(buf, CHANGE_TEXT_MAX, fabs(v) >= 1e6 ? "%.0f" : "%.6g", v);
	return buf;
}

const char *change_text(double change, enum scale scale, const char *unit,
			char buf[static CHANGE_TEXT_MAX])
{
	static const char *const suffix[] = {
		[SCALE_PERCENT] = "%",
		[SCALE_POINTS] = " points",
	};

	buf[0] = '\0';
	if (isnan(change))
		return buf;
	if (scale == SCALE_UNIT)
		snprintf(buf, CHANGE_TEXT_MAX, "%+.4g %s", change, unit);
	else
		snprintf(buf, CHANGE_TEXT_MAX, fabs(change) < 10 ? "%+.3g%s" : "%+.1f%s", change,
			 suffix[scale]);
	return buf;
}
