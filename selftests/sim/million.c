// SPDX-License-Identifier: GPL-2.0-only
/*
 * A million sessions on one node, and another one that joins: memory and frames
 * are bounded, and no bucket is nobody's for long.
 */
#include "sim.h"

#define PER_BUCKET	245
#define QUEUE		64
#define KEEPALIVE_MS	100
#define DEAD_MS		500
/* one bucket's frames, a round trip of 2 ms and a tick each, and the STATEs */
#define FREEZE_MS	60
#define FRAMES		4	/* of a node in a millisecond */

struct side {
	struct lnlb_core *core;
	struct lnlb_core_params params;
	struct side *other;
	u8 accept[LNLB_WIRE_CLAIMS];
	u64 next_tick;
	unsigned int n;
	unsigned int frames;
	size_t len[QUEUE];
	u8 frame[QUEUE][LNLB_FRAME_MAX];
};

static struct side sides[2];
static u64 now, longest, frozen_at[LNLB_BUCKETS], told;
static size_t memory;
static unsigned int most_frames;

static void *op_alloc(void *ctx, size_t size)
{
	(void)ctx;
	memory += size;
	return calloc(1, size);
}

static void op_free(void *ctx, void *mem)
{
	(void)ctx;
	free(mem);
}

static void op_send(void *ctx, const struct lnlb_node_id *to, const u8 *frame,
		    size_t len)
{
	struct side *side = ctx, *other = side->other;

	(void)to;
	most_frames = max(most_frames, ++side->frames);
	if (other->n == QUEUE)
		return;
	other->len[other->n] = len;
	memcpy(other->frame[other->n++], frame, len);
}

static void op_accept(void *ctx, u16 bucket, bool accept)
{
	struct side *side = ctx;

	if (!accept) {
		frozen_at[bucket] = now;
		lnlb_bit_clear(side->accept, bucket);
		return;
	}
	if (frozen_at[bucket])
		longest = max(longest, now - frozen_at[bucket]);
	frozen_at[bucket] = 0;
	lnlb_bit_set(side->accept, bucket);
}

static void op_barrier(void *ctx)
{
	(void)ctx;
}

static bool op_has_sessions(void *ctx, u16 bucket)
{
	(void)bucket;
	return ctx == &sides[0];
}

static int op_save(void *ctx, u16 bucket, u64 *cursor,
		   struct lnlb_session_rec *rec)
{
	struct side *side = ctx;

	if (side != &sides[0] || *cursor == PER_BUCKET)
		return 0;
	++*cursor;
	rec->bucket = bucket;
	rec->owner = side->params.self;
	rec->len = 18;
	return 1;
}

static int op_load(void *ctx, const struct lnlb_node_id *from,
		   struct lnlb_session_rec *rec)
{
	(void)ctx;
	(void)from;
	(void)rec;
	told++;
	return 0;
}

static void op_node_gone(void *ctx, const struct lnlb_node_id *node)
{
	(void)ctx;
	(void)node;
}

static void op_event(void *ctx, const struct lnlb_core_event *event)
{
	(void)ctx;
	(void)event;
}

static const struct lnlb_core_ops ops = {
	.alloc = op_alloc,
	.free = op_free,
	.send = op_send,
	.accept = op_accept,
	.barrier = op_barrier,
	.has_sessions = op_has_sessions,
	.save = op_save,
	.load = op_load,
	.node_gone = op_node_gone,
	.event = op_event,
};

static void start(unsigned int i)
{
	const struct lnlb_core_timers timers = { 7000, KEEPALIVE_MS, DEAD_MS };
	struct side *side = &sides[i];

	side->other = &sides[!i];
	side->params.self.mac[0] = 2;
	side->params.self.mac[5] = i;
	side->params.incarnation = 1;
	side->core = lnlb_core_new(&side->params, &timers, &ops, side);
	lnlb_core_set_weight(side->core, 100, LNLB_WEIGHT_MANUAL);
	lnlb_core_start(side->core, 1, now);
}

static void step(struct side *side)
{
	static u8 frame[QUEUE][LNLB_FRAME_MAX];
	unsigned int i, n = side->n;
	size_t len[QUEUE];

	if (!side->core)
		return;
	memcpy(frame, side->frame, sizeof(frame));
	memcpy(len, side->len, sizeof(len));
	side->n = 0;
	side->frames = 0;
	for (i = 0; i < n; i++)
		lnlb_core_rx(side->core, frame[i], len[i],
			     side->other->params.self.mac, now);
	if (n || now >= side->next_tick)
		side->next_tick = lnlb_core_tick(side->core, now);
}

/**
 * sim_million() - hand half of a million sessions' buckets over
 *
 * Return: whether all was within its bounds.
 */
bool sim_million(void)
{
	u64 begin = 2 * DEAD_MS;
	u32 share = 0;
	bool good;

	for (now = 1; now < 600000 && share < LNLB_BUCKETS / 2; now++) {
		if (now == 1)
			start(0);
		if (now == begin)
			start(1);
		step(&sides[0]);
		step(&sides[1]);
		share = lnlb_bit_count(sides[1].accept);
	}
	good = share == LNLB_BUCKETS / 2 && longest <= FREEZE_MS &&
	       most_frames <= FRAMES &&
	       told >= (u64)PER_BUCKET * LNLB_BUCKETS / 2;
	printf("# a million sessions: %u buckets moved in %.1f s with %llu sessions; longest freeze %llu ms, most frames of a node in a tick %u, %zu bytes of memory\n",
	       share, (double)(now - begin - DEAD_MS) / 1000,
	       (unsigned long long)told, (unsigned long long)longest,
	       most_frames, memory);
	lnlb_core_free(sides[0].core);
	lnlb_core_free(sides[1].core);
	return good;
}
