// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes of whom not all hear each other: who has to go, and that the others go
 * on.
 */
#include "lnlb_net.h"

#define WORKED_OUT_MS	(3 * LNLB_NET_DEAD_MS)

static bool excluded(const struct lnlb_net *net, int i)
{
	return net->node[i].core->excluded;
}

static void cut_both(struct lnlb_net *net, int a, int b, bool cut)
{
	net->cut[a][b] = cut;
	net->cut[b][a] = cut;
}

/* one bad link: one node goes, the same in all nodes' eyes */
static void one_bad_link_costs_one_node(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 4);
	cut_both(net, 1, 3, true);
	lnlb_net_run(net, WORKED_OUT_MS);
	KUNIT_EXPECT_TRUE(test, excluded(net, 3));
	KUNIT_EXPECT_TRUE(test, lnlb_core_fenced(net->node[3].core));
	KUNIT_EXPECT_FALSE(test, excluded(net, 1));
	KUNIT_EXPECT_EQ(test, net->node[3].accepting, 0);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
	/* and the others go on as ever */
	lnlb_net_weight(net, 0, 300);
	lnlb_net_run(net, 100);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_LT(test, net->node[0].accepting, LNLB_BUCKETS / 5);
	KUNIT_EXPECT_FALSE(test, lnlb_core_complete(net->node[0].core));
}

static void healing_brings_it_back(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i;

	lnlb_net_start_all(net, 4);
	cut_both(net, 1, 3, true);
	lnlb_net_run(net, WORKED_OUT_MS);
	cut_both(net, 1, 3, false);
	lnlb_net_run(net, WORKED_OUT_MS);
	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_FALSE(test, excluded(net, i));
		KUNIT_EXPECT_EQ(test, net->node[i].accepting, LNLB_BUCKETS / 4);
	}
	KUNIT_EXPECT_EQ(test, net->node[3].events[LNLB_EVENT_FENCED], 1);
	KUNIT_EXPECT_EQ(test, net->node[3].events[LNLB_EVENT_UNFENCED], 1);
}

/* the more often it has gone of late, the longer it stays away */
static void a_loose_plug_does_not_flap(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	u32 fenced;
	int i;

	lnlb_net_start_all(net, 3);
	for (i = 0; i < 10; i++) {
		cut_both(net, 1, 2, i % 2 == 0);
		lnlb_net_run(net, 5 * LNLB_NET_DEAD_MS / 2);
	}
	fenced = net->node[2].events[LNLB_EVENT_FENCED];
	KUNIT_EXPECT_GE(test, fenced, 1);
	KUNIT_EXPECT_LE(test, fenced, 4);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

/* it hears nobody and believes itself alone: the others let it */
static void a_deaf_node_is_shut_out(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i;

	lnlb_net_start_all(net, 4);
	for (i = 0; i < 4; i++)
		net->cut[i][2] = i != 2;
	lnlb_net_run(net, WORKED_OUT_MS);
	KUNIT_EXPECT_EQ(test, net->node[2].accepting, LNLB_BUCKETS);
	KUNIT_EXPECT_FALSE(test, lnlb_core_fenced(net->node[0].core));
	KUNIT_EXPECT_EQ(test, net->node[0].accepting + net->node[1].accepting +
			net->node[3].accepting, LNLB_BUCKETS);
	memset(net->cut, 0, sizeof(net->cut));
	lnlb_net_run(net, WORKED_OUT_MS);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, net->node[i].accepting, LNLB_BUCKETS / 4);
}

/* nobody hears it, it hears all */
static void a_mute_node_goes(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i;

	lnlb_net_start_all(net, 4);
	for (i = 0; i < 4; i++)
		net->cut[0][i] = i != 0;
	lnlb_net_run(net, WORKED_OUT_MS);
	KUNIT_EXPECT_TRUE(test, excluded(net, 0));
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, 0);
	for (i = 1; i < 4; i++)
		KUNIT_EXPECT_FALSE(test, lnlb_core_fenced(net->node[i].core));
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

/* of two sets as small, the one with the later nodes; a node in the middle */
static void the_smallest_set_goes(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 5);
	cut_both(net, 0, 1, true);
	cut_both(net, 0, 2, true);
	cut_both(net, 3, 4, true);
	lnlb_net_run(net, WORKED_OUT_MS);
	KUNIT_EXPECT_TRUE(test, excluded(net, 0));
	KUNIT_EXPECT_FALSE(test, excluded(net, 1));
	KUNIT_EXPECT_FALSE(test, excluded(net, 2));
	KUNIT_EXPECT_FALSE(test, excluded(net, 3));
	KUNIT_EXPECT_TRUE(test, excluded(net, 4));
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

/*
 * Node 2 is out, the others go on without it. Then it hears nobody any more and
 * comes back; node 0, which hears it, has to learn that before it takes buckets.
 */
static void it_says_that_it_is_back(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 3);
	cut_both(net, 1, 2, true);
	lnlb_net_run(net, WORKED_OUT_MS);
	KUNIT_ASSERT_TRUE(test, excluded(net, 2));
	lnlb_net_crash(net, 1);
	net->cut[0][2] = true;
	lnlb_net_run(net, 2 * WORKED_OUT_MS);
	KUNIT_EXPECT_FALSE(test, excluded(net, 2));
	KUNIT_EXPECT_TRUE(test, lnlb_core_fenced(net->node[0].core));
	KUNIT_EXPECT_EQ(test, net->node[2].accepting, LNLB_BUCKETS);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

static void changes_are_no_bad_links(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i;

	lnlb_net_start_all(net, 3);
	for (i = 0; i < 6; i++) {
		lnlb_net_start(net, 3, 100);
		lnlb_net_run(net, 3 * LNLB_NET_DEAD_MS / 2);
		lnlb_net_crash(net, 3);
		lnlb_net_run(net, 3 * LNLB_NET_DEAD_MS / 2);
	}
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test,
				net->node[i].events[LNLB_EVENT_FENCED], 0);
}

/* many with trouble: those with the most go first, then it is exact again */
static void many_bad_links_are_bounded(struct kunit *test)
{
	struct lnlb_core *core = kunit_kzalloc(test, sizeof(*core), GFP_KERNEL);
	struct lnlb_peer *peer;
	struct lnlb_core_params params;
	unsigned int i, out = 0;

	KUNIT_ASSERT_NOT_NULL(test, core);
	lnlb_net_params(&core->params, 0, 1);
	/* peers 1..30 hear us; of each two neighbours, neither the other */
	for (i = 1; i <= 30; i++) {
		peer = kunit_kzalloc(test, sizeof(*peer), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, peer);
		core->peer[core->n_peers++] = peer;
		lnlb_net_params(&params, i, 1);
		peer->id = params.self;
	}
	for (i = 0; i < 30; i++) {
		unsigned int j;

		peer = core->peer[i];
		peer->heard[peer->n_heard++] = core->params.self;
		for (j = 0; j < 30; j++)
			if (j != i && j != (i ^ 1))
				peer->heard[peer->n_heard++] = core->peer[j]->id;
	}
	lnlb_hearing_cover(core, false);
	KUNIT_EXPECT_EQ(test, core->hearing.n, 31);
	KUNIT_EXPECT_FALSE(test, core->hearing.node[0].out);
	for (i = 1; i <= 30; i++) {
		out += core->hearing.node[i].out;
		/* one of each pair */
		KUNIT_EXPECT_EQ(test, core->hearing.node[i].out, i % 2 == 0);
	}
	KUNIT_EXPECT_EQ(test, out, 15);
}

static struct lnlb_peer *peer_of(const struct lnlb_net *net, int i, int other)
{
	struct lnlb_core_params params;

	lnlb_net_params(&params, other, 0);
	return lnlb_view_find(net->node[i].core, &params.self);
}

/* each of them knows of the others by who hears them all */
static void deaf_to_each_other_all_go_but_one(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i;

	lnlb_net_start_all(net, 4);
	for (i = 0; i < 3; i++)
		cut_both(net, i, (i + 1) % 3, true);
	lnlb_net_run(net, WORKED_OUT_MS);
	KUNIT_EXPECT_FALSE(test, excluded(net, 0));
	KUNIT_EXPECT_TRUE(test, excluded(net, 1));
	KUNIT_EXPECT_TRUE(test, excluded(net, 2));
	KUNIT_EXPECT_FALSE(test, excluded(net, 3));
	KUNIT_EXPECT_EQ(test, net->node[0].accepting, LNLB_BUCKETS / 2);
	KUNIT_EXPECT_EQ(test, net->node[3].accepting, LNLB_BUCKETS / 2);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, peer_of(net, i, 3)->relay.n, 3);
	/* what is healed is said no more, and keeps nobody out */
	cut_both(net, 0, 1, false);
	lnlb_net_run(net, 2 * WORKED_OUT_MS);
	KUNIT_EXPECT_FALSE(test, excluded(net, 1));
	KUNIT_EXPECT_TRUE(test, excluded(net, 2));
	KUNIT_EXPECT_EQ(test, peer_of(net, 2, 3)->relay.n, 2);
	cut_both(net, 0, 2, false);
	cut_both(net, 1, 2, false);
	lnlb_net_run(net, 3 * WORKED_OUT_MS);
	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, net->node[i].accepting, LNLB_BUCKETS / 4);
		KUNIT_EXPECT_EQ(test, net->node[i].core->relay.n, 0);
	}
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

/* a change is worth a new version, so that it is repeated until it is there */
static void relays_are_acknowledged(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_core *core;
	u64 version;

	lnlb_net_start_all(net, 3);
	cut_both(net, 0, 1, true);
	lnlb_net_run(net, WORKED_OUT_MS);
	core = net->node[2].core;
	KUNIT_EXPECT_EQ(test, core->relay.n, 1);
	version = core->version;
	core->relay_due = true;
	lnlb_relay_update(core);
	KUNIT_EXPECT_EQ(test, core->version, version);
	core->relay.n = 0;
	core->relay_due = true;
	lnlb_relay_update(core);
	KUNIT_EXPECT_EQ(test, core->version, version + 1);
	/* not while things change */
	lnlb_hearing_changed(core);
	core->relay.n = 0;
	lnlb_relay_update(core);
	KUNIT_EXPECT_EQ(test, core->version, version + 1);
}

/* node 2, which hears 0 and 1, relays what @pairs says */
static void relay(struct lnlb_net *net, const u8 *pairs, u8 len)
{
	struct lnlb_core_params params;
	struct lnlb_wire_heard *heard;
	struct lnlb_wire_state *state;
	u8 frame[LNLB_FRAME_MAX], *extension;
	unsigned int i;
	size_t size;

	lnlb_net_params(&params, 2, 1);
	lnlb_wire_begin(frame, LNLB_WIRE_STATE, &params);
	state = lnlb_wire_append(frame, sizeof(*state));
	state->weight = cpu_to_be16(1);
	state->state = LNLB_NODE_ACTIVE;
	state->n_heard = cpu_to_be16(2);
	for (i = 0; i < 2; i++) {
		heard = lnlb_wire_append(frame, sizeof(*heard));
		lnlb_net_params(&params, i, 1);
		heard->id = params.self;
	}
	extension = lnlb_wire_append(frame, LNLB_WIRE_EXTENSION_HEADER + len);
	extension[0] = LNLB_WIRE_EXTENSION;
	extension[1] = LNLB_WIRE_RELAY;
	extension[3] = len;
	memcpy(extension + LNLB_WIRE_EXTENSION_HEADER, pairs, len);
	lnlb_net_params(&params, 2, 1);
	size = lnlb_wire_seal(frame, net->now);
	KUNIT_ASSERT_EQ(net->test,
			lnlb_net_rx(net, 0, frame, size, params.self.mac),
			(int)LNLB_STAT_FRAME_RX);
	lnlb_net_run(net, 1);
}

static void relays_that_make_no_sense(struct kunit *test)
{
	static const u8 bad[] = { 0, 0, 1, 0, 2, 1, 0, 3, 3, 4, 255, 255, 1 };
	static const u8 good[] = { 0, 1, 1, 2, 7 };
	struct lnlb_net *net = test->priv;
	struct lnlb_relay *known;
	u8 many[255];
	int i;

	lnlb_net_start_all(net, 1);
	relay(net, bad, sizeof(bad));
	known = &peer_of(net, 0, 2)->relay;
	KUNIT_EXPECT_EQ(test, known->n, 0);
	relay(net, good, sizeof(good));
	KUNIT_EXPECT_EQ(test, known->n, 2);
	KUNIT_EXPECT_EQ(test, known->pair[1].b, 2);
	KUNIT_EXPECT_TRUE(test, net->node[0].core->hearing_due);
	/* nothing new is no reason to think it over */
	net->node[0].core->hearing_due = false;
	relay(net, good, sizeof(good));
	KUNIT_EXPECT_FALSE(test, net->node[0].core->hearing_due);
	for (i = 0; i < sizeof(many); i++)
		many[i] = i % 2;
	relay(net, many, sizeof(many));
	KUNIT_EXPECT_EQ(test, known->n, LNLB_WIRE_PAIRS_MAX);
	KUNIT_EXPECT_TRUE(test, net->node[0].core->hearing_due);
	relay(net, good, 0);
	KUNIT_EXPECT_EQ(test, known->n, 0);
}

/* of those who can be heard only what they say themselves counts */
static void rows_are_better_than_relays(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_core *core;
	struct lnlb_relay *known;
	int i;

	lnlb_net_start_all(net, 5);
	core = net->node[0].core;
	known = &peer_of(net, 0, 4)->relay;
	/* all pairs */
	for (i = 0; i < 25; i++) {
		if (i / 5 >= i % 5)
			continue;
		known->pair[known->n].a = i / 5;
		known->pair[known->n++].b = i % 5;
	}
	lnlb_hearing_cover(core, true);
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_FALSE(test, core->hearing.node[i].out);
	/* of 2 only the others know now: 1 lists it, 2 may not hear 1 */
	lnlb_view_forget(core, peer_of(net, 0, 2));
	lnlb_hearing_cover(core, false);
	KUNIT_EXPECT_FALSE(test, lnlb_hearing_bad(&core->hearing, 1, 2));
	lnlb_hearing_collect(core);
	KUNIT_EXPECT_TRUE(test, lnlb_hearing_bad(&core->hearing, 0, 2));
	KUNIT_EXPECT_FALSE(test, lnlb_hearing_bad(&core->hearing, 1, 2));
	lnlb_relay_apply(core);
	KUNIT_EXPECT_TRUE(test, lnlb_hearing_bad(&core->hearing, 1, 2));
	KUNIT_EXPECT_FALSE(test, lnlb_hearing_bad(&core->hearing, 1, 3));
	KUNIT_EXPECT_FALSE(test, lnlb_hearing_bad(&core->hearing, 0, 1));
}

/* they are the last, and each takes the other for excluded */
static void two_come_back_at_once(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 4);
	cut_both(net, 0, 2, true);
	cut_both(net, 1, 3, true);
	lnlb_net_run(net, WORKED_OUT_MS);
	KUNIT_ASSERT_TRUE(test, excluded(net, 2));
	KUNIT_ASSERT_TRUE(test, excluded(net, 3));
	lnlb_net_leave(net, 0);
	lnlb_net_leave(net, 1);
	/* nobody has been there all the time, so they listen anew */
	KUNIT_EXPECT_LE(test, lnlb_net_run_until_owned(net, 1000),
			LNLB_NET_DEAD_MS + 50);
	KUNIT_EXPECT_EQ(test, net->node[2].accepting, LNLB_BUCKETS / 2);
	KUNIT_EXPECT_EQ(test, net->node[3].accepting, LNLB_BUCKETS / 2);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

static struct kunit_case lnlb_hearing_cases[] = {
	KUNIT_CASE(one_bad_link_costs_one_node),
	KUNIT_CASE(healing_brings_it_back),
	KUNIT_CASE(a_loose_plug_does_not_flap),
	KUNIT_CASE(a_deaf_node_is_shut_out),
	KUNIT_CASE(a_mute_node_goes),
	KUNIT_CASE(the_smallest_set_goes),
	KUNIT_CASE(it_says_that_it_is_back),
	KUNIT_CASE(changes_are_no_bad_links),
	KUNIT_CASE(many_bad_links_are_bounded),
	KUNIT_CASE(deaf_to_each_other_all_go_but_one),
	KUNIT_CASE(two_come_back_at_once),
	KUNIT_CASE(relays_are_acknowledged),
	KUNIT_CASE(relays_that_make_no_sense),
	KUNIT_CASE(rows_are_better_than_relays),
	{}
};

static struct kunit_suite lnlb_hearing_suite = {
	.name = "lnlb_hearing",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_hearing_cases,
};
kunit_test_suite(lnlb_hearing_suite);
