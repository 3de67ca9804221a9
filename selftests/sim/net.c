// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network and the clock: frames arrive and nodes wake in the order of
 * time, from a wheel of slots, one a unit.
 */
#include "sim.h"

static struct sim_event *event_new(struct sim *sim, u8 kind, unsigned int node)
{
	struct sim_event *event = sim->free;

	if (event)
		sim->free = event->next;
	else
		event = malloc(sizeof(*event));
	if (!event)
		abort();
	event->next = NULL;
	event->kind = kind;
	event->node = node;
	event->frame = NULL;
	return event;
}

static void event_add(struct sim *sim, struct sim_event *event, u64 at)
{
	unsigned int slot = at % SIM_SLOTS;

	if (at - sim->now >= SIM_SLOTS)
		abort();
	if (sim->slot[slot])
		sim->tail[slot]->next = event;
	else
		sim->slot[slot] = event;
	sim->tail[slot] = event;
}

/**
 * sim_net_wake() - let a node run
 * @sim: the run
 * @node: which
 * @at: not later than then, units
 */
void sim_net_wake(struct sim *sim, struct sim_node *node, u64 at)
{
	struct sim_event *event;

	at = max(at, sim->now + 1);
	at = min(at, sim->now + SIM_SLOTS - 1);
	if (node->wake_at > sim->now && node->wake_at <= at)
		return;
	node->wake_at = at;
	event = event_new(sim, SIM_WAKE, node - sim->node);
	event->gen = ++node->wake_gen;
	event_add(sim, event, at);
}

static void frame_put(struct sim_frame *frame)
{
	if (!--frame->refs)
		free(frame);
}

/**
 * sim_net_drop_queue() - lose the frames that wait for a node
 * @node: which
 */
void sim_net_drop_queue(struct sim_node *node)
{
	while (node->n_rxq)
		frame_put(node->rxq[--node->n_rxq]);
}

static void post(struct sim *sim, struct sim_frame *frame, unsigned int to)
{
	const struct sim_config *cfg = &sim->cfg;
	struct sim_link *link = &sim->link[frame->from][to];
	bool lossy = !sim->quiet || cfg->last_loss;
	unsigned int copies = 1;
	struct sim_event *event;

	if (link->cut ||
	    (lossy && cfg->loss &&
	     sim_rng_below(&sim->net, 1000) < cfg->loss)) {
		link->lost_at = sim->now;
		return;
	}
	if (lossy && cfg->dup && sim_rng_below(&sim->net, 1000) < cfg->dup)
		copies++;
	for (; copies; copies--) {
		event = event_new(sim, SIM_ARRIVE, to);
		event->frame = frame;
		frame->refs++;
		event_add(sim, event, sim->now + cfg->delay +
			  sim_rng_below(&sim->net, cfg->jitter + 1));
	}
}

/**
 * sim_net_send() - a node sends a frame
 * @sim: the run
 * @from: the node
 * @to: for this one, or for all if negative
 * @data: the frame
 * @len: its bytes
 */
void sim_net_send(struct sim *sim, unsigned int from, int to, const u8 *data,
		  size_t len)
{
	struct sim_frame *frame = malloc(sizeof(*frame) + len);
	unsigned int i;

	if (!frame)
		abort();
	frame->refs = 1;
	frame->from = from;
	frame->len = len;
	frame->sent_at = sim->now;
	memcpy(frame->data, data, len);
	sim_trace_hash(sim, from, data, len);
	for (i = 0; i < sim->cfg.nodes; i++)
		if (i != from && sim->node[i].core &&
		    (to < 0 || (unsigned int)to == i))
			post(sim, frame, i);
	frame_put(frame);
}

static void arrive(struct sim *sim, struct sim_node *node,
		   struct sim_frame *frame)
{
	unsigned int to = node - sim->node;
	unsigned int room = node->paused ? sim->cfg.ring : SIM_RXQ;

	/* what is on the wire when it is cut is lost, too */
	if (sim->link[frame->from][to].cut) {
		sim->link[frame->from][to].lost_at = sim->now;
		frame_put(frame);
		return;
	}
	sim_check_heard(sim, frame->from, to, frame->sent_at);
	if (!node->core || node->n_rxq >= room) {
		frame_put(frame);
		return;
	}
	node->arrived[node->n_rxq] = sim_node_clock(node);
	node->rxq[node->n_rxq++] = frame;
	if (!node->paused)
		sim_net_wake(sim, node, sim->now + 1 +
			     sim_rng_below(&sim->net, 4));
}

/**
 * sim_net_step() - let one unit of time go by
 * @sim: the run
 */
void sim_net_step(struct sim *sim)
{
	struct sim_event *event, *next;
	struct sim_node *node;
	unsigned int slot;

	slot = ++sim->now % SIM_SLOTS;
	event = sim->slot[slot];
	sim->slot[slot] = NULL;
	for (; event; event = next) {
		next = event->next;
		node = &sim->node[event->node];
		if (event->kind == SIM_ARRIVE)
			arrive(sim, node, event->frame);
		else if (event->gen == node->wake_gen)
			sim_node_wake(sim, node);
		event->next = sim->free;
		sim->free = event;
	}
}

/**
 * sim_net_free() - the end of all that is on its way
 * @sim: the run
 */
void sim_net_free(struct sim *sim)
{
	struct sim_event *event;
	unsigned int i;

	for (i = 0; i < SIM_SLOTS; i++)
		while ((event = sim->slot[i])) {
			sim->slot[i] = event->next;
			if (event->frame)
				frame_put(event->frame);
			free(event);
		}
	while ((event = sim->free)) {
		sim->free = event->next;
		free(event);
	}
	for (i = 0; i < sim->cfg.nodes; i++)
		sim_net_drop_queue(&sim->node[i]);
}
