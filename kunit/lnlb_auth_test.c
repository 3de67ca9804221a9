// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signatures: who is believed with which keys, and what nobody can forge.
 */
#include "lnlb_net.h"

#define SECRET	"0123456789abcdef0123456789abcdef"
#define OTHER	"another secret, another cluster."

static struct lnlb_net *keyed_net(struct kunit *test, int n)
{
	struct lnlb_net *net = test->priv;
	int i;

	for (i = 0; i < n; i++) {
		lnlb_net_start(net, i, 100);
		lnlb_net_keys(net, i, SECRET, NULL, false);
	}
	lnlb_net_run_until_owned(net, 3000);
	lnlb_net_run(net, 300);
	KUNIT_ASSERT_TRUE(test, lnlb_net_owned(net));
	KUNIT_ASSERT_EQ(test, net->overlaps, 0);
	memset(net->stats, 0, sizeof(net->stats));
	return net;
}

static unsigned int count_nodes(struct lnlb_net *net, int i)
{
	struct lnlb_node_info info[LNLB_NET_NODES];

	return lnlb_core_nodes(net->node[i].core, net->now, info,
			       LNLB_NET_NODES);
}

static bool rejected(struct lnlb_net *net, int i, u8 reject)
{
	struct lnlb_reject_info info[LNLB_REJECT_MAX];
	unsigned int k, n;

	n = lnlb_core_rejects(net->node[i].core, net->now, info);
	for (k = 0; k < n; k++)
		if (info[k].reject == reject)
			return true;
	return false;
}

/* as a node with these keys would send it */
static size_t make_frame(struct lnlb_net *net, u8 *frame, u8 type, int from,
			 u64 incarnation, u64 sequence)
{
	/* too big for the stack */
	static struct lnlb_core core;
	struct lnlb_wire_state *state;

	core.ops = &lnlb_net_ops;
	core.ctx = &net->node[5];
	lnlb_net_params(&core.params, from, incarnation);
	core.sequence = sequence - 1;
	core.auth = net->node[5].auth;
	lnlb_wire_begin(frame, type, &core.params);
	if (type == LNLB_WIRE_STATE) {
		state = lnlb_wire_append(frame, sizeof(*state));
		state->version = cpu_to_be64(sequence);
		state->epoch = cpu_to_be64(1);
		state->weight = cpu_to_be16(100);
		state->state = LNLB_NODE_ACTIVE;
	}
	return lnlb_auth_seal(&core, frame);
}

static int receive(struct lnlb_net *net, const u8 *frame, size_t len)
{
	const struct lnlb_wire_header *header = (const void *)frame;

	return lnlb_net_rx(net, 0, frame, len, header->id.mac);
}

/* Documentation/protocol.rst has the very same bytes */
static void vectors_are_known(struct kunit *test)
{
	static const u8 keepalive[] = {
		0x4c, 0x4e, 0x4c, 0x42, 0x01, 0x01, 0x00, 0x6c,
		0x00, 0x01, 0x50, 0x9e, 0x52, 0x54, 0x00, 0x00,
		0x00, 0x01, 0x00, 0x00, 0x17, 0x97, 0x9c, 0xfe,
		0x36, 0x2a, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x2a, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff,
		0xc0, 0x00, 0x02, 0x0a, 0x10, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x05, 0x01, 0x23, 0x45, 0x67,
		0x89, 0xab, 0xcd, 0xef, 0x02, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0xa0, 0xb4, 0x68, 0x6f,
		0xaa, 0xe5, 0x3a, 0x76, 0xe0, 0x01, 0xc3, 0x75,
		0xd1, 0xe6, 0x32, 0x6f, 0x51, 0x66, 0xe4, 0x5f,
		0x5f, 0x40, 0x7a, 0x05,
	};
	static const struct lnlb_node_id self = { { 0x52, 0x54, 0, 0, 0, 1 } };
	static const u8 addr[16] = { [10] = 0xff, 0xff, 192, 0, 2, 10 };
	struct lnlb_net *net = test->priv;
	static struct lnlb_core core;
	struct lnlb_wire_keepalive *body;
	struct lnlb_wire_frame parsed;
	u8 *frame = net->frame[0].data;
	int i;

	core.ops = &lnlb_net_ops;
	core.ctx = net->node;
	lnlb_net_keys(net, 0, SECRET, NULL, false);
	KUNIT_EXPECT_EQ(test, net->node[0].auth.key_id[0], 0x509e);
	core.auth = net->node[0].auth;
	memset(&core.params, 0, sizeof(core.params));
	core.params.self = self;
	memcpy(core.params.addr, addr, sizeof(addr));
	core.params.incarnation = 1700000000000000000ULL;
	lnlb_wire_begin(frame, LNLB_WIRE_KEEPALIVE, &core.params);
	body = lnlb_wire_append(frame, sizeof(*body));
	body->version = cpu_to_be64(5);
	body->digest = cpu_to_be64(0x0123456789abcdefULL);
	body->state = LNLB_NODE_ACTIVE;
	/* sealed once more, as when it is repeated: the same length */
	for (i = 0; i < 2; i++) {
		core.sequence = 41;
		KUNIT_ASSERT_EQ(test, lnlb_auth_seal(&core, frame),
				sizeof(keepalive));
		KUNIT_EXPECT_MEMEQ(test, frame, keepalive, sizeof(keepalive));
	}
	KUNIT_EXPECT_EQ(test, lnlb_wire_parse(frame, sizeof(keepalive),
					      &parsed),
			(int)LNLB_STAT_FRAME_RX);
	KUNIT_EXPECT_EQ(test, lnlb_auth_check(&core, &parsed),
			(int)LNLB_STAT_FRAME_RX);
}

static void nodes_with_the_key_share(struct kunit *test)
{
	struct lnlb_net *net = keyed_net(test, 3);

	KUNIT_EXPECT_EQ(test, count_nodes(net, 0), 3);
	lnlb_net_run(net, 1000);
	KUNIT_EXPECT_EQ(test, net->stats[LNLB_STAT_FRAME_AUTH], 0);
	KUNIT_EXPECT_GT(test, net->stats[LNLB_STAT_FRAME_RX], 20);
}

/* each bit of a frame counts, wherever it is */
static void every_bit_is_signed(struct kunit *test)
{
	struct lnlb_net *net = keyed_net(test, 1);
	u64 digest = lnlb_core_digest(net->node[0].core);
	u8 *frame = net->frame[0].data;
	size_t len, i;
	int stat;

	lnlb_net_keys(net, 5, SECRET, NULL, false);
	len = make_frame(net, frame, LNLB_WIRE_STATE, 1, 5, 5);
	KUNIT_ASSERT_EQ(test, len, 60 + 556 + 8 + 16);
	for (i = 0; i < len * 8; i++) {
		frame[i / 8] ^= 1 << i % 8;
		stat = receive(net, frame, len);
		KUNIT_EXPECT_NE(test, stat, (int)LNLB_STAT_FRAME_RX);
		/* behind the header nothing is looked at before that */
		if (i >= sizeof(struct lnlb_wire_header) * 8)
			KUNIT_EXPECT_EQ(test, stat, (int)LNLB_STAT_FRAME_AUTH);
		frame[i / 8] ^= 1 << i % 8;
	}
	for (i = 0; i < len; i++)
		KUNIT_EXPECT_EQ(test, receive(net, frame, i),
				(int)LNLB_STAT_FRAME_TRUNCATED);
	lnlb_net_run(net, 100);
	KUNIT_EXPECT_EQ(test, lnlb_core_digest(net->node[0].core), digest);
	KUNIT_EXPECT_EQ(test, count_nodes(net, 0), 1);
}

/* a trailer that was cut off, and a length to match */
static void short_signatures_are_refused(struct kunit *test)
{
	struct lnlb_net *net = keyed_net(test, 1);
	u8 *frame = net->frame[0].data;
	struct lnlb_wire_header *header = (void *)frame;
	size_t len, i;

	lnlb_net_keys(net, 5, SECRET, NULL, false);
	len = make_frame(net, frame, LNLB_WIRE_LEAVE, 1, 5, 5);
	for (i = 1; i <= sizeof(struct lnlb_wire_trailer); i++) {
		header->length = cpu_to_be16(len - i);
		KUNIT_EXPECT_EQ(test, receive(net, frame, len - i),
				(int)LNLB_STAT_FRAME_LENGTH);
	}
}

static void strangers_are_refused_by_name(struct kunit *test)
{
	struct lnlb_net *net = keyed_net(test, 2);

	lnlb_net_start(net, 2, 100);
	lnlb_net_keys(net, 2, OTHER, NULL, false);
	lnlb_net_start(net, 3, 100);
	lnlb_net_run(net, 300);
	KUNIT_EXPECT_EQ(test, count_nodes(net, 0), 2);
	KUNIT_EXPECT_EQ(test, count_nodes(net, 2), 1);
	KUNIT_EXPECT_TRUE(test, rejected(net, 0, LNLB_REJECT_KEY));
	KUNIT_EXPECT_TRUE(test, rejected(net, 0, LNLB_REJECT_UNSIGNED));
	KUNIT_EXPECT_FALSE(test, rejected(net, 0, LNLB_REJECT_SIGNATURE));
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_REJECTED], 2);
	KUNIT_EXPECT_GT(test, net->stats[LNLB_STAT_FRAME_KEY], 2);
	KUNIT_EXPECT_GT(test, net->stats[LNLB_STAT_FRAME_UNSIGNED], 2);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
}

/* whoever was forgotten when keys were given out must not answer clients */
static void a_node_without_the_key_takes_nothing(struct kunit *test)
{
	struct lnlb_net *net = keyed_net(test, 2);

	lnlb_net_start(net, 2, 100);
	lnlb_net_run(net, 3000);
	KUNIT_EXPECT_EQ(test, net->node[2].accepting, 0);
	/* its requests are not heard; the next STATEs come with heartbeats */
	lnlb_net_run(net, 6000);
	KUNIT_EXPECT_EQ(test, count_nodes(net, 2), 3);
	KUNIT_EXPECT_EQ(test, net->node[2].accepting, 0);
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
	KUNIT_EXPECT_GT(test, net->stats[LNLB_STAT_FRAME_RX_UNVERIFIED], 20);
}

static void forged_frames_change_nothing(struct kunit *test)
{
	static const u8 types[] = { LNLB_WIRE_LEAVE, LNLB_WIRE_STATE };
	struct lnlb_net *net = keyed_net(test, 3);
	u64 digest = lnlb_core_digest(net->node[0].core);
	u64 inc = net->node[1].core->params.incarnation;
	u8 *frame = net->frame[LNLB_NET_FRAMES - 1].data;
	u32 gone = net->node[0].gone;
	int i, k;

	/* without a key, with another one, with a jump to the end */
	for (k = 0; k < 2; k++) {
		lnlb_net_keys(net, 5, k ? OTHER : NULL, NULL, false);
		for (i = 0; i < 4; i++)
			receive(net, frame,
				make_frame(net, frame, types[i % 2], 1,
					   i < 2 ? inc : U64_MAX, U64_MAX));
	}
	/* the right key's id does not help */
	for (i = 0; i < 4; i++) {
		net->node[5].auth.key_id[0] = net->node[0].auth.key_id[0];
		KUNIT_EXPECT_EQ(test, receive(net, frame,
					      make_frame(net, frame,
							 types[i % 2], 1, inc,
							 U64_MAX)),
				(int)LNLB_STAT_FRAME_AUTH);
	}
	KUNIT_EXPECT_TRUE(test, rejected(net, 0, LNLB_REJECT_SIGNATURE));
	lnlb_net_run(net, 1000);
	KUNIT_EXPECT_EQ(test, lnlb_core_digest(net->node[0].core), digest);
	KUNIT_EXPECT_EQ(test, net->node[0].gone, gone);
	KUNIT_EXPECT_EQ(test, count_nodes(net, 0), 3);
}

/* no signature is computed for a header that nobody with the key has made */
static void forged_headers_cost_little(struct kunit *test)
{
	struct lnlb_net *net = keyed_net(test, 1);
	struct lnlb_net_node *node = &net->node[0];
	u8 *frame = net->frame[0].data;
	size_t len, i, tag;
	u32 signs;

	/* the same under another key that says to be the right one */
	lnlb_net_keys(net, 5, OTHER, NULL, false);
	net->node[5].auth.key_id[0] = node->auth.key_id[0];
	len = make_frame(net, frame, LNLB_WIRE_STATE, 1, 5, 5);
	signs = node->signs;
	KUNIT_EXPECT_EQ(test, receive(net, frame, len),
			(int)LNLB_STAT_FRAME_AUTH);
	KUNIT_EXPECT_EQ(test, node->signs, signs);

	lnlb_net_keys(net, 5, SECRET, NULL, false);
	len = make_frame(net, frame, LNLB_WIRE_STATE, 1, 5, 5);
	tag = len - sizeof(struct lnlb_wire_trailer);
	for (i = 0; i < len; i++) {
		/* what makes another frame of it has tests of its own */
		if (i < offsetof(struct lnlb_wire_header, incarnation) ||
		    (i >= offsetof(struct lnlb_wire_header, addr) &&
		     i < offsetof(struct lnlb_wire_header, buckets)))
			continue;
		frame[i] ^= 1;
		signs = node->signs;
		KUNIT_EXPECT_EQ(test, receive(net, frame, len),
				(int)LNLB_STAT_FRAME_AUTH);
		KUNIT_EXPECT_EQ(test, node->signs - signs,
				i >= sizeof(struct lnlb_wire_header) &&
				(i < tag || i >= tag + LNLB_TAG_LEN));
		frame[i] ^= 1;
	}
}

/* first verified by all, then signed by all, then the old one goes */
static void keys_change_without_a_word(struct kunit *test)
{
	struct lnlb_net *net = keyed_net(test, 3);
	u64 digest = lnlb_core_digest(net->node[0].core);
	int i, step;

	for (step = 0; step < 3; step++)
		for (i = 0; i < 3; i++) {
			lnlb_net_keys(net, i, step ? OTHER : SECRET,
				      step == 0 ? OTHER :
				      step == 1 ? SECRET : NULL, false);
			lnlb_net_run(net, 700);
		}
	KUNIT_EXPECT_EQ(test, net->stats[LNLB_STAT_FRAME_AUTH], 0);
	KUNIT_EXPECT_EQ(test, net->stats[LNLB_STAT_FRAME_KEY], 0);
	KUNIT_EXPECT_EQ(test, lnlb_core_digest(net->node[0].core), digest);
	/* and the old one is worth nothing now */
	lnlb_net_keys(net, 1, SECRET, NULL, false);
	lnlb_net_run(net, 1000);
	KUNIT_EXPECT_EQ(test, count_nodes(net, 0), 2);
	KUNIT_EXPECT_TRUE(test, rejected(net, 0, LNLB_REJECT_KEY));
}

/* none, then permissive one by one, then strict one by one */
static void a_roll_out_goes_unnoticed(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i, step;
	u64 digest;

	lnlb_net_start_all(net, 3);
	digest = lnlb_core_digest(net->node[0].core);
	for (step = 0; step < 2; step++)
		for (i = 0; i < 3; i++) {
			lnlb_net_keys(net, i, SECRET, NULL, !step);
			lnlb_net_run(net, 700);
		}
	KUNIT_EXPECT_GT(test, net->stats[LNLB_STAT_FRAME_RX_UNSIGNED], 5);
	KUNIT_EXPECT_GT(test, net->stats[LNLB_STAT_FRAME_RX_UNVERIFIED], 5);
	KUNIT_EXPECT_EQ(test, net->stats[LNLB_STAT_FRAME_UNSIGNED], 0);
	KUNIT_EXPECT_EQ(test, lnlb_core_digest(net->node[0].core), digest);
	KUNIT_EXPECT_EQ(test, net->node[0].events[LNLB_EVENT_NODE_DEAD], 0);
}

/* without the operation's help nothing is sent, nor believed */
static void no_signature_no_frame(struct kunit *test)
{
	struct lnlb_net *net = keyed_net(test, 2);
	u32 sent = net->node[0].frames;

	net->node[0].secret[0] = NULL;
	lnlb_net_run(net, 1000);
	KUNIT_EXPECT_EQ(test, net->node[0].frames, sent);
	KUNIT_EXPECT_EQ(test, count_nodes(net, 0), 1);
}

/* frames that node 1 sends from now on */
static unsigned int record(struct lnlb_net *net, u64 ms)
{
	unsigned int tail = net->tail;

	lnlb_net_run(net, ms);
	KUNIT_ASSERT_LT(net->test, net->tail - tail, LNLB_NET_FRAMES);
	return tail;
}

/* all that node 1 said to node 0 since then, over and over */
static void play_back(struct lnlb_net *net, unsigned int from, unsigned int to,
		      int times)
{
	struct lnlb_net_frame *frame;
	u8 copy[LNLB_FRAME_MAX];
	unsigned int i;
	size_t len;

	for (; times; times--)
		for (i = from; i != to; i++) {
			frame = &net->frame[i % LNLB_NET_FRAMES];
			if (frame->from != 1 || frame->to != 0)
				continue;
			len = frame->len;
			memcpy(copy, frame->data, len);
			receive(net, copy, len);
			lnlb_net_run(net, 1);
			KUNIT_ASSERT_EQ(net->test, count_nodes(net, 0), 1);
		}
}

static void crash_and_start_0(struct lnlb_net *net)
{
	lnlb_net_crash(net, 0);
	lnlb_net_start(net, 0, 100);
	lnlb_net_keys(net, 0, SECRET, NULL, false);
}

/* a new start has forgotten all sequence numbers, but not taken the old nonce */
static void recordings_are_not_believed(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	unsigned int from, to;

	from = net->tail;
	keyed_net(test, 2);
	lnlb_core_resync(net->node[1].core);
	record(net, 300);
	to = net->tail;
	KUNIT_ASSERT_LT(test, to - from, LNLB_NET_FRAMES);
	lnlb_net_crash(net, 1);
	crash_and_start_0(net);
	memset(net->stats, 0, sizeof(net->stats));
	play_back(net, from, to, 200);
	KUNIT_EXPECT_EQ(test, net->stats[LNLB_STAT_FRAME_RX], 0);
	KUNIT_EXPECT_GT(test, net->stats[LNLB_STAT_FRAME_UNPROVEN], 100);
	/* in spite of them, which go on, the node takes its buckets */
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_TRUE(test, rejected(net, 0, LNLB_REJECT_UNPROVEN));
	KUNIT_EXPECT_LE(test, net->node[0].frames, 400);
}

/* nor are they when the node that heard it all is still there */
static void the_dead_do_not_return(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	unsigned int from, to;

	from = net->tail;
	keyed_net(test, 2);
	to = net->tail;
	lnlb_net_crash(net, 1);
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 10);
	/* until its grave is forgotten, too */
	lnlb_net_run(net, LNLB_TOMBSTONE_MS + 1000);
	KUNIT_ASSERT_EQ(test, count_nodes(net, 0), 1);
	play_back(net, from, to, 3);
	KUNIT_EXPECT_GT(test, net->stats[LNLB_STAT_FRAME_UNPROVEN], 10);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
}

/* the real one is believed in spite of it, and soon */
static void proof_costs_no_time(struct kunit *test)
{
	struct lnlb_net *net = keyed_net(test, 4);
	u64 start, took;
	int i;

	lnlb_net_crash(net, 1);
	lnlb_net_run(net, 2000);
	lnlb_net_start(net, 1, 100);
	lnlb_net_keys(net, 1, SECRET, NULL, false);
	start = net->now;
	while (count_nodes(net, 0) < 4 && net->now - start < 1000)
		lnlb_net_run(net, 1);
	KUNIT_EXPECT_LE(test, net->now - start, 20);
	while (!net->node[1].accepting && net->now - start < 3000)
		lnlb_net_run(net, 1);
	took = net->now - start;
	KUNIT_EXPECT_LE(test, took, LNLB_NET_DEAD_MS + 50);
	/* one that starts anew before it was missed is told apart at once */
	for (i = 1; i < 4; i++) {
		lnlb_net_crash(net, i);
		lnlb_net_start(net, i, 100);
		lnlb_net_keys(net, i, SECRET, NULL, false);
	}
	lnlb_net_run(net, 30);
	for (i = 1; i < 4; i++)
		KUNIT_EXPECT_EQ(test, net->node[0].core->peer[i - 1]->incarnation,
				net->node[i].core->params.incarnation);
	lnlb_net_run(net, 2000);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
}

static bool all_know_all(struct lnlb_net *net)
{
	int i;

	for (i = 0; i < LNLB_NET_NODES; i++)
		if (count_nodes(net, i) < LNLB_NET_NODES)
			return false;
	return true;
}

static void proof_gets_through_losses(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i, round;
	u64 start;
	u32 sent;

	net->loss_percent = 25;
	net->jitter_ms = 20;
	for (round = 0; round < 10; round++) {
		for (i = 0; i < LNLB_NET_NODES; i++) {
			lnlb_net_start(net, i, 100);
			lnlb_net_keys(net, i, SECRET, NULL, false);
		}
		start = net->now;
		while (!all_know_all(net) && net->now - start < 2000)
			lnlb_net_run(net, 1);
		KUNIT_EXPECT_LE(test, net->now - start, 1000);
		lnlb_net_run(net, 1000);
	}
	KUNIT_EXPECT_EQ(test, net->overlaps, 0);
	/* and then there is silence */
	net->loss_percent = 0;
	lnlb_net_run(net, 1000);
	KUNIT_EXPECT_TRUE(test, lnlb_net_owned(net));
	sent = net->node[0].frames;
	lnlb_net_run(net, 2000);
	KUNIT_EXPECT_LE(test, net->node[0].frames - sent, 26);
}

static struct kunit_case lnlb_auth_cases[] = {
	KUNIT_CASE(vectors_are_known),
	KUNIT_CASE(nodes_with_the_key_share),
	KUNIT_CASE(every_bit_is_signed),
	KUNIT_CASE(short_signatures_are_refused),
	KUNIT_CASE(strangers_are_refused_by_name),
	KUNIT_CASE(a_node_without_the_key_takes_nothing),
	KUNIT_CASE(forged_frames_change_nothing),
	KUNIT_CASE(forged_headers_cost_little),
	KUNIT_CASE(keys_change_without_a_word),
	KUNIT_CASE(a_roll_out_goes_unnoticed),
	KUNIT_CASE(no_signature_no_frame),
	KUNIT_CASE(recordings_are_not_believed),
	KUNIT_CASE(the_dead_do_not_return),
	KUNIT_CASE(proof_costs_no_time),
	KUNIT_CASE(proof_gets_through_losses),
	{}
};

static struct kunit_suite lnlb_auth_suite = {
	.name = "lnlb_auth",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_auth_cases,
};
kunit_test_suite(lnlb_auth_suite);
