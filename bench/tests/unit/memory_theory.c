/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel's own texts say of memory.high and of protection, against the models. */
#include <math.h>

#include "cgbench/array.h"
#include "model/high_delay.h"
#include "model/protection.h"
#include "tests/test.h"

#define MIB (UINT64_C(1) << 20)

/* The table in the comment of commit 0e4b01df8659: memory.high 100M, ms for each charge batch. */
static void test_delays_of_the_commit(void **state)
{
	static const struct {
		unsigned usage_mib, msec;
	} rows[] = {
		{99, 0},     {100, 0},    {101, 0}, /* 6: nothing up to 10 ms since then */
		{102, 25},   {103, 57},   {104, 102},  {105, 159},  {110, 639},
		{115, 1439}, {117, 1849}, {118, 2000}, {120, 2000}, {1000, 2000},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		double usec = high_delay_usec(rows[i].usage_mib * MIB, 100 * MIB,
					      HIGH_DELAY_BATCH_PAGES, 1000);
		if (fabs(usec - 1000.0 * rows[i].msec) > 0.5)
			fail_msg("%u MiB: %g us, expected %u ms", rows[i].usage_mib, usec,
				 rows[i].msec);
	}
}

static void test_delays_are_whole_ticks(void **state)
{
	(void)state;
	/* 25.6 ms are 6 ticks of 4 ms; half a batch sleeps half as long. */
	assert_true(high_delay_usec(102 * MIB, 100 * MIB, 64, 4000) == 24000);
	assert_true(high_delay_usec(104 * MIB, 100 * MIB, 32, 4000) == 48000);
	assert_true(isnan(high_delay_usec(MIB, 0, 64, 4000)));
	assert_true(isnan(high_delay_usec(102 * MIB, 100 * MIB, 64, 0)));
}

static void assert_kept(const struct protected_group *v, size_t n, const double *expected)
{
	for (size_t i = 0; i < n; i++)
		if (fabs(v[i].usage - expected[i]) > 0.1 * (double)MIB)
			fail_msg("sibling %zu keeps %.2f MiB, expected %.2f", i,
				 v[i].usage / (double)MIB, expected[i] / (double)MIB);
}

/* The kernel's memcontrol selftest: 50M for claims of 75M, 25M and 0; it says 29M and 21M. */
static void test_shares_of_the_selftest(void **state)
{
	struct protected_group v[] = {
		{75. * MIB, 50. * MIB, 0},
		{25. * MIB, 50. * MIB, 0},
		{0, 50. * MIB, 0},
		{500. * MIB, 0, 0},
	};

	(void)state;
	protection_reclaim(v, 4, 50. * MIB, 50. * MIB);
	assert_kept(v, 4, (double[]){28.57 * MIB, 21.43 * MIB, 0, 0});
}

static void test_reclaim_stops(void **state)
{
	struct protected_group pinned[] = {{0, 40. * MIB, 30. * MIB}, {0, 40. * MIB, 0}};
	struct protected_group safe[] = {{50. * MIB, 50. * MIB, 0}, {0, 50. * MIB, 0}};

	(void)state;
	/* What cannot be taken stays, be there as much asked for as may. */
	protection_reclaim(pinned, 2, 0, 0);
	assert_kept(pinned, 2, (double[]){30. * MIB, 0});
	/* Claims that fit are held to the last, and no more is taken than is asked for. */
	protection_reclaim(safe, 2, 100. * MIB, 80. * MIB);
	assert_kept(safe, 2, (double[]){50. * MIB, 30. * MIB});
	protection_reclaim(safe, 2, 100. * MIB, 10. * MIB);
	assert_kept(safe, 2, (double[]){50. * MIB, 0});
}

const struct CMUnitTest tests_unit_memory_theory[] = {
	cmocka_unit_test(test_delays_of_the_commit),
	cmocka_unit_test(test_delays_are_whole_ticks),
	cmocka_unit_test(test_shares_of_the_selftest),
	cmocka_unit_test(test_reclaim_stops),
	{0},
};
