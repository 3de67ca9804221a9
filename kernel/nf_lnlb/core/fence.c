// SPDX-License-Identifier: GPL-2.0-only
/*
 * When this node stops taking new sessions of its own accord: because others
 * may take it for dead, and do its work.
 */
#include "private.h"

/**
 * lnlb_fence_late() - find out whether this node stood still
 * @core: the node, at the start of a tick
 *
 * A node that comes late has had no chance to hear its peers and gives them
 * some more time. One that was away for the dead interval may be dead to the
 * others and has to hear from each of them that it is not.
 */
void lnlb_fence_late(struct lnlb_core *core)
{
	u32 dead = core->timers.dead_interval_ms;
	struct lnlb_peer *peer;
	unsigned int i;

	if (!lnlb_core_passed(core, core->tick_due, dead / 2))
		return;
	/* nor has it listened for as long as it seems */
	if (core->state == LNLB_NODE_JOINING)
		core->started_at = core->now;
	for (i = 0; i < core->n_peers; i++) {
		peer = core->peer[i];
		peer->heard_at = max(peer->heard_at, core->now - dead / 2);
	}
	if (!lnlb_core_passed(core, core->tick_due, dead) || !core->n_peers)
		return;
	lnlb_core_changed(core);
	core->stalled = true;
	core->stall_version = core->version;
	core->stall_until = core->now + dead;
	core->request = true;
	lnlb_send_soon(core, 0);
}

static bool lnlb_fence_still_stalled(const struct lnlb_core *core)
{
	const struct lnlb_peer *peer;
	unsigned int i;

	if (!core->stalled || core->now >= core->stall_until)
		return false;
	for (i = 0; i < core->n_peers; i++) {
		peer = core->peer[i];
		if (!peer->lists_us ||
		    (s32)(peer->acked - (u32)core->stall_version) < 0)
			return true;
	}
	return false;
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
	const struct lnlb_peer *peer;
	bool unheard = false, lost = false;
	unsigned int i;

	for (i = 0; i < core->n_peers; i++) {
		peer = core->peer[i];
		if (peer->lists_us)
			continue;
		unheard = true;
		lost |= peer->listed_us ||
			lnlb_core_passed(core, peer->met_at,
					 core->timers.dead_interval_ms);
	}
	core->stalled = lnlb_fence_still_stalled(core);
	if (core->stalled || lost || (core->fenced && unheard)) {
		if (core->fenced)
			return;
		core->fenced = true;
		lnlb_claims_drop(core);
		lnlb_core_event(core, LNLB_EVENT_FENCED, NULL,
				core->stalled ? "this node stood still" :
				"a live node does not hear this one");
	} else if (core->fenced) {
		core->fenced = false;
		core->dirty = true;
		lnlb_core_event(core, LNLB_EVENT_UNFENCED, NULL,
				"all live nodes hear this one");
	}
}
