/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test: what a test file needs. bench/tests/KIND/NAME.c defines
 *
 *	const struct CMUnitTest tests_KIND_NAME[] = { cmocka_unit_test(case), ..., {0} };
 *
 * and is thereby run by `cgtest KIND`. Each case has a process of its own.
 */
#ifndef CGBENCH_TEST_H
#define CGBENCH_TEST_H

/* cmocka wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Ends the case as skipped; the reason is printed and counted. */
void test_skip(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Adds the counts of tests that ran elsewhere (in the lab) to the closing line. */
void test_add_counts(unsigned passed, unsigned failed, unsigned skipped);

/* Seconds after which this case is ended as failed; the default is 60. */
void test_timeout(unsigned seconds);

/* Path of a file or folder below bench/tests/fixtures. Valid until the next call. */
const char *test_fixture(const char *name);

#endif
