// SPDX-License-Identifier: GPL-2.0-only
/*
 * A live weight follows its source, but not each breath of it.
 */
#include <kunit/test.h>
#include "../kernel/nf_lnlb/core/smooth.h"

static void first_sample_counts_at_once(struct kunit *test)
{
	struct lnlb_smooth s = {};

	KUNIT_EXPECT_EQ(test, lnlb_smooth(&s, 300), 300);
}

static void range_is_kept(struct kunit *test)
{
	struct lnlb_smooth low = {}, high = {};
	int i;

	for (i = 0; i < 100; i++) {
		KUNIT_EXPECT_EQ(test, lnlb_smooth(&low, 0), LNLB_WEIGHT_MIN);
		KUNIT_EXPECT_EQ(test, lnlb_smooth(&high, U64_MAX),
				LNLB_WEIGHT_MAX);
	}
}

/* a tenth up and down around the average changes nothing */
static void breathing_changes_nothing(struct kunit *test)
{
	struct lnlb_smooth s = {};
	int i;

	lnlb_smooth(&s, 1000);
	for (i = 0; i < 1000; i++)
		KUNIT_EXPECT_EQ(test, lnlb_smooth(&s, i & 1 ? 900 : 1100),
				1000);
}

/* one outlier of half as much again is smoothed away */
static void outlier_changes_nothing(struct kunit *test)
{
	struct lnlb_smooth s = {};

	lnlb_smooth(&s, 1000);
	KUNIT_EXPECT_EQ(test, lnlb_smooth(&s, 1500), 1000);
	KUNIT_EXPECT_EQ(test, lnlb_smooth(&s, 1000), 1000);
}

/* what lasts is followed: within an eighth after 48 samples, up and down */
static void lasting_change_is_followed(struct kunit *test)
{
	static const u16 steps[] = { 4000, 100, 65535, 1, 2000 };
	struct lnlb_smooth s = {};
	int i, n;
	u16 got;

	lnlb_smooth(&s, 1000);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		for (n = 0; n < 48; n++)
			got = lnlb_smooth(&s, steps[i]);
		KUNIT_EXPECT_LE(test, abs((int)got - steps[i]),
				steps[i] / 8 + 1);
	}
}

static struct kunit_case lnlb_smooth_cases[] = {
	KUNIT_CASE(first_sample_counts_at_once),
	KUNIT_CASE(range_is_kept),
	KUNIT_CASE(breathing_changes_nothing),
	KUNIT_CASE(outlier_changes_nothing),
	KUNIT_CASE(lasting_change_is_followed),
	{}
};

static struct kunit_suite lnlb_smooth_suite = {
	.name = "lnlb_smooth",
	.test_cases = lnlb_smooth_cases,
};
kunit_test_suite(lnlb_smooth_suite);
