// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes that are told to drain, to stand aside, and to come back.
 */
#include "lnlb_net.h"

#define SETTLE_MS	60
#define KEY		7

static void set_state(struct lnlb_net *net, int i, u8 state)
{
	struct lnlb_net_node *node = &net->node[i];

	lnlb_core_set_state(node->core, state);
	node->next_tick = net->now;
	lnlb_net_run(net, SETTLE_MS);
}

/* a bucket that a node accepts */
static u16 bucket_of(const struct lnlb_net *net, int i)
{
	u16 b;

	for (b = 0; b < LNLB_BUCKETS; b++)
		if (lnlb_net_acceptor(net, b) == i)
			break;
	return b;
}

static void draining_keeps_sessions(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	u32 told;
	u16 bucket;
	int next;

	lnlb_net_start_all(net, 3);
	told = net->node[0].events[LNLB_EVENT_NODE_STATE];
	bucket = bucket_of(net, 1);
	lnlb_net_session_add(net, 1, bucket, KEY, 1);
	set_state(net, 1, LNLB_NODE_DRAINING);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->node[1].accepting, 0);
	KUNIT_EXPECT_EQ(test, (int)lnlb_core_state(net->node[1].core),
			LNLB_NODE_DRAINING);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_NODE_STATE],
			told + 1);
	/* who has the bucket now knows that the session stays where it is */
	next = lnlb_net_acceptor(net, bucket);
	KUNIT_ASSERT_TRUE(test, next == 0 || next == 2);
	KUNIT_EXPECT_EQ(test, lnlb_net_session_owner(net, next, KEY), 1);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
	KUNIT_EXPECT_EQ(test, net->strangers, 0);
	KUNIT_EXPECT_EQ(test, net->node[0].gone, 0);
}

static void resumed_takes_share(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	u32 share;

	lnlb_net_start_all(net, 3);
	share = net->node[1].accepting;
	set_state(net, 1, LNLB_NODE_DRAINING);
	set_state(net, 1, LNLB_NODE_ACTIVE);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->node[1].accepting, share);
	set_state(net, 1, LNLB_NODE_SUSPENDED);
	KUNIT_EXPECT_EQ(test, net->node[1].accepting, 0);
	set_state(net, 1, LNLB_NODE_ACTIVE);
	KUNIT_EXPECT_EQ(test, net->node[1].accepting, share);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

static void suspended_gives_up_sessions(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 3);
	lnlb_net_session_add(net, 1, bucket_of(net, 1), KEY, 1);
	set_state(net, 1, LNLB_NODE_DRAINING);
	KUNIT_EXPECT_EQ(test, net->node[0].gone, 0);
	set_state(net, 1, LNLB_NODE_SUSPENDED);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	/* the others have forgotten what stayed with it, but not the node */
	KUNIT_EXPECT_EQ(test, net->node[0].gone, 1);
	KUNIT_EXPECT_EQ(test, net->node[2].gone, 1);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_NODE_DEAD], 0);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

static void suspended_is_quick(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 3);
	lnlb_core_set_state(net->node[1].core, LNLB_NODE_SUSPENDED);
	KUNIT_EXPECT_EQ(test, net->node[1].accepting, 0);
	net->node[1].next_tick = net->now;
	KUNIT_EXPECT_LE(test, lnlb_net_run_until_owned(net, 1000), 30);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

static void suspend_and(struct lnlb_net *net, int i, u8 state)
{
	struct lnlb_net_node *node = &net->node[i];

	lnlb_core_set_state(node->core, LNLB_NODE_SUSPENDED);
	lnlb_net_expect_done(node);
	set_state(net, i, state);
}

/* the others never hear that it was suspended, but that a new era has begun */
static void suspended_in_passing(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_core *core;
	u32 told, share;
	u16 bucket;

	lnlb_net_start_all(net, 3);
	core = net->node[1].core;
	share = net->node[1].accepting;
	bucket = bucket_of(net, 1);
	lnlb_net_session_add(net, 1, bucket, KEY, 1);
	lnlb_net_session_add(net, 0, bucket, KEY + 1, 0);
	lnlb_core_resync(net->node[0].core);
	set_state(net, 1, LNLB_NODE_DRAINING);
	set_state(net, 1, LNLB_NODE_ACTIVE);
	KUNIT_ASSERT_EQ(test, lnlb_net_session_owner(net, 1, KEY + 1), 0);
	told = net->node[0].events[LNLB_EVENT_NODE_STATE];
	suspend_and(net, 1, LNLB_NODE_ACTIVE);
	KUNIT_EXPECT_EQ(test, (int)lnlb_core_state(core), LNLB_NODE_ACTIVE);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_NODE_STATE], told);
	KUNIT_EXPECT_EQ(test, lnlb_net_session_owner(net, 0, KEY), -1);
	KUNIT_EXPECT_EQ(test, lnlb_net_session_owner(net, 2, KEY), -1);
	/* nor has it what it was told before, so it is told again */
	KUNIT_EXPECT_EQ(test, lnlb_net_session_owner(net, 1, KEY + 1), 0);
	KUNIT_EXPECT_EQ(test, net->strangers, 0);
	KUNIT_EXPECT_EQ(test, net->node[1].accepting, share);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

static void suspended_in_passing_may_drain(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 2);
	suspend_and(net, 1, LNLB_NODE_DRAINING);
	KUNIT_EXPECT_EQ(test, (int)lnlb_core_state(net->node[1].core),
			LNLB_NODE_DRAINING);
	KUNIT_EXPECT_EQ(test, net->node[0].gone, 1);
	KUNIT_EXPECT_EQ(test, net->node[1].accepting, 0);
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, LNLB_BUCKETS);
	/* once more, and back at once: both eras are over */
	lnlb_core_set_state(net->node[1].core, LNLB_NODE_SUSPENDED);
	lnlb_core_set_state(net->node[1].core, LNLB_NODE_ACTIVE);
	suspend_and(net, 1, LNLB_NODE_SUSPENDED);
	KUNIT_EXPECT_EQ(test, net->node[0].gone, 2);
	KUNIT_EXPECT_EQ(test, net->node[1].accepting, 0);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

/* what is no change begins no era */
static void suspended_twice_is_once(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	u64 epoch;

	lnlb_net_start_all(net, 2);
	suspend_and(net, 1, LNLB_NODE_SUSPENDED);
	epoch = net->node[1].core->epoch;
	suspend_and(net, 1, LNLB_NODE_SUSPENDED);
	KUNIT_EXPECT_EQ(test, net->node[1].core->epoch, epoch);
	KUNIT_EXPECT_EQ(test, lnlb_epoch_era(epoch), 1);
	KUNIT_EXPECT_EQ(test, net->node[0].gone, 1);
}

/* one that joins may have told of sessions from before its last start */
static void suspended_while_joining(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 2);
	lnlb_net_start(net, 2, 100);
	lnlb_net_run(net, LNLB_NET_DEAD_MS / 2);
	lnlb_core_set_state(net->node[2].core, LNLB_NODE_SUSPENDED);
	set_state(net, 2, LNLB_NODE_ACTIVE);
	KUNIT_EXPECT_EQ(test, (int)lnlb_core_state(net->node[2].core),
			LNLB_NODE_JOINING);
	KUNIT_EXPECT_EQ(test, net->node[0].gone, 1);
	lnlb_net_run(net, LNLB_NET_DEAD_MS);
	KUNIT_EXPECT_EQ(test, (int)lnlb_core_state(net->node[2].core),
			LNLB_NODE_ACTIVE);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
}

/* sessions of an era that is over, on a frame that was overtaken */
static void old_eras_sessions_are_not_taken(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_net_node *node = &net->node[0];
	struct lnlb_session_rec rec = { .len = 4 };
	struct lnlb_wire_sessions *sessions;
	u8 frame[LNLB_FRAME_MAX];
	u64 sequence;
	u32 frames;
	size_t len;

	lnlb_net_start_all(net, 2);
	sequence = ++net->node[1].core->sequence;
	rec.owner = net->node[1].params.self;
	lnlb_wire_begin(frame, LNLB_WIRE_SESSIONS, &net->node[1].params);
	sessions = lnlb_wire_append(frame, sizeof(*sessions));
	sessions->to = node->params.self;
	sessions->chunk = cpu_to_be32(1);
	KUNIT_ASSERT_TRUE(test, lnlb_wire_add_record(frame, &rec));
	suspend_and(net, 1, LNLB_NODE_ACTIVE);
	frames = node->frames;
	len = lnlb_wire_seal(frame, sequence);
	KUNIT_EXPECT_EQ(test, lnlb_net_rx(net, 0, frame, len, rec.owner.mac),
			(int)LNLB_STAT_FRAME_RX);
	KUNIT_EXPECT_EQ(test, node->loads, 0);
	KUNIT_EXPECT_EQ(test, node->frames, frames);
	len = lnlb_wire_seal(frame, ++net->node[1].core->sequence);
	KUNIT_EXPECT_EQ(test, lnlb_net_rx(net, 0, frame, len, rec.owner.mac),
			(int)LNLB_STAT_FRAME_RX);
	KUNIT_EXPECT_EQ(test, node->loads, 1);
	KUNIT_EXPECT_EQ(test, node->frames, frames + 1);
}

/* sessions of an era that the receiver did not know yet */
static void new_eras_sessions_are_told_again(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_core *core;
	u16 bucket;

	lnlb_net_start_all(net, 2);
	core = net->node[1].core;
	bucket = bucket_of(net, 0);
	lnlb_core_set_state(core, LNLB_NODE_SUSPENDED);
	lnlb_net_session_add(net, 1, bucket, KEY, 1);
	lnlb_net_session_add(net, 0, bucket, KEY, 1);
	core->sent_to[bucket] = 0;
	set_state(net, 1, LNLB_NODE_ACTIVE);
	KUNIT_EXPECT_EQ(test, net->node[0].gone, 1);
	KUNIT_EXPECT_EQ(test, lnlb_net_session_owner(net, 0, KEY), 1);
	KUNIT_EXPECT_EQ(test, net->node[0].loads, 1);
}

/* what was said before a node has joined, or to one that starts again */
static void state_outlives_a_start(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 2);
	lnlb_net_start(net, 2, 100);
	lnlb_core_set_state(net->node[2].core, LNLB_NODE_DRAINING);
	KUNIT_EXPECT_EQ(test, (int)lnlb_core_state(net->node[2].core),
			LNLB_NODE_JOINING);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 150);
	KUNIT_EXPECT_EQ(test, (int)lnlb_core_state(net->node[2].core),
			LNLB_NODE_DRAINING);
	KUNIT_EXPECT_EQ(test, net->node[2].accepting, 0);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	lnlb_core_stop(net->node[2].core, true);
	lnlb_core_start(net->node[2].core, net->now + 1000, net->now);
	net->node[2].next_tick = net->now;
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 150);
	KUNIT_EXPECT_EQ(test, (int)lnlb_core_state(net->node[2].core),
			LNLB_NODE_DRAINING);
	KUNIT_EXPECT_EQ(test, net->node[2].accepting, 0);
}

/* nobody is left to take the buckets: they are nobody's, until one is back */
static void all_may_drain(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i;

	lnlb_net_start_all(net, 2);
	for (i = 0; i < 2; i++)
		set_state(net, i, LNLB_NODE_DRAINING);
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, net->node[i].accepting, 0);
	set_state(net, 1, LNLB_NODE_ACTIVE);
	KUNIT_EXPECT_EQ(test, net->node[1].accepting, LNLB_BUCKETS);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

static struct kunit_case lnlb_state_cases[] = {
	KUNIT_CASE(draining_keeps_sessions),
	KUNIT_CASE(resumed_takes_share),
	KUNIT_CASE(suspended_gives_up_sessions),
	KUNIT_CASE(suspended_is_quick),
	KUNIT_CASE(suspended_in_passing),
	KUNIT_CASE(suspended_in_passing_may_drain),
	KUNIT_CASE(suspended_twice_is_once),
	KUNIT_CASE(suspended_while_joining),
	KUNIT_CASE(old_eras_sessions_are_not_taken),
	KUNIT_CASE(new_eras_sessions_are_told_again),
	KUNIT_CASE(state_outlives_a_start),
	KUNIT_CASE(all_may_drain),
	{}
};

static struct kunit_suite lnlb_state_suite = {
	.name = "lnlb_state",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_state_cases,
};

kunit_test_suite(lnlb_state_suite);
