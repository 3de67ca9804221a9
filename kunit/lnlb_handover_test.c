// SPDX-License-Identifier: GPL-2.0-only
/*
 * In which order buckets and what is known of sessions go from node to node.
 */
#include "lnlb_net.h"

/* sessions of node 0 in some of its buckets */
static void make_sessions(struct lnlb_net *net)
{
	u32 key = 0;
	u16 bucket;

	for (bucket = 0; bucket < LNLB_BUCKETS; bucket += 9)
		if (lnlb_net_acceptor(net, bucket) == 0)
			lnlb_net_session_add(net, 0, bucket, key++, 0);
	KUNIT_ASSERT_GT(net->test, key, 50);
}

static void lose_acks(struct lnlb_net *net, bool lose)
{
	net->lost_types = lose ? 1 << LNLB_WIRE_SESSIONS_ACK : 0;
	net->loss_percent = lose ? 100 : 0;
}

static u32 count_frozen(const struct lnlb_core *core, const u8 *frozen,
			const struct lnlb_peer *target)
{
	u32 b, n = 0;

	lnlb_bit_for_each(b, frozen)
		n += lnlb_core_target_peer(core, b) == target;
	return n;
}

/*
 * Nobody gets new sessions of what a transfer that was cut short had frozen:
 * that must not wait for a thousand buckets which are served.
 */
static void frozen_ones_go_first(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_core *core;
	struct lnlb_transfer *t;
	u8 *frozen;
	u32 b, i, again = 0;

	frozen = kunit_kzalloc(test, LNLB_WIRE_CLAIMS, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, frozen);
	lnlb_net_start_all(net, 3);
	core = net->node[0].core;
	t = &core->transfer;
	make_sessions(net);
	lose_acks(net, true);
	lnlb_net_weight(net, 0, 150);
	lnlb_net_run(net, 50);
	KUNIT_ASSERT_NOT_NULL(test, t->to);
	lnlb_bit_for_each(b, core->claims)
		if (!lnlb_bit_test(core->accept, b))
			lnlb_bit_set(frozen, b);
	KUNIT_ASSERT_GT(test, lnlb_bit_count(frozen), 10);

	/* many more are to go, some of them in front of these */
	lnlb_net_weight(net, 0, 60000);
	while (t->to)
		lnlb_net_run(net, 1);
	while (!t->to)
		lnlb_net_run(net, 1);
	KUNIT_ASSERT_EQ(test, t->why, LNLB_TRANSFER_HANDOVER);
	for (i = 0; i < t->n; i++)
		again += lnlb_bit_test(frozen, t->bucket[i]);
	KUNIT_EXPECT_EQ(test, again, count_frozen(core, frozen, t->to));

	lose_acks(net, false);
	lnlb_net_run(net, 1000);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

/* the next one comes due while one is under way, again and again */
static void a_refresh_comes_to_its_end(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_core *core;
	u32 i;

	lnlb_net_start_all(net, 6);
	core = net->node[0].core;
	make_sessions(net);
	lnlb_net_weight(net, 0, 60000);
	lnlb_net_run(net, 500);
	KUNIT_ASSERT_TRUE(test, core->settled);
	for (i = 1; i < 6; i++)
		memset(net->node[i].session, 0, sizeof(net->node[i].session));
	/* a node is told in two milliseconds, and there are five */
	for (i = 0; i < 20; i++) {
		lnlb_core_refresh(core);
		net->node[0].next_tick = net->now;
		lnlb_net_run(net, 4);
	}
	for (i = 1; i < 6; i++)
		KUNIT_EXPECT_TRUE(test, net->node[i].session[0].used);
}

/* others have room for some tens of frames: a hundred ends must not take that */
static void ends_share_frames(struct kunit *test)
{
	struct lnlb_session_rec rec = { .len = sizeof(u32) };
	struct lnlb_net *net = test->priv;
	u32 frames, i, key, left = 0;

	lnlb_net_start_all(net, 2);
	make_sessions(net);
	lnlb_net_weight(net, 0, 60000);
	lnlb_net_run(net, 500);
	for (i = 0; i < LNLB_NET_SESSIONS; i++)
		left += net->node[1].session[i].used;
	KUNIT_ASSERT_GT(test, left, 100);
	frames = net->node[0].frames;
	for (i = 0; i < LNLB_NET_SESSIONS; i++) {
		if (!net->node[0].session[i].used)
			continue;
		rec.bucket = net->node[0].session[i].bucket;
		key = net->node[0].session[i].key;
		memcpy(rec.data, &key, sizeof(key));
		lnlb_core_session_gone(net->node[0].core, &rec);
	}
	net->node[0].next_tick = net->now;
	lnlb_net_run(net, LNLB_COALESCE_MS + 3);
	KUNIT_EXPECT_LT(test, net->node[0].frames - frames, left / 10);
	for (i = 0; i < LNLB_NET_SESSIONS; i++)
		KUNIT_EXPECT_FALSE(test, net->node[1].session[i].used);
}

static struct kunit_case lnlb_handover_cases[] = {
	KUNIT_CASE(frozen_ones_go_first),
	KUNIT_CASE(a_refresh_comes_to_its_end),
	KUNIT_CASE(ends_share_frames),
	{}
};

static struct kunit_suite lnlb_handover_suite = {
	.name = "lnlb_handover",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_handover_cases,
};
kunit_test_suite(lnlb_handover_suite);
