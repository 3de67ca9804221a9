// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bucket table: exact shares, few moves, the same for everybody.
 */
#include <kunit/test.h>
#include <linux/vmalloc.h>
#include "../kernel/nf_lnlb/core/table.h"

struct table_test {
	u64 seed;
	struct lnlb_table table;
	struct lnlb_table_node nodes[LNLB_NODES_MAX];
	unsigned int n;
	lnlb_place_t before[LNLB_BUCKETS];
	lnlb_place_t naive[LNLB_BUCKETS];
	u16 quota[LNLB_NODES_MAX];
	u64 ideal[LNLB_NODES_MAX];
};

static int table_init(struct kunit *test)
{
	test->priv = vzalloc(sizeof(struct table_test));
	return test->priv ? 0 : -ENOMEM;
}

static void table_exit(struct kunit *test)
{
	vfree(test->priv);
}

static u32 table_random(struct table_test *t, u32 below)
{
	t->seed += 0x9e3779b97f4a7c15ULL;
	return (lnlb_table_mix(t->seed) >> 32) % below;
}

/* weights of all sizes: up to 100 or up to the maximum */
static void table_random_nodes(struct table_test *t, unsigned int n)
{
	unsigned int i;

	t->n = n;
	memset(t->nodes, 0, sizeof(t->nodes));
	for (i = 0; i < n; i++) {
		t->nodes[i].id.mac[0] = 2;
		t->nodes[i].id.mac[2] = i;
		t->nodes[i].id.mac[5] = table_random(t, 256);
		t->nodes[i].weight = 1 + table_random(t, table_random(t, 2) ?
						      100 : LNLB_WEIGHT_MAX);
	}
}

static void table_build(struct table_test *t)
{
	lnlb_table_build(&t->table, t->nodes, t->n);
}

static unsigned int table_count(const struct table_test *t, unsigned int node)
{
	unsigned int b, count = 0;

	for (b = 0; b < LNLB_BUCKETS; b++)
		count += t->table.owner[b] == node;
	return count;
}

/* ideal shares in buckets, 16 fraction bits */
static void table_ideal(struct table_test *t, u64 *ideal)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < t->n; i++)
		sum += div64_u64(1ULL << 32, t->nodes[i].weight);
	for (i = 0; i < t->n; i++)
		ideal[i] = div64_u64(div64_u64(1ULL << 32,
					       t->nodes[i].weight) *
				     ((u64)LNLB_BUCKETS << 16), sum);
}

/* always the best pair that is left, out of all pairs */
static void table_naive(struct table_test *t)
{
	u64 score, best_score;
	unsigned int i, b, left, best_b, best_i;

	for (i = 0; i < t->n; i++)
		t->quota[i] = t->table.row[i].quota;
	memset(t->naive, 0xff, sizeof(t->naive));
	for (left = LNLB_BUCKETS; left; left--) {
		best_score = U64_MAX;
		best_b = 0;
		best_i = 0;
		for (b = 0; b < LNLB_BUCKETS; b++) {
			for (i = 0; i < t->n && t->naive[b] == LNLB_TABLE_NOBODY;
			     i++) {
				score = lnlb_table_score(t->table.row[i].seed,
							 b, t->nodes[i].weight);
				if (!t->quota[i] || score >= best_score)
					continue;
				best_score = score;
				best_b = b;
				best_i = i;
			}
		}
		t->naive[best_b] = best_i;
		t->quota[best_i]--;
	}
}

static void same_as_naive(struct kunit *test)
{
	struct table_test *t = test->priv;
	unsigned int n;

	for (n = 2; n <= 3; n++) {
		table_random_nodes(t, n);
		table_build(t);
		table_naive(t);
		KUNIT_EXPECT_EQ(test, memcmp(t->naive, t->table.owner,
					     sizeof(t->naive)), 0);
	}
}

static void nobody_and_one(struct kunit *test)
{
	struct table_test *t = test->priv;
	unsigned int b;

	table_build(t);
	for (b = 0; b < LNLB_BUCKETS; b++)
		KUNIT_ASSERT_EQ(test, t->table.owner[b], LNLB_TABLE_NOBODY);
	table_random_nodes(t, 1);
	table_build(t);
	KUNIT_EXPECT_EQ(test, table_count(t, 0), LNLB_BUCKETS);
	t->n = 0;
	table_build(t);
	KUNIT_EXPECT_EQ(test, table_count(t, 0), 0);
}

static void shares_are_exact(struct kunit *test)
{
	struct table_test *t = test->priv;
	unsigned int round, i;
	u64 have;

	for (round = 0; round < 40; round++) {
		table_random_nodes(t, 1 + table_random(t, 64));
		table_build(t);
		table_ideal(t, t->ideal);
		for (i = 0; i < t->n; i++) {
			have = (u64)table_count(t, i) << 16;
			KUNIT_ASSERT_LE(test, have, t->ideal[i] +
					t->ideal[i] / 50 + (1 << 16));
			KUNIT_ASSERT_GE(test, have + t->ideal[i] / 50 +
					(1 << 16), t->ideal[i]);
		}
	}
}

static void extreme_weights(struct kunit *test)
{
	struct table_test *t = test->priv;

	table_random_nodes(t, 3);
	t->nodes[0].weight = LNLB_WEIGHT_MAX;
	t->nodes[1].weight = LNLB_WEIGHT_MIN;
	t->nodes[2].weight = LNLB_WEIGHT_MAX;
	table_build(t);
	/* a sixteenth of a bucket each is none */
	KUNIT_EXPECT_EQ(test, table_count(t, 0), 0);
	KUNIT_EXPECT_EQ(test, table_count(t, 1), LNLB_BUCKETS);
	t->nodes[1].weight = LNLB_WEIGHT_MAX;
	table_build(t);
	/* the remainder goes to the first */
	KUNIT_EXPECT_EQ(test, table_count(t, 0), 1366);
	KUNIT_EXPECT_EQ(test, table_count(t, 1), 1365);
	KUNIT_EXPECT_EQ(test, table_count(t, 2), 1365);
}

/* points of 0.01 % that moved beyond what had to, node k was at map[k] */
static int table_excess(struct table_test *t, const u16 *map, u64 *old_ideal)
{
	u64 moved = 0, must = 0, old;
	unsigned int b, i;

	for (b = 0; b < LNLB_BUCKETS; b++)
		moved += map[t->table.owner[b]] != t->before[b];
	table_ideal(t, t->ideal);
	for (i = 0; i < t->n; i++) {
		old = map[i] == 0xffff ? 0 : old_ideal[map[i]];
		must += t->ideal[i] > old ? t->ideal[i] - old : 0;
	}
	return ((int)(moved << 16) - (int)must) / (LNLB_BUCKETS * 65536 / 10000);
}

static void moves_are_few(struct kunit *test)
{
	struct table_test *t = test->priv;
	u16 map[LNLB_NODES_MAX];
	u64 old_ideal[LNLB_NODES_MAX];
	unsigned int round, i, gone;
	int excess;

	for (round = 0; round < 60; round++) {
		table_random_nodes(t, 2 + table_random(t, 63));
		table_build(t);
		memcpy(t->before, t->table.owner, sizeof(t->before));
		table_ideal(t, old_ideal);
		for (i = 0; i < t->n; i++)
			map[i] = i;
		gone = table_random(t, t->n);
		if (round % 3 == 0) {
			t->nodes[gone].weight = 1 + table_random(t, 1000);
		} else if (round % 3 == 1) {
			t->n--;
			for (i = gone; i < t->n; i++) {
				map[i] = i + 1;
				t->nodes[i] = t->nodes[i + 1];
			}
		} else {
			/* the other way round, the node that left joins */
			t->n--;
			table_build(t);
			memcpy(t->before, t->table.owner, sizeof(t->before));
			table_ideal(t, old_ideal);
			map[t->n++] = 0xffff;
		}
		table_build(t);
		excess = table_excess(t, map, old_ideal);
		KUNIT_EXPECT_LE(test, excess, 150);
	}
}

/* by squaring: each time the square of 1.x reaches 2, a bit is one */
static u64 slow_log2(u64 x)
{
	u64 log = 0;
	int i;

	for (i = 0; i < 31; i++) {
		x = (x * x) >> 31;
		log <<= 1;
		if (x >> 32) {
			log |= 1;
			x >>= 1;
		}
	}
	return log;
}

/*
 * A seed that makes u() what we want: the mix is a bijection, so the score of
 * weight 1 is the logarithm of a number that the test knows.
 */
static void scores_are_logarithms(struct kunit *test)
{
	u64 seed = 12345, u, lead, expect, have, off;
	unsigned int b;

	for (b = 0; b < LNLB_BUCKETS; b++) {
		u = lnlb_table_mix(seed + (b + 1ULL) *
				   0x9e3779b97f4a7c15ULL) | 1;
		lead = 64 - fls64(u);
		expect = ((lead + 1) << 31) - slow_log2(u << lead >> 32);
		have = lnlb_table_score(seed, b, 1);
		off = have > expect ? have - expect : expect - have;
		/* interpolation: 1 / (8 * 256^2 * ln 2), 31 fraction bits */
		KUNIT_ASSERT_LE(test, off, 5922ULL + 40);
		KUNIT_ASSERT_EQ(test, lnlb_table_score(seed, b, 1000),
				have * 1000);
	}
}

/* every machine must come to this; a change of it is a new wire version */
static void table_is_known(struct kunit *test)
{
	struct table_test *t = test->priv;
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < 5; i++) {
		t->nodes[i].id.mac[0] = 2;
		t->nodes[i].id.mac[5] = i;
		t->nodes[i].weight = 100 + i;
	}
	t->n = 5;
	table_build(t);
	for (i = 0; i < LNLB_BUCKETS; i++)
		sum = lnlb_table_mix(sum ^ (t->table.owner[i] + 1));
	KUNIT_EXPECT_EQ(test, sum, 0x3b45259f95c4f537ULL);
}

static struct kunit_case lnlb_table_cases[] = {
	KUNIT_CASE(same_as_naive),
	KUNIT_CASE(nobody_and_one),
	KUNIT_CASE(shares_are_exact),
	KUNIT_CASE(extreme_weights),
	KUNIT_CASE(moves_are_few),
	KUNIT_CASE(scores_are_logarithms),
	KUNIT_CASE(table_is_known),
	{}
};

static struct kunit_suite lnlb_table_suite = {
	.name = "lnlb_table",
	.init = table_init,
	.exit = table_exit,
	.test_cases = lnlb_table_cases,
};
kunit_test_suite(lnlb_table_suite);
