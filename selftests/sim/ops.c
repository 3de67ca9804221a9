// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a core asks of its surroundings.
 */
#include "sim.h"

static void *op_alloc(void *ctx, size_t size)
{
	(void)ctx;
	return calloc(1, size);
}

static void op_free(void *ctx, void *mem)
{
	(void)ctx;
	free(mem);
}

static int index_of(const struct lnlb_node_id *id)
{
	return id->mac[4] << 8 | id->mac[5];
}

/* Others take the clients of who leaves as soon as they hear it. */
static void expect_none(struct sim *sim, unsigned int i)
{
	unsigned int s;

	for (s = 0; s < SIM_SESSIONS; s++)
		if (sim->session[s].alive && sim->session[s].owner == i)
			sim_fail(sim, "S2: node %u has session %u and leaves",
				 i, s);
}

static void op_send(void *ctx, const struct lnlb_node_id *to, const u8 *data,
		    size_t len)
{
	struct sim_node *node = ctx;

	if (data[offsetof(struct lnlb_wire_header, type)] == LNLB_WIRE_LEAVE)
		expect_none(node->sim, node - node->sim->node);
	sim_net_send(node->sim, node - node->sim->node,
		     to ? index_of(to) : -1, data, len);
}

static void hold(struct sim *sim, u16 bucket, int step)
{
	if (sim->holders[bucket] == 1) {
		sim->n_single--;
		sim->gap_since[bucket] = sim->now;
	}
	sim->holders[bucket] += step;
	if (sim->holders[bucket] == 1) {
		sim->n_single++;
		sim_check_gap(sim, bucket);
	}
}

static void op_accept(void *ctx, u16 bucket, bool accept)
{
	struct sim_node *node = ctx;
	struct sim *sim = node->sim;
	unsigned int i = node - sim->node;

	if (lnlb_bit_test(node->accept, bucket) == accept)
		return;
	if (bucket == sim->watch)
		sim_say(sim, "node %u %s bucket %u", i,
			accept ? "takes" : "lets go of", bucket);
	if (accept) {
		lnlb_bit_set(node->accept, bucket);
		node->accepting++;
		sim->result.accepts++;
		sim_trace_hash(sim, (u64)i << 32 | bucket, NULL, 0);
		hold(sim, bucket, 1);
		sim_check_accept(sim, i, bucket);
		return;
	}
	/* a packet that has seen the old answer, and will make a session */
	if (sim_node_serves(node) && !sim_rng_below(&sim->load, 16) &&
	    node->n_inflight < ARRAY_SIZE(node->inflight))
		node->inflight[node->n_inflight++] = bucket;
	lnlb_bit_clear(node->accept, bucket);
	node->accepting--;
	hold(sim, bucket, -1);
}

/**
 * sim_ops_release_all() - a node is off and accepts nothing
 * @node: which
 */
void sim_ops_release_all(struct sim_node *node)
{
	unsigned int b;

	for (b = 0; node->accepting && b < LNLB_BUCKETS; b++) {
		if (!lnlb_bit_test(node->accept, b))
			continue;
		lnlb_bit_clear(node->accept, b);
		node->accepting--;
		hold(node->sim, b, -1);
	}
}

/**
 * sim_ops_land() - packets in flight have made their sessions
 * @node: where
 */
void sim_ops_land(struct sim_node *node)
{
	while (node->n_inflight)
		sim_clients_make(node->sim, node - node->sim->node,
				 node->inflight[--node->n_inflight]);
}

static void op_barrier(void *ctx)
{
	sim_ops_land(ctx);
}

static bool op_has_sessions(void *ctx, u16 bucket)
{
	const struct sim_node *node = ctx;
	const struct sim *sim = node->sim;
	int s;

	for (s = sim->first_session[bucket]; s >= 0; s = sim->session[s].next)
		if (sim->session[s].owner == node - sim->node ||
		    sim_clients_known(node, s))
			return true;
	return false;
}

static int op_save(void *ctx, u16 bucket, u64 *cursor,
		   struct lnlb_session_rec *rec)
{
	const struct sim_node *node = ctx;
	const struct sim *sim = node->sim;
	const struct sim_session *session;
	int s, best = SIM_SESSIONS;
	u32 key;

	for (s = sim->first_session[bucket]; s >= 0; s = sim->session[s].next)
		if (sim->session[s].owner == node - sim->node &&
		    (u64)s >= *cursor && s < best)
			best = s;
	if (best == SIM_SESSIONS)
		return 0;
	*cursor = best + 1;
	session = &sim->session[best];
	key = (u32)session->gen << 16 | best;
	rec->bucket = bucket;
	rec->owner = node->params.self;
	rec->len = sizeof(key);
	memcpy(rec->data, &key, sizeof(key));
	return 1;
}

static int op_load(void *ctx, const struct lnlb_node_id *from,
		   struct lnlb_session_rec *rec)
{
	struct sim_node *node = ctx;
	struct sim *sim = node->sim;
	u32 key, s;
	u16 gen;

	memcpy(&key, rec->data, sizeof(key));
	s = key & 0xffff;
	if (rec->len != sizeof(key) || s >= SIM_SESSIONS)
		return -EINVAL;
	/* a client that is long gone, and whose place another one has */
	gen = sim->session[s].gen - sim->session[s].dropped;
	if (gen != key >> 16 || sim->session[s].owner != index_of(from) ||
	    !(sim->session[s].alive || sim->session[s].dropped))
		return 0;
	sim_clients_know(node, s, !(rec->flags & LNLB_SESSION_GONE));
	return 0;
}

static void op_node_gone(void *ctx, const struct lnlb_node_id *id)
{
	struct sim_node *node = ctx;
	struct sim *sim = node->sim;
	unsigned int s;

	if (node == &sim->node[index_of(id)]) {
		sim_clients_drop(sim, index_of(id));
		return;
	}
	for (s = 0; s < SIM_SESSIONS; s++)
		if ((sim->session[s].alive || sim->session[s].dropped) &&
		    sim->session[s].owner == index_of(id) &&
		    sim_clients_known(node, s)) {
			sim_clients_know(node, s, false);
			sim_check_session(sim, node - sim->node, s);
		}
}

static void op_event(void *ctx, const struct lnlb_core_event *event)
{
	struct sim_node *node = ctx;

	if (node->sim->trace)
		sim_say(node->sim, "node %u: event %u about %d, state %u: %s",
			(unsigned int)(node - node->sim->node), event->event,
			event->node ? index_of(event->node) : -1,
			event->state, event->cause);
}

const struct lnlb_core_ops sim_ops = {
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
