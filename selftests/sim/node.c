// SPDX-License-Identifier: GPL-2.0-only
/*
 * A machine: its clock, its lease, and what the module does around the core.
 */
#include "sim.h"

#define SIM_PPM	1000000LL

/**
 * sim_node_clock() - what time is it for a node?
 * @node: which
 *
 * Return: milliseconds.
 */
u64 sim_node_clock(const struct sim_node *node)
{
	u64 now = node->sim->now;

	if (node->paused && node->unnoticed)
		now = node->paused_at;
	return node->offset_ms + (now - node->skipped) *
	       (u64)(SIM_PPM + node->drift_ppm) / SIM_PPM / SIM_MS;
}

/* when is it @ms o'clock for a node? */
static u64 when(const struct sim_node *node, u64 ms)
{
	return (ms - node->offset_ms) * SIM_MS * SIM_PPM /
	       (u64)(SIM_PPM + node->drift_ppm) + node->skipped + 1;
}

/**
 * sim_node_serves() - do packets get sessions here, of buckets that it accepts?
 * @node: which
 *
 * Return: false if it is off, stands still, or its lease has run out.
 */
bool sim_node_serves(const struct sim_node *node)
{
	return node->core && !node->paused &&
	       sim_node_clock(node) <= node->lease_ms;
}

static void node_params(struct sim *sim, struct sim_node *node,
			u64 incarnation)
{
	static const u8 addr[16] = { [10] = 0xff, 0xff, 10, 0, 0, 10 };
	unsigned int i = node - sim->node;

	memset(&node->params, 0, sizeof(node->params));
	node->params.self.mac[0] = 0x02;
	node->params.self.mac[4] = i >> 8;
	node->params.self.mac[5] = i;
	memcpy(node->params.addr, addr, sizeof(addr));
	node->params.incarnation = incarnation;
}

/**
 * sim_node_start() - a machine comes up
 * @sim: the run
 * @i: which
 * @incarnation: of this start
 */
void sim_node_start(struct sim *sim, unsigned int i, u64 incarnation)
{
	struct sim_node *node = &sim->node[i];
	u16 weight = 1 + sim_rng_below(&sim->load, 100);
	unsigned int j;

	node_params(sim, node, incarnation);
	node->sim = sim;
	node->incarnation = incarnation;
	node->skipped = 0;
	node->offset_ms = 1 + sim_rng_below(&sim->load, 1000000);
	node->drift_ppm = (s32)sim_rng_below(&sim->load,
					     2 * sim->cfg.drift_ppm + 1) -
			  (s32)sim->cfg.drift_ppm;
	node->core = lnlb_core_new(&node->params, &sim->cfg.timers, &sim_ops,
				   node);
	for (j = 0; j < sim->cfg.nodes; j++) {
		sim->link[i][j].last_rx = sim->now;
		sim->link[j][i].last_rx = sim->now;
		sim->link[i][j].lost_at = 0;
		sim->link[j][i].lost_at = 0;
	}
	lnlb_core_set_weight(node->core, weight, LNLB_WEIGHT_MANUAL);
	lnlb_core_set_state(node->core, node->state);
	lnlb_core_start(node->core, incarnation, sim_node_clock(node));
	node->refresh_at = sim->now + sim->cfg.refresh;
	node->wake_at = 0;
	sim_net_wake(sim, node, sim->now + 1);
	sim_say(sim, "node %u starts, incarnation %llu", i,
		(unsigned long long)incarnation);
}

/**
 * sim_node_off() - a machine goes down, or its cluster does
 * @sim: the run
 * @i: which
 * @goodbye: it has the time to say LEAVE
 */
void sim_node_off(struct sim *sim, unsigned int i, bool goodbye)
{
	struct sim_node *node = &sim->node[i];

	if (!node->core)
		return;
	if (goodbye)
		lnlb_core_stop(node->core, true);
	sim_ops_release_all(node);
	sim_clients_kill(sim, i);
	lnlb_core_free(node->core);
	node->core = NULL;
	node->paused = false;
	node->wake_gen++;
	node->paused_at = 0;
	node->woke_at = 0;
	node->n_inflight = 0;
	memset(node->known, 0, sizeof(node->known));
	sim_net_drop_queue(node);
	sim_say(sim, "node %u is %s", i, goodbye ? "gone" : "dead");
}

/**
 * sim_node_pause() - a machine stands still
 * @sim: the run
 * @i: which
 * @unnoticed: its clock does so, too
 */
void sim_node_pause(struct sim *sim, unsigned int i, bool unnoticed)
{
	struct sim_node *node = &sim->node[i];

	if (!node->core || node->paused)
		return;
	node->paused_at = sim->now;
	node->unnoticed = unnoticed;
	node->paused = true;
	node->wake_gen++;
	sim_say(sim, "node %u stands still%s", i,
		unnoticed ? " and its clock, too" : "");
}

/**
 * sim_node_resume() - a machine goes on
 * @sim: the run
 * @i: which
 */
void sim_node_resume(struct sim *sim, unsigned int i)
{
	struct sim_node *node = &sim->node[i];
	u64 length = sim->now - node->paused_at, when;
	unsigned int j;

	if (!node->core || !node->paused)
		return;
	node->paused = false;
	if (node->unnoticed) {
		node->skipped += length;
		node->woke_at = sim->now;
	}
	for (j = 0; j < node->n_rxq; j++)
		node->arrived[j] = sim_node_clock(node);
	/* without a clock it cannot know: see Documentation/protocol.rst */
	if (node->unnoticed &&
	    length > sim->cfg.timers.dead_interval_ms * SIM_MS / 2)
		sim_clients_kill(sim, i);
	sim_check_answers(sim, i);
	when = sim->now + 1 + sim_rng_below(&sim->net, 5);
	node->wake_at = 0;
	sim_net_wake(sim, node, when);
	sim_say(sim, "node %u goes on after %llu ms", i,
		(unsigned long long)(length / SIM_MS));
}

/* is a STATE by somebody who has heard the node? */
static bool lists(const struct sim_frame *frame, const struct sim_node *node)
{
	const struct lnlb_wire_state *state;
	unsigned int i;

	state = (const void *)(frame->data + sizeof(struct lnlb_wire_header));
	for (i = 0; i < be16_to_cpu(state->n_heard); i++)
		if (!lnlb_wire_id_cmp(&state->heard[i].id, &node->params.self))
			return true;
	return false;
}

static void take_in(struct sim *sim, struct sim_node *node)
{
	unsigned int i, to = node - sim->node;
	const struct lnlb_wire_header *header;
	struct sim_frame *frame;

	for (i = 0; i < node->n_rxq; i++) {
		frame = node->rxq[i];
		header = (const void *)frame->data;
		lnlb_core_rx(node->core, frame->data, frame->len,
			     header->id.mac, node->arrived[i]);
		if (header->type == LNLB_WIRE_STATE)
			sim_check_state(sim, frame->from, to, frame->sent_at,
					lists(frame, node));
		if (!--frame->refs)
			free(frame);
	}
	sim->result.steps += node->n_rxq;
	node->n_rxq = 0;
}

/**
 * sim_node_wake() - a node does what it has to do
 * @sim: the run
 * @node: which
 */
void sim_node_wake(struct sim *sim, struct sim_node *node)
{
	u32 dead = sim->cfg.timers.dead_interval_ms;
	u64 next, at;

	if (!node->core || node->paused)
		return;
	if (sim->now >= node->refresh_at) {
		node->refresh_at = sim->now + sim->cfg.refresh;
		lnlb_core_refresh(node->core);
	}
	take_in(sim, node);
	next = lnlb_core_tick(node->core, sim_node_clock(node));
	sim->result.steps++;
	node->lease_ms = lnlb_core_lease(node->core);
	node->alive_ms = lnlb_core_alive(node->core);
	if (next <= sim_node_clock(node) ||
	    next > sim_node_clock(node) + sim->cfg.timers.keepalive_interval_ms)
		sim_fail(sim, "node %u wants its next tick in %lld ms",
			 (unsigned int)(node - sim->node),
			 (long long)(next - sim_node_clock(node)));
	at = when(node, next);
	if (!sim->quiet && sim_rng_below(&sim->net, 1000) < sim->cfg.late)
		at += sim_rng_below(&sim->net, dead * SIM_MS * SIM_LATE / 10);
	sim_net_wake(sim, node, at);
	sim_check_step(sim, node);
}
