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

void tally_count(struct tally *t, enum verdict v)
{
	t->pass += v == VERDICT_PASS;
	t->fail += v == VERDICT_FAIL;
	t->unresolved += v == VERDICT_UNRESOLVED;
}

void tally_add(struct tally *to, const struct tally *t)
{
	to->pass += t->pass;
	to->fail += t->fail;
	to->unresolved += t->unresolved;
	to->missing += t->missing;
}

const char *tally_word(const struct tally *t)
{
	return t->fail ? "fail" : t->pass ? "pass" : t->unresolved ? "unresolved" : "";
}
