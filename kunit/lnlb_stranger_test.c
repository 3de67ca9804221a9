// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes whose signs of life arrive and whose STATEs do not.
 */
#include "lnlb_net.h"

static void keepalive_from(struct lnlb_net *net, int to, int i, u64 sequence)
{
	struct lnlb_wire_keepalive *keepalive;
	struct lnlb_core_params params;
	u8 frame[LNLB_FRAME_MAX];
	size_t len;

	lnlb_net_params(&params, i, 1);
	lnlb_wire_begin(frame, LNLB_WIRE_KEEPALIVE, &params);
	keepalive = lnlb_wire_append(frame, sizeof(*keepalive));
	keepalive->state = LNLB_NODE_ACTIVE;
	len = lnlb_wire_seal(frame, sequence);
	KUNIT_ASSERT_EQ(net->test,
			lnlb_net_rx(net, to, frame, len, params.self.mac),
			(int)LNLB_STAT_FRAME_RX);
}

/* it may have claims of its own, so nobody takes any before it is met */
static void stranger_holds_claims_back(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_net_node *node = &net->node[0];
	int i;

	lnlb_net_start(net, 0, 100);
	for (i = 1; i <= 20; i++) {
		keepalive_from(net, 0, 5, i);
		lnlb_net_run(net, LNLB_NET_DEAD_MS / 5);
	}
	KUNIT_EXPECT_EQ(test, (int)lnlb_core_state(node->core),
			LNLB_NODE_JOINING);
	KUNIT_EXPECT_EQ(test, node->accepting, 0);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + LNLB_NET_KEEPALIVE_MS);
	KUNIT_EXPECT_EQ(test, (int)lnlb_core_state(node->core),
			LNLB_NODE_ACTIVE);
	KUNIT_EXPECT_EQ(test, node->accepting, LNLB_BUCKETS);
	/* what was claimed stays claimed */
	keepalive_from(net, 0, 5, 100);
	lnlb_net_run(net, 10);
	KUNIT_EXPECT_EQ(test, node->accepting, LNLB_BUCKETS);
}

static void stranger_is_asked_and_met(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_core *core;
	u32 frames;

	lnlb_net_start_all(net, 2);
	core = net->node[0].core;
	frames = net->node[0].frames;
	lnlb_view_forget(core, core->peer[0]);
	KUNIT_EXPECT_FALSE(test, lnlb_stranger_near(core));
	lnlb_net_run(net, LNLB_NET_KEEPALIVE_MS + 10);
	KUNIT_EXPECT_GE(test, net->node[0].frames, frames + 2);
	KUNIT_EXPECT_EQ(test, core->n_peers, 1);
	KUNIT_EXPECT_EQ(test, core->n_strangers, 0);
	lnlb_net_run(net, 200);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
}

static void strangers_take_no_more_room(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_core *core;
	struct lnlb_core_params params;
	int i;

	lnlb_net_start_all(net, 1);
	core = net->node[0].core;
	for (i = 10; i < 10 + 3 * LNLB_STRANGERS; i++) {
		lnlb_net_run(net, 1);
		keepalive_from(net, 0, i, 1);
	}
	KUNIT_EXPECT_EQ(test, core->n_strangers, LNLB_STRANGERS);
	/* the newest are those that are kept */
	lnlb_net_params(&params, i - 1, 1);
	KUNIT_EXPECT_NOT_NULL(test, lnlb_stranger_find(core, &params.self));
	lnlb_net_params(&params, 10, 1);
	KUNIT_EXPECT_NULL(test, lnlb_stranger_find(core, &params.self));
}

static void stranger_that_leaves_is_forgotten(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_core_params params;
	u8 frame[LNLB_FRAME_MAX];
	size_t len;

	lnlb_net_start_all(net, 1);
	keepalive_from(net, 0, 5, 1);
	KUNIT_EXPECT_TRUE(test, lnlb_stranger_near(net->node[0].core));
	lnlb_net_params(&params, 5, 1);
	lnlb_wire_begin(frame, LNLB_WIRE_LEAVE, &params);
	len = lnlb_wire_seal(frame, 2);
	lnlb_net_rx(net, 0, frame, len, params.self.mac);
	KUNIT_EXPECT_FALSE(test, lnlb_stranger_near(net->node[0].core));
}

static struct kunit_case lnlb_stranger_cases[] = {
	KUNIT_CASE(stranger_holds_claims_back),
	KUNIT_CASE(stranger_is_asked_and_met),
	KUNIT_CASE(strangers_take_no_more_room),
	KUNIT_CASE(stranger_that_leaves_is_forgotten),
	{}
};

static struct kunit_suite lnlb_stranger_suite = {
	.name = "lnlb_stranger",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_stranger_cases,
};
kunit_test_suite(lnlb_stranger_suite);
