// SPDX-License-Identifier: GPL-2.0-only
/*
 * A rule that is on its way counts, or is known to be going to, however its nft
 * transaction and the looks at it fall together.
 */
#include <kunit/test.h>
#include "../kernel/nf_lnlb/cluster.h"

/* as nf_tables goes: a rule is in the generation of now, the one after, both */
enum phase { PREPARED, SWITCHED, COMMITTED };

struct rule {
	struct lnlb_holder holder;
	unsigned int looks;
	/* how many looks there are before each */
	unsigned int switched;
	unsigned int committed;
};

/* The transaction goes on between any two looks. */
static enum phase look(const struct lnlb_holder *holder)
{
	struct rule *rule = container_of(holder, struct rule, holder);
	unsigned int n = rule->looks++;

	return n < rule->switched ? PREPARED :
	       n < rule->committed ? SWITCHED : COMMITTED;
}

static bool active(const struct lnlb_holder *holder)
{
	return look(holder) != PREPARED;
}

static bool active_next(const struct lnlb_holder *holder)
{
	return look(holder) != SWITCHED;
}

static bool always(const struct lnlb_holder *holder)
{
	return true;
}

static bool never(const struct lnlb_holder *holder)
{
	return false;
}

static void a_new_rule_is_not_forgotten(struct kunit *test)
{
	unsigned int before, during;
	bool counts, pending;

	for (before = 0; before < 4; before++) {
		for (during = 0; during < 4; during++) {
			struct rule rule = {
				.holder.active = active,
				.holder.active_next = active_next,
				.switched = before,
				.committed = before + during,
			};

			do {
				pending = false;
				counts = lnlb_holder_counts(&rule.holder,
							    &pending);
			} while (!counts && pending);
			KUNIT_EXPECT_TRUE_MSG(test, counts,
					      "%u looks before, %u in between",
					      before, during);
		}
	}
}

/* lnlbctl addif, at any moment of the transaction */
static void a_new_rule_is_not_contradicted(struct kunit *test)
{
	unsigned int before, during;

	for (before = 0; before < 4; before++) {
		for (during = 0; during < 4; during++) {
			struct rule rule = {
				.holder.active = active,
				.holder.active_next = active_next,
				.switched = before,
				.committed = before + during,
			};

			KUNIT_EXPECT_TRUE_MSG(test,
					      lnlb_holder_matters(&rule.holder,
								  LNLB_DOOR_GENL),
					      "%u looks before, %u in between",
					      before, during);
		}
	}
}

/* The rule that replaces it may say something else; nobody else may, yet. */
static void an_old_rule_matters_until_it_is_gone(struct kunit *test)
{
	struct lnlb_holder holder = {
		.active = always,
		.active_next = never,
	};

	KUNIT_EXPECT_FALSE(test, lnlb_holder_matters(&holder, LNLB_DOOR_NFT));
	KUNIT_EXPECT_TRUE(test, lnlb_holder_matters(&holder, LNLB_DOOR_GENL));
	holder.active = never;
	KUNIT_EXPECT_FALSE(test, lnlb_holder_matters(&holder, LNLB_DOOR_GENL));
}

static void one_that_is_gone_is_not_waited_for(struct kunit *test)
{
	struct lnlb_holder holder = {
		.active = never,
		.active_next = never,
	};
	bool pending = false;

	KUNIT_EXPECT_FALSE(test, lnlb_holder_counts(&holder, &pending));
	KUNIT_EXPECT_FALSE(test, pending);
}

static void other_doors_count_always(struct kunit *test)
{
	struct lnlb_holder holder = {};
	bool pending = false;

	KUNIT_EXPECT_TRUE(test, lnlb_holder_counts(&holder, &pending));
	KUNIT_EXPECT_FALSE(test, pending);
	KUNIT_EXPECT_TRUE(test, lnlb_holder_matters(&holder, LNLB_DOOR_NFT));
	KUNIT_EXPECT_TRUE(test, lnlb_holder_matters(&holder, LNLB_DOOR_GENL));
}

static struct kunit_case lnlb_holder_cases[] = {
	KUNIT_CASE(a_new_rule_is_not_forgotten),
	KUNIT_CASE(a_new_rule_is_not_contradicted),
	KUNIT_CASE(an_old_rule_matters_until_it_is_gone),
	KUNIT_CASE(one_that_is_gone_is_not_waited_for),
	KUNIT_CASE(other_doors_count_always),
	{}
};

static struct kunit_suite lnlb_holder_suite = {
	.name = "lnlb_holder",
	.test_cases = lnlb_holder_cases,
};
kunit_test_suite(lnlb_holder_suite);
