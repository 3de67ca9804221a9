// SPDX-License-Identifier: GPL-2.0-only
/*
 * Partial hearing that stays: how many nodes have to stand aside.
 */
#include "sim.h"

static bool covers(const struct sim *sim, u32 set)
{
	unsigned int i, j;

	for (i = 0; i < sim->cfg.nodes; i++)
		for (j = 0; j < sim->cfg.nodes; j++)
			if (i != j && sim->link[i][j].cut &&
			    !(set >> i & 1) && !(set >> j & 1))
				return false;
	return true;
}

/**
 * sim_shut_check() - do no more nodes stand aside than have to?
 * @sim: the run, in which some hear some others no more
 *
 * Some node hears all others, and they it: all know as much as that one.
 */
void sim_shut_check(struct sim *sim)
{
	unsigned int i, out = 0, least = sim->cfg.nodes;
	u32 set;

	for (i = 0; i < sim->cfg.nodes; i++)
		out += sim->node[i].core && lnlb_core_fenced(sim->node[i].core);
	if (!sim->n_undo)
		least = 0;
	else if (sim->undo[0].arg % SIM_DEAF_KINDS < SIM_PAIRS)
		least = 1;
	else if (sim->cfg.nodes > 8)
		return;
	for (set = 0; sim->cfg.nodes <= 8 && set < 1u << sim->cfg.nodes; set++)
		if (covers(sim, set))
			least = min(least, hweight8(set));
	if (out != least)
		sim_fail(sim, "L1: %u nodes stand aside where %u would do",
			 out, least);
}
