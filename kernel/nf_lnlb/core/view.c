// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is there: peers, the graves of those that are gone, and the view that
 * all nodes have to agree on before buckets change hands.
 */
#include "private.h"

/**
 * lnlb_view_find() - look a peer up
 * @core: the node
 * @id: whom
 *
 * Return: the peer, NULL if unknown.
 */
struct lnlb_peer *lnlb_view_find(const struct lnlb_core *core,
				 const struct lnlb_node_id *id)
{
	unsigned int from = 0, to = core->n_peers, mid;
	int cmp;

	while (from < to) {
		mid = (from + to) / 2;
		cmp = lnlb_wire_id_cmp(&core->peer[mid]->id, id);
		if (!cmp)
			return core->peer[mid];
		if (cmp < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return NULL;
}

/**
 * lnlb_view_buried() - is this frame older than its sender's departure?
 * @core: the node
 * @id: sender
 * @incarnation: of the frame
 * @sequence: of the frame
 *
 * Return: true if it must not be believed.
 */
bool lnlb_view_buried(const struct lnlb_core *core,
		      const struct lnlb_node_id *id, u64 incarnation,
		      u64 sequence)
{
	const struct lnlb_tombstone *tomb = core->tombstone;

	for (; tomb < core->tombstone + LNLB_TOMBSTONES; tomb++)
		if (tomb->until > core->now &&
		    !lnlb_wire_id_cmp(&tomb->id, id) &&
		    (incarnation < tomb->incarnation ||
		     (incarnation == tomb->incarnation &&
		      sequence <= tomb->sequence)))
			return true;
	return false;
}

/**
 * lnlb_view_bury() - remember the last frame of a node that is gone
 * @core: the node
 * @id: who is gone
 * @incarnation: its last
 * @sequence: its last
 *
 * Takes the place of the node's earlier tombstone or else of the oldest one.
 */
void lnlb_view_bury(struct lnlb_core *core, const struct lnlb_node_id *id,
		    u64 incarnation, u64 sequence)
{
	struct lnlb_tombstone *tomb, *grave = core->tombstone;

	for (tomb = grave; tomb < core->tombstone + LNLB_TOMBSTONES; tomb++) {
		if (!lnlb_wire_id_cmp(&tomb->id, id)) {
			grave = tomb;
			break;
		}
		if (tomb->until < grave->until)
			grave = tomb;
	}
	grave->id = *id;
	grave->incarnation = incarnation;
	grave->sequence = sequence;
	grave->until = core->now + LNLB_TOMBSTONE_MS;
	lnlb_proof_renew(core);
}

/* peers from @index on move by one: the table's answers follow them */
static void lnlb_view_shift(struct lnlb_core *core, unsigned int index,
			    int step)
{
	unsigned int b;

	for (b = 0; b < LNLB_BUCKETS; b++)
		if (core->target[b] < LNLB_TARGET_SELF &&
		    core->target[b] >= index)
			core->target[b] += step;
}

/**
 * lnlb_view_add() - make the acquaintance of a node
 * @core: the node
 * @id: whom; not known so far
 * @incarnation: its
 *
 * Return: the new peer, NULL if there is no room or no memory.
 */
struct lnlb_peer *lnlb_view_add(struct lnlb_core *core,
				const struct lnlb_node_id *id, u64 incarnation)
{
	struct lnlb_peer *peer;
	unsigned int i;

	if (core->n_peers == LNLB_PEERS_MAX)
		return NULL;
	peer = core->ops->alloc(core->ctx, sizeof(*peer));
	if (!peer)
		return NULL;
	peer->id = *id;
	peer->incarnation = incarnation;
	peer->met_at = core->now;
	peer->met = ++core->met;
	peer->serial = ++core->serial;
	for (i = core->n_peers; i; i--) {
		if (lnlb_wire_id_cmp(&core->peer[i - 1]->id, id) < 0)
			break;
		core->peer[i] = core->peer[i - 1];
	}
	core->peer[i] = peer;
	core->n_peers++;
	lnlb_stranger_forget(core, id);
	lnlb_hearing_changed(core);
	lnlb_view_shift(core, i, 1);
	return peer;
}

/**
 * lnlb_view_forget() - a peer is gone
 * @core: the node
 * @peer: whom; freed
 */
void lnlb_view_forget(struct lnlb_core *core, struct lnlb_peer *peer)
{
	unsigned int i = 0, b;

	while (core->peer[i] != peer)
		i++;
	if (core->transfer.to == peer)
		lnlb_handover_abort(core);
	for (b = 0; b < LNLB_BUCKETS; b++)
		if (core->target[b] == i)
			core->target[b] = LNLB_TARGET_NONE;
	core->n_peers--;
	memmove(&core->peer[i], &core->peer[i + 1],
		(core->n_peers - i) * sizeof(core->peer[0]));
	lnlb_view_shift(core, i, -1);
	lnlb_view_bury(core, &peer->id, peer->incarnation,
		       peer->window.newest);
	core->ops->node_gone(core->ctx, &peer->id);
	core->ops->free(core->ctx, peer);
	lnlb_hearing_changed(core);
	core->dirty = true;
}

/**
 * lnlb_view_expire() - forget peers that were silent for too long
 * @core: the node
 */
void lnlb_view_expire(struct lnlb_core *core)
{
	struct lnlb_peer *peer;
	unsigned int i = core->n_peers;

	while (i--) {
		peer = core->peer[i];
		if (!lnlb_core_passed(core, peer->heard_at,
				      core->timers.dead_interval_ms))
			continue;
		lnlb_core_event(core, LNLB_EVENT_NODE_DEAD, peer,
				"not heard for the dead interval");
		lnlb_view_forget(core, peer);
	}
}

static u64 lnlb_view_fold(u64 digest, const struct lnlb_node_id *id,
			  u64 incarnation, u64 epoch, u16 weight, u8 state)
{
	digest = lnlb_table_mix(digest ^ lnlb_table_seed(id));
	digest = lnlb_table_mix(digest ^ incarnation);
	digest = lnlb_table_mix(digest ^ epoch);
	return lnlb_table_mix(digest ^ ((u64)state << 16 | weight));
}

static u64 lnlb_view_fold_self(const struct lnlb_core *core, u64 digest)
{
	if (core->excluded)
		return digest;
	return lnlb_view_fold(digest, &core->params.self,
			      core->params.incarnation, core->epoch,
			      core->weight, core->state);
}

static u64 lnlb_view_digest(const struct lnlb_core *core)
{
	const struct lnlb_peer *peer;
	u64 digest = LNLB_WIRE_MAGIC;
	bool self = false;
	unsigned int i;

	for (i = 0; i < core->n_peers; i++) {
		peer = core->peer[i];
		if (!self &&
		    lnlb_wire_id_cmp(&core->params.self, &peer->id) < 0) {
			digest = lnlb_view_fold_self(core, digest);
			self = true;
		}
		if (!lnlb_peer_out(peer))
			digest = lnlb_view_fold(digest, &peer->id,
						peer->incarnation, peer->epoch,
						peer->weight, peer->state);
	}
	return self ? digest : lnlb_view_fold_self(core, digest);
}

static void lnlb_view_table_node(struct lnlb_core *core, unsigned int n,
				 const struct lnlb_node_id *id, u16 weight)
{
	core->nodes[n].id = *id;
	core->nodes[n].weight = weight;
}

/* table indices count the active nodes in the order of their ids */
static void lnlb_view_targets(struct lnlb_core *core)
{
	u16 owner, map[LNLB_NODES_MAX];
	unsigned int i, n = 0;
	bool self = core->state != LNLB_NODE_ACTIVE || core->excluded;

	for (i = 0; i <= core->n_peers; i++) {
		if (!self && (i == core->n_peers ||
			      lnlb_wire_id_cmp(&core->params.self,
					       &core->peer[i]->id) < 0)) {
			lnlb_view_table_node(core, n, &core->params.self,
					     core->weight);
			map[n++] = LNLB_TARGET_SELF;
			self = true;
		}
		if (i < core->n_peers && !lnlb_peer_out(core->peer[i]) &&
		    core->peer[i]->state == LNLB_NODE_ACTIVE) {
			lnlb_view_table_node(core, n, &core->peer[i]->id,
					     core->peer[i]->weight);
			map[n++] = i;
		}
	}
	lnlb_table_build(&core->table, core->nodes, n);
	for (i = 0; i < LNLB_BUCKETS; i++) {
		owner = core->table.owner[i];
		core->target[i] = n ? map[owner] : LNLB_TARGET_NONE;
	}
}

/**
 * lnlb_view_adopt() - if the view is another one than before, go by it
 * @core: the node
 *
 * Claims and releases wait until the others have adopted it as well and have
 * seen that we have.
 */
void lnlb_view_adopt(struct lnlb_core *core)
{
	u64 digest = lnlb_view_digest(core);

	if (digest == core->digest)
		return;
	core->digest = digest;
	lnlb_core_changed(core);
	core->adopt_version = core->version;
	lnlb_view_targets(core);
	lnlb_handover_abort(core);
	core->moving = true;
	core->review = true;
	core->dirty = true;
}
