// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes that are heard, but not known: none of their STATEs has arrived so far.
 * They may claim buckets all the same, so nobody takes any while one is near.
 * They are asked for a STATE each time they are heard, see rx.c.
 */
#include "private.h"

/**
 * lnlb_stranger_find() - look a stranger up
 * @core: the node
 * @id: whom
 *
 * Return: the stranger, NULL if it was not heard.
 */
struct lnlb_stranger *lnlb_stranger_find(struct lnlb_core *core,
					 const struct lnlb_node_id *id)
{
	unsigned int i;

	for (i = 0; i < core->n_strangers; i++)
		if (!lnlb_wire_id_cmp(&core->stranger[i].id, id))
			return &core->stranger[i];
	return NULL;
}

/**
 * lnlb_stranger_heard() - remember a stranger
 * @core: the node
 * @id: whom; not a peer
 * @incarnation: of its frame
 *
 * Takes the place of the one that was silent for longest if there is no other:
 * then those that are left are reason enough to wait.
 *
 * Return: the stranger.
 */
struct lnlb_stranger *lnlb_stranger_heard(struct lnlb_core *core,
					  const struct lnlb_node_id *id,
					  u64 incarnation)
{
	struct lnlb_stranger *stranger = lnlb_stranger_find(core, id);
	unsigned int i;

	if (!stranger && core->n_strangers < LNLB_STRANGERS) {
		stranger = &core->stranger[core->n_strangers++];
		memset(stranger, 0, sizeof(*stranger));
	}
	if (!stranger) {
		stranger = core->stranger;
		for (i = 1; i < LNLB_STRANGERS; i++)
			if (core->stranger[i].heard_at < stranger->heard_at)
				stranger = &core->stranger[i];
	}
	if (lnlb_wire_id_cmp(&stranger->id, id) ||
	    stranger->incarnation < incarnation ||
	    lnlb_core_passed(core, stranger->heard_at, LNLB_TOMBSTONE_MS)) {
		memset(stranger, 0, sizeof(*stranger));
		stranger->id = *id;
		stranger->since = core->now;
	}
	stranger->incarnation = incarnation;
	stranger->heard_at = core->now;
	return stranger;
}

/**
 * lnlb_stranger_forget() - it was met, or it has left
 * @core: the node
 * @id: whom; need not be known
 */
void lnlb_stranger_forget(struct lnlb_core *core, const struct lnlb_node_id *id)
{
	struct lnlb_stranger *stranger = lnlb_stranger_find(core, id);

	if (stranger)
		*stranger = core->stranger[--core->n_strangers];
}

/**
 * lnlb_stranger_near() - is there a live node that this one does not know?
 * @core: the node
 *
 * Return: true if one was heard within the dead interval, unless it has not
 * answered for long: then it may be a recording.
 */
bool lnlb_stranger_near(const struct lnlb_core *core)
{
	unsigned int i;

	for (i = 0; i < core->n_strangers; i++)
		if (!core->stranger[i].silent &&
		    !lnlb_core_passed(core, core->stranger[i].heard_at,
				      core->timers.dead_interval_ms))
			return true;
	return false;
}
