// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run from its start to its end.
 */
#include "sim.h"

static u64 dead(const struct sim *sim)
{
	return sim->cfg.timers.dead_interval_ms * SIM_MS;
}

/**
 * sim_run_bound() - how long may a bucket be without an owner after the faults?
 * @sim: the run
 *
 * L1: the dead time and two round trips of keepalives, and one of a frame for
 * each node that is to be told about sessions. Losses take longer, and where
 * not all hear each other the matrix has to stay as it is for the dead time,
 * and the exclusion takes an exchange.
 *
 * Return: units.
 */
u64 sim_run_bound(const struct sim *sim)
{
	const struct sim_config *cfg = &sim->cfg;
	u64 keepalive = cfg->timers.keepalive_interval_ms * SIM_MS;
	u64 handing = cfg->nodes * 2 * (cfg->delay + cfg->jitter + 4);
	u64 trips = cfg->last_loss ? 200 : 4;
	unsigned int times = sim->excluded || cfg->profile == SIM_SHUT ? 2 : 1;

	return times * (dead(sim) * 102 / 100 +
			trips * (keepalive + cfg->delay + cfg->jitter)) +
	       handing;
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
	sim->result.recovery_bound = sim_run_bound(sim);
	end = sim->now + 2 * sim_run_bound(sim);
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
