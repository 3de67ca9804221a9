// SPDX-License-Identifier: GPL-2.0-only
/*
 * Weights that change all the time, on a network that loses, delays and
 * reorders: never two owners of a bucket, never one that does not know of the
 * bucket's sessions, and when it calms down, exactly one owner.
 */
#include "lnlb_net.h"

#define NODES		4
#define SESSIONS	100

static void chaos_sessions(struct lnlb_net *net, u32 first)
{
	u32 i;
	int node;

	for (i = first; i < first + SESSIONS; i++) {
		node = lnlb_net_acceptor(net, i * 37 % LNLB_BUCKETS);
		if (node >= 0)
			lnlb_net_session_add(net, node, i * 37 % LNLB_BUCKETS,
					     i, node);
	}
}

static void chaos_round(struct kunit *test, u64 seed, u32 loss, u32 jitter)
{
	struct lnlb_net *net = test->priv;
	int i, step;

	net->seed = seed << 32;
	/* else nodes that live are taken for dead, a partition in fact */
	net->timers.dead_interval_ms = 5000;
	for (i = 0; i < NODES; i++)
		lnlb_net_start(net, i, 100);
	lnlb_net_run(net, 6000);
	chaos_sessions(net, 1);
	net->loss_percent = loss;
	net->jitter_ms = jitter;
	for (step = 0; step < 60; step++) {
		lnlb_net_weight(net, lnlb_net_random(net, NODES),
				1 + lnlb_net_random(net, 100));
		lnlb_net_run(net, 1 + lnlb_net_random(net, 120));
		if (step == 30)
			chaos_sessions(net, 1 + SESSIONS);
	}
	lnlb_net_run_until_owned(net, 4000);
	/* still with losses: it must settle, and stay so */
	lnlb_net_run(net, 3000);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
	KUNIT_EXPECT_EQ(test, net->strangers, 0);
	for (i = 0; i < NODES; i++) {
		KUNIT_EXPECT_EQ(test, net->node[i].core->n_peers, NODES - 1);
		KUNIT_EXPECT_TRUE(test, net->node[i].core->settled);
		lnlb_net_crash(net, i);
	}
}

static void chaos(struct kunit *test, u32 loss, u32 jitter)
{
	struct lnlb_net *net = test->priv;
	u64 seed;

	for (seed = 1; seed <= 8; seed++) {
		chaos_round(test, seed, loss, jitter);
		net->loss_percent = 0;
		net->jitter_ms = 0;
		/* frames of the dead arrive nowhere */
		lnlb_net_run(net, 100);
	}
}

static void reordering(struct kunit *test)
{
	chaos(test, 0, 30);
}

static void losses_and_reordering(struct kunit *test)
{
	chaos(test, 25, 15);
}

static void heavy_losses(struct kunit *test)
{
	chaos(test, 45, 3);
}

static struct kunit_case lnlb_chaos_cases[] = {
	KUNIT_CASE(reordering),
	KUNIT_CASE(losses_and_reordering),
	KUNIT_CASE(heavy_losses),
	{}
};

static struct kunit_suite lnlb_chaos_suite = {
	.name = "lnlb_chaos",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_chaos_cases,
};
kunit_test_suite(lnlb_chaos_suite);
