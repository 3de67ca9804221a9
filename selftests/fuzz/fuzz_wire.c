// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: the frame parser, and reading all that it lets through.
 */
#include "fuzz.h"
#include "node.h"

/* where results go that nobody needs */
static volatile uint32_t fuzz_sink;

/* records that were read are written as they were */
static void read_sessions(const struct lnlb_wire_frame *frame)
{
	const struct lnlb_wire_sessions *sessions = frame->sessions;
	unsigned int i, n = be16_to_cpu(sessions->n_records);
	const u8 *start = (const u8 *)(sessions + 1), *pos = start;
	bool fits = true;
	struct lnlb_core_params params;
	struct lnlb_session_rec rec;
	u8 out[LNLB_FRAME_MAX];

	node_params(&params, 1);
	lnlb_wire_begin(out, LNLB_WIRE_SESSIONS, &params);
	CHECK(lnlb_wire_append(out, sizeof(*sessions)));
	for (i = 0; i < n; i++) {
		pos = lnlb_wire_record(pos, &rec);
		CHECK(rec.bucket < LNLB_BUCKETS);
		CHECK(rec.len <= LNLB_SESSION_DATA_MAX);
		CHECK(!(rec.flags & ~LNLB_SESSION_FLAGS));
		/* who writes leaves room for a signature */
		fits = fits && lnlb_wire_add_record(out, &rec);
	}
	CHECK(pos == frame->extensions);
	CHECK(!fits || !memcmp(out + sizeof(*frame->header) +
			       sizeof(*sessions), start, pos - start));
}

static void read_state(const struct lnlb_wire_frame *frame)
{
	const struct lnlb_wire_state *state = frame->state;
	unsigned int i, n = be16_to_cpu(state->n_heard);
	u32 sum = lnlb_bit_count(state->claims);

	CHECK(n <= LNLB_WIRE_HEARD_MAX && state->weight);
	CHECK(state->state && state->state <= LNLB_NODE_STATE_MAX);
	for (i = 0; i < n; i++)
		sum += be16_to_cpu(state->heard[i].met) +
		       be32_to_cpu(state->heard[i].version);
	/* the reads are not to be optimised away */
	fuzz_sink = sum;
}

static void read_body(const struct lnlb_wire_frame *frame)
{
	switch (frame->header->type) {
	case LNLB_WIRE_KEEPALIVE:
		CHECK(frame->keepalive->state <= LNLB_NODE_STATE_MAX);
		break;
	case LNLB_WIRE_STATE:
		read_state(frame);
		break;
	case LNLB_WIRE_SESSIONS:
		read_sessions(frame);
		break;
	case LNLB_WIRE_SESSIONS_ACK:
		fuzz_sink = be32_to_cpu(frame->ack->chunk);
		break;
	default:
		CHECK(frame->header->type == LNLB_WIRE_LEAVE);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lnlb_wire_frame frame, again;
	size_t len;
	int stat;

	stat = lnlb_wire_parse(data, size, &frame);
	CHECK(stat >= LNLB_STAT_FRAME_RX && stat <= LNLB_STAT_MAX);
	if (stat != LNLB_STAT_FRAME_RX)
		return 0;
	len = be16_to_cpu(frame.header->length);
	CHECK(len <= size && len <= LNLB_FRAME_MAX);
	CHECK(frame.end == data + len - (lnlb_wire_signed(frame.header) ?
					 sizeof(struct lnlb_wire_trailer) : 0));
	CHECK(frame.extensions && frame.extensions <= frame.end);
	read_body(&frame);
	/* padding means nothing, a missing byte means all */
	CHECK(lnlb_wire_parse(data, len, &again) == LNLB_STAT_FRAME_RX);
	CHECK(lnlb_wire_parse(data, len - 1, &again) != LNLB_STAT_FRAME_RX);
	return 0;
}
