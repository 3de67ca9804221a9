// SPDX-License-Identifier: GPL-2.0-only
/*
 * May a node reset TCP connections that it does not know? Only where no live
 * node can have them. At each millisecond what a node believes is compared with
 * what all nodes know together.
 */
#include "lnlb_net.h"

#define SESSIONS	200

/* one session in each of some buckets, at a node that accepts it */
static void make_sessions(struct lnlb_net *net, int node, u32 first)
{
	int i, bucket;

	for (i = 0; i < SESSIONS; i++) {
		bucket = i * 13 % LNLB_BUCKETS;
		if (lnlb_bit_test(net->node[node].accept, bucket))
			lnlb_net_session_add(net, node, bucket, first + i,
					     node);
	}
}

static bool is_sure(const struct lnlb_net *net, int i)
{
	return lnlb_core_complete(net->node[i].core);
}

/* sessions of @j that @i would take for orphans */
static u32 unknown(const struct lnlb_net *net, int i, int j)
{
	const struct lnlb_net_session *session = net->node[j].session;
	u32 n = 0;
	int k;

	for (k = 0; k < LNLB_NET_SESSIONS; k++)
		n += session[k].used && session[k].owner == j &&
		     lnlb_bit_test(net->node[i].accept, session[k].bucket) &&
		     lnlb_net_session_owner(net, i, session[k].key) != j;
	return n;
}

static void expect_no_wrong_reset(struct lnlb_net *net)
{
	int i, j;

	for (i = 0; i < LNLB_NET_NODES; i++)
		for (j = 0; net->node[i].core && j < LNLB_NET_NODES; j++)
			if (i != j && net->node[j].core && is_sure(net, i) &&
			    lnlb_view_find(net->node[i].core,
					   &net->node[j].params.self))
				KUNIT_EXPECT_EQ(net->test, unknown(net, i, j),
						0);
}

/* Return: ms until all nodes are sure, not more than @ms */
static u64 run_until_complete(struct lnlb_net *net, u64 ms)
{
	u64 start = net->now;
	bool all = false;
	int i;

	while (!all && net->now - start < ms) {
		lnlb_net_run(net, 1);
		expect_no_wrong_reset(net);
		all = true;
		for (i = 0; i < LNLB_NET_NODES; i++)
			all &= !net->node[i].core || is_sure(net, i);
	}
	return net->now - start;
}

static void crash_is_certain(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 3);
	make_sessions(net, 2, 0);
	KUNIT_EXPECT_TRUE(test, is_sure(net, 0));
	KUNIT_EXPECT_TRUE(test, is_sure(net, 1));
	lnlb_net_crash(net, 2);
	lnlb_net_run_until_owned(net, 2000);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_LE(test, run_until_complete(net, 100), 10);
	KUNIT_EXPECT_TRUE(test, is_sure(net, 0));
	KUNIT_EXPECT_TRUE(test, is_sure(net, 1));
}

static void planned_changes_are_not(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i;

	lnlb_net_start_all(net, 3);
	for (i = 0; i < 3; i++)
		make_sessions(net, i, i * SESSIONS);
	lnlb_net_start(net, 3, 20);
	lnlb_net_run(net, 5);
	KUNIT_EXPECT_FALSE(test, is_sure(net, 0));
	KUNIT_EXPECT_LT(test, run_until_complete(net, 1000), 200);
	lnlb_net_weight(net, 0, 5000);
	lnlb_net_run(net, 1);
	KUNIT_EXPECT_FALSE(test, is_sure(net, 0));
	KUNIT_EXPECT_LT(test, run_until_complete(net, 1000), 200);
	KUNIT_EXPECT_EQ(test, net->strangers, 0);
}

/* both sides made sessions in the same buckets */
static void healed_partition_is_not(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	u64 healed;
	int i;

	lnlb_net_start_all(net, 3);
	for (i = 0; i < 3; i++)
		make_sessions(net, i, i * 1000);
	lnlb_net_partition(net, 0x1, true);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 300);
	memset(net->node[0].session, 0, sizeof(net->node[0].session));
	for (i = 0; i < 3; i++)
		make_sessions(net, i, 3000 + i * 1000);
	KUNIT_EXPECT_TRUE(test, is_sure(net, 0));
	KUNIT_EXPECT_NE(test, unknown(net, 0, 1), 0);
	KUNIT_EXPECT_NE(test, unknown(net, 1, 0), 0);
	lnlb_net_partition(net, 0x1, false);
	healed = net->now;
	while (is_sure(net, 0) && net->now < healed + 1000) {
		lnlb_net_run(net, 1);
		expect_no_wrong_reset(net);
	}
	KUNIT_EXPECT_FALSE(test, is_sure(net, 0));
	KUNIT_EXPECT_LT(test, run_until_complete(net, 2000), 2000);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test, is_sure(net, i));
}

static void losses_do_not_fool(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i, round;

	net->timers.dead_interval_ms = 2500;
	lnlb_net_start_all(net, 4);
	for (i = 0; i < 4; i++)
		make_sessions(net, i, i * SESSIONS);
	net->loss_percent = 25;
	for (round = 1; round < 8; round++) {
		for (i = 0; i < 4; i++)
			lnlb_net_weight(net, i, 50 + (round * (i + 3)) % 200);
		run_until_complete(net, 300);
	}
	net->loss_percent = 0;
	KUNIT_EXPECT_LT(test, run_until_complete(net, 3000), 3000);
}

/* neither who was told nor who told can be sure */
static void refusals_are_remembered(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 3);
	make_sessions(net, 0, 0);
	net->node[1].refuse_loads = true;
	lnlb_net_weight(net, 0, 60000);
	lnlb_net_run(net, 1000);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_NE(test, unknown(net, 1, 0), 0);
	KUNIT_EXPECT_FALSE(test, is_sure(net, 1));
	KUNIT_EXPECT_FALSE(test, is_sure(net, 0));
	KUNIT_EXPECT_TRUE(test, is_sure(net, 2));
	net->node[1].refuse_loads = false;
	lnlb_core_refresh(net->node[0].core);
	lnlb_net_run(net, LNLB_REFUSED_MS - 2000);
	KUNIT_EXPECT_FALSE(test, is_sure(net, 1));
	lnlb_net_run(net, 2000);
	KUNIT_EXPECT_TRUE(test, is_sure(net, 1));
	KUNIT_EXPECT_TRUE(test, is_sure(net, 0));
	expect_no_wrong_reset(net);
}

/* who is not heard may have been replaced */
static void fenced_is_not(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 3);
	net->cut[0][2] = true;
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 50);
	KUNIT_EXPECT_TRUE(test, lnlb_core_fenced(net->node[0].core));
	KUNIT_EXPECT_FALSE(test, is_sure(net, 0));
	lnlb_core_stop(net->node[1].core, true);
	KUNIT_EXPECT_FALSE(test, is_sure(net, 1));
}

static struct kunit_case lnlb_orphan_cases[] = {
	KUNIT_CASE(crash_is_certain),
	KUNIT_CASE(planned_changes_are_not),
	KUNIT_CASE(healed_partition_is_not),
	KUNIT_CASE(losses_do_not_fool),
	KUNIT_CASE(refusals_are_remembered),
	KUNIT_CASE(fenced_is_not),
	{}
};

static struct kunit_suite lnlb_orphan_suite = {
	.name = "lnlb_orphan",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_orphan_cases,
};
kunit_test_suite(lnlb_orphan_suite);
