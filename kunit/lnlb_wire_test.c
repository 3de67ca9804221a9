// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames: what is written is read, what is broken is refused for its reason.
 */
#include "lnlb_net.h"

#define HEADER	sizeof(struct lnlb_wire_header)

struct wire_test {
	u8 frame[LNLB_FRAME_MAX];
	struct lnlb_core_params params;
};

static int wire_init(struct kunit *test)
{
	struct wire_test *t = vzalloc(sizeof(*t));

	if (!t)
		return -ENOMEM;
	lnlb_net_params(&t->params, 7, 0x0102030405060708ULL);
	test->priv = t;
	return 0;
}

static void wire_exit(struct kunit *test)
{
	vfree(test->priv);
}

static size_t wire_state(struct wire_test *t, unsigned int n_heard)
{
	struct lnlb_wire_heard *heard;
	struct lnlb_wire_state *state;
	unsigned int i;

	lnlb_wire_begin(t->frame, LNLB_WIRE_STATE, &t->params);
	state = lnlb_wire_append(t->frame, sizeof(*state));
	state->version = cpu_to_be64(3);
	state->weight = cpu_to_be16(100);
	state->state = LNLB_NODE_ACTIVE;
	state->n_heard = cpu_to_be16(n_heard);
	for (i = 0; i < n_heard; i++) {
		heard = lnlb_wire_append(t->frame, sizeof(*heard));
		heard->id.mac[0] = 2;
		heard->id.mac[5] = i;
	}
	return lnlb_wire_seal(t->frame, 9);
}

static size_t wire_sessions(struct wire_test *t, unsigned int n, u8 len)
{
	struct lnlb_session_rec rec = { .tracker = 6, .len = len };
	struct lnlb_wire_sessions *sessions;

	lnlb_wire_begin(t->frame, LNLB_WIRE_SESSIONS, &t->params);
	sessions = lnlb_wire_append(t->frame, sizeof(*sessions));
	sessions->to.mac[0] = 2;
	sessions->chunk = cpu_to_be32(77);
	rec.owner = t->params.self;
	for (; n; n--) {
		rec.bucket = n;
		memset(rec.data, n, len);
		if (!lnlb_wire_add_record(t->frame, &rec))
			break;
	}
	return lnlb_wire_seal(t->frame, 9);
}

static size_t wire_plain(struct wire_test *t, u8 type, size_t body)
{
	u8 *data;

	lnlb_wire_begin(t->frame, type, &t->params);
	data = lnlb_wire_append(t->frame, body);
	if (type == LNLB_WIRE_KEEPALIVE)
		data[16] = LNLB_NODE_ACTIVE;
	if (type == LNLB_WIRE_SESSIONS_ACK)
		data[0] = 2;
	return lnlb_wire_seal(t->frame, 9);
}

static int wire_parse(struct wire_test *t, size_t len)
{
	struct lnlb_wire_frame frame;

	return lnlb_wire_parse(t->frame, len, &frame);
}

static void header_is_known(struct kunit *test)
{
	static const u8 expect[] = {
		'L', 'N', 'L', 'B', 1, 1, 0, 84, 0, 0, 0, 0,
		0x02, 0, 0, 0, 0, 7, 0, 0,
		1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 9,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 10,
		0x10, 0, 2, 24, 1, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		2, 0, 0, 0, 0, 0, 0, 0,
	};
	struct wire_test *t = test->priv;

	t->params.affinity = LNLB_AFFINITY_NETWORK;
	t->params.affinity_len = 24;
	t->params.mode = LNLB_MODE_MULTICAST;
	KUNIT_ASSERT_EQ(test, wire_plain(t, LNLB_WIRE_KEEPALIVE, 24),
			sizeof(expect));
	KUNIT_EXPECT_EQ(test, memcmp(t->frame, expect, sizeof(expect)), 0);
}

static void state_is_known(struct kunit *test)
{
	static const u8 expect[] = {
		0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 2, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0,
	};
	static const u8 heard[] = { 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
	struct wire_test *t = test->priv;
	struct lnlb_wire_frame frame;
	size_t len = wire_state(t, 2);

	KUNIT_ASSERT_EQ(test, len, HEADER + 44 + 512 + 24);
	KUNIT_EXPECT_EQ(test, memcmp(t->frame + HEADER, expect,
				     sizeof(expect)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(t->frame + len - 12, heard, 12), 0);
	KUNIT_ASSERT_EQ(test, lnlb_wire_parse(t->frame, len, &frame),
			(int)LNLB_STAT_FRAME_RX);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(frame.state->version), 3ULL);
	KUNIT_EXPECT_EQ(test, be16_to_cpu(frame.state->n_heard), 2);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(frame.header->sequence), 9ULL);
}

static void sessions_round_trip(struct kunit *test)
{
	struct wire_test *t = test->priv;
	struct lnlb_wire_frame frame;
	struct lnlb_session_rec rec;
	const u8 *pos;
	unsigned int n;

	KUNIT_ASSERT_EQ(test, lnlb_wire_parse(t->frame,
					      wire_sessions(t, 20, 40), &frame),
			(int)LNLB_STAT_FRAME_RX);
	KUNIT_ASSERT_EQ(test, be16_to_cpu(frame.sessions->n_records), 20);
	pos = (const u8 *)(frame.sessions + 1);
	for (n = 20; n; n--) {
		pos = lnlb_wire_record(pos, &rec);
		KUNIT_EXPECT_EQ(test, rec.bucket, n);
		KUNIT_EXPECT_EQ(test, rec.tracker, 6);
		KUNIT_EXPECT_EQ(test, rec.len, 40);
		KUNIT_EXPECT_EQ(test, rec.data[39], n);
		KUNIT_EXPECT_EQ(test, rec.owner.mac[5], 7);
	}
	/* as many as fit, and no byte more */
	KUNIT_EXPECT_LE(test, wire_sessions(t, 4000, 40),
			(size_t)LNLB_FRAME_MAX);
	KUNIT_EXPECT_EQ(test, wire_parse(t, LNLB_FRAME_MAX),
			(int)LNLB_STAT_FRAME_RX);
}

/* a frame cut short, and one whose header was cut to match */
static void expect_prefixes_refused(struct kunit *test, size_t len)
{
	struct wire_test *t = test->priv;
	struct lnlb_wire_header *header = (void *)t->frame;
	size_t i;

	KUNIT_ASSERT_EQ(test, wire_parse(t, len), (int)LNLB_STAT_FRAME_RX);
	for (i = 0; i < len; i++)
		KUNIT_ASSERT_EQ(test, wire_parse(t, i),
				(int)LNLB_STAT_FRAME_TRUNCATED);
	for (i = 0; i < len; i++) {
		header->length = cpu_to_be16(i);
		KUNIT_ASSERT_EQ(test, wire_parse(t, len),
				(int)LNLB_STAT_FRAME_LENGTH);
	}
}

static void prefixes_are_refused(struct kunit *test)
{
	struct wire_test *t = test->priv;

	expect_prefixes_refused(test, wire_plain(t, LNLB_WIRE_KEEPALIVE, 24));
	expect_prefixes_refused(test, wire_plain(t, LNLB_WIRE_LEAVE, 0));
	expect_prefixes_refused(test, wire_plain(t, LNLB_WIRE_SESSIONS_ACK,
						 16));
	expect_prefixes_refused(test, wire_state(t, LNLB_WIRE_HEARD_MAX));
	expect_prefixes_refused(test, wire_sessions(t, 10, 33));
}

static void padding_is_ignored(struct kunit *test)
{
	struct wire_test *t = test->priv;
	size_t len = wire_plain(t, LNLB_WIRE_LEAVE, 0);

	memset(t->frame + len, 0xee, 40);
	KUNIT_EXPECT_EQ(test, wire_parse(t, len + 40), (int)LNLB_STAT_FRAME_RX);
}

/* a newer node may say more, in due form */
static void extensions_are_skipped(struct kunit *test)
{
	struct wire_test *t = test->priv;
	u8 *extension;
	size_t len;

	wire_state(t, 3);
	extension = lnlb_wire_append(t->frame, 9);
	extension[0] = LNLB_WIRE_EXTENSION;
	extension[1] = 200;
	extension[3] = 5;
	len = lnlb_wire_seal(t->frame, 9);
	KUNIT_EXPECT_EQ(test, wire_parse(t, len), (int)LNLB_STAT_FRAME_RX);
	extension[3] = 6;
	KUNIT_EXPECT_EQ(test, wire_parse(t, len), (int)LNLB_STAT_FRAME_LENGTH);
}

struct wire_damage {
	u16 offset;
	u8 value;
	u16 stat;
};

static void expect_damage(struct kunit *test, size_t len,
			  const struct wire_damage *damage, size_t n)
{
	struct wire_test *t = test->priv;
	u8 old;

	for (; n; n--, damage++) {
		old = t->frame[damage->offset];
		t->frame[damage->offset] = damage->value;
		KUNIT_EXPECT_EQ(test, wire_parse(t, len), (int)damage->stat);
		t->frame[damage->offset] = old;
	}
}

static void damage_has_a_reason(struct kunit *test)
{
	static const struct wire_damage state[] = {
		{ 0, 'X', LNLB_STAT_FRAME_MAGIC },
		{ 3, 0, LNLB_STAT_FRAME_MAGIC },
		{ 4, 0, LNLB_STAT_FRAME_VERSION },
		{ 4, 2, LNLB_STAT_FRAME_VERSION },
		{ 5, 0, LNLB_STAT_FRAME_TYPE },
		{ 5, 6, LNLB_STAT_FRAME_TYPE },
		{ 6, 0xff, LNLB_STAT_FRAME_TRUNCATED },
		{ 8, 1, LNLB_STAT_FRAME_RESERVED },
		/* what is a body now is a signature then */
		{ 9, 1, LNLB_STAT_FRAME_LENGTH },
		{ 9, 2, LNLB_STAT_FRAME_RESERVED },
		{ 11, 1, LNLB_STAT_FRAME_RESERVED },
		{ 12, 3, LNLB_STAT_FRAME_RESERVED },
		{ 19, 1, LNLB_STAT_FRAME_RESERVED },
		{ HEADER + 25, 0, LNLB_STAT_FRAME_RESERVED },
		{ HEADER + 26, LNLB_NODE_WAITING, LNLB_STAT_FRAME_RESERVED },
		{ HEADER + 26, LNLB_NODE_STATE_MAX + 1,
		  LNLB_STAT_FRAME_RESERVED },
		{ HEADER + 27, LNLB_WEIGHT_SOURCE_MAX + 1,
		  LNLB_STAT_FRAME_RESERVED },
		{ HEADER + 28, 0x20, LNLB_STAT_FRAME_RESERVED },
		{ HEADER + 31, 1, LNLB_STAT_FRAME_RESERVED },
		{ HEADER + 40, 0xff, LNLB_STAT_FRAME_TOO_MANY_NODES },
		{ HEADER + 41, 4, LNLB_STAT_FRAME_LENGTH },
		{ HEADER + 41, 2, LNLB_STAT_FRAME_LENGTH },
		{ HEADER + 43, 1, LNLB_STAT_FRAME_RESERVED },
		/* not ascending, a group address */
		{ HEADER + 556 + 12 + 5, 0, LNLB_STAT_FRAME_RESERVED },
		{ HEADER + 556 + 12, 3, LNLB_STAT_FRAME_RESERVED },
	};
	static const struct wire_damage sessions[] = {
		{ HEADER + 0, 3, LNLB_STAT_FRAME_RESERVED },
		{ HEADER + 7, 3, LNLB_STAT_FRAME_LENGTH },
		{ HEADER + 7, 1, LNLB_STAT_FRAME_LENGTH },
		{ HEADER + 12, 1, LNLB_STAT_FRAME_RESERVED },
		{ HEADER + 16, 0x10, LNLB_STAT_FRAME_RESERVED },
		{ HEADER + 19, 0x80, LNLB_STAT_FRAME_RESERVED },
		{ HEADER + 20, 1, LNLB_STAT_FRAME_RESERVED },
		{ HEADER + 26, 65, LNLB_STAT_FRAME_RESERVED },
		{ HEADER + 26, 0xff, LNLB_STAT_FRAME_LENGTH },
		{ HEADER + 27, 1, LNLB_STAT_FRAME_RESERVED },
	};
	struct wire_test *t = test->priv;

	expect_damage(test, wire_state(t, 3), state, ARRAY_SIZE(state));
	expect_damage(test, wire_sessions(t, 2, 60), sessions,
		      ARRAY_SIZE(sessions));
}

static struct kunit_case lnlb_wire_cases[] = {
	KUNIT_CASE(header_is_known),
	KUNIT_CASE(state_is_known),
	KUNIT_CASE(sessions_round_trip),
	KUNIT_CASE(prefixes_are_refused),
	KUNIT_CASE(padding_is_ignored),
	KUNIT_CASE(extensions_are_skipped),
	KUNIT_CASE(damage_has_a_reason),
	{}
};

static struct kunit_suite lnlb_wire_suite = {
	.name = "lnlb_wire",
	.init = wire_init,
	.exit = wire_exit,
	.test_cases = lnlb_wire_cases,
};
kunit_test_suite(lnlb_wire_suite);
