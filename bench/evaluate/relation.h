/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relation: the budgets that are about several values, as values of their own. */
#ifndef CGBENCH_RELATION_H
#define CGBENCH_RELATION_H

#include "model/trial_data.h"
#include "model/value.h"

/*
 * Adds a value for each relation of the plan, or for each group that has all that it needs; what
 * is `equals` becomes its expected value. One that lacks a value has no row. -ENOMEM.
 */
int relations_add(const struct trial_data *t, struct value_sink *sink, struct err *e);

#endif
