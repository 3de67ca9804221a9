// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes that stood still, and have to find out what they have missed.
 */
#include "lnlb_net.h"

static void stand_still(struct lnlb_net *net, int i, u64 ms)
{
	net->node[i].paused = true;
	lnlb_net_run(net, ms);
	net->node[i].paused = false;
	lnlb_net_run(net, 1);
}

/* nobody can tell it that it is not dead: it listens for a while */
static void alone_it_listens_anew(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_net_node *node = &net->node[0];

	lnlb_net_start_all(net, 1);
	stand_still(net, 0, LNLB_NET_DEAD_MS / 2 - LNLB_NET_KEEPALIVE_MS);
	KUNIT_EXPECT_FALSE(test, lnlb_core_fenced(node->core));
	stand_still(net, 0, LNLB_NET_DEAD_MS / 2 + LNLB_NET_KEEPALIVE_MS + 2);
	KUNIT_EXPECT_TRUE(test, lnlb_core_fenced(node->core));
	KUNIT_EXPECT_EQ(test, node->accepting, 0);
	KUNIT_EXPECT_FALSE(test, lnlb_core_complete(node->core));
	lnlb_net_run(net, LNLB_NET_DEAD_MS - 10);
	KUNIT_EXPECT_EQ(test, node->accepting, 0);
	lnlb_net_run(net, 20);
	KUNIT_EXPECT_FALSE(test, lnlb_core_fenced(node->core));
	KUNIT_EXPECT_EQ(test, node->accepting, LNLB_BUCKETS);
	KUNIT_EXPECT_EQ(test, node->events[LNLB_EVENT_FENCED], 1);
	KUNIT_EXPECT_EQ(test, node->events[LNLB_EVENT_UNFENCED], 1);
}

/* it stood still while it listened, too */
static void alone_it_stands_still_again(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_net_node *node = &net->node[0];

	lnlb_net_start_all(net, 1);
	stand_still(net, 0, LNLB_NET_DEAD_MS);
	lnlb_net_run(net, LNLB_NET_DEAD_MS / 2);
	stand_still(net, 0, LNLB_NET_DEAD_MS);
	lnlb_net_run(net, LNLB_NET_DEAD_MS - 10);
	KUNIT_EXPECT_EQ(test, node->accepting, 0);
	lnlb_net_run(net, 20);
	KUNIT_EXPECT_EQ(test, node->accepting, LNLB_BUCKETS);
	KUNIT_EXPECT_EQ(test, node->events[LNLB_EVENT_FENCED], 1);
}

/* both slept: nobody has been there all the time */
static void two_that_slept_are_no_witnesses(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i;

	lnlb_net_start_all(net, 2);
	net->node[1].paused = true;
	stand_still(net, 0, LNLB_NET_DEAD_MS * 2 / 3);
	net->node[1].paused = false;
	lnlb_net_run(net, LNLB_NET_DEAD_MS / 2);
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_TRUE(test, lnlb_core_fenced(net->node[i].core));
	lnlb_net_run(net, LNLB_NET_DEAD_MS);
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, net->node[i].accepting, LNLB_BUCKETS / 2);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

/*
 * Where three keepalives are the dead interval, a tick that is not late by half
 * of it may follow a silence of more than three quarters of it.
 */
static void silence_fences(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_core *core;
	u64 sent_at;

	net->timers.keepalive_interval_ms = 200;
	net->timers.dead_interval_ms = 600;
	lnlb_net_start_all(net, 2);
	core = net->node[0].core;
	lnlb_net_run(net, 400);
	sent_at = core->sent_at;
	while (core->sent_at == sent_at)
		lnlb_net_run(net, 1);
	sent_at = core->sent_at;
	/* some 170 ms in which it has nothing to say */
	lnlb_net_run(net, 170);
	KUNIT_ASSERT_EQ(test, core->sent_at, sent_at);
	stand_still(net, 0, core->tick_due + 280 - net->now);
	KUNIT_EXPECT_LE(test, net->now, core->stalled_at + 1);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_FENCED], 1);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
	/* the other one has been awake and says that it hears it */
	lnlb_net_run(net, 20);
	KUNIT_EXPECT_FALSE(test, lnlb_core_fenced(core));
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
}

/* a tick that is late by less than a keepalive interval: who spoke meanwhile? */
static void a_short_stop_is_no_silence(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_core *core;
	u64 heard_at;

	net->timers.keepalive_interval_ms = 150;
	net->timers.dead_interval_ms = 450;
	lnlb_net_start_all(net, 2);
	core = net->node[0].core;
	heard_at = core->peer[0]->heard_at;
	while (core->peer[0]->heard_at == heard_at)
		lnlb_net_run(net, 1);
	heard_at = core->peer[0]->heard_at;
	net->cut[1][0] = true;
	while (core->tick_due <= heard_at + 330)
		lnlb_net_run(net, 1);
	KUNIT_ASSERT_LT(test, core->tick_due, heard_at + 440);
	stand_still(net, 0, core->tick_due + 140 - net->now);
	KUNIT_EXPECT_GT(test, net->now, heard_at + 450);
	KUNIT_EXPECT_EQ(test, core->n_peers, 1);
	net->cut[1][0] = false;
	lnlb_net_weight(net, 1, 50);
	lnlb_net_run(net, 300);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_NODE_DEAD], 0);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
}

/* nobody else can have its sessions, but they are not to be answered at once */
static void alone_it_keeps_its_sessions(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_net_node *node = &net->node[0];

	lnlb_net_start_all(net, 1);
	lnlb_net_session_add(net, 0, 7, 1, 0);
	KUNIT_EXPECT_GT(test, lnlb_core_alive(node->core),
			lnlb_core_lease(node->core));
	stand_still(net, 0, 2 * LNLB_NET_DEAD_MS);
	KUNIT_EXPECT_EQ(test, lnlb_core_alive(node->core), 0);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 10);
	KUNIT_EXPECT_GT(test, lnlb_core_alive(node->core), net->now);
	KUNIT_EXPECT_TRUE(test, node->session[0].used);
}

/* the others have clients that were its own */
static void what_others_forgot_it_forgets(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_net_node *node = &net->node[0];

	lnlb_net_start_all(net, 3);
	lnlb_net_session_add(net, 0, 7, 1, 0);
	stand_still(net, 0, 2 * LNLB_NET_DEAD_MS);
	KUNIT_EXPECT_EQ(test, lnlb_core_alive(node->core), 0);
	KUNIT_EXPECT_TRUE(test, node->session[0].used);
	lnlb_net_run(net, LNLB_NET_DEAD_MS);
	KUNIT_EXPECT_GT(test, lnlb_core_alive(node->core), net->now);
	KUNIT_EXPECT_FALSE(test, node->session[0].used);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
}

/* fenced, but nobody has taken it for dead */
static void what_others_know_it_keeps(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_net_node *node = &net->node[0];

	lnlb_net_start_all(net, 2);
	lnlb_net_session_add(net, 0, 7, 1, 0);
	stand_still(net, 0, node->core->sent_at + LNLB_NET_DEAD_MS - 5 -
			    net->now);
	KUNIT_EXPECT_EQ(test, node->events[LNLB_EVENT_FENCED], 1);
	KUNIT_EXPECT_GT(test, lnlb_core_alive(node->core), net->now);
	lnlb_net_run(net, LNLB_NET_DEAD_MS);
	KUNIT_EXPECT_TRUE(test, node->session[0].used);
	KUNIT_EXPECT_EQ(test, net->node[1].events[LNLB_EVENT_NODE_DEAD], 0);
}

static struct kunit_case lnlb_fence_cases[] = {
	KUNIT_CASE(alone_it_listens_anew),
	KUNIT_CASE(alone_it_stands_still_again),
	KUNIT_CASE(two_that_slept_are_no_witnesses),
	KUNIT_CASE(silence_fences),
	KUNIT_CASE(a_short_stop_is_no_silence),
	KUNIT_CASE(alone_it_keeps_its_sessions),
	KUNIT_CASE(what_others_forgot_it_forgets),
	KUNIT_CASE(what_others_know_it_keeps),
	{}
};

static struct kunit_suite lnlb_fence_suite = {
	.name = "lnlb_fence",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_fence_cases,
};
kunit_test_suite(lnlb_fence_suite);
