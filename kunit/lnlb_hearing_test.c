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
	core->hearing = kunit_kzalloc(test, sizeof(*core->hearing), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, core->hearing);
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
	KUNIT_EXPECT_EQ(test, core->hearing->n, 31);
	KUNIT_EXPECT_FALSE(test, core->hearing->node[0].out);
	for (i = 1; i <= 30; i++) {
		out += core->hearing->node[i].out;
		/* one of each pair */
		KUNIT_EXPECT_EQ(test, core->hearing->node[i].out, i % 2 == 0);
	}
	KUNIT_EXPECT_EQ(test, out, 15);
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
	KUNIT_CASE(two_come_back_at_once),
	{}
};

static struct kunit_suite lnlb_hearing_suite = {
	.name = "lnlb_hearing",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_hearing_cases,
};
kunit_test_suite(lnlb_hearing_suite);
