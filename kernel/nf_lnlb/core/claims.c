// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who takes new sessions of a bucket (promise S1: at most one node).
 *
 * A claim is what a node says of itself in each STATE; it accepts new sessions
 * of a bucket only while it claims it. X claims bucket b when its table says
 * so and the latest STATE of each live peer P
 *   (1) carries the digest of X's view,
 *   (2) acknowledges a version of X that is not older than X's adoption of it,
 *   (3) does not claim b,
 *   (4) is settled, so that X knows of the sessions that stay elsewhere.
 *
 * Why no two nodes that hear each other claim b at once. Say Y claims first, by
 * view E, and X later, by view D. D is not E, as one view has one target for b.
 * X has a STATE of Y with digest D that does not claim b: Y sent it before it
 * claimed b, and has adopted E since. To claim, Y had to have a STATE of X with
 * digest E that acknowledges Y's adoption of E. X sent that at some time u.
 *   If X claims after u: X knew then of Y's adoption of E, which is newer than
 * the STATE with digest D, and sequence numbers only grow: that STATE was not
 * Y's latest any more. (Had Y adopted D once again after E, it would have had
 * to claim b in a STATE with digest D, or let go of it.)
 *   If X claims before u: the STATE of time u claims b, by (3) Y did not.
 * Buckets that are frozen for hand-over are claimed, but not accepted.
 *
 * Nor does X claim while a node is near that is not known (stranger.c). One that
 * has shut itself out (hearing.c) is no peer in this, whatever made it do so: its
 * latest STATE claims nothing, and to claim it needs X in a view that has it in
 * it. One that hears
 * nobody and was shut out is a partition; that ends as partitions do.
 */
#include "private.h"

/**
 * lnlb_claims_accept() - take new sessions of a bucket, or no more
 * @core: the node
 * @bucket: which
 * @accept: what to do
 */
void lnlb_claims_accept(struct lnlb_core *core, u16 bucket, bool accept)
{
	if (accept)
		lnlb_bit_set(core->accept, bucket);
	else
		lnlb_bit_clear(core->accept, bucket);
	core->ops->accept(core->ctx, bucket, accept);
}

/*
 * Two nodes claim a bucket, after a partition. Who keeps it depends on nothing
 * but their names and the bucket: they may be in different views, and one of
 * them must not get all.
 */
static bool lnlb_claims_loses(const struct lnlb_core *core,
			      const struct lnlb_peer *peer, u16 bucket)
{
	u64 ours = lnlb_table_score(lnlb_table_seed(&core->params.self),
				    bucket, 1);
	u64 theirs = lnlb_table_score(lnlb_table_seed(&peer->id), bucket, 1);

	if (ours != theirs)
		return ours > theirs;
	return lnlb_wire_id_cmp(&core->params.self, &peer->id) > 0;
}

/* Return: whether a bucket was lost */
static bool lnlb_claims_settle(struct lnlb_core *core, struct lnlb_peer *peer)
{
	bool lost = false, kept = false;
	unsigned int i, b;

	for (i = 0; i < LNLB_WORDS; i++) {
		if (!(lnlb_bit_word(core->claims, i) &
		      lnlb_bit_word(peer->claims, i)))
			continue;
		for (b = i * 64; b < i * 64 + 64; b++) {
			if (!lnlb_bit_test(core->claims, b) ||
			    !lnlb_bit_test(peer->claims, b))
				continue;
			if (!lnlb_claims_loses(core, peer, b)) {
				kept = true;
				continue;
			}
			if (lnlb_bit_test(core->accept, b))
				lnlb_claims_accept(core, b, false);
			lnlb_bit_clear(core->claims, b);
			lost = true;
		}
	}
	if (kept && !peer->contested)
		lnlb_core_event(core, LNLB_EVENT_SETTLED, peer,
				"both had claimed the same buckets");
	peer->contested = kept;
	return lost;
}

/**
 * lnlb_claims_allowed() - may buckets change hands, as far as conditions (1),
 * (2) and (4) go?
 * @core: the node
 *
 * Not while there is somebody who is live without being a peer.
 *
 * Return: true if so.
 */
bool lnlb_claims_allowed(const struct lnlb_core *core)
{
	unsigned int i;

	if (lnlb_stranger_near(core))
		return false;
	for (i = 0; i < core->n_peers; i++)
		if (!lnlb_peer_out(core->peer[i]) &&
		    (!lnlb_core_in_step(core, core->peer[i]) ||
		     !core->peer[i]->settled))
			return false;
	return true;
}

/* Return: whether a bucket was claimed that was not */
static bool lnlb_claims_take_one(struct lnlb_core *core, u16 bucket)
{
	bool claimed = lnlb_bit_test(core->claims, bucket);

	if (core->target[bucket] != LNLB_TARGET_SELF)
		return false;
	if (!claimed) {
		lnlb_bit_set(core->claims, bucket);
		core->sent_to[bucket] = LNLB_TARGET_NONE;
	}
	lnlb_claims_accept(core, bucket, true);
	return !claimed;
}

static void lnlb_claims_take(struct lnlb_core *core)
{
	bool changed = false;
	unsigned int i;
	u64 left;

	/* frozen ones, too: others may have sessions there since a partition */
	if (!lnlb_claims_allowed(core))
		return;
	for (i = 0; i < LNLB_WORDS; i++) {
		left = ~(lnlb_bit_word(core->accept, i) |
			 lnlb_bit_word(core->others, i));
		for (; left; left &= left - 1)
			changed |= lnlb_claims_take_one(core, i * 64 +
							__ffs64(left));
	}
	if (changed)
		lnlb_core_changed(core);
}

bool lnlb_core_complete(const struct lnlb_core *core)
{
	unsigned int i;

	if (!core->running || core->fenced || core->now < core->refused_until ||
	    !lnlb_claims_allowed(core))
		return false;
	/* settled nodes have told the targets, not who is still to hand over */
	if (core->moving)
		return false;
	/* nor who is no target and nobody's peer in step */
	for (i = 0; i < core->n_peers; i++)
		if (lnlb_peer_out(core->peer[i]))
			return false;
	for (i = 0; i < LNLB_WORDS; i++)
		if (lnlb_bit_word(core->accept, i) &
		    lnlb_bit_word(core->others, i))
			return false;
	return true;
}

/**
 * lnlb_claims_update() - take what may be taken, stop where somebody else won
 * @core: the node
 */
void lnlb_claims_update(struct lnlb_core *core)
{
	struct lnlb_peer *peer;
	unsigned int i, j;
	bool lost = false;

	if (!core->dirty)
		return;
	core->dirty = false;
	memset(core->others, 0, sizeof(core->others));
	for (i = 0; i < core->n_peers; i++) {
		peer = core->peer[i];
		if (peer->shut)
			continue;
		lost |= lnlb_claims_settle(core, peer);
		for (j = 0; j < LNLB_WORDS; j++)
			lnlb_bit_merge(core->others, peer->claims, j);
	}
	/* sessions that are just being made stay here, and are to be known */
	if (lost) {
		lnlb_core_barrier(core);
		lnlb_handover_abort(core);
		core->review = true;
		lnlb_core_changed(core);
	}
	if (core->state == LNLB_NODE_ACTIVE && !core->fenced)
		lnlb_claims_take(core);
	/* a stranger goes without a word, look again */
	core->dirty = lnlb_stranger_near(core);
}

/**
 * lnlb_claims_drop() - give up all claims at once, without hand-over
 * @core: the node
 *
 * Sessions are announced to the buckets' new owners afterwards, as for any
 * bucket that is not claimed.
 */
void lnlb_claims_drop(struct lnlb_core *core)
{
	unsigned int b;

	lnlb_bit_for_each(b, core->accept)
		lnlb_claims_accept(core, b, false);
	if (memchr_inv(core->claims, 0, sizeof(core->claims)))
		lnlb_core_barrier(core);
	lnlb_handover_abort(core);
	memset(core->claims, 0, sizeof(core->claims));
	lnlb_core_changed(core);
	core->review = true;
	core->dirty = true;
}

/**
 * lnlb_claims_report() - send an event if the number of claims has changed
 * @core: the node
 */
void lnlb_claims_report(struct lnlb_core *core)
{
	u32 claims = lnlb_bit_count(core->claims);

	if (claims == core->reported_claims)
		return;
	core->reported_claims = claims;
	lnlb_core_event(core, LNLB_EVENT_CLAIMS, NULL, "buckets changed hands");
}
