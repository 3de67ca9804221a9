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

static void lnlb_view_shift_map(lnlb_place_t *map, unsigned int index, int step)
{
	unsigned int b;

	for (b = 0; b < LNLB_BUCKETS; b++)
		if (map[b] < LNLB_TARGET_SELF && map[b] >= index)
			map[b] += step;
}

/* peers from @index on move by one: what names them by index follows */
static void lnlb_view_shift(struct lnlb_core *core, unsigned int index,
			    int step)
{
	lnlb_view_shift_map(core->target, index, step);
	lnlb_view_shift_map(core->sent_to, index, step);
}

/* Return: whether the peer in that place had any */
static bool lnlb_view_drop(lnlb_place_t *map, unsigned int index)
{
	bool any = false;
	unsigned int b;

	for (b = 0; b < LNLB_BUCKETS; b++) {
		if (map[b] != index)
			continue;
		map[b] = LNLB_TARGET_NONE;
		any = true;
	}
	return any;
}

/**
 * lnlb_view_place() - the index of a peer
 * @core: the node
 * @peer: which
 *
 * Return: its index in lnlb_core::peer.
 */
lnlb_place_t lnlb_view_place(const struct lnlb_core *core,
			     const struct lnlb_peer *peer)
{
	unsigned int i = 0;

	while (core->peer[i] != peer)
		i++;
	return i;
}

/**
 * lnlb_view_untold() - a peer does not know of the sessions it got from us
 * @core: the node
 * @peer: which
 */
void lnlb_view_untold(struct lnlb_core *core, const struct lnlb_peer *peer)
{
	lnlb_view_drop(core->sent_to, lnlb_view_place(core, peer));
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
	unsigned int i = lnlb_view_place(core, peer);

	if (core->transfer.to == peer)
		lnlb_handover_abort(core);
	lnlb_view_untold(core, peer);
	if (lnlb_view_drop(core->target, i))
		core->table_nodes = 0;
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

static void lnlb_view_table_node(struct lnlb_table_node *node,
				 const struct lnlb_node_id *id, u16 weight)
{
	node->id = *id;
	node->weight = weight;
}

/*
 * The active nodes in the order of their ids, and as what lnlb_core::target
 * names them. Return: how many.
 */
static unsigned int lnlb_view_active(const struct lnlb_core *core,
				     struct lnlb_table_node *nodes,
				     lnlb_place_t *names)
{
	bool self = core->state != LNLB_NODE_ACTIVE || core->excluded;
	unsigned int i, n = 0;

	for (i = 0; i <= core->n_peers; i++) {
		if (!self && (i == core->n_peers ||
			      lnlb_wire_id_cmp(&core->params.self,
					       &core->peer[i]->id) < 0)) {
			lnlb_view_table_node(&nodes[n], &core->params.self,
					     core->weight);
			names[n++] = LNLB_TARGET_SELF;
			self = true;
		}
		if (i < core->n_peers && !lnlb_peer_out(core->peer[i]) &&
		    core->peer[i]->state == LNLB_NODE_ACTIVE) {
			lnlb_view_table_node(&nodes[n], &core->peer[i]->id,
					     core->peer[i]->weight);
			names[n++] = i;
		}
	}
	return n;
}

static u64 lnlb_view_hash(const struct lnlb_table_node *nodes, unsigned int n)
{
	u64 hash = LNLB_WIRE_MAGIC;

	for (; n; n--, nodes++) {
		hash = lnlb_table_mix(hash ^ lnlb_table_seed(&nodes->id));
		hash = lnlb_table_mix(hash ^ nodes->weight);
	}
	return hash ?: 1;
}

/* Return: false without memory; nothing is computed again for the same nodes */
static bool lnlb_view_targets(struct lnlb_core *core)
{
	struct lnlb_table_node nodes[LNLB_NODES_MAX];
	lnlb_place_t names[LNLB_NODES_MAX];
	unsigned int b, n = lnlb_view_active(core, nodes, names);
	u64 hash = lnlb_view_hash(nodes, n);
	struct lnlb_table *table;

	if (hash == core->table_nodes)
		return true;
	if (!n) {
		memset(core->target, 0xff, sizeof(core->target));
		core->table_nodes = hash;
		return true;
	}
	table = core->ops->alloc(core->ctx, sizeof(*table));
	if (!table)
		return false;
	lnlb_table_build(table, nodes, n);
	for (b = 0; b < LNLB_BUCKETS; b++)
		core->target[b] = names[table->owner[b]];
	core->ops->free(core->ctx, table);
	core->table_nodes = hash;
	return true;
}

/**
 * lnlb_view_adopt() - if the view is another one than before, go by it
 * @core: the node
 *
 * Claims and releases wait until the others have adopted it as well and have
 * seen that we have. Without memory it is tried again by the next tick.
 */
void lnlb_view_adopt(struct lnlb_core *core)
{
	u64 digest = lnlb_view_digest(core);

	if (digest == core->digest || !lnlb_view_targets(core))
		return;
	core->digest = digest;
	lnlb_core_changed(core);
	core->adopt_version = core->version;
	lnlb_handover_abort(core);
	core->moving = true;
	core->review = true;
	core->dirty = true;
}
