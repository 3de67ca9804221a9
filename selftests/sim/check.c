// SPDX-License-Identifier: GPL-2.0-only
/*
 * The promises, and what excuses a node from them: a real partition. Two nodes
 * are apart when frames from one to the other were lost and nothing came
 * through for the dead interval, and until one exchange later: each has had a
 * fresh STATE of the other, and one that was sent since both had, as what was
 * claimed before that was claimed in ignorance. That a machine stood still is
 * no excuse, unless its clock did so, too.
 */
#include <stdarg.h>
#include "sim.h"

static u64 dead(const struct sim *sim)
{
	return sim->cfg.timers.dead_interval_ms * SIM_MS;
}

/**
 * sim_fail() - a promise was broken; the run is over
 * @sim: the run
 * @format: as of printf()
 */
void sim_fail(struct sim *sim, const char *format, ...)
{
	va_list args;

	if (sim->failure[0])
		return;
	va_start(args, format);
	vsnprintf(sim->failure, sizeof(sim->failure), format, args);
	va_end(args);
	sim_say(sim, "FAILED: %s", sim->failure);
}

/* clocks run differently: a little earlier than the nodes find it out */
static bool silent(const struct sim *sim, unsigned int from, unsigned int to)
{
	const struct sim_link *link = &sim->link[from][to];

	return link->lost_at >= link->last_rx && sim->now - link->last_rx > dead(sim) * 9 / 10;
}

/**
 * sim_check_apart() - has the network kept two nodes from each other?
 * @sim: the run
 * @a: one
 * @b: the other
 *
 * Return: true if it has, and they have not met again.
 */
bool sim_check_apart(const struct sim *sim, unsigned int a, unsigned int b)
{
	const struct sim_link *link = &sim->link[a][b];

	/* whose clock went back is refused, also by those it meets again */
	if ((sim->node[a].stale || sim->node[b].stale) &&
	    (link->mended_at || sim->node[a].paused_at ||
	     sim->node[b].paused_at))
		return true;
	return silent(sim, a, b) || silent(sim, b, a) || !link->settled ||
	       !sim->link[b][a].settled;
}

/**
 * sim_check_heard() - a frame has come through
 * @sim: the run
 * @from: sender
 * @to: receiver
 * @sent_at: when it was sent, units
 */
void sim_check_heard(struct sim *sim, unsigned int from, unsigned int to,
		     u64 sent_at)
{
	struct sim_link *link = &sim->link[from][to];
	struct sim_link *back = &sim->link[to][from];

	/* the same frame once more, or an old one, is no sign of life */
	if (sent_at <= link->sent_at)
		return;
	link->sent_at = sent_at;
	if (silent(sim, from, to)) {
		/* what is sent before the frame was dealt with is no answer */
		link->mended_at = sim->now + SIM_MS;
		back->mended_at = sim->now + SIM_MS;
		link->fresh = false;
		back->fresh = false;
		link->settled = false;
		back->settled = false;
	}
	link->last_rx = sim->now;
}

/**
 * sim_check_state() - a STATE was dealt with
 * @sim: the run
 * @from: sender
 * @to: receiver
 * @sent_at: when it was sent, units
 * @lists: it says that its sender hears the receiver
 */
void sim_check_state(struct sim *sim, unsigned int from, unsigned int to,
		     u64 sent_at, bool lists)
{
	struct sim_link *link = &sim->link[from][to];
	struct sim_link *back = &sim->link[to][from];
	u64 patience = sim->cfg.timers.keepalive_interval_ms * SIM_MS;

	link->state_at = max(link->state_at, sent_at);
	if (link->fresh && back->fresh && sent_at >= link->fresh_at)
		link->settled = true;
	if (link->fresh || sent_at <= link->mended_at + (lists ? 0 : patience))
		return;
	link->fresh = true;
	link->fresh_at = sim->now;
	back->fresh_at = sim->now;
}

/*
 * A machine that stood still without its clock finds that out by a STATE that
 * was sent since it woke, and so do the others: that takes some time, and more
 * if frames are lost or machines are late.
 */
static bool pardoned(const struct sim *sim, unsigned int i, unsigned int other)
{
	u64 limit = (sim->cfg.timers.keepalive_interval_ms + 4) * SIM_MS +
		    2 * (sim->cfg.delay + sim->cfg.jitter) +
		    (sim->cfg.late ? dead(sim) * SIM_LATE / 10 : 0);
	const struct sim_link *to = &sim->link[i][other];
	const struct sim_link *from = &sim->link[other][i];
	u64 woke_at = sim->node[i].woke_at;

	if (!woke_at || sim->now - woke_at <= limit)
		return woke_at;
	return (to->state_at <= woke_at || from->state_at <= woke_at) &&
	       (to->lost_at >= woke_at || from->lost_at >= woke_at);
}

static bool overlap(const struct sim *sim, unsigned int a, unsigned int b)
{
	const u8 *x = sim->node[a].accept, *y = sim->node[b].accept;
	unsigned int i;

	for (i = 0; i < LNLB_WIRE_CLAIMS; i++)
		if (x[i] & y[i])
			return true;
	return false;
}

static unsigned int which(const struct sim *sim, unsigned int a, unsigned int b)
{
	unsigned int i;

	for (i = 0; i < LNLB_BUCKETS - 1; i++)
		if (lnlb_bit_test(sim->node[a].accept, i) &&
		    lnlb_bit_test(sim->node[b].accept, i))
			break;
	return i;
}

static void judge(struct sim *sim, unsigned int a, unsigned int b)
{
	const struct sim_node *x = &sim->node[a], *y = &sim->node[b];
	u64 since;

	if (!sim_node_serves(x) || !sim_node_serves(y) ||
	    sim_check_apart(sim, a, b))
		return;
	since = sim->now - max(x->woke_at, y->woke_at);
	if (pardoned(sim, a, b) || pardoned(sim, b, a)) {
		sim->result.overlap = max(sim->result.overlap, since);
		return;
	}
	sim_fail(sim, "S1: nodes %u and %u both accept bucket %u", a, b,
		 which(sim, a, b));
}

static void look(struct sim *sim)
{
	unsigned int i = 0;

	sim->next_look = sim->now + SIM_MS;
	while (i < sim->n_overlaps) {
		if (overlap(sim, sim->overlap[i].a, sim->overlap[i].b)) {
			judge(sim, sim->overlap[i].a, sim->overlap[i].b);
			i++;
		} else {
			sim->overlap[i] = sim->overlap[--sim->n_overlaps];
		}
	}
}

static void pair_up(struct sim *sim, unsigned int a, unsigned int b)
{
	unsigned int i;

	for (i = 0; i < sim->n_overlaps; i++)
		if (sim->overlap[i].a == a && sim->overlap[i].b == b)
			return;
	if (i == ARRAY_SIZE(sim->overlap))
		return;
	sim->overlap[i].a = a;
	sim->overlap[i].b = b;
	sim->n_overlaps++;
	sim->next_look = sim->now;
}

/* does it take no packets, not even of its sessions? */
static bool quiet(const struct sim_node *node)
{
	return node->paused ? !node->unnoticed :
			      sim_node_clock(node) > node->alive_ms;
}

/* may node @i be excused from knowing the sessions of node @owner? */
static bool stranger(const struct sim *sim, unsigned int i, unsigned int owner)
{
	const struct sim_node *node = &sim->node[owner];
	u64 met = sim->link[owner][i].mended_at;

	met = max(met, max(node->woke_at, sim->node[i].woke_at));
	return !node->core || node->paused || quiet(node) ||
	       sim_check_apart(sim, i, owner) ||
	       (met && sim->now < met + 2 * dead(sim)) ||
	       pardoned(sim, i, owner) || pardoned(sim, owner, i) ||
	       lnlb_core_fenced(node->core);
}

/* clients of a node that is silent are served by who has their buckets */
static void move(struct sim *sim, unsigned int i, struct sim_session *s)
{
	const struct sim_node *owner = &sim->node[s->owner];

	if (!owner->core || !quiet(owner) || sim_check_apart(sim, i, s->owner))
		return;
	s->moved = true;
	s->mover = i;
	s->mover_incarnation = sim->node[i].incarnation;
}

/**
 * sim_check_answers() - are a node's sessions its own when it takes packets?
 * @sim: the run
 * @i: the node; what had queued up while it stood still it takes at once
 */
void sim_check_answers(struct sim *sim, unsigned int i)
{
	const struct sim_node *node = &sim->node[i], *mover;
	struct sim_session *s;

	if (!node->core || node->paused || quiet(node))
		return;
	for (s = sim->session; s < sim->session + SIM_SESSIONS; s++) {
		if (!s->alive || !s->moved || s->owner != i)
			continue;
		mover = &sim->node[s->mover];
		/* to each other they may be dead then, or are */
		s->moved = mover->core && !quiet(mover) &&
			   mover->incarnation == s->mover_incarnation &&
			   !sim_check_apart(sim, i, s->mover);
		if (s->moved)
			sim_fail(sim, "S1: node %u answers the client of a session that node %u has answered",
				 i, s->mover);
	}
}

/**
 * sim_check_session() - is a session safe from a node?
 * @sim: the run
 * @i: the node; if it has the session's bucket, it must know where that stays
 * @session: index
 */
void sim_check_session(struct sim *sim, unsigned int i, unsigned int session)
{
	struct sim_session *s = &sim->session[session];
	const struct sim_node *node = &sim->node[i];

	if (!s->alive || s->moved || s->owner == i || !sim_node_serves(node) ||
	    !lnlb_bit_test(node->accept, s->bucket) ||
	    sim_clients_known(node, session))
		return;
	if (stranger(sim, i, s->owner)) {
		move(sim, i, s);
		return;
	}
	sim_fail(sim, "S2: node %u has bucket %u and does not know of a session that stays with node %u",
		 i, s->bucket, s->owner);
}

/* a node that routes around a session that its owner has let go of */
static void check_dropped(struct sim *sim, unsigned int i)
{
	unsigned int s;

	for (s = 0; sim->node[i].core && s < SIM_SESSIONS; s++)
		if (sim->session[s].dropped &&
		    sim_clients_known(&sim->node[i], s))
			sim_fail(sim, "S3: node %u knows session %u that node %u has let go of",
				 i, s, sim->session[s].owner);
}

/**
 * sim_check_accept() - a node has taken a bucket
 * @sim: the run
 * @i: the node
 * @bucket: the bucket
 */
void sim_check_accept(struct sim *sim, unsigned int i, u16 bucket)
{
	unsigned int j;
	int s;

	for (j = 0; sim->holders[bucket] > 1 && j < sim->cfg.nodes; j++)
		if (j != i && lnlb_bit_test(sim->node[j].accept, bucket))
			pair_up(sim, min(i, j), max(i, j));
	for (s = sim->first_session[bucket]; s >= 0; s = sim->session[s].next)
		sim_check_session(sim, i, s);
}

/* weight of who is to own buckets, 0: it is not; the last place is this node's */
static unsigned int weight_of(const struct lnlb_core *core, unsigned int place)
{
	const struct lnlb_peer *peer;

	if (place == core->n_peers)
		return core->state == LNLB_NODE_ACTIVE && !core->excluded ?
		       core->weight : 0;
	peer = core->peer[place];
	return peer->state == LNLB_NODE_ACTIVE && !lnlb_peer_out(peer) ?
	       peer->weight : 0;
}

static void check_shares(struct sim *sim, const struct lnlb_core *core)
{
	unsigned int i, b, count[LNLB_NODES_MAX] = {};
	double sum = 0, ideal = 0, off;

	for (i = 0; i <= core->n_peers; i++)
		if (weight_of(core, i))
			sum += 1.0 / weight_of(core, i);
	for (b = 0; b < LNLB_BUCKETS; b++)
		if (core->target[b] == LNLB_TARGET_SELF)
			count[core->n_peers]++;
		else if (core->target[b] != LNLB_TARGET_NONE)
			count[core->target[b]]++;
	for (i = 0; i <= core->n_peers; i++) {
		ideal = 0;
		if (weight_of(core, i))
			ideal = LNLB_BUCKETS / sum / weight_of(core, i);
		off = count[i] - ideal;
		if (off < -1 || off > 1)
			sim_fail(sim, "D1: %u buckets instead of %.1f",
				 count[i], ideal);
	}
}

static u64 name(const struct lnlb_node_id *id)
{
	return (u64)(id->mac[4] << 8 | id->mac[5]) << 16;
}

/* depends on nothing but who is to have which bucket */
static u64 table_hash(const struct lnlb_core *core)
{
	static u64 names[0x10000];
	unsigned int i;
	u64 hash = 0;

	for (i = 0; i < core->n_peers; i++)
		names[i] = name(&core->peer[i]->id);
	names[LNLB_TARGET_SELF] = name(&core->params.self);
	names[LNLB_TARGET_NONE] = U64_MAX << 32;
	for (i = 0; i < LNLB_BUCKETS; i++)
		hash += lnlb_table_mix(names[core->target[i]] + i + 1);
	return hash;
}

/* nodes in one view have one table, whenever and however they got there */
static void check_table(struct sim *sim, struct sim_node *node)
{
	u64 digest = lnlb_core_digest(node->core);
	u64 table = table_hash(node->core);
	unsigned int i = digest % SIM_DIGESTS;

	node->digest = digest;
	if (sim->digests[i].digest != digest) {
		sim->digests[i].digest = digest;
		sim->digests[i].table = table;
		check_shares(sim, node->core);
	} else if (sim->digests[i].table != table) {
		sim_fail(sim, "D1: node %u is in a known view with another table",
			 (unsigned int)(node - sim->node));
	}
}

/**
 * sim_check_step() - is all well after a step of a node?
 * @sim: the run
 * @node: which
 */
void sim_check_step(struct sim *sim, struct sim_node *node)
{
	if (node->digest != lnlb_core_digest(node->core))
		check_table(sim, node);
	if (sim->quiet && node->core->excluded && !sim->excluded) {
		sim->excluded = true;
		sim->result.recovery_bound = sim_run_bound(sim);
	}
	if (sim->n_overlaps && sim->now >= sim->next_look)
		look(sim);
	sim_check_answers(sim, node - sim->node);
}

/**
 * sim_check_gap() - how long was a bucket without an owner, or had two?
 * @sim: the run
 * @bucket: the bucket; counts since the faults are over
 */
void sim_check_gap(struct sim *sim, u16 bucket)
{
	u64 gap = sim->now - max(sim->gap_since[bucket], sim->quiet_at);

	if (!sim->quiet)
		return;
	sim->result.recovery = max(sim->result.recovery, gap);
	if (gap > sim->result.recovery_bound)
		sim_fail(sim, "L1: %u nodes accept bucket %u for %llu ms",
			 sim->holders[bucket], bucket,
			 (unsigned long long)(gap / SIM_MS));
}

/**
 * sim_check_gaps() - the same for buckets that are so now
 * @sim: the run
 */
void sim_check_gaps(struct sim *sim)
{
	unsigned int b;

	for (b = 0; sim->n_single != LNLB_BUCKETS && b < LNLB_BUCKETS; b++)
		if (sim->holders[b] != 1)
			sim_check_gap(sim, b);
}

static void check_node_end(struct sim *sim, unsigned int i, unsigned int up,
			   u64 digest)
{
	const struct lnlb_core *core = sim->node[i].core;
	unsigned int b;

	if (core->n_peers != up - 1)
		sim_fail(sim, "L1: node %u knows %u of %u peers in the end", i,
			 core->n_peers, up - 1);
	if (lnlb_core_fenced(core))
		sim_fail(sim, "L1: node %u is fenced in the end", i);
	if (core->digest != digest)
		sim_fail(sim, "L1: node %u is in a view of its own", i);
	for (b = 0; b < LNLB_BUCKETS; b++)
		if (lnlb_bit_test(core->accept, b) !=
		    (core->target[b] == LNLB_TARGET_SELF))
			sim_fail(sim, "L1: bucket %u is not with its target",
				 b);
}

/**
 * sim_check_end() - has all come to rest as it should?
 * @sim: the run, some time after the last fault
 */
void sim_check_end(struct sim *sim)
{
	unsigned int i, s, up = 0;
	u64 digest = 0;

	for (i = 0; i < sim->cfg.nodes; i++)
		if (sim->node[i].core) {
			up++;
			digest = sim->node[i].core->digest;
		}
	for (i = 0; i < sim->cfg.nodes; i++)
		if (sim->node[i].core && sim->cfg.profile != SIM_SHUT)
			check_node_end(sim, i, up, digest);
	if (sim->cfg.profile == SIM_SHUT)
		sim_shut_check(sim);
	if (sim->n_single != LNLB_BUCKETS)
		sim_fail(sim, "L1: %u of %u buckets have an owner in the end",
			 sim->n_single, LNLB_BUCKETS);
	for (i = 0; i < sim->cfg.nodes; i++) {
		check_dropped(sim, i);
		for (s = 0; s < SIM_SESSIONS; s++)
			sim_check_session(sim, i, s);
	}
}
