// SPDX-License-Identifier: GPL-2.0-only
/*
 * What nodes say of how much they do arrives, and changes nothing else.
 */
#include "lnlb_net.h"

static const struct lnlb_report some = {
	.clock_ms = 0xfffffff0,
	.sessions = 12,
	.taken = 0x0102030405060708ULL,
	.passed = U64_MAX,
};

/* what node @i knows of node @of */
static struct lnlb_node_info node_info(struct lnlb_net *net, int i, int of)
{
	struct lnlb_node_info info[LNLB_NET_NODES];
	unsigned int n;

	n = lnlb_core_nodes(net->node[i].core, net->now, info, LNLB_NET_NODES);
	while (n--)
		if (info[n].id.mac[LNLB_NODE_ID_LEN - 1] == of)
			return info[n];
	memset(info, 0, sizeof(info));
	return info[0];
}

static void expect_some(struct kunit *test, const struct lnlb_node_info *info)
{
	KUNIT_EXPECT_TRUE(test, info->has_report);
	KUNIT_EXPECT_EQ(test, info->report.clock_ms, some.clock_ms);
	KUNIT_EXPECT_EQ(test, info->report.sessions, some.sessions);
	KUNIT_EXPECT_EQ(test, info->report.taken, some.taken);
	KUNIT_EXPECT_EQ(test, info->report.passed, some.passed);
}

static void report_arrives(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_node_info info;

	lnlb_net_start_all(net, 3);
	KUNIT_EXPECT_FALSE(test, node_info(net, 1, 0).has_report);
	lnlb_core_set_report(net->node[0].core, &some);
	lnlb_net_run(net, LNLB_NET_KEEPALIVE_MS + 10);
	info = node_info(net, 0, 0);
	expect_some(test, &info);
	info = node_info(net, 1, 0);
	expect_some(test, &info);
	info = node_info(net, 2, 0);
	expect_some(test, &info);
	KUNIT_EXPECT_FALSE(test, node_info(net, 0, 1).has_report);
	KUNIT_EXPECT_FALSE(test, node_info(net, 1, 1).has_report);
}

/* a STATE has it, for those that come later, also when it is not new */
static void newcomers_get_it(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_node_info info;

	lnlb_net_start_all(net, 2);
	lnlb_core_set_report(net->node[0].core, &some);
	lnlb_net_run(net, 2 * LNLB_NET_KEEPALIVE_MS);
	lnlb_net_start(net, 2, 100);
	lnlb_net_run(net, 50);
	info = node_info(net, 2, 0);
	expect_some(test, &info);
	/* what starts anew has said nothing so far */
	lnlb_net_crash(net, 0);
	lnlb_net_start(net, 0, 100);
	lnlb_net_run(net, 50);
	KUNIT_EXPECT_TRUE(test, node_info(net, 2, 0).weight);
	KUNIT_EXPECT_FALSE(test, node_info(net, 2, 0).has_report);
}

/* no frame more than without it, and nobody waits for an answer */
static void report_costs_no_frame(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_core *core;
	u32 plain, frames;
	u64 version;
	int i;

	lnlb_net_start_all(net, 3);
	core = net->node[0].core;
	version = core->version;
	frames = net->node[0].frames + net->node[1].frames;
	lnlb_net_run(net, 50 * LNLB_NET_KEEPALIVE_MS);
	plain = net->node[0].frames + net->node[1].frames - frames;
	frames = net->node[0].frames + net->node[1].frames;
	for (i = 0; i < 50; i++) {
		lnlb_core_set_report(core, &some);
		lnlb_net_run(net, LNLB_NET_KEEPALIVE_MS);
	}
	frames = net->node[0].frames + net->node[1].frames - frames;
	KUNIT_EXPECT_LE(test, frames, plain + 4);
	KUNIT_EXPECT_EQ(test, core->version, version);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
}

static size_t make_keepalive(u8 *frame, int from, u64 sequence, u32 sessions,
			     u8 len)
{
	struct lnlb_wire_keepalive *keepalive;
	struct lnlb_core_params params;
	u8 *extension;

	lnlb_net_params(&params, from, 1);
	lnlb_wire_begin(frame, LNLB_WIRE_KEEPALIVE, &params);
	keepalive = lnlb_wire_append(frame, sizeof(*keepalive));
	keepalive->state = LNLB_NODE_ACTIVE;
	extension = lnlb_wire_append(frame, LNLB_WIRE_EXTENSION_HEADER + len);
	extension[0] = LNLB_WIRE_EXTENSION;
	extension[1] = LNLB_WIRE_REPORT;
	extension[3] = len;
	extension[11] = sessions;
	return lnlb_wire_seal(frame, sequence);
}

/* Return: sessions of node 5 as node 0 shows them after this frame */
static u32 shown_after(struct lnlb_net *net, u64 sequence, u32 sessions, u8 len)
{
	struct lnlb_core_params params;
	u8 *frame = net->frame[0].data;
	size_t size = make_keepalive(frame, 5, sequence, sessions, len);

	lnlb_net_params(&params, 5, 1);
	KUNIT_EXPECT_EQ(net->test,
			lnlb_net_rx(net, 0, frame, size, params.self.mac),
			(int)LNLB_STAT_FRAME_RX);
	return node_info(net, 0, 5).report.sessions;
}

static void newest_report_counts(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_core_params params;
	struct lnlb_core *core;

	lnlb_net_start_all(net, 1);
	core = net->node[0].core;
	lnlb_net_params(&params, 5, 1);
	KUNIT_ASSERT_NOT_NULL(test, lnlb_view_add(core, &params.self, 1));
	/* cut short it says nothing; a newer node may say more */
	KUNIT_EXPECT_EQ(test, shown_after(net, 1, 1, 23), 0);
	KUNIT_EXPECT_FALSE(test, node_info(net, 0, 5).has_report);
	KUNIT_EXPECT_EQ(test, shown_after(net, 2, 2, 24), 2);
	KUNIT_EXPECT_EQ(test, shown_after(net, 5, 5, 80), 5);
	/* overtaken */
	KUNIT_EXPECT_EQ(test, shown_after(net, 4, 4, 24), 5);
	KUNIT_EXPECT_EQ(test, shown_after(net, 6, 6, 24), 6);
}

static void add_crowd(struct kunit *test, struct lnlb_core *core)
{
	struct lnlb_node_id id = { { 2, 0, 0, 0, 1, 0 } };
	struct lnlb_peer *peer;
	unsigned int i;

	for (i = 0; i < LNLB_PEERS_MAX; i++) {
		id.mac[5] = i;
		peer = lnlb_view_add(core, &id, 1);
		KUNIT_ASSERT_NOT_NULL(test, peer);
		peer->heard_at = core->now;
		/* all of them want their number back */
		peer->has_nonce = true;
		peer->nonce.byte[0] = i;
	}
}

/* Return: how many numbers the STATE gives back, each once more in @seen */
static unsigned int count_echoes(struct kunit *test, struct lnlb_core *core,
				 u8 *seen)
{
	const struct lnlb_wire_proof *proof;
	const struct lnlb_wire_report *report;
	struct lnlb_wire_frame frame;
	size_t len, n, i;

	core->state_due = core->now;
	lnlb_send_due(core);
	KUNIT_ASSERT_EQ(test, lnlb_wire_parse(core->out, LNLB_FRAME_MAX,
					      &frame),
			(int)LNLB_STAT_FRAME_RX);
	KUNIT_ASSERT_EQ(test, frame.header->type, LNLB_WIRE_STATE);
	KUNIT_EXPECT_EQ(test, be16_to_cpu(frame.state->n_heard),
			LNLB_PEERS_MAX);
	report = lnlb_wire_find_extension(&frame, LNLB_WIRE_REPORT, &len);
	KUNIT_ASSERT_NOT_NULL(test, report);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(report->taken), some.taken);
	proof = lnlb_wire_find_extension(&frame, LNLB_WIRE_PROOF, &len);
	KUNIT_ASSERT_NOT_NULL(test, proof);
	KUNIT_EXPECT_MEMEQ(test, &proof->nonce, &core->nonce,
			   sizeof(core->nonce));
	n = (len - sizeof(*proof)) / sizeof(proof->echo[0]);
	for (i = 0; i < n; i++)
		seen[proof->echo[i].id.mac[5]]++;
	return n;
}

/* the biggest STATE has room for report, proof and signature */
static void full_state_has_room(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	u8 seen[LNLB_PEERS_MAX] = {};
	struct lnlb_core *core;
	unsigned int i, n;

	lnlb_net_start_all(net, 1);
	lnlb_net_keys(net, 0, "0123456789abcdef", NULL, false);
	core = net->node[0].core;
	lnlb_core_set_report(core, &some);
	add_crowd(test, core);
	for (i = 0; i < LNLB_PEERS_MAX; i += n) {
		n = count_echoes(test, core, seen);
		KUNIT_ASSERT_GE(test, n, 1);
	}
	/* taking turns, in a few frames all have theirs */
	KUNIT_EXPECT_NULL(test, memchr(seen, 0, sizeof(seen)));
}

static struct kunit_case lnlb_report_cases[] = {
	KUNIT_CASE(report_arrives),
	KUNIT_CASE(newcomers_get_it),
	KUNIT_CASE(report_costs_no_frame),
	KUNIT_CASE(newest_report_counts),
	KUNIT_CASE(full_state_has_room),
	{}
};

static struct kunit_suite lnlb_report_suite = {
	.name = "lnlb_report",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_report_cases,
};
kunit_test_suite(lnlb_report_suite);
