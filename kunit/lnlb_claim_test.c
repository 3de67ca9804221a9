// SPDX-License-Identifier: GPL-2.0-only
/*
 * The conditions of claims, releases and fences, one by one: node 0 is real,
 * its peer is the test.
 */
#include "lnlb_net.h"

/**
 * struct claim_peer - what the peer says
 * @sequence: of its last frame
 * @incarnation: its
 * @version: of its STATE
 * @digest: its view
 * @state: enum lnlb_node_state
 * @flags: of its STATE
 * @lists: it hears node 0
 * @acked: and this version of it
 * @claims: each byte of its claim map
 */
struct claim_peer {
	u64 sequence;
	u64 incarnation;
	u64 version;
	u64 digest;
	u8 state;
	u8 flags;
	bool lists;
	u64 acked;
	u8 claims;
};

static void say(struct lnlb_net *net, struct claim_peer *peer)
{
	struct lnlb_core_params params;
	struct lnlb_wire_heard *heard;
	struct lnlb_wire_state *state;
	u8 frame[LNLB_FRAME_MAX];
	size_t len;

	lnlb_net_params(&params, 1, peer->incarnation);
	lnlb_wire_begin(frame, LNLB_WIRE_STATE, &params);
	state = lnlb_wire_append(frame, sizeof(*state));
	state->version = cpu_to_be64(peer->version);
	state->epoch = cpu_to_be64(peer->state);
	state->digest = cpu_to_be64(peer->digest);
	state->weight = cpu_to_be16(100);
	state->state = peer->state;
	state->flags = peer->flags;
	memset(state->claims, peer->claims, sizeof(state->claims));
	if (peer->lists) {
		state->n_heard = cpu_to_be16(1);
		heard = lnlb_wire_append(frame, sizeof(*heard));
		heard->id = net->node[0].params.self;
		heard->version = cpu_to_be32((u32)peer->acked);
	}
	len = lnlb_wire_seal(frame, ++peer->sequence);
	KUNIT_ASSERT_EQ(net->test, lnlb_net_rx(net, 0, frame, len,
					       params.self.mac),
			(int)LNLB_STAT_FRAME_RX);
	lnlb_net_run(net, 1);
}

/* node 0 is active and wants all buckets, its peer says nothing yet */
static struct lnlb_core *start(struct lnlb_net *net, struct claim_peer *peer)
{
	memset(peer, 0, sizeof(*peer));
	peer->incarnation = 1;
	peer->state = LNLB_NODE_JOINING;
	lnlb_net_start(net, 0, 100);
	lnlb_net_run(net, LNLB_NET_DEAD_MS - 50);
	say(net, peer);
	lnlb_net_run(net, 60);
	KUNIT_ASSERT_EQ(net->test, (int)lnlb_core_state(net->node[0].core),
			LNLB_NODE_ACTIVE);
	return net->node[0].core;
}

/* the peer has come to the same view and knows that node 0 has */
static void agree(struct lnlb_net *net, struct claim_peer *peer)
{
	peer->digest = lnlb_core_digest(net->node[0].core);
	peer->lists = true;
	peer->acked = net->node[0].core->version;
	peer->flags = LNLB_WIRE_SETTLED;
	peer->claims = 0;
	peer->version++;
}

static void claim_needs_each_condition(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	u32 *accepting = &net->node[0].accepting;
	struct claim_peer peer;
	struct lnlb_core *core = start(net, &peer);

	KUNIT_EXPECT_EQ(test, *accepting, 0);
	agree(net, &peer);
	peer.digest++;
	say(net, &peer);
	KUNIT_EXPECT_EQ(test, *accepting, 0);
	agree(net, &peer);
	peer.acked = core->adopt_version - 1;
	say(net, &peer);
	KUNIT_EXPECT_EQ(test, *accepting, 0);
	agree(net, &peer);
	peer.flags = 0;
	say(net, &peer);
	KUNIT_EXPECT_EQ(test, *accepting, 0);
	agree(net, &peer);
	peer.claims = 0xff;
	say(net, &peer);
	KUNIT_EXPECT_EQ(test, *accepting, 0);
	agree(net, &peer);
	peer.claims = 0x0f;
	say(net, &peer);
	KUNIT_EXPECT_EQ(test, *accepting, LNLB_BUCKETS / 2);
	agree(net, &peer);
	peer.acked = core->adopt_version;
	say(net, &peer);
	KUNIT_EXPECT_EQ(test, *accepting, LNLB_BUCKETS);
}

/* the same view as some time ago is adopted anew all the same */
static void an_old_yes_is_not_enough(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct claim_peer peer;
	struct lnlb_core *core = start(net, &peer);
	u64 adopted = core->adopt_version, digest = core->digest;

	agree(net, &peer);
	lnlb_net_weight(net, 0, 200);
	lnlb_net_run(net, 1);
	KUNIT_EXPECT_GT(test, core->adopt_version, adopted);
	say(net, &peer);
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, 0);
	/* there and back: the weights are as before, the view is not */
	lnlb_net_weight(net, 0, 100);
	lnlb_net_run(net, 1);
	KUNIT_EXPECT_NE(test, core->digest, digest);
	agree(net, &peer);
	say(net, &peer);
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, LNLB_BUCKETS);
}

static void release_needs_agreement(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	u32 *accepting = &net->node[0].accepting;
	struct claim_peer peer;
	struct lnlb_core *core = start(net, &peer);

	agree(net, &peer);
	say(net, &peer);
	KUNIT_EXPECT_EQ(test, *accepting, LNLB_BUCKETS);
	peer.state = LNLB_NODE_ACTIVE;
	peer.version++;
	say(net, &peer);
	lnlb_net_run(net, 20);
	KUNIT_EXPECT_EQ(test, *accepting, LNLB_BUCKETS);
	agree(net, &peer);
	peer.acked = core->adopt_version - 1;
	say(net, &peer);
	lnlb_net_run(net, 20);
	KUNIT_EXPECT_EQ(test, *accepting, LNLB_BUCKETS);
	agree(net, &peer);
	say(net, &peer);
	lnlb_net_run(net, 40);
	KUNIT_EXPECT_EQ(test, *accepting, LNLB_BUCKETS / 2);
	KUNIT_EXPECT_EQ(test, lnlb_bit_count(core->claims), LNLB_BUCKETS / 2);
	KUNIT_EXPECT_EQ(test, net->node[0].barriers,
			LNLB_BUCKETS / 2 / LNLB_BATCH);
}

/* sessions are handed over frame by frame, each repeated until it has arrived */
static void release_needs_acknowledgement(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct claim_peer peer;
	struct lnlb_core *core = start(net, &peer);
	unsigned int i;
	u32 frames;

	agree(net, &peer);
	say(net, &peer);
	peer.state = LNLB_NODE_ACTIVE;
	say(net, &peer);
	for (i = 0; core->target[i] != 0; i++)
		;
	lnlb_net_session_add(net, 0, i, 1, 0);
	agree(net, &peer);
	say(net, &peer);
	lnlb_net_run(net, 10);
	KUNIT_ASSERT_TRUE(test, core->transfer.waiting);
	KUNIT_EXPECT_TRUE(test, lnlb_bit_test(core->claims, i));
	KUNIT_EXPECT_FALSE(test, lnlb_bit_test(core->accept, i));
	frames = net->node[0].frames;
	lnlb_net_run(net, 80);
	KUNIT_EXPECT_GE(test, net->node[0].frames - frames, 2);
	KUNIT_EXPECT_TRUE(test, lnlb_bit_test(core->claims, i));
	/* for another frame: not for this one */
	lnlb_handover_acked(core, core->peer[0], core->transfer.chunk + 1);
	lnlb_net_run(net, 1);
	KUNIT_EXPECT_TRUE(test, lnlb_bit_test(core->claims, i));
	lnlb_handover_acked(core, core->peer[0], core->transfer.chunk);
	net->node[0].next_tick = net->now;
	lnlb_net_run(net, 1);
	KUNIT_EXPECT_FALSE(test, lnlb_bit_test(core->claims, i));
}

/* with a peer that is not even in the same view; the rule knows no view */
static void double_claim_ends_at_once(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct claim_peer peer;
	struct lnlb_core *core = start(net, &peer);
	u64 ours = lnlb_table_seed(&core->params.self);
	u64 theirs = lnlb_table_seed(&core->peer[0]->id);
	unsigned int b, kept = 0;

	agree(net, &peer);
	say(net, &peer);
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, LNLB_BUCKETS);
	peer.state = LNLB_NODE_ACTIVE;
	peer.claims = 0xff;
	say(net, &peer);
	for (b = 0; b < LNLB_BUCKETS; b++) {
		KUNIT_ASSERT_EQ(test, lnlb_bit_test(core->accept, b),
				lnlb_table_score(ours, b, 1) <
				lnlb_table_score(theirs, b, 1));
		kept += lnlb_bit_test(core->claims, b);
	}
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, kept);
	KUNIT_EXPECT_GT(test, kept, LNLB_BUCKETS * 2 / 5);
	KUNIT_EXPECT_LT(test, kept, LNLB_BUCKETS * 3 / 5);
	say(net, &peer);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_SETTLED], 1);
	/* what was lost is not taken back before all agree */
	peer.state = LNLB_NODE_JOINING;
	peer.claims = 0;
	say(net, &peer);
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, kept);
	agree(net, &peer);
	say(net, &peer);
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, LNLB_BUCKETS);
}

static void unlisted_node_fences_at_once(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct claim_peer peer;
	struct lnlb_core *core = start(net, &peer);

	agree(net, &peer);
	say(net, &peer);
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, LNLB_BUCKETS);
	peer.lists = false;
	say(net, &peer);
	KUNIT_EXPECT_TRUE(test, lnlb_core_fenced(core));
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, 0);
	KUNIT_EXPECT_EQ(test, lnlb_bit_count(core->claims), 0);
	agree(net, &peer);
	say(net, &peer);
	KUNIT_EXPECT_FALSE(test, lnlb_core_fenced(core));
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, LNLB_BUCKETS);
}

/* a STATE that was not acknowledged takes the place of the next keepalive */
static void missing_acknowledgement_is_asked_for(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct claim_peer peer;
	struct lnlb_core *core = start(net, &peer);
	const struct lnlb_wire_state *state;
	u64 sent;

	state = (void *)(core->out + sizeof(struct lnlb_wire_header));
	agree(net, &peer);
	say(net, &peer);
	agree(net, &peer);
	say(net, &peer);
	lnlb_net_run(net, LNLB_NET_KEEPALIVE_MS);
	sent = core->state_sent_at;
	lnlb_net_run(net, 2 * LNLB_NET_KEEPALIVE_MS);
	KUNIT_EXPECT_EQ(test, core->state_sent_at, sent);
	peer.acked--;
	say(net, &peer);
	lnlb_net_run(net, LNLB_NET_KEEPALIVE_MS + 1);
	KUNIT_EXPECT_GT(test, core->state_sent_at, sent);
	KUNIT_EXPECT_TRUE(test, state->flags & LNLB_WIRE_REQUEST);
}

/* before the next tick: nobody has the buckets of the one that left */
static void targets_follow_departures(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_node_id id;
	struct lnlb_core *core;
	u16 *before;
	int b;

	lnlb_net_start_all(net, 4);
	core = net->node[2].core;
	before = kunit_kcalloc(test, LNLB_BUCKETS, sizeof(*before),
			       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, before);
	for (b = 0; b < LNLB_BUCKETS; b++) {
		lnlb_core_target(core, b, &id);
		before[b] = id.mac[5];
	}
	lnlb_view_forget(core, core->peer[0]);
	for (b = 0; b < LNLB_BUCKETS; b++)
		if (lnlb_core_target(core, b, &id))
			KUNIT_ASSERT_EQ(test, id.mac[5], before[b]);
		else
			KUNIT_ASSERT_EQ(test, before[b], 0);
}

static void same_nodes_are_not_built_again(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_core *core;

	lnlb_net_start_all(net, 3);
	core = net->node[0].core;
	core->target[7] = LNLB_TARGET_NONE;
	core->epoch++;
	lnlb_view_adopt(core);
	KUNIT_EXPECT_EQ(test, core->target[7], LNLB_TARGET_NONE);
	core->weight++;
	lnlb_view_adopt(core);
	KUNIT_EXPECT_NE(test, core->target[7], LNLB_TARGET_NONE);
}

/* who was told of sessions is known by its place, which changes */
static void told_follow_departures(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	const struct lnlb_peer *first, *last;
	struct lnlb_core *core;
	int b;

	lnlb_net_start_all(net, 4);
	core = net->node[3].core;
	first = core->peer[0];
	last = core->peer[2];
	for (b = 0; b < 6; b++)
		core->sent_to[b] = b % 3;
	lnlb_view_forget(core, core->peer[1]);
	for (b = 0; b < 6; b++) {
		KUNIT_EXPECT_EQ(test, lnlb_handover_told(core, first, b),
				b % 3 == 0);
		KUNIT_EXPECT_EQ(test, lnlb_handover_told(core, last, b),
				b % 3 == 2);
	}
	lnlb_view_untold(core, last);
	for (b = 0; b < 6; b++)
		KUNIT_EXPECT_FALSE(test, lnlb_handover_told(core, last, b));
}

/* as long as the node does not stand still, and shorter than others wait */
static void lease_ends_before_the_fence(struct kunit *test)
{
	static const u32 keepalive[] = { 100, 10, 10 }, dead[] = { 500, 50, 30 };
	struct lnlb_core_timers timers = { .heartbeat_interval_ms = 7000 };
	struct lnlb_net *net = test->priv;
	struct lnlb_core *core;
	unsigned int i;
	u64 lease;

	lnlb_net_start_all(net, 2);
	core = net->node[0].core;
	for (i = 0; i < ARRAY_SIZE(dead); i++) {
		timers.keepalive_interval_ms = keepalive[i];
		timers.dead_interval_ms = dead[i];
		lnlb_core_set_timers(core, &timers);
		lnlb_core_set_timers(net->node[1].core, &timers);
		lnlb_net_run(net, 2 * LNLB_NET_DEAD_MS);
		KUNIT_ASSERT_FALSE(test, lnlb_core_fenced(core));

		lease = lnlb_core_lease(core);
		KUNIT_EXPECT_GT(test, lease, core->tick_due);
		KUNIT_EXPECT_LT(test, lease, core->sent_at + dead[i]);
		net->node[0].paused = true;
		lnlb_net_run(net, lease - net->now);
		lnlb_core_tick(core, lease);
		KUNIT_EXPECT_FALSE(test, lnlb_core_fenced(core));

		lease = lnlb_core_lease(core);
		lnlb_net_run(net, lease + 1 - net->now);
		lnlb_core_tick(core, lease + 1);
		KUNIT_EXPECT_TRUE(test, lnlb_core_fenced(core));
		net->node[0].paused = false;
	}
}

static struct kunit_case lnlb_claim_cases[] = {
	KUNIT_CASE(claim_needs_each_condition),
	KUNIT_CASE(an_old_yes_is_not_enough),
	KUNIT_CASE(release_needs_agreement),
	KUNIT_CASE(release_needs_acknowledgement),
	KUNIT_CASE(double_claim_ends_at_once),
	KUNIT_CASE(unlisted_node_fences_at_once),
	KUNIT_CASE(missing_acknowledgement_is_asked_for),
	KUNIT_CASE(targets_follow_departures),
	KUNIT_CASE(same_nodes_are_not_built_again),
	KUNIT_CASE(told_follow_departures),
	KUNIT_CASE(lease_ends_before_the_fence),
	{}
};

static struct kunit_suite lnlb_claim_suite = {
	.name = "lnlb_claim",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_claim_cases,
};
kunit_test_suite(lnlb_claim_suite);
