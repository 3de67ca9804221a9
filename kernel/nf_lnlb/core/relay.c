// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows that are not heard: A, B and C do not hear each other and D hears all
 * of them. A knows who does not hear whom from its own row, and from that of D
 * which has no gap. That B and C do not hear each other it does not know, would
 * leave them both in, and stand aside itself, as would B and C.
 *
 * So while not all rows are the same each STATE repeats, in an extension, which
 * nodes do not hear each other, as far as its sender has that from themselves:
 * what was relayed to it is not relayed again. A node takes that for the row of
 * a node that it does not hear, and nothing else. The pairs stand in the
 * newest STATE of a peer that is heard, or are forgotten.
 *
 * With them a node finds out whether it has to shut itself out itself, never
 * what to think of others. A pair that is wrong, or missing, may cost a node or
 * have buckets wait, but gives no bucket two owners.
 */
#include "private.h"

static bool lnlb_relay_knows(const struct lnlb_hearing *h, unsigned int i)
{
	return h->node[i].self || h->node[i].peer;
}

static void lnlb_relay_add(struct lnlb_relay *relay, unsigned int a,
			   unsigned int b)
{
	if (relay->n == LNLB_WIRE_PAIRS_MAX)
		return;
	relay->pair[relay->n].a = a;
	relay->pair[relay->n].b = b;
	relay->n++;
}

/* places are those in the list of all whose rows we know */
static void lnlb_relay_collect(const struct lnlb_hearing *h,
			       struct lnlb_relay *relay)
{
	unsigned int i, j, a = 0, b;

	for (i = 0; i < h->n; i++) {
		if (!lnlb_relay_knows(h, i))
			continue;
		b = ++a;
		for (j = i + 1; j < h->n; j++) {
			if (!lnlb_relay_knows(h, j))
				continue;
			if (lnlb_hearing_bad(h, i, j))
				lnlb_relay_add(relay, a - 1, b);
			b++;
		}
	}
}

/**
 * lnlb_relay_update() - find out what is to be relayed
 * @core: the node
 *
 * Not before nothing has changed for a keepalive interval: nodes that come and
 * go are not heard by all at once.
 */
void lnlb_relay_update(struct lnlb_core *core)
{
	struct lnlb_relay relay = {};

	if (!core->relay_due ||
	    !lnlb_core_passed(core, core->hearing_at,
			      core->timers.keepalive_interval_ms))
		return;
	if (!lnlb_hearing_complete(core)) {
		if (!lnlb_hearing_collect(core))
			return;
		lnlb_relay_collect(core->hearing, &relay);
	}
	core->relay_due = false;
	if (!memcmp(&relay, &core->relay, sizeof(relay)))
		return;
	core->relay = relay;
	lnlb_core_changed(core);
}

/**
 * lnlb_relay_append() - put what is to be relayed into a STATE
 * @core: the node
 * @frame: complete but for that
 *
 * What there is no room for is left out.
 */
void lnlb_relay_append(const struct lnlb_core *core, u8 *frame)
{
	const struct lnlb_relay *relay = &core->relay;
	struct lnlb_wire_pair *pair;
	unsigned int n = 0;
	u8 *extension;

	if (!relay->n)
		return;
	extension = lnlb_wire_append(frame, LNLB_WIRE_EXTENSION_HEADER);
	if (!extension)
		return;
	for (; n < relay->n; n++) {
		pair = lnlb_wire_append(frame, sizeof(*pair));
		if (!pair)
			break;
		*pair = relay->pair[n];
	}
	extension[0] = LNLB_WIRE_EXTENSION;
	extension[1] = LNLB_WIRE_RELAY;
	extension[3] = n * sizeof(*pair);
}

/**
 * lnlb_relay_take() - take in what a peer relays
 * @core: the node
 * @peer: sender of the STATE, its row is known
 * @frame: the STATE
 */
void lnlb_relay_take(struct lnlb_core *core, struct lnlb_peer *peer,
		     const struct lnlb_wire_frame *frame)
{
	const struct lnlb_wire_pair *pair;
	struct lnlb_relay relay = {};
	size_t len = 0;

	pair = lnlb_wire_find_extension(frame, LNLB_WIRE_RELAY, &len);
	if (!pair)
		len = 0;
	for (; len >= sizeof(*pair); len -= sizeof(*pair), pair++)
		if (pair->a < pair->b && pair->b <= peer->n_heard)
			lnlb_relay_add(&relay, pair->a, pair->b);
	if (!memcmp(&relay, &peer->relay, sizeof(relay)))
		return;
	peer->relay = relay;
	lnlb_hearing_changed(core);
}

/* Return: index of the node in place @i of whom @peer hears, and itself */
static int lnlb_relay_index(struct lnlb_hearing *h,
			    const struct lnlb_peer *peer, unsigned int self,
			    unsigned int i)
{
	if (i == self)
		return lnlb_hearing_index(h, &peer->id);
	return lnlb_hearing_index(h, &peer->heard[i < self ? i : i - 1]);
}

static void lnlb_relay_link(struct lnlb_hearing *h, int a, int b)
{
	if (a < 0 || b < 0 || h->node[a].self || h->node[b].self ||
	    (h->node[a].peer && h->node[b].peer))
		return;
	lnlb_hearing_link(h, a, b);
}

/**
 * lnlb_relay_apply() - add what was relayed to what is known
 * @core: the node, lnlb_hearing_collect() was here
 */
void lnlb_relay_apply(struct lnlb_core *core)
{
	struct lnlb_hearing *h = core->hearing;
	const struct lnlb_wire_pair *pair;
	const struct lnlb_peer *peer;
	unsigned int i, k, self;

	for (i = 0; i < core->n_peers; i++) {
		peer = core->peer[i];
		for (self = 0; self < peer->n_heard; self++)
			if (lnlb_wire_id_cmp(&peer->heard[self], &peer->id) > 0)
				break;
		for (k = 0; k < peer->relay.n; k++) {
			pair = &peer->relay.pair[k];
			lnlb_relay_link(h,
					lnlb_relay_index(h, peer, self, pair->a),
					lnlb_relay_index(h, peer, self,
							 pair->b));
		}
	}
}
