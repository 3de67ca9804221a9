// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients with their sessions, and what nodes know of them.
 */
#include "sim.h"

/**
 * sim_clients_known() - does a node know of a session that stays elsewhere?
 * @node: which
 * @session: index
 *
 * Return: true if so.
 */
bool sim_clients_known(const struct sim_node *node, unsigned int session)
{
	return node->known[session / 8] >> session % 8 & 1;
}

/**
 * sim_clients_know() - a node learns of, or forgets, a session
 * @node: which
 * @session: index
 * @know: what it does
 */
void sim_clients_know(struct sim_node *node, unsigned int session, bool know)
{
	node->known[session / 8] &= ~(1 << session % 8);
	node->known[session / 8] |= know << session % 8;
	node->known_at[session] = node->sim->now;
	if (node->sim->session[session].bucket == node->sim->watch)
		sim_say(node->sim, "node %u %s session %u",
			(unsigned int)(node - node->sim->node),
			know ? "is told of" : "forgets", session);
}

static void unlink_session(struct sim *sim, unsigned int s)
{
	s32 *link = &sim->first_session[sim->session[s].bucket];

	while (*link != (s32)s)
		link = &sim->session[*link].next;
	*link = sim->session[s].next;
	sim->session[s].alive = false;
	sim->session[s].gen++;
}

static void forget(struct sim *sim, unsigned int s)
{
	unsigned int i;

	for (i = 0; i < sim->cfg.nodes; i++)
		sim->node[i].known[s / 8] &= ~(1 << s % 8);
}

/**
 * sim_clients_make() - a client gets a session
 * @sim: the run
 * @owner: node that took it
 * @bucket: of the client
 */
void sim_clients_make(struct sim *sim, unsigned int owner, u16 bucket)
{
	struct sim_session *session;
	unsigned int s, tries;

	for (tries = 0; tries < 8; tries++) {
		s = sim_rng_below(&sim->load, SIM_SESSIONS);
		if (!sim->session[s].alive)
			break;
	}
	session = &sim->session[s];
	if (session->alive)
		return;
	forget(sim, s);
	session->alive = true;
	session->dropped = false;
	session->moved = false;
	session->bucket = bucket;
	session->owner = owner;
	session->next = sim->first_session[bucket];
	sim->first_session[bucket] = s;
	sim->result.sessions++;
	if (bucket == sim->watch)
		sim_say(sim, "node %u has session %u in bucket %u", owner, s,
			bucket);
	for (tries = 0; tries < sim->cfg.nodes; tries++)
		sim_check_session(sim, tries, s);
}

/**
 * sim_clients_kill() - the sessions of a node are lost
 * @sim: the run
 * @owner: the node
 */
void sim_clients_kill(struct sim *sim, unsigned int owner)
{
	unsigned int s;

	for (s = 0; s < SIM_SESSIONS; s++)
		if (sim->session[s].alive && sim->session[s].owner == owner)
			unlink_session(sim, s);
}

/**
 * sim_clients_drop() - a node is suspended and lets go of all that it knows
 * @sim: the run
 * @owner: the node
 */
void sim_clients_drop(struct sim *sim, unsigned int owner)
{
	unsigned int s;

	for (s = 0; s < SIM_SESSIONS; s++)
		if (sim->session[s].alive && sim->session[s].owner == owner) {
			unlink_session(sim, s);
			sim->session[s].dropped = true;
		}
	memset(sim->node[owner].known, 0, sizeof(sim->node[owner].known));
}

static void end_session(struct sim *sim, unsigned int s)
{
	struct sim_session *session = &sim->session[s];
	struct sim_node *node = &sim->node[session->owner];
	struct lnlb_session_rec rec = { .bucket = session->bucket };
	u32 key = (u32)session->gen << 16 | s;

	if (!node->core || node->paused)
		return;
	rec.len = sizeof(key);
	memcpy(rec.data, &key, sizeof(key));
	if (!lnlb_bit_test(node->accept, session->bucket)) {
		lnlb_core_session_gone(node->core, &rec);
		sim_net_wake(sim, node, sim->now + 1);
	}
	unlink_session(sim, s);
}

/*
 * What was not told again for a while is forgotten. A bucket whose owner is not
 * its target must have moved by then: only targets are told, one by one.
 */
static void lapse(struct sim *sim, unsigned int s)
{
	const struct sim_config *cfg = &sim->cfg;
	u64 told = cfg->loss ? LNLB_RESEND_MAX_MS * SIM_MS :
			       2 * (cfg->delay + cfg->jitter + SIM_MS);
	u64 after = cfg->nodes * told +
		    max(cfg->refresh * 10 / 3,
			cfg->timers.dead_interval_ms * SIM_MS * 15);
	struct sim_node *node;
	unsigned int i;

	for (i = 0; i < sim->cfg.nodes; i++) {
		node = &sim->node[i];
		if (!sim_clients_known(node, s) ||
		    sim->now - node->known_at[s] < after)
			continue;
		sim_clients_know(node, s, false);
		sim_check_session(sim, i, s);
	}
}

/**
 * sim_clients_step() - clients come and go
 * @sim: the run
 */
void sim_clients_step(struct sim *sim)
{
	u32 pace = sim->cfg.timers.keepalive_interval_ms * SIM_MS / 4;
	unsigned int i, s;
	u16 bucket;

	for (i = 0; i < sim->cfg.nodes; i++)
		if (sim->node[i].n_inflight && !sim->node[i].paused)
			sim_ops_land(&sim->node[i]);
	if (sim->now < sim->next_session)
		return;
	sim->next_session = sim->now + 1 + sim_rng_below(&sim->load, pace + 1);
	bucket = sim_rng_below(&sim->load, LNLB_BUCKETS);
	for (i = 0; sim->holders[bucket] && i < sim->cfg.nodes; i++)
		if (lnlb_bit_test(sim->node[i].accept, bucket) &&
		    sim_node_serves(&sim->node[i])) {
			sim_clients_make(sim, i, bucket);
			break;
		}
	s = sim_rng_below(&sim->load, SIM_SESSIONS);
	if (sim->session[s].alive && !sim_rng_below(&sim->load, 2))
		end_session(sim, s);
	s = sim_rng_below(&sim->load, SIM_SESSIONS);
	if (sim->session[s].alive)
		lapse(sim, s);
}
