// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run from its start to its end.
 */
#include "sim.h"

static u64 dead(const struct sim *sim)
{
	return sim->cfg.timers.dead_interval_ms * SIM_MS;
}

/*
 * L1: the dead time and two round trips of keepalives, and one of a frame for
 * each node that is to be told about sessions. Losses take longer.
 */
static u64 bound(const struct sim *sim)
{
	const struct sim_config *cfg = &sim->cfg;
	u64 keepalive = cfg->timers.keepalive_interval_ms * SIM_MS;
	u64 handing = cfg->nodes * 2 * (cfg->delay + cfg->jitter + 4);
	u64 trips = cfg->last_loss ? 200 : 4;

	/* silence, a matrix that stays as it is, and the exclusion's exchange */
	if (cfg->profile == SIM_SHUT)
		return 2 * dead(sim) * 102 / 100 + handing +
		       2 * trips * (keepalive + cfg->delay + cfg->jitter);

	return dead(sim) * 102 / 100 + handing +
	       trips * (keepalive + cfg->delay + cfg->jitter);
}

static void step(struct sim *sim)
{
	sim_schedule_step(sim);
	if (sim->now % SIM_MS == 0)
		sim_clients_step(sim);
	sim_net_step(sim);
}

static void run_until(struct sim *sim, u64 end)
{
	while (!sim->failure[0] && sim->now < end)
		step(sim);
}

/* the end of the faults that begin last ends the others, too */
static u64 last_fault(const struct sim *sim)
{
	return sim->fault[sim->n_faults - 1].at + dead(sim) / 2;
}

static void recover(struct sim *sim)
{
	u64 end;

	sim_schedule_end(sim);
	sim->result.recovery_bound = bound(sim);
	end = sim->now + 2 * bound(sim);
	while (!sim->failure[0] && sim->now < end) {
		run_until(sim, min(end, sim->now + 10 * SIM_MS));
		sim_check_gaps(sim);
	}
	/* those that were fenced or shut out come back, sessions are told */
	sim->cfg.last_loss = false;
	run_until(sim, sim->now + 8 * dead(sim));
	if (!sim->failure[0])
		sim_check_end(sim);
}

/**
 * sim_run() - do a run
 * @nodes: how many
 * @profile: enum sim_profile
 * @seed: of all else
 * @off: by index of a fault: leave it out; NULL: leave none out
 * @trace: print what happens
 * @watch: bucket whose changes are printed, too; -1: none
 *
 * Return: the run, with its result and failure; to be freed.
 */
struct sim *sim_run(unsigned int nodes, unsigned int profile, u64 seed,
		    const bool *off, bool trace, int watch)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	unsigned int i;
	u64 begin;

	if (!sim)
		abort();
	sim->trace = trace;
	sim->watch = watch;
	sim_schedule_init(sim, nodes, profile, seed);
	for (i = 0; off && i < sim->n_faults; i++)
		sim->fault[i].off = off[i];
	begin = sim->now;
	run_until(sim, last_fault(sim));
	if (!sim->failure[0])
		recover(sim);
	sim->result.time = sim->now - begin;
	return sim;
}

/**
 * sim_run_free() - done with a run
 * @sim: what sim_run() returned
 */
void sim_run_free(struct sim *sim)
{
	unsigned int i;

	for (i = 0; i < sim->cfg.nodes; i++)
		lnlb_core_free(sim->node[i].core);
	sim_net_free(sim);
	free(sim);
}
