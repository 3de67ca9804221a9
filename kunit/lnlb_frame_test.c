// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that a node must not believe, and what they must not change.
 */
#include "lnlb_net.h"

/* node 1 is what the frames say they come from */
static size_t state_frame(u8 *frame, int from, u64 incarnation, u64 sequence)
{
	struct lnlb_core_params params;
	struct lnlb_wire_state *state;

	lnlb_net_params(&params, from, incarnation);
	lnlb_wire_begin(frame, LNLB_WIRE_STATE, &params);
	state = lnlb_wire_append(frame, sizeof(*state));
	state->version = cpu_to_be64(sequence);
	state->epoch = cpu_to_be64(1);
	state->weight = cpu_to_be16(100);
	state->state = LNLB_NODE_ACTIVE;
	state->flags = LNLB_WIRE_SETTLED;
	return lnlb_wire_seal(frame, sequence);
}

static size_t plain_frame(u8 *frame, u8 type, int from, u64 sequence)
{
	struct lnlb_wire_keepalive *keepalive;
	struct lnlb_core_params params;

	lnlb_net_params(&params, from, 1);
	lnlb_wire_begin(frame, type, &params);
	if (type == LNLB_WIRE_KEEPALIVE) {
		keepalive = lnlb_wire_append(frame, sizeof(*keepalive));
		keepalive->state = LNLB_NODE_ACTIVE;
		keepalive->version = cpu_to_be64(sequence);
	}
	return lnlb_wire_seal(frame, sequence);
}

/* Ethernet source as it should be */
static int receive(struct lnlb_net *net, const u8 *frame, size_t len)
{
	const struct lnlb_wire_header *header = (const void *)frame;

	return lnlb_net_rx(net, 0, frame, len, header->id.mac);
}

static struct lnlb_net *frame_net(struct kunit *test)
{
	struct lnlb_net *net = test->priv;

	lnlb_net_start_all(net, 1);
	return net;
}

static unsigned int count_nodes(struct lnlb_net *net)
{
	struct lnlb_node_info info[3];

	return lnlb_core_nodes(net->node[0].core, net->now, info, 3);
}

static void sender_is_checked(struct kunit *test)
{
	struct lnlb_net *net = frame_net(test);
	struct lnlb_wire_header *header;
	u8 frame[LNLB_FRAME_MAX];
	u64 digest = lnlb_core_digest(net->node[0].core);
	static const u8 mac[6] = { 2, 0, 0, 0, 0, 9 };
	size_t len;

	header = (void *)frame;
	len = state_frame(frame, 1, 1, 1);
	KUNIT_EXPECT_EQ(test, lnlb_net_rx(net, 0, frame, len, mac),
			(int)LNLB_STAT_FRAME_SPOOFED);
	header->addr[15]++;
	KUNIT_EXPECT_EQ(test, receive(net, frame, len),
			(int)LNLB_STAT_FRAME_ADDR);
	len = state_frame(frame, 0, net->node[0].core->params.incarnation, 1);
	KUNIT_EXPECT_EQ(test, receive(net, frame, len),
			(int)LNLB_STAT_FRAME_ECHO);
	len = state_frame(frame, 0, 1, 1);
	KUNIT_EXPECT_EQ(test, receive(net, frame, len),
			(int)LNLB_STAT_FRAME_DUPLICATE_ID);
	lnlb_net_run(net, 100);
	KUNIT_EXPECT_EQ(test, count_nodes(net), 1);
	KUNIT_EXPECT_EQ(test, lnlb_core_digest(net->node[0].core), digest);
}

static void params_must_match(struct kunit *test)
{
	struct lnlb_net *net = frame_net(test);
	struct lnlb_wire_header *header;
	u8 frame[LNLB_FRAME_MAX];
	size_t len;

	header = (void *)frame;
	len = state_frame(frame, 1, 1, 1);
	header->mode ^= 1;
	KUNIT_EXPECT_EQ(test, receive(net, frame, len),
			(int)LNLB_STAT_FRAME_PARAMS);
	header->mode ^= 1;
	header->affinity ^= 1;
	KUNIT_EXPECT_EQ(test, receive(net, frame, len),
			(int)LNLB_STAT_FRAME_PARAMS);
	header->affinity ^= 1;
	header->affinity_len ^= 1;
	KUNIT_EXPECT_EQ(test, receive(net, frame, len),
			(int)LNLB_STAT_FRAME_PARAMS);
	header->affinity_len ^= 1;
	header->hash_id[2] = 1;
	KUNIT_EXPECT_EQ(test, receive(net, frame, len),
			(int)LNLB_STAT_FRAME_PARAMS);
	header->hash_id[2] = 0;
	header->buckets = cpu_to_be16(LNLB_BUCKETS / 2);
	KUNIT_EXPECT_EQ(test, receive(net, frame, len),
			(int)LNLB_STAT_FRAME_PARAMS);
	KUNIT_EXPECT_EQ(test, count_nodes(net), 1);
}

/* each kind of refusal has its own record: what, who, how often, when */
static void refusals_are_named(struct kunit *test)
{
	static const u8 expected[] = {
		LNLB_REJECT_DUPLICATE_ID, LNLB_REJECT_ECHO, LNLB_REJECT_VERSION,
		LNLB_REJECT_BUCKETS, LNLB_REJECT_AFFINITY, LNLB_REJECT_MODE,
		LNLB_REJECT_HASH, LNLB_REJECT_REPLAY, LNLB_REJECT_TIMERS,
	};
	struct lnlb_net *net = frame_net(test);
	struct lnlb_reject_info info[LNLB_REJECT_MAX];
	struct lnlb_wire_header *header;
	u8 frame[LNLB_FRAME_MAX];
	unsigned int i, n;
	size_t len;

	header = (void *)frame;
	receive(net, frame, state_frame(frame, 0, 1, 1));
	receive(net, frame,
		state_frame(frame, 0, net->node[0].core->params.incarnation,
			    1));
	len = state_frame(frame, 1, 1, 1);
	header->version = 7;
	receive(net, frame, len);
	header->version = LNLB_WIRE_VERSION;
	header->buckets = 0;
	receive(net, frame, len);
	header->buckets = cpu_to_be16(LNLB_BUCKETS);
	header->affinity = LNLB_AFFINITY_CONNECTION;
	receive(net, frame, len);
	header->affinity = 0;
	header->mode = LNLB_MODE_IGMP;
	receive(net, frame, len);
	header->mode = 0;
	header->hash_id[0] = 1;
	receive(net, frame, len);
	header->hash_id[0] = 0;
	/* other timers are no reason to refuse it */
	KUNIT_EXPECT_EQ(test, receive(net, frame, len),
			(int)LNLB_STAT_FRAME_RX);
	receive(net, frame, len);
	lnlb_net_run(net, 40);
	receive(net, frame, len);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_REJECTED], 8);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_NODE_DIFFERS], 1);
	lnlb_net_run(net, 10);
	n = lnlb_core_rejects(net->node[0].core, net->now, info);
	KUNIT_ASSERT_EQ(test, n, ARRAY_SIZE(expected));
	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_EQ(test, info[i].reject, expected[i]);
		KUNIT_EXPECT_NOT_NULL(test, info[i].cause);
		KUNIT_EXPECT_EQ(test, info[i].node.mac[5], i >= 2);
		KUNIT_EXPECT_EQ(test, info[i].frames,
				1 + (expected[i] == LNLB_REJECT_REPLAY));
		KUNIT_EXPECT_EQ(test, info[i].ago_ms,
				expected[i] == LNLB_REJECT_REPLAY ? 10 : 50);
	}
	KUNIT_EXPECT_EQ(test, info[2].version, 7);
}

/* at most one event in a minute, for each cause */
static void rejections_are_reported_rarely(struct kunit *test)
{
	struct lnlb_net *net = frame_net(test);
	struct lnlb_wire_header *header;
	u32 *events = &net->node[0].events[LNLB_EVENT_REJECTED];
	u8 frame[LNLB_FRAME_MAX];
	size_t len;
	int i;

	header = (void *)frame;
	for (i = 0; i < 100; i++) {
		len = state_frame(frame, 0, 1, i + 1);
		receive(net, frame, len);
		len = state_frame(frame, 1, 1, i + 1);
		header->mode = LNLB_MODE_IGMP;
		receive(net, frame, len);
		lnlb_net_run(net, 100);
	}
	KUNIT_EXPECT_EQ(test, *events, 2);
	lnlb_net_run(net, LNLB_REJECT_MS);
	receive(net, frame, len);
	KUNIT_EXPECT_EQ(test, *events, 3);
}

static void old_frames_are_replays(struct kunit *test)
{
	struct lnlb_net *net = frame_net(test);
	u8 frame[LNLB_FRAME_MAX];

	KUNIT_EXPECT_EQ(test, receive(net, frame, state_frame(frame, 1, 5, 10)),
			(int)LNLB_STAT_FRAME_RX);
	KUNIT_EXPECT_EQ(test, receive(net, frame, state_frame(frame, 1, 5, 10)),
			(int)LNLB_STAT_FRAME_REPLAY);
	KUNIT_EXPECT_EQ(test, receive(net, frame, state_frame(frame, 1, 5, 9)),
			(int)LNLB_STAT_FRAME_REPLAY);
	KUNIT_EXPECT_EQ(test, receive(net, frame, state_frame(frame, 1, 4, 99)),
			(int)LNLB_STAT_FRAME_REPLAY);
	KUNIT_EXPECT_EQ(test, receive(net, frame, state_frame(frame, 1, 6, 1)),
			(int)LNLB_STAT_FRAME_RX);
	KUNIT_EXPECT_EQ(test, net->node[0].gone, 1);
	KUNIT_EXPECT_EQ(test, count_nodes(net), 2);
}

static void the_departed_stay_gone(struct kunit *test)
{
	struct lnlb_net *net = frame_net(test);
	u8 frame[LNLB_FRAME_MAX];

	receive(net, frame, state_frame(frame, 1, 1, 10));
	receive(net, frame, plain_frame(frame, LNLB_WIRE_LEAVE, 1, 12));
	KUNIT_EXPECT_EQ(test, receive(net, frame, state_frame(frame, 1, 1, 11)),
			(int)LNLB_STAT_FRAME_REPLAY);
	KUNIT_EXPECT_EQ(test, count_nodes(net), 1);
	/* the same for one that died */
	receive(net, frame, state_frame(frame, 1, 2, 10));
	KUNIT_EXPECT_EQ(test, count_nodes(net), 2);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 10);
	KUNIT_EXPECT_EQ(test, count_nodes(net), 1);
	KUNIT_EXPECT_EQ(test, receive(net, frame, state_frame(frame, 1, 2, 10)),
			(int)LNLB_STAT_FRAME_REPLAY);
	/* one that was only believed dead may come back */
	KUNIT_EXPECT_EQ(test, receive(net, frame, state_frame(frame, 1, 2, 11)),
			(int)LNLB_STAT_FRAME_RX);
	KUNIT_EXPECT_EQ(test, count_nodes(net), 2);
}

static void only_a_state_makes_a_peer(struct kunit *test)
{
	struct lnlb_net *net = frame_net(test);
	u8 frame[LNLB_FRAME_MAX];
	u32 sent;
	int i;

	lnlb_net_run(net, 2 * LNLB_NET_KEEPALIVE_MS);
	sent = net->node[0].frames;
	for (i = 1; i < 50; i++) {
		receive(net, frame,
			plain_frame(frame, LNLB_WIRE_KEEPALIVE, 1, i));
		lnlb_net_run(net, 1);
	}
	KUNIT_EXPECT_EQ(test, count_nodes(net), 1);
	/* one request, perhaps a keepalive */
	KUNIT_EXPECT_GE(test, net->node[0].frames - sent, 1);
	KUNIT_EXPECT_LE(test, net->node[0].frames - sent, 2);
}

static void nodes_are_limited(struct kunit *test)
{
	struct lnlb_net *net = frame_net(test);
	u8 frame[LNLB_FRAME_MAX];
	int i;

	for (i = 1; i < LNLB_NODES_MAX; i++)
		KUNIT_ASSERT_EQ(test, receive(net, frame,
					      state_frame(frame, i, 1, 1)),
				(int)LNLB_STAT_FRAME_RX);
	KUNIT_EXPECT_EQ(test, receive(net, frame,
				      state_frame(frame, LNLB_NODES_MAX, 1, 1)),
			(int)LNLB_STAT_FRAME_TOO_MANY_NODES);
	lnlb_net_run(net, 10);
	KUNIT_EXPECT_EQ(test, net->node[0].core->n_peers, LNLB_PEERS_MAX);
	/* those that are known are still heard */
	KUNIT_EXPECT_EQ(test, receive(net, frame, state_frame(frame, 9, 1, 2)),
			(int)LNLB_STAT_FRAME_RX);
	KUNIT_EXPECT_EQ(test, receive(net, frame, state_frame(frame, 9, 2, 1)),
			(int)LNLB_STAT_FRAME_RX);
}

static void no_memory_is_survived(struct kunit *test)
{
	struct lnlb_net *net = frame_net(test);
	u8 frame[LNLB_FRAME_MAX];

	net->node[0].fail_alloc = true;
	KUNIT_EXPECT_EQ(test, receive(net, frame, state_frame(frame, 1, 1, 1)),
			(int)LNLB_STAT_FRAME_OVERFLOW);
	lnlb_net_run(net, 10);
	KUNIT_EXPECT_EQ(test, count_nodes(net), 1);
	net->node[0].fail_alloc = false;
	KUNIT_EXPECT_EQ(test, receive(net, frame, state_frame(frame, 1, 1, 1)),
			(int)LNLB_STAT_FRAME_RX);
}

/* what a peer says of its intervals must not make us hurry or sleep */
static void absurd_intervals_do_no_harm(struct kunit *test)
{
	static const u32 absurd[] = { 0, 1, U32_MAX };
	struct lnlb_net *net = frame_net(test);
	struct lnlb_wire_state *state;
	u8 frame[LNLB_FRAME_MAX];
	u32 ticks = net->node[0].ticks;
	size_t len;
	int i;

	state = (void *)(frame + sizeof(struct lnlb_wire_header));
	for (i = 0; i < ARRAY_SIZE(absurd); i++) {
		len = state_frame(frame, 1, 1, i + 1);
		state->keepalive_interval_ms = cpu_to_be32(absurd[i]);
		state->dead_interval_ms = cpu_to_be32(absurd[i]);
		KUNIT_EXPECT_EQ(test, receive(net, frame, len),
				(int)LNLB_STAT_FRAME_RX);
		lnlb_net_run(net, 100);
		KUNIT_EXPECT_EQ(test, count_nodes(net), 2);
	}
	KUNIT_EXPECT_LE(test, net->node[0].ticks - ticks, 30);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 10);
	KUNIT_EXPECT_EQ(test, count_nodes(net), 1);
}

/* frames in flight between living nodes, with a few bits turned over */
static void damaged_frames_are_counted(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_net_frame *frame;
	u64 random = 42;
	u8 *copy;
	int i, n;

	lnlb_net_start_all(net, 3);
	copy = kunit_kzalloc(test, LNLB_FRAME_MAX, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	memset(net->stats, 0, sizeof(net->stats));
	for (i = 0; i < 20000; i++) {
		frame = &net->frame[i % net->tail % LNLB_NET_FRAMES];
		memcpy(copy, frame->data, frame->len);
		for (n = i % 5; n >= 0; n--) {
			random = lnlb_table_mix(random + i + 1);
			copy[(random >> 8) % frame->len] ^= 1 << random % 8;
		}
		lnlb_net_rx(net, 0, copy, frame->len,
			    ((struct lnlb_wire_header *)copy)->id.mac);
		if (i % 50 == 0)
			lnlb_net_run(net, 1);
	}
	KUNIT_EXPECT_NE(test, net->stats[LNLB_STAT_FRAME_MAGIC], 0);
	KUNIT_EXPECT_NE(test, net->stats[LNLB_STAT_FRAME_RESERVED], 0);
	KUNIT_EXPECT_NE(test, net->stats[LNLB_STAT_FRAME_ADDR], 0);
	KUNIT_EXPECT_NE(test, net->stats[LNLB_STAT_FRAME_REPLAY], 0);
	KUNIT_EXPECT_LE(test, net->node[0].core->n_peers, LNLB_PEERS_MAX);
	/* without authentication, phantoms are believed for a while */
	lnlb_net_run(net, 62000);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, count_nodes(net), 3);
}

static struct kunit_case lnlb_frame_cases[] = {
	KUNIT_CASE(sender_is_checked),
	KUNIT_CASE(params_must_match),
	KUNIT_CASE(refusals_are_named),
	KUNIT_CASE(rejections_are_reported_rarely),
	KUNIT_CASE(old_frames_are_replays),
	KUNIT_CASE(the_departed_stay_gone),
	KUNIT_CASE(only_a_state_makes_a_peer),
	KUNIT_CASE(nodes_are_limited),
	KUNIT_CASE(no_memory_is_survived),
	KUNIT_CASE(absurd_intervals_do_no_harm),
	KUNIT_CASE(damaged_frames_are_counted),
	{}
};

static struct kunit_suite lnlb_frame_suite = {
	.name = "lnlb_frame",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_frame_cases,
};
kunit_test_suite(lnlb_frame_suite);
