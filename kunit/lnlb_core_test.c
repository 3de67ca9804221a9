// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes that come, go, fail and change their minds: who owns what, and when.
 */
#include "lnlb_net.h"

/* a round trip is 2 ms, changes wait 2 ms for company */
#define SETTLE_MS	60

static void expect_shares(struct kunit *test, const u16 *weights, int n)
{
	struct lnlb_net *net = test->priv;
	u64 ideal, sum = 0;
	int i;

	for (i = 0; i < n; i++)
		sum += weights[i] ? (1 << 20) / weights[i] : 0;
	for (i = 0; i < n; i++) {
		if (!weights[i])
			continue;
		ideal = (u64)LNLB_BUCKETS * ((1 << 20) / weights[i]) / sum;
		KUNIT_EXPECT_GE(test, (u64)net->node[i].accepting, ideal);
		KUNIT_EXPECT_LE(test, (u64)net->node[i].accepting, ideal + 1);
	}
}

static void single_node_claims_all(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start(net, 0, 100);
	lnlb_net_run(net, LNLB_NET_DEAD_MS - 1);
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, 0);
	KUNIT_EXPECT_EQ(test, (int)lnlb_core_state(net->node[0].core),
			LNLB_NODE_JOINING);
	lnlb_net_run(net, 2);
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, LNLB_BUCKETS);
	KUNIT_EXPECT_EQ(test, (int)lnlb_core_state(net->node[0].core),
			LNLB_NODE_ACTIVE);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_CLAIMS], 1);
}

static void three_start_together(struct kunit *test)
{
	static const u16 weights[] = { 100, 100, 100 };
	struct lnlb_net *net = test->priv;
	int i;

	for (i = 0; i < 3; i++)
		lnlb_net_start(net, i, 100);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + SETTLE_MS);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
	expect_shares(test, weights, 3);
	for (i = 1; i < 3; i++)
		KUNIT_EXPECT_EQ(test, lnlb_core_digest(net->node[i].core),
				lnlb_core_digest(net->node[0].core));
}

static void join_takes_share(struct kunit *test)
{
	static const u16 weights[] = { 100, 100, 50, 100 };
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 2);
	lnlb_net_start(net, 2, 50);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 150);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	expect_shares(test, weights, 3);
	lnlb_net_start(net, 3, 100);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 150);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	expect_shares(test, weights, 4);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_FENCED], 0);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_NODE_JOIN], 3);
}

static void leave_is_taken_over(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 3);
	lnlb_net_session_add(net, 1, 7, 1, 1);
	lnlb_net_leave(net, 1);
	KUNIT_EXPECT_FALSE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_LE(test, lnlb_net_run_until_owned(net, 1000), 30);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_NODE_LEAVE], 1);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_NODE_DEAD], 0);
	KUNIT_EXPECT_EQ(test, net->node[0].gone, 1);
}

static void crash_is_taken_over(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 3);
	lnlb_net_crash(net, 2);
	KUNIT_EXPECT_LE(test, lnlb_net_run_until_owned(net, 3000),
			LNLB_NET_DEAD_MS + 30);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_NODE_DEAD], 1);
	KUNIT_EXPECT_EQ(test, net->node[0].gone, 1);
	/* and its return, under the same name */
	lnlb_net_start(net, 2, 100);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 150);
	KUNIT_EXPECT_GE(test, net->node[2].accepting, LNLB_BUCKETS / 3);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

/* back before anybody noticed that it was away */
static void restart_is_noticed(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 3);
	lnlb_net_crash(net, 2);
	lnlb_net_run(net, 20);
	lnlb_net_start(net, 2, 100);
	KUNIT_EXPECT_LE(test, lnlb_net_run_until_owned(net, 1000), 30);
	KUNIT_EXPECT_EQ(test, net->node[2].accepting, 0);
	KUNIT_EXPECT_EQ(test, net->node[0].gone, 1);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 150);
	KUNIT_EXPECT_GE(test, net->node[2].accepting, LNLB_BUCKETS / 3);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

static void weight_change_moves(struct kunit *test)
{
	static const u16 weights[] = { 100, 200, 400 };
	struct lnlb_net *net = test->priv;
	int i;

	lnlb_net_start_all(net, 3);
	for (i = 0; i < 3; i++)
		lnlb_net_weight(net, i, weights[i]);
	lnlb_net_run(net, SETTLE_MS);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
	expect_shares(test, weights, 3);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_WEIGHT], 2);
}

static void losses(struct kunit *test, u64 seed, u32 percent, u32 types)
{
	struct lnlb_net *net = test->priv;
	int i, round;

	net->seed = seed;
	/* else nodes that live are taken for dead, a partition in fact */
	net->timers.dead_interval_ms = 2500;
	lnlb_net_start_all(net, 4);
	net->lost_types = types;
	net->loss_percent = percent;
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 4; i++)
			lnlb_net_weight(net, i, 50 + (seed * round * i) % 200);
		lnlb_net_run(net, 200);
	}
	lnlb_net_run_until_owned(net, 5000);
	lnlb_net_run(net, 2000);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test,
				net->node[i].events[LNLB_EVENT_NODE_DEAD], 0);
}

static void converges_with_losses(struct kunit *test)
{
	losses(test, 1, 25, 0);
}

static void converges_without_states(struct kunit *test)
{
	losses(test, 2, 60, 1 << LNLB_WIRE_STATE);
}

static void joins_with_losses(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i;

	net->timers.dead_interval_ms = 2500;
	net->loss_percent = 25;
	for (i = 0; i < 5; i++) {
		lnlb_net_start(net, i, 100);
		lnlb_net_run(net, 1000);
	}
	lnlb_net_run(net, 4000);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_GE(test, net->node[i].accepting,
				LNLB_BUCKETS / 5);
}

/* both sides serve; that ends with the first exchange */
static void partition_heals(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i, b, n, twice = 0;

	lnlb_net_start_all(net, 4);
	lnlb_net_partition(net, 0x3, true);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + SETTLE_MS + 100);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, net->node[i].accepting, LNLB_BUCKETS / 2);
	lnlb_net_partition(net, 0x3, false);
	/* a keepalive, the request, the answers */
	lnlb_net_run(net, LNLB_NET_KEEPALIVE_MS + 15);
	for (b = 0; b < LNLB_BUCKETS; b++) {
		for (i = 0, n = 0; i < 4; i++)
			n += lnlb_bit_test(net->node[i].accept, b);
		twice += n > 1;
	}
	KUNIT_EXPECT_EQ(test, twice, 0);
	lnlb_net_run(net, 200);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, net->node[i].accepting, LNLB_BUCKETS / 4);
}

/* silence of one peer must not stop those who can still be heard */
static void crash_does_not_fence(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 3);
	lnlb_net_crash(net, 2);
	lnlb_net_run(net, 2 * LNLB_NET_DEAD_MS);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_FENCED], 0);
	KUNIT_EXPECT_EQ(test, net->node[1].events[LNLB_EVENT_FENCED], 0);
}

static void unheard_node_fences(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 2);
	net->cut[0][1] = true;
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 50);
	KUNIT_EXPECT_TRUE(test, lnlb_core_fenced(net->node[0].core));
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, 0);
	KUNIT_EXPECT_EQ(test, net->node[1].accepting, LNLB_BUCKETS);
	net->cut[0][1] = false;
	lnlb_net_run(net, LNLB_NET_KEEPALIVE_MS + SETTLE_MS);
	KUNIT_EXPECT_FALSE(test, lnlb_core_fenced(net->node[0].core));
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, LNLB_BUCKETS / 2);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_UNFENCED], 1);
}

/* a node that is never heard gets no more than the dead interval */
static void deaf_newcomer_fences(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 1);
	net->cut[0][1] = true;
	lnlb_net_start(net, 1, 100);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 50);
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, 0);
	KUNIT_EXPECT_EQ(test, net->node[1].accepting, LNLB_BUCKETS);
}

static void stall_fences(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_net_node *node = &net->node[0];

	lnlb_net_start_all(net, 2);
	node->paused = true;
	lnlb_net_run(net, LNLB_NET_DEAD_MS + LNLB_NET_KEEPALIVE_MS + 50);
	node->paused = false;
	/* the module's data path stops by its lease; the core when it wakes */
	lnlb_net_run(net, 1);
	KUNIT_EXPECT_TRUE(test, lnlb_core_fenced(node->core));
	KUNIT_EXPECT_EQ(test, node->accepting, 0);
	KUNIT_EXPECT_EQ(test, node->events[LNLB_EVENT_NODE_DEAD], 0);
	lnlb_net_run(net, LNLB_NET_KEEPALIVE_MS + SETTLE_MS);
	KUNIT_EXPECT_FALSE(test, lnlb_core_fenced(node->core));
	KUNIT_EXPECT_EQ(test, node->accepting, LNLB_BUCKETS / 2);
}

/* it has heard nobody, as it was not there to hear */
static void stall_while_joining_listens_again(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_net_node *node = &net->node[1];

	lnlb_net_start_all(net, 1);
	lnlb_net_start(net, 1, 100);
	node->paused = true;
	net->cut[0][1] = true;
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 50);
	node->paused = false;
	lnlb_net_run(net, 1);
	KUNIT_EXPECT_EQ(test, lnlb_core_state(node->core), LNLB_NODE_JOINING);
	net->cut[0][1] = false;
	lnlb_net_run(net, LNLB_NET_DEAD_MS + SETTLE_MS);
	KUNIT_EXPECT_EQ(test, lnlb_core_state(node->core), LNLB_NODE_ACTIVE);
	KUNIT_EXPECT_EQ(test, node->accepting, LNLB_BUCKETS / 2);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

/* five pages: what else a cluster takes is to find room in 32 KiB with it */
static void core_is_small(struct kunit *test)
{
	KUNIT_EXPECT_LE(test, sizeof(struct lnlb_core), 20 << 10);
}

static void idle_is_quiet(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	u32 ticks, frames, states;

	lnlb_net_start_all(net, 3);
	lnlb_net_run(net, 1000);
	ticks = net->node[0].ticks;
	frames = net->node[0].frames;
	states = net->node[0].core->version;
	lnlb_net_run(net, 10000);
	/* ours and two peers' keepalives, ten percent more for the jitter */
	KUNIT_EXPECT_LE(test, net->node[0].frames - frames, 115);
	KUNIT_EXPECT_GE(test, net->node[0].frames - frames, 95);
	KUNIT_EXPECT_LE(test, net->node[0].ticks - ticks, 4 * 115);
	KUNIT_EXPECT_EQ(test, net->node[0].core->version, (u64)states);
}

static void stop_and_start_again(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 2);
	lnlb_core_stop(net->node[0].core, false);
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, 0);
	KUNIT_EXPECT_EQ(test, (int)lnlb_core_state(net->node[0].core),
			LNLB_NODE_WAITING);
	lnlb_net_run(net, 2 * LNLB_NET_DEAD_MS);
	KUNIT_EXPECT_EQ(test, net->node[1].accepting, LNLB_BUCKETS);
	lnlb_net_start(net, 0, 100);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 150);
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, LNLB_BUCKETS / 2);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

static void nodes_are_shown(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_node_info info[LNLB_NET_NODES];
	struct lnlb_node_id id;
	int b;

	lnlb_net_start_all(net, 3);
	KUNIT_ASSERT_EQ(test, lnlb_core_nodes(net->node[1].core, net->now,
					      info, LNLB_NET_NODES), 3);
	KUNIT_EXPECT_TRUE(test, info[0].self);
	KUNIT_EXPECT_EQ(test, info[1].id.mac[5], 0);
	KUNIT_EXPECT_EQ(test, info[2].id.mac[5], 2);
	KUNIT_EXPECT_TRUE(test, info[2].agrees);
	KUNIT_EXPECT_EQ(test, info[2].claims, net->node[2].accepting);
	KUNIT_EXPECT_EQ(test, info[2].target, info[2].claims);
	KUNIT_EXPECT_LE(test, info[2].heard_ago_ms, LNLB_NET_KEEPALIVE_MS + 1);
	KUNIT_EXPECT_EQ(test, lnlb_core_nodes(net->node[1].core, net->now,
					      info, 2), 2);
	for (b = 0; b < LNLB_BUCKETS; b++) {
		KUNIT_ASSERT_TRUE(test, lnlb_core_target(net->node[0].core, b,
							 &id));
		KUNIT_ASSERT_EQ(test, id.mac[5], lnlb_net_acceptor(net, b));
	}
}

static struct kunit_case lnlb_core_cases[] = {
	KUNIT_CASE(single_node_claims_all),
	KUNIT_CASE(three_start_together),
	KUNIT_CASE(join_takes_share),
	KUNIT_CASE(leave_is_taken_over),
	KUNIT_CASE(crash_is_taken_over),
	KUNIT_CASE(restart_is_noticed),
	KUNIT_CASE(weight_change_moves),
	KUNIT_CASE(converges_with_losses),
	KUNIT_CASE(converges_without_states),
	KUNIT_CASE(joins_with_losses),
	KUNIT_CASE(partition_heals),
	KUNIT_CASE(crash_does_not_fence),
	KUNIT_CASE(unheard_node_fences),
	KUNIT_CASE(deaf_newcomer_fences),
	KUNIT_CASE(stall_fences),
	KUNIT_CASE(stall_while_joining_listens_again),
	KUNIT_CASE(core_is_small),
	KUNIT_CASE(idle_is_quiet),
	KUNIT_CASE(stop_and_start_again),
	KUNIT_CASE(nodes_are_shown),
	{}
};

static struct kunit_suite lnlb_core_suite = {
	.name = "lnlb_core",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_core_cases,
};
kunit_test_suite(lnlb_core_suite);
