// SPDX-License-Identifier: GPL-2.0-only
/*
 * Partial hearing: A hears B and B hears C, but A does not hear C. No view is
 * common to all then, and no bucket can change hands. Each STATE says whom its
 * sender hears. When nothing in that has changed for the dead interval, every
 * node looks for the smallest set of nodes without which all hear each other.
 * One that is in the set shuts itself out: it drops its claims and says so
 * (EXCLUDED). It is part of no view until it has found, for the dead interval
 * and longer each time, that it is not in the set any more.
 *
 * Only what a node says of itself counts. So nodes that come to different sets
 * because they know different rows lose buckets' owners, but never have two.
 * The row of a node that is not heard is not known, only what others say of it
 * (relay.c); two such nodes are taken to hear each other if nobody denies it.
 *
 * A node that hears nobody cannot find out. It lists nobody, believes itself
 * alone, and claims all. If it is in the set the others shut it out: that is a
 * partition, whose other side gets no clients' frames either.
 */
#include "private.h"

#define LNLB_HEARING_BACK_MAX	2	/* doublings of the time to come back */

/**
 * lnlb_hearing_row() - whom a peer hears, and itself
 * @sender: the peer
 * @heard: whom it lists
 * @n: how many
 *
 * Return: hash of the set.
 */
u64 lnlb_hearing_row(const struct lnlb_node_id *sender,
		     const struct lnlb_wire_heard *heard, unsigned int n)
{
	u64 hash = lnlb_table_seed(sender);

	for (; n; n--, heard++)
		hash ^= lnlb_table_seed(&heard->id);
	return hash;
}

/**
 * lnlb_hearing_take() - take in whom a peer hears
 * @core: the node
 * @peer: the peer
 * @state: its STATE
 */
void lnlb_hearing_take(struct lnlb_core *core, struct lnlb_peer *peer,
		       const struct lnlb_wire_state *state)
{
	unsigned int i, n = be16_to_cpu(state->n_heard);
	u64 row = lnlb_hearing_row(&peer->id, state->heard, n);

	if (row == peer->row && n == peer->n_heard)
		return;
	peer->row = row;
	peer->n_heard = n;
	for (i = 0; i < n; i++)
		peer->heard[i] = state->heard[i].id;
	/* it hears somebody and can speak for itself */
	if (n)
		peer->shut = false;
	lnlb_hearing_changed(core);
}

/**
 * lnlb_hearing_changed() - somebody hears other nodes than before
 * @core: the node
 */
void lnlb_hearing_changed(struct lnlb_core *core)
{
	core->hearing_at = core->now;
	core->hearing_due = true;
	core->relay_due = true;
}

/**
 * lnlb_hearing_complete() - do all nodes that are heard hear the same nodes?
 * @core: the node
 *
 * Return: true if so.
 */
bool lnlb_hearing_complete(const struct lnlb_core *core)
{
	u64 row = lnlb_table_seed(&core->params.self);
	unsigned int i;

	for (i = 0; i < core->n_peers; i++)
		row ^= lnlb_table_seed(&core->peer[i]->id);
	for (i = 0; i < core->n_peers; i++)
		if (core->peer[i]->row != row)
			return false;
	return true;
}

/**
 * lnlb_hearing_index() - look a node up, add it if it is new
 * @h: the nodes
 * @id: which
 *
 * Links go by index: none must be made before all nodes are there.
 *
 * Return: its index, -1 without room.
 */
int lnlb_hearing_index(struct lnlb_hearing *h, const struct lnlb_node_id *id)
{
	unsigned int i, j;
	int cmp;

	for (i = 0; i < h->n; i++) {
		cmp = lnlb_wire_id_cmp(&h->node[i].id, id);
		if (!cmp)
			return i;
		if (cmp > 0)
			break;
	}
	if (h->n == LNLB_NODES_MAX)
		return -1;
	for (j = h->n++; j > i; j--)
		h->node[j] = h->node[j - 1];
	memset(&h->node[i], 0, sizeof(h->node[i]));
	h->node[i].id = *id;
	return i;
}

static bool lnlb_hearing_lists(const struct lnlb_peer *peer,
			       const struct lnlb_node_id *id)
{
	unsigned int from = 0, to = peer->n_heard, mid;
	int cmp;

	while (from < to) {
		mid = (from + to) / 2;
		cmp = lnlb_wire_id_cmp(&peer->heard[mid], id);
		if (!cmp)
			return true;
		if (cmp < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return false;
}

static void lnlb_hearing_names(struct lnlb_core *core)
{
	struct lnlb_hearing *h = core->hearing;
	const struct lnlb_peer *peer;
	unsigned int i, j;
	int k;

	h->n = 0;
	lnlb_hearing_index(h, &core->params.self);
	for (i = 0; i < core->n_peers; i++)
		lnlb_hearing_index(h, &core->peer[i]->id);
	for (i = 0; i < core->n_peers; i++)
		for (j = 0; j < core->peer[i]->n_heard; j++)
			lnlb_hearing_index(h, &core->peer[i]->heard[j]);
	for (i = 0; i < core->n_peers; i++) {
		peer = core->peer[i];
		k = lnlb_hearing_index(h, &peer->id);
		if (k >= 0)
			h->node[k].peer = peer;
	}
	k = lnlb_hearing_index(h, &core->params.self);
	h->node[k].self = true;
}

/* does @from, as far as we know, not hear @to? */
static bool lnlb_hearing_deaf(const struct lnlb_hearing *h, unsigned int from,
			      unsigned int to)
{
	if (h->node[from].self)
		return !h->node[to].peer;
	return h->node[from].peer &&
	       !lnlb_hearing_lists(h->node[from].peer, &h->node[to].id);
}

/**
 * lnlb_hearing_link() - note that one of two nodes does not hear the other
 * @h: where
 * @a: index of one
 * @b: index of the other
 */
void lnlb_hearing_link(struct lnlb_hearing *h, unsigned int a, unsigned int b)
{
	h->bad[a][b / 8] |= 1 << b % 8;
	h->bad[b][a / 8] |= 1 << a % 8;
}

/**
 * lnlb_hearing_bad() - does one of two nodes not hear the other?
 * @h: what is known
 * @a: index of one
 * @b: index of the other
 *
 * Return: true if so, and none of them is out.
 */
bool lnlb_hearing_bad(const struct lnlb_hearing *h, unsigned int a,
		      unsigned int b)
{
	return h->bad[a][b / 8] >> b % 8 & 1 && !h->node[a].out &&
	       !h->node[b].out;
}

/**
 * lnlb_hearing_collect() - who does not hear whom, by those that are heard
 * @core: the node; lnlb_core::hearing is the result
 * Return: false without memory.
 */
bool lnlb_hearing_collect(struct lnlb_core *core)
{
	struct lnlb_hearing *h = core->hearing;
	unsigned int i, j;

	if (!h)
		h = core->ops->alloc(core->ctx, sizeof(*h));
	core->hearing = h;
	if (!h)
		return false;
	lnlb_hearing_names(core);
	memset(h->bad, 0, sizeof(h->bad));
	for (i = 0; i < h->n; i++)
		for (j = 0; j < h->n; j++)
			if (i != j && lnlb_hearing_deaf(h, i, j))
				lnlb_hearing_link(h, i, j);
	return true;
}

/* Return: how many nodes have somebody whom they do not hear, or vice versa */
static unsigned int lnlb_hearing_degrees(struct lnlb_hearing *h)
{
	unsigned int i, j, n = 0;

	for (i = 0; i < h->n; i++) {
		h->node[i].degree = 0;
		for (j = 0; j < h->n; j++)
			h->node[i].degree += lnlb_hearing_bad(h, i, j);
		n += !!h->node[i].degree;
	}
	return n;
}

/* the one with the most troubles goes; of several, the last */
static void lnlb_hearing_greedy(struct lnlb_hearing *h)
{
	unsigned int i, worst = 0;

	for (i = 1; i < h->n; i++)
		if (h->node[i].degree >= h->node[worst].degree)
			worst = i;
	h->node[worst].out = true;
}

static bool lnlb_hearing_covers(const u16 *adjacent, unsigned int n, u16 set)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!(set >> i & 1) && adjacent[i] & ~set)
			return false;
	return true;
}

/* the smallest set; of several, the one with the last nodes in it */
static void lnlb_hearing_exact(struct lnlb_hearing *h)
{
	u16 index[LNLB_HEARING_EXACT], adjacent[LNLB_HEARING_EXACT] = {};
	unsigned int i, j, n = 0, size, least = LNLB_HEARING_EXACT + 1;
	u16 set, best = 0;

	for (i = 0; i < h->n; i++)
		if (h->node[i].degree)
			index[n++] = i;
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			if (lnlb_hearing_bad(h, index[i], index[j]))
				adjacent[i] |= 1 << j;
	for (set = 0; set < 1 << n; set++) {
		size = hweight8(set & 0xff) + hweight8(set >> 8);
		if (size <= least && lnlb_hearing_covers(adjacent, n, set)) {
			least = size;
			best = set;
		}
	}
	for (i = 0; i < n; i++)
		h->node[index[i]].out = best >> i & 1;
}

/**
 * lnlb_hearing_cover() - find the smallest set that has to go
 * @core: the node; lnlb_core::hearing is the result
 * @relayed: go by what was relayed as well
 *
 * With more than LNLB_HEARING_EXACT nodes in trouble, those with the most go
 * first: at most a logarithmic factor more than needed, the same everywhere.
 * Return: false without memory.
 */
bool lnlb_hearing_cover(struct lnlb_core *core, bool relayed)
{
	if (!lnlb_hearing_collect(core))
		return false;
	if (relayed)
		lnlb_relay_apply(core);
	while (lnlb_hearing_degrees(core->hearing) > LNLB_HEARING_EXACT)
		lnlb_hearing_greedy(core->hearing);
	lnlb_hearing_exact(core->hearing);
	return true;
}

/* those who hear nobody and cannot shut themselves out */
static void lnlb_hearing_shut(struct lnlb_core *core)
{
	struct lnlb_hearing *h = core->hearing;
	unsigned int i, k;

	/* there is memory from the first time */
	lnlb_hearing_cover(core, false);
	for (i = 0; i < core->n_peers; i++) {
		k = lnlb_hearing_index(h, &core->peer[i]->id);
		if (core->peer[i]->n_heard || !h->node[k].out)
			continue;
		core->peer[i]->shut = true;
		core->dirty = true;
	}
}

static void lnlb_hearing_exclude(struct lnlb_core *core, bool out)
{
	u32 dead = core->timers.dead_interval_ms;

	if (out == core->excluded)
		return;
	/* the longer out, the more often that was so of late */
	if (out) {
		if (lnlb_core_passed(core, core->back_at, 64ULL * dead))
			core->times_out = 0;
		core->back_at = core->now + ((u64)dead << core->times_out);
		if (core->times_out < LNLB_HEARING_BACK_MAX)
			core->times_out++;
	} else if (core->now < core->back_at) {
		core->hearing_due = true;
		core->hearing_at = core->back_at - dead;
		return;
	}
	core->excluded = out;
	core->dirty = true;
	lnlb_core_changed(core);
	if (out)
		return;
	/* two that come back at a time must not do without each other */
	core->stalled = true;
	core->stall_version = core->version;
	core->stalled_at = core->now;
	core->request = true;
}

/* is there an active node in the view? */
static bool lnlb_hearing_served(const struct lnlb_core *core)
{
	unsigned int i;

	for (i = 0; i < core->n_peers; i++)
		if (!lnlb_peer_out(core->peer[i]) &&
		    core->peer[i]->state == LNLB_NODE_ACTIVE)
			return true;
	return false;
}

/**
 * lnlb_hearing_update() - find out whether this node has to shut itself out
 * @core: the node
 */
void lnlb_hearing_update(struct lnlb_core *core)
{
	bool complete = lnlb_hearing_complete(core), out = false;
	struct lnlb_hearing *h;

	lnlb_relay_update(core);
	if (complete)
		lnlb_hearing_forget(core);
	/* as soon as all hear each other, if nobody does its work */
	if (core->excluded && complete && !lnlb_hearing_served(core))
		core->back_at = core->now;
	else if (!core->hearing_due ||
		 !lnlb_core_passed(core, core->hearing_at,
				   core->timers.dead_interval_ms))
		return;
	if (!complete) {
		if (!lnlb_hearing_cover(core, true))
			return;
		h = core->hearing;
		out = h->node[lnlb_hearing_index(h, &core->params.self)].out;
		/* with only one peer, who of us is it that does not hear? */
		if (!out && core->n_peers > 1)
			lnlb_hearing_shut(core);
	}
	core->hearing_due = false;
	lnlb_hearing_exclude(core, out);
}
