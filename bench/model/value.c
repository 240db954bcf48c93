/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/value.h"

static const char *const verdict_names[] = {
	[VERDICT_NONE] = "",
	[VERDICT_PASS] = "pass",
	[VERDICT_FAIL] = "fail",
	[VERDICT_UNRESOLVED] = "unresolved",
};

const char *verdict_name(enum verdict v)
{
	return verdict_names[v];
}
