// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions on their way to the nodes that are to own their buckets, a batch of
 * buckets at a time, frame by frame, each repeated until it is acknowledged.
 *
 * Buckets that we claim and that are to be another node's are frozen first:
 * no new sessions, and a barrier so that all there are can be read. When the
 * other node has them, the claims are given up. Frozen buckets stay so when a
 * transfer is aborted, as others may have sessions there that only the node that
 * is to own them knows of. A new one starts over, with these.
 *
 * Nobody gets new sessions of a frozen bucket, so a batch that takes more than
 * some frames is cut short: what is through is given up, what is not is thawed.
 *
 * Sessions that stay with us in buckets that we do not claim must be known to
 * the bucket's new owner each time that changes. Until then we are not settled
 * and nobody claims anything, see claims.c. To tell them once more, as what
 * others know is soft state, is the last thing to do and holds nothing up.
 */
#include "private.h"

/* does @bucket hold sessions that its owner-to-be has not got from us? */
static bool lnlb_handover_owed(const struct lnlb_core *core, u16 bucket)
{
	if (lnlb_bit_test(core->claims, bucket))
		return false;
	return lnlb_core_target_peer(core, bucket) &&
	       core->sent_to[bucket] != core->target[bucket] &&
	       core->ops->has_sessions(core->ctx, bucket);
}

/* is @bucket ours, and to be another node's? */
static bool lnlb_handover_ripe(const struct lnlb_core *core, u16 bucket)
{
	return lnlb_bit_test(core->claims, bucket) &&
	       lnlb_core_target_peer(core, bucket);
}

/* is the node that is to have @bucket to be reminded of our sessions in it? */
static bool lnlb_handover_stale(struct lnlb_core *core, u16 bucket)
{
	if (!lnlb_bit_test(core->old, bucket))
		return false;
	if (!lnlb_bit_test(core->claims, bucket) &&
	    lnlb_core_target_peer(core, bucket) &&
	    core->ops->has_sessions(core->ctx, bucket))
		return true;
	lnlb_bit_clear(core->old, bucket);
	return false;
}

static bool lnlb_handover_due_bucket(struct lnlb_core *core, u16 bucket)
{
	switch (core->transfer.why) {
	case LNLB_TRANSFER_OWED:
		return lnlb_handover_owed(core, bucket);
	case LNLB_TRANSFER_HANDOVER:
		return lnlb_handover_ripe(core, bucket);
	default:
		return lnlb_handover_stale(core, bucket);
	}
}

/* Return: the next bucket from @bucket on that may be due */
static unsigned int lnlb_handover_next_bucket(const struct lnlb_core *core,
					      unsigned int bucket)
{
	switch (core->transfer.why) {
	case LNLB_TRANSFER_OWED:
		return lnlb_bit_next_zero(core->claims, bucket);
	case LNLB_TRANSFER_HANDOVER:
		return lnlb_bit_next(core->claims, bucket);
	default:
		return lnlb_bit_next(core->old, bucket);
	}
}

static void lnlb_handover_add(struct lnlb_core *core, bool accepted,
			      unsigned int max)
{
	struct lnlb_transfer *t = &core->transfer;
	struct lnlb_peer *peer;
	unsigned int b;

	for (b = lnlb_handover_next_bucket(core, 0);
	     b < LNLB_BUCKETS && t->n < max;
	     b = lnlb_handover_next_bucket(core, b + 1)) {
		peer = lnlb_core_target_peer(core, b);
		if (lnlb_bit_test(core->accept, b) != accepted ||
		    (t->to && peer != t->to) ||
		    !lnlb_handover_due_bucket(core, b))
			continue;
		t->to = peer;
		t->bucket[t->n++] = b;
	}
}

static void lnlb_handover_pick(struct lnlb_core *core,
			       enum lnlb_transfer_why why)
{
	bool handover = why == LNLB_TRANSFER_HANDOVER;
	u32 max = handover ? core->batch : LNLB_BATCH;

	core->transfer.n = 0;
	core->transfer.why = why;
	lnlb_handover_add(core, false, max);
	if (handover)
		lnlb_handover_add(core, true, max);
}

static void lnlb_handover_freeze(struct lnlb_core *core, u16 bucket)
{
	if (lnlb_bit_test(core->accept, bucket))
		lnlb_claims_accept(core, bucket, false);
}

/* give up buckets that are to be nobody's, and see whether others are left */
static void lnlb_handover_abandon(struct lnlb_core *core)
{
	bool any = false;
	unsigned int b;

	core->moving = false;
	lnlb_bit_for_each(b, core->claims) {
		if (core->target[b] == LNLB_TARGET_SELF)
			continue;
		if (core->target[b] != LNLB_TARGET_NONE) {
			core->moving = true;
			continue;
		}
		lnlb_handover_freeze(core, b);
		lnlb_bit_clear(core->claims, b);
		any = true;
	}
	if (!any)
		return;
	lnlb_core_barrier(core);
	lnlb_core_changed(core);
}

static void lnlb_handover_start(struct lnlb_core *core)
{
	struct lnlb_transfer *t = &core->transfer;
	unsigned int i;

	if (!core->settled) {
		lnlb_handover_pick(core, LNLB_TRANSFER_OWED);
		core->review = !t->to;	/* sessions may have ended since */
		lnlb_handover_review(core);
	}
	/* who is to have them could not claim them earlier, either */
	if (!t->to && core->moving && lnlb_claims_allowed(core))
		lnlb_handover_pick(core, LNLB_TRANSFER_HANDOVER);
	if (!t->to && core->refreshing) {
		lnlb_handover_pick(core, LNLB_TRANSFER_REFRESH);
		core->refreshing = t->to;
	}
	if (!t->to)
		return;
	t->frames = 0;
	t->pos = 0;
	t->cursor = 0;
	t->loaded = false;
	t->waiting = false;
	if (t->why != LNLB_TRANSFER_HANDOVER)
		return;
	for (i = 0; i < t->n; i++)
		lnlb_handover_freeze(core, t->bucket[i]);
	lnlb_core_barrier(core);
}

/* others speak for the sessions that stay with them */
static bool lnlb_handover_wanted(const struct lnlb_core *core,
				 const struct lnlb_session_rec *rec)
{
	return rec->len <= LNLB_SESSION_DATA_MAX &&
	       !lnlb_wire_id_cmp(&rec->owner, &core->params.self);
}

static bool lnlb_handover_next(struct lnlb_core *core)
{
	struct lnlb_transfer *t = &core->transfer;

	while (t->pos < t->n) {
		memset(&t->rec, 0, sizeof(t->rec));
		if (core->ops->save(core->ctx, t->bucket[t->pos], &t->cursor,
				    &t->rec) <= 0) {
			t->pos++;
			t->cursor = 0;
			continue;
		}
		t->rec.bucket = t->bucket[t->pos];
		t->rec.flags = 0;
		if (lnlb_handover_wanted(core, &t->rec))
			return true;
	}
	return false;
}

/* Return: false if there was nothing left to put into the frame */
static bool lnlb_handover_fill(struct lnlb_core *core)
{
	struct lnlb_transfer *t = &core->transfer;
	struct lnlb_wire_sessions *sessions;

	lnlb_wire_begin(t->frame, LNLB_WIRE_SESSIONS, &core->params);
	sessions = lnlb_wire_append(t->frame, sizeof(*sessions));
	sessions->to = t->to->id;
	core->chunk += core->chunk == U32_MAX ? 2 : 1;
	t->chunk = core->chunk;
	sessions->chunk = cpu_to_be32(t->chunk);
	t->frames++;
	while (t->loaded || lnlb_handover_next(core)) {
		t->loaded = !lnlb_wire_add_record(t->frame, &t->rec);
		if (t->loaded)
			break;
	}
	return sessions->n_records != 0;
}

static void lnlb_handover_send(struct lnlb_core *core)
{
	struct lnlb_transfer *t = &core->transfer;
	/* not so long that others wait for it after a fault has passed */
	u32 max = clamp(2 * core->timers.keepalive_interval_ms,
			(u32)LNLB_RESEND_MIN_MS, (u32)LNLB_RESEND_MAX_MS);

	lnlb_send_gone_now(core);
	lnlb_send_frame(core, &t->to->id, t->frame);
	t->resend_at = core->now + t->backoff_ms;
	t->backoff_ms = min(t->backoff_ms * 2, max);
	t->waiting = true;
}

static void lnlb_handover_finish(struct lnlb_core *core)
{
	struct lnlb_transfer *t = &core->transfer;
	lnlb_place_t to = lnlb_view_place(core, t->to);
	unsigned int i;

	for (i = 0; i < t->n; i++) {
		core->sent_to[t->bucket[i]] = to;
		lnlb_bit_clear(core->claims, t->bucket[i]);
		lnlb_bit_clear(core->old, t->bucket[i]);
	}
	if (t->why == LNLB_TRANSFER_HANDOVER)
		lnlb_core_changed(core);
	else
		core->review = true;
	t->to = NULL;
}

/* the batch takes too long: go on with what is left of it later */
static void lnlb_handover_cut(struct lnlb_core *core)
{
	struct lnlb_transfer *t = &core->transfer;
	unsigned int i;

	if (t->why != LNLB_TRANSFER_HANDOVER || !t->pos || t->pos == t->n ||
	    t->frames < LNLB_BATCH_FRAMES)
		return;
	for (i = t->pos; i < t->n; i++)
		lnlb_claims_accept(core, t->bucket[i], true);
	t->n = t->pos;
	t->loaded = false;
	core->batch = t->pos;
}

/**
 * lnlb_handover_review() - find out whether this node is settled
 * @core: the node
 */
void lnlb_handover_review(struct lnlb_core *core)
{
	bool settled = true;
	unsigned int b;

	if (!core->review)
		return;
	core->review = false;
	for (b = lnlb_bit_next_zero(core->claims, 0);
	     b < LNLB_BUCKETS && settled;
	     b = lnlb_bit_next_zero(core->claims, b + 1))
		settled = !lnlb_handover_owed(core, b);
	if (settled == core->settled)
		return;
	core->settled = settled;
	lnlb_core_changed(core);
}

/**
 * lnlb_handover_run() - go on with the transfer, or start one
 * @core: the node
 *
 * At most one batch at a time, so that a tick takes no longer than a barrier.
 */
void lnlb_handover_run(struct lnlb_core *core)
{
	struct lnlb_transfer *t = &core->transfer;

	if (t->to && t->why == LNLB_TRANSFER_REFRESH &&
	    (!core->settled || core->moving))
		t->to = NULL;
	if (!t->to) {
		if (core->moving)
			lnlb_handover_abandon(core);
		lnlb_handover_start(core);
	}
	if (!t->to)
		return;
	if (t->waiting) {
		if (core->now >= t->resend_at)
			lnlb_handover_send(core);
		return;
	}
	lnlb_handover_cut(core);
	if (lnlb_handover_fill(core)) {
		lnlb_handover_send(core);
		return;
	}
	if (t->frames < LNLB_BATCH_FRAMES / 2)
		core->batch = min(core->batch * 2, (u32)LNLB_BATCH);
	lnlb_handover_finish(core);
	lnlb_handover_review(core);
}

/**
 * lnlb_handover_abort() - leave a transfer that has lost its purpose
 * @core: the node
 */
void lnlb_handover_abort(struct lnlb_core *core)
{
	core->transfer.to = NULL;
	core->dirty = true;
}

/**
 * lnlb_handover_acked() - a peer has got a frame of sessions
 * @core: the node
 * @peer: who says so
 * @chunk: which
 */
void lnlb_handover_acked(struct lnlb_core *core, const struct lnlb_peer *peer,
			 u32 chunk)
{
	struct lnlb_transfer *t = &core->transfer;

	if (t->to != peer || !t->waiting || t->chunk != chunk)
		return;
	t->waiting = false;
	/* only this is progress: a transfer that starts over is none */
	t->backoff_ms = LNLB_RESEND_MIN_MS;
}

/**
 * lnlb_handover_told() - has a peer been told of our sessions in a bucket?
 * @core: the node
 * @peer: the peer
 * @bucket: the bucket
 *
 * Return: true if it has, or is just being told.
 */
bool lnlb_handover_told(const struct lnlb_core *core,
			const struct lnlb_peer *peer, u16 bucket)
{
	lnlb_place_t sent_to = core->sent_to[bucket];

	return core->transfer.to == peer ||
	       (sent_to < core->n_peers && core->peer[sent_to] == peer);
}

/**
 * lnlb_handover_due() - when does the transfer want the next tick?
 * @core: the node
 *
 * Return: that time, ms; U64_MAX if only a frame can move it on.
 */
u64 lnlb_handover_due(const struct lnlb_core *core)
{
	const struct lnlb_transfer *t = &core->transfer;

	if (t->to)
		return t->waiting ? t->resend_at : core->now;
	if (!core->settled || core->refreshing ||
	    (core->moving && lnlb_claims_allowed(core)))
		return core->now;
	return U64_MAX;
}
