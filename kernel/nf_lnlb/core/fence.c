// SPDX-License-Identifier: GPL-2.0-only
/*
 * When this node stops taking new sessions of its own accord: because others
 * may take it for dead, and do its work.
 */
#include "private.h"

/* the time in which this node could not listen is no silence of the others */
static void lnlb_fence_excuse(struct lnlb_core *core, u64 late)
{
	unsigned int i;
	u64 *heard_at;

	for (i = 0; i < core->n_peers; i++) {
		heard_at = &core->peer[i]->heard_at;
		*heard_at = min(*heard_at + late, core->now);
	}
	for (i = 0; i < core->n_strangers; i++) {
		heard_at = &core->stranger[i].heard_at;
		*heard_at = min(*heard_at + late, core->now);
	}
	core->started_at = min(core->started_at + late, core->now);
}

u64 lnlb_core_lease(const struct lnlb_core *core)
{
	u32 dead = core->timers.dead_interval_ms;

	return min(core->tick_due + dead / 2, core->sent_at + dead - dead / 4);
}

u64 lnlb_core_alive(const struct lnlb_core *core)
{
	return core->silent ? 0 :
	       core->sent_at + core->timers.dead_interval_ms;
}

/**
 * lnlb_fence_late() - find out whether this node stood still
 * @core: the node, at the start of a tick
 *
 * One that is late by half the dead interval, or that has not said a word for
 * three quarters of it, may be dead to the others. It has to hear that it is
 * not, from each of them; without any, or with none that was awake, it listens
 * anew.
 */
void lnlb_fence_late(struct lnlb_core *core)
{
	if (core->now > core->tick_due)
		lnlb_fence_excuse(core, core->now - core->tick_due);
	if (core->now <= lnlb_core_lease(core))
		return;
	if (core->state == LNLB_NODE_JOINING)
		core->started_at = core->now;
	lnlb_core_changed(core);
	core->silent |= core->now > lnlb_core_alive(core);
	core->stalled = true;
	core->stall_version = core->version;
	core->stalled_at = core->now;
	core->request = true;
	lnlb_send_soon(core, 0);
}

/**
 * lnlb_fence_forgotten() - a node has taken this one for dead, or not known it
 * @core: the node, which was silent
 *
 * Others have clients that were this node's. It lets go of all its sessions, as
 * if it had started anew, before anybody tells it of theirs; and those that have
 * not forgotten it are told so.
 */
void lnlb_fence_forgotten(struct lnlb_core *core)
{
	if (core->forgotten)
		return;
	core->forgotten = true;
	core->epoch += LNLB_EPOCH_ERA;
	lnlb_core_changed(core);
	core->ops->node_gone(core->ctx, &core->params.self);
}

/* has the peer been awake all the time, so that it knows who else is there? */
static bool lnlb_fence_witness(const struct lnlb_core *core,
			       const struct lnlb_peer *peer)
{
	return !peer->stalled && peer->state != LNLB_NODE_JOINING &&
	       peer->met_at < core->stalled_at;
}

static bool lnlb_fence_still_stalled(const struct lnlb_core *core)
{
	const struct lnlb_peer *peer;
	bool witness = false;
	unsigned int i;

	if (!core->stalled ||
	    core->now - core->stalled_at > core->timers.dead_interval_ms)
		return false;
	for (i = 0; i < core->n_peers; i++) {
		peer = core->peer[i];
		/* one that was excluded may be back, without our knowing */
		if (peer->shut)
			continue;
		if (!peer->lists_us ||
		    (s32)(peer->acked - (u32)core->stall_version) < 0)
			return true;
		witness |= lnlb_fence_witness(core, peer);
	}
	return !witness;
}

/* does a live node take us for dead, or may it? */
static bool lnlb_fence_unheard(const struct lnlb_core *core)
{
	const struct lnlb_peer *peer;
	bool unheard = false, lost = false;
	unsigned int i;

	for (i = 0; i < core->n_peers; i++) {
		peer = core->peer[i];
		if (peer->lists_us || lnlb_peer_out(peer))
			continue;
		unheard = true;
		lost |= peer->listed_us ||
			lnlb_core_passed(core, peer->met_at,
					 core->timers.dead_interval_ms);
	}
	return lost || (core->fenced && unheard);
}

/**
 * lnlb_fence_update() - fence or unfence this node
 * @core: the node
 *
 * A peer that has never listed us gets the dead interval to do so: it cannot
 * have heard us before it existed.
 */
void lnlb_fence_update(struct lnlb_core *core)
{
	bool stalled = core->stalled, fence;

	core->stalled = lnlb_fence_still_stalled(core);
	core->silent &= core->stalled;
	core->forgotten &= core->stalled;
	if (stalled != core->stalled)
		lnlb_core_changed(core);
	fence = core->stalled || core->excluded || lnlb_fence_unheard(core);
	if (fence == core->fenced)
		return;
	core->fenced = fence;
	if (fence) {
		lnlb_claims_drop(core);
		lnlb_core_event(core, LNLB_EVENT_FENCED, NULL,
				core->stalled ? "this node stood still" :
				core->excluded ? "not all nodes hear each other, and go on without this one" :
				"a live node does not hear this one");
	} else {
		core->dirty = true;
		lnlb_core_event(core, LNLB_EVENT_UNFENCED, NULL,
				"all live nodes hear this one");
	}
}
