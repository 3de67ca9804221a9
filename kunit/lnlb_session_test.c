// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions stay where they are while their buckets move, and every owner of a
 * bucket knows of them before it takes new ones. lnlb_net counts as strangers
 * the buckets where that was not so.
 */
#include "lnlb_net.h"

#define SESSIONS	200

/* one session in each of some buckets, at the bucket's owner */
static void make_sessions(struct lnlb_net *net)
{
	int i, node, bucket;

	for (i = 0; i < SESSIONS; i++) {
		bucket = i * 13 % LNLB_BUCKETS;
		node = lnlb_net_acceptor(net, bucket);
		KUNIT_ASSERT_GE(net->test, node, 0);
		lnlb_net_session_add(net, node, bucket, i, node);
	}
}

/* does the owner of each session's bucket know where the session stays? */
static void expect_known(struct lnlb_net *net)
{
	int i, acceptor, keeper, unknown = 0;

	for (i = 0; i < SESSIONS; i++) {
		acceptor = lnlb_net_acceptor(net, i * 13 % LNLB_BUCKETS);
		for (keeper = 0; keeper < LNLB_NET_NODES; keeper++)
			if (lnlb_net_session_owner(net, keeper, i) == keeper)
				break;
		KUNIT_ASSERT_LT(net->test, keeper, LNLB_NET_NODES);
		unknown += acceptor < 0 ||
			   lnlb_net_session_owner(net, acceptor, i) != keeper;
	}
	KUNIT_EXPECT_EQ(net->test, unknown, 0);
	KUNIT_EXPECT_EQ(net->test, net->strangers, 0);
	KUNIT_EXPECT_EQ(net->test, net->overlaps, 0);
}

static void join_hands_over(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 2);
	make_sessions(net);
	lnlb_net_start(net, 2, 20);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 150);
	KUNIT_EXPECT_GE(test, net->node[2].accepting, LNLB_BUCKETS / 2);
	KUNIT_EXPECT_GE(test, net->node[2].loads, SESSIONS / 3);
	/* no session stays with the newcomer, none was forgotten */
	expect_known(net);
	KUNIT_EXPECT_NE(test, net->node[0].barriers, 0);
}

/* the second owner gets them from the node they stay with */
static void retained_sessions_follow(struct kunit *test)
{
	static const u16 weights[][4] = {
		{ 1000, 100, 100, 100 }, { 1000, 1000, 100, 100 },
		{ 100, 1000, 1000, 100 }, { 100, 100, 100, 10 },
		{ 100, 100, 100, 1000 },
	};
	struct lnlb_net *net = test->priv;
	int i, round;

	lnlb_net_start_all(net, 4);
	make_sessions(net);
	for (round = 0; round < ARRAY_SIZE(weights); round++) {
		for (i = 0; i < 4; i++)
			lnlb_net_weight(net, i, weights[round][i]);
		lnlb_net_run(net, 300);
		KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
		expect_known(net);
	}
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_TRUE(test, net->node[i].core->settled);
}

static void retained_sessions_follow_with_losses(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i, round;

	net->timers.dead_interval_ms = 2500;
	lnlb_net_start_all(net, 4);
	make_sessions(net);
	net->loss_percent = 25;
	for (round = 1; round < 15; round++) {
		for (i = 0; i < 4; i++)
			lnlb_net_weight(net, i, 50 + (round * (i + 3)) % 200);
		lnlb_net_run(net, 400);
	}
	lnlb_net_run(net, 3000);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	expect_known(net);
}

/* the takers of a dead node's buckets learn of those that stayed elsewhere */
static void crash_keeps_the_others_sessions(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i, alive = 0;

	lnlb_net_start_all(net, 3);
	make_sessions(net);
	lnlb_net_weight(net, 2, 10);
	lnlb_net_run(net, 300);
	lnlb_net_crash(net, 2);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 200);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->strangers, 0);
	for (i = 0; i < SESSIONS; i++) {
		KUNIT_EXPECT_NE(test, lnlb_net_session_owner(net, 0, i), 2);
		alive += lnlb_net_session_owner(net, 0, i) >= 0 ||
			 lnlb_net_session_owner(net, 1, i) >= 0;
	}
	KUNIT_EXPECT_GE(test, alive, SESSIONS / 2);
	KUNIT_EXPECT_LT(test, alive, SESSIONS);
}

/* it was taken for dead, and what it had said was thrown away */
static void partition_tells_again(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 3);
	make_sessions(net);
	lnlb_net_weight(net, 0, 1000);
	lnlb_net_run(net, 300);
	expect_known(net);
	lnlb_net_partition(net, 0x1, true);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 200);
	lnlb_net_partition(net, 0x1, false);
	lnlb_net_run(net, 1000);
	/* while apart, each side took what the other had */
	net->overlaps = 0;
	net->strangers = 0;
	expect_known(net);
}

/* as with a partition that only one direction has, and only one side noticed */
static void forgotten_node_tells_again(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 3);
	make_sessions(net);
	lnlb_net_weight(net, 0, 1000);
	lnlb_net_run(net, 300);
	net->cut[0][1] = true;
	net->cut[0][2] = true;
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 50);
	KUNIT_EXPECT_TRUE(test, lnlb_core_fenced(net->node[0].core));
	memset(net->cut, 0, sizeof(net->cut));
	lnlb_net_run(net, 500);
	net->overlaps = 0;
	net->strangers = 0;
	expect_known(net);
}

/* a bucket that was claimed again holds sessions that nobody was told of */
static void claimed_again_tells_again(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i, bucket;

	lnlb_net_start_all(net, 3);
	make_sessions(net);
	lnlb_net_weight(net, 0, 60000);
	lnlb_net_run(net, 300);
	lnlb_net_weight(net, 0, 100);
	lnlb_net_run(net, 300);
	for (i = 0; i < SESSIONS; i++) {
		bucket = i * 13 % LNLB_BUCKETS;
		if (lnlb_net_acceptor(net, bucket) == 0 &&
		    lnlb_net_session_owner(net, 0, i) == 0)
			lnlb_net_session_add(net, 0, bucket, SESSIONS + i, 0);
	}
	/* only node 2 takes node 0 for dead; node 1 remembers what it got */
	net->cut[0][2] = true;
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 50);
	KUNIT_EXPECT_TRUE(test, lnlb_core_fenced(net->node[0].core));
	lnlb_net_weight(net, 0, 60000);
	lnlb_net_run(net, 50);
	net->cut[0][2] = false;
	net->strangers = 0;
	lnlb_net_run(net, 500);
	KUNIT_EXPECT_LT(test, net->node[0].accepting, 10);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	expect_known(net);
}

static void resync_tells_again(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	u32 loads, others;

	lnlb_net_start_all(net, 3);
	make_sessions(net);
	lnlb_net_weight(net, 0, 1000);
	lnlb_net_run(net, 300);
	loads = net->node[1].loads;
	others = net->node[0].loads;
	lnlb_net_run(net, 300);
	KUNIT_EXPECT_EQ(test, net->node[1].loads, loads);
	lnlb_core_resync(net->node[0].core);
	net->node[0].next_tick = net->now;
	lnlb_net_run(net, 300);
	KUNIT_EXPECT_GT(test, net->node[1].loads, loads);
	KUNIT_EXPECT_EQ(test, net->node[0].loads, others);
	KUNIT_EXPECT_TRUE(test, net->node[0].core->settled);
	/* and node 0 is told by node 1 what that had told it before */
	lnlb_net_weight(net, 0, 10);
	lnlb_net_run(net, 300);
	others = net->node[0].loads;
	lnlb_core_resync(net->node[0].core);
	net->node[0].next_tick = net->now;
	lnlb_net_run(net, 300);
	KUNIT_EXPECT_GT(test, net->node[0].loads, others);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	expect_known(net);
}

/* what others know is soft state: a lost note comes again, with all others */
static void refresh_tells_again(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	u32 loads;

	lnlb_net_start_all(net, 3);
	make_sessions(net);
	lnlb_net_weight(net, 0, 1000);
	lnlb_net_run(net, 300);
	expect_known(net);
	memset(net->node[1].session, 0, sizeof(net->node[1].session));
	loads = net->node[1].loads;
	lnlb_core_refresh(net->node[0].core);
	net->node[0].next_tick = net->now;
	lnlb_net_run(net, 100);
	KUNIT_EXPECT_GE(test, net->node[1].loads, loads + SESSIONS / 8);
	KUNIT_EXPECT_TRUE(test, net->node[0].core->settled);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

/* takeovers must not wait until a million sessions were told of again */
static void refresh_holds_nobody_up(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	u32 loads;

	lnlb_net_start_all(net, 3);
	make_sessions(net);
	lnlb_net_weight(net, 0, 1000);
	lnlb_net_run(net, 300);
	loads = net->node[1].loads;
	net->lost_types = 1 << LNLB_WIRE_SESSIONS_ACK;
	net->loss_percent = 100;
	lnlb_core_refresh(net->node[0].core);
	net->node[0].next_tick = net->now;
	lnlb_net_run(net, 100);
	KUNIT_EXPECT_GT(test, net->node[1].loads, loads);
	KUNIT_EXPECT_TRUE(test, net->node[0].core->settled);
	KUNIT_EXPECT_NOT_NULL(test, net->node[0].core->transfer.to);
	lnlb_net_weight(net, 1, 50);
	lnlb_net_run(net, 50);
	net->loss_percent = 0;
	lnlb_net_run(net, 500);
	expect_known(net);
	KUNIT_EXPECT_FALSE(test, net->node[0].core->refreshing);
}

static void gone_is_told(struct kunit *test)
{
	struct lnlb_session_rec rec = { .len = sizeof(u32) };
	struct lnlb_net *net = test->priv;
	u32 key;

	lnlb_net_start_all(net, 2);
	make_sessions(net);
	lnlb_net_weight(net, 0, 60000);
	lnlb_net_run(net, 300);
	for (key = 0; key < SESSIONS; key++)
		if (lnlb_net_session_owner(net, 1, key) == 0)
			break;
	KUNIT_ASSERT_LT(test, key, SESSIONS);
	rec.bucket = key * 13;
	memcpy(rec.data, &key, sizeof(key));
	lnlb_core_session_gone(net->node[0].core, &rec);
	net->node[0].next_tick = net->now;
	lnlb_net_run(net, LNLB_COALESCE_MS + 3);
	KUNIT_EXPECT_EQ(test, lnlb_net_session_owner(net, 1, key), -1);
}

/* a bucket of the node's */
static u16 bucket_of(struct lnlb_net *net, int node)
{
	u16 bucket = 0;

	while (lnlb_net_acceptor(net, bucket) != node)
		bucket++;
	return bucket;
}

/* both halves served the client: the bucket's owner says who goes on */
static void partition_leaves_one_owner(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int owner, i;
	u16 bucket;

	for (owner = 0; owner < 3; owner++) {
		lnlb_net_start_all(net, 3);
		bucket = bucket_of(net, owner);
		lnlb_net_partition(net, 1 << 0, true);
		lnlb_net_run(net, 2 * LNLB_NET_DEAD_MS);
		lnlb_net_session_add(net, 0, bucket, 7, 0);
		lnlb_net_session_add(net, 1, bucket, 7, 1);
		lnlb_net_partition(net, 1 << 0, false);
		lnlb_net_run(net, 2 * LNLB_NET_DEAD_MS);
		KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
		KUNIT_EXPECT_EQ(test, lnlb_net_session_owner(net, 0, 7), 0);
		KUNIT_EXPECT_EQ(test, lnlb_net_session_owner(net, 1, 7), 0);
		KUNIT_EXPECT_EQ(test, lnlb_net_session_owner(net, owner, 7), 0);
		for (i = 0; i < 3; i++)
			lnlb_net_crash(net, i);
		/* in the partition, of course */
		net->overlaps = 0;
	}
}

/* only who was told of a node's sessions may have it let go of one */
static void strangers_take_no_session(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_session_rec rec = { .len = sizeof(u32) };
	u32 key = 7;

	lnlb_net_start_all(net, 2);
	rec.bucket = bucket_of(net, 0);
	rec.owner = net->node[1].params.self;
	memcpy(rec.data, &key, sizeof(key));
	lnlb_net_session_add(net, 0, rec.bucket, key, 0);
	lnlb_send_yield_add(net->node[1].core, &rec, true);
	lnlb_send_yield(net->node[1].core);
	lnlb_net_run(net, 10);
	KUNIT_EXPECT_EQ(test, net->node[0].yields, 0);
	KUNIT_EXPECT_EQ(test, lnlb_net_session_owner(net, 0, key), 0);
}

static struct kunit_case lnlb_session_cases[] = {
	KUNIT_CASE(join_hands_over),
	KUNIT_CASE(retained_sessions_follow),
	KUNIT_CASE(retained_sessions_follow_with_losses),
	KUNIT_CASE(crash_keeps_the_others_sessions),
	KUNIT_CASE(partition_tells_again),
	KUNIT_CASE(forgotten_node_tells_again),
	KUNIT_CASE(claimed_again_tells_again),
	KUNIT_CASE(resync_tells_again),
	KUNIT_CASE(refresh_tells_again),
	KUNIT_CASE(refresh_holds_nobody_up),
	KUNIT_CASE(gone_is_told),
	KUNIT_CASE(partition_leaves_one_owner),
	KUNIT_CASE(strangers_take_no_session),
	{}
};

static struct kunit_suite lnlb_session_suite = {
	.name = "lnlb_session",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_session_cases,
};
kunit_test_suite(lnlb_session_suite);
