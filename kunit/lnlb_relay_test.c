// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who does not hear whom, said by others: what it is good for, and that it may
 * be wrong.
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
		KUNIT_EXPECT_FALSE(test, core->hearing->node[i].out);
	/* of 2 only the others know now: 1 lists it, 2 may not hear 1 */
	lnlb_view_forget(core, peer_of(net, 0, 2));
	lnlb_hearing_cover(core, false);
	KUNIT_EXPECT_FALSE(test, lnlb_hearing_bad(core->hearing, 1, 2));
	lnlb_hearing_collect(core);
	KUNIT_EXPECT_TRUE(test, lnlb_hearing_bad(core->hearing, 0, 2));
	KUNIT_EXPECT_FALSE(test, lnlb_hearing_bad(core->hearing, 1, 2));
	lnlb_relay_apply(core);
	KUNIT_EXPECT_TRUE(test, lnlb_hearing_bad(core->hearing, 1, 2));
	KUNIT_EXPECT_FALSE(test, lnlb_hearing_bad(core->hearing, 1, 3));
	KUNIT_EXPECT_FALSE(test, lnlb_hearing_bad(core->hearing, 0, 1));
}

static struct kunit_case lnlb_relay_cases[] = {
	KUNIT_CASE(deaf_to_each_other_all_go_but_one),
	KUNIT_CASE(relays_are_acknowledged),
	KUNIT_CASE(relays_that_make_no_sense),
	KUNIT_CASE(rows_are_better_than_relays),
	{}
};

static struct kunit_suite lnlb_relay_suite = {
	.name = "lnlb_relay",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_relay_cases,
};
kunit_test_suite(lnlb_relay_suite);
