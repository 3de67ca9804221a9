// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a run is like and what happens in it, all from its seed.
 */
#include "sim.h"

const char *const sim_profile_name[SIM_PROFILES] = {
	"calm", "crash", "loss", "pause", "stop", "partition", "deaf",
	"shut", "all",
};

const char *const sim_fault_name[SIM_FAULTS_KINDS] = {
	"weight", "storm", "drain", "suspend", "resume", "leave", "join",
	"resync", "crash", "restart", "stale", "pause", "stop", "partition",
	"deaf", "burst", "blink",
};

#define BIT_OF(kind)	(1u << SIM_FAULT_##kind)
#define PLANNED (BIT_OF(WEIGHT) | BIT_OF(STORM) | BIT_OF(DRAIN) | \
	BIT_OF(SUSPEND) | BIT_OF(RESUME) | BIT_OF(LEAVE) | BIT_OF(JOIN) | \
	BIT_OF(RESYNC) | BIT_OF(BLINK))
#define CRASHES (BIT_OF(CRASH) | BIT_OF(RESTART) | BIT_OF(JOIN))

static const u32 profile_faults[SIM_PROFILES] = {
	[SIM_CALM] = PLANNED,
	[SIM_CRASH] = PLANNED | CRASHES | BIT_OF(STALE),
	[SIM_LOSS] = PLANNED | CRASHES,
	[SIM_PAUSE] = BIT_OF(WEIGHT) | BIT_OF(PAUSE) | CRASHES | BIT_OF(LEAVE),
	[SIM_STOP] = BIT_OF(WEIGHT) | BIT_OF(STOP) | CRASHES | BIT_OF(DRAIN) |
		     BIT_OF(RESUME),
	[SIM_PARTITION] = PLANNED | CRASHES | BIT_OF(PARTITION),
	[SIM_DEAF] = BIT_OF(WEIGHT) | BIT_OF(DEAF) | BIT_OF(BURST) |
		     BIT_OF(DRAIN) | BIT_OF(RESUME),
	[SIM_SHUT] = BIT_OF(DEAF),
	[SIM_ALL] = ~0u,
};

static const struct lnlb_core_timers variants[] = {
	{ 7000, 100, 500 }, { 7000, 10, 50 }, { 1000, 20, 100 },
	{ 7000, 50, 150 }, { 3000, 100, 1000 },
};

static void losses(struct sim_config *cfg, struct sim_rng *rng)
{
	/* else nodes that live are taken for dead, a partition in fact */
	static const u32 patience[] = { 5, 8, 12, 20 };
	u32 level = sim_rng_below(rng, ARRAY_SIZE(patience));

	cfg->timers.keepalive_interval_ms = 20 << sim_rng_below(rng, 2);
	cfg->timers.dead_interval_ms = cfg->timers.keepalive_interval_ms *
				       patience[level];
	cfg->loss = 10 + sim_rng_below(rng, 100 * (level + 1));
	cfg->dup = sim_rng_below(rng, 100);
	cfg->jitter = sim_rng_below(rng, cfg->timers.keepalive_interval_ms *
				    SIM_MS);
	cfg->last_loss = sim_rng_below(rng, 2);
}

static void configure(struct sim_config *cfg, struct sim_rng *rng)
{
	cfg->timers = variants[sim_rng_below(rng, ARRAY_SIZE(variants))];
	cfg->delay = 1 + sim_rng_below(rng, 10);
	cfg->jitter = sim_rng_below(rng, 10);
	cfg->drift_ppm = sim_rng_below(rng, 2) ? 200 : 10000;
	cfg->ring = sim_rng_below(rng, 2) ? 64 : 0;
	if (cfg->profile == SIM_LOSS || cfg->profile == SIM_ALL)
		losses(cfg, rng);
	if (cfg->profile == SIM_PAUSE || cfg->profile == SIM_ALL ||
	    cfg->profile == SIM_CRASH)
		cfg->late = sim_rng_below(rng, 20);
	cfg->refresh = cfg->timers.dead_interval_ms * SIM_MS *
		       (2 + sim_rng_below(rng, 8));
}

static u8 pick_kind(const struct sim *sim, struct sim_rng *rng)
{
	u8 kind;

	do
		kind = sim_rng_below(rng, SIM_FAULTS_KINDS);
	while (!(profile_faults[sim->cfg.profile] >> kind & 1));
	return kind;
}

static int by_time(const void *a, const void *b)
{
	const struct sim_fault *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* a kind that leaves somebody whom all of the others hear */
static u32 shut_kind(const struct sim *sim, u32 arg)
{
	static const u8 kinds[] = { SIM_ONE_WAY, SIM_BOTH_WAYS, SIM_MUTE,
				    SIM_PAIRS, SIM_CLIQUE, SIM_CLIQUE };

	if (sim->cfg.nodes == 2)
		return arg - arg % SIM_DEAF_KINDS + SIM_ONE_WAY;
	return arg - arg % SIM_DEAF_KINDS + kinds[arg / 64 % ARRAY_SIZE(kinds)];
}

static void plan(struct sim *sim, struct sim_rng *rng)
{
	u64 dead = sim->cfg.timers.dead_interval_ms * SIM_MS;
	u64 begin = 3 * dead, end = begin + 12 * dead;
	unsigned int i, n = sim->cfg.nodes;
	u64 spread = sim_rng_below(rng, 2) ? 50 : 3 * dead;
	struct sim_fault *fault = sim->fault;

	for (i = 0; i < n; i++, fault++) {
		fault->kind = SIM_FAULT_JOIN;
		fault->node = i;
		fault->at = 1 + sim_rng_below(rng, spread);
	}
	n = 4 + sim_rng_below(rng, n > 64 ? 4 : 24);
	if (sim->cfg.profile == SIM_SHUT)
		n = 1;
	for (i = 0; i < n; i++, fault++) {
		fault->kind = pick_kind(sim, rng);
		fault->at = begin + sim_rng_below(rng, end - begin);
		fault->node = sim_rng_below(rng, sim->cfg.nodes);
		fault->other = (fault->node + 1 +
				sim_rng_below(rng, sim->cfg.nodes - 1)) %
			       sim->cfg.nodes;
		fault->arg = sim_rng_next(rng);
		if (sim->cfg.profile == SIM_SHUT)
			fault->arg = shut_kind(sim, fault->arg);
		fault->len = 1 + sim_rng_below(rng, 3 * dead);
		if (fault->kind == SIM_FAULT_BURST)
			fault->len = fault->len / 8 + 1;
		if (fault->kind == SIM_FAULT_BLINK)
			fault->len = fault->arg % 8 * SIM_MS / 2;
	}
	sim->n_faults = fault - sim->fault;
	qsort(sim->fault, sim->n_faults, sizeof(*fault), by_time);
}

/**
 * sim_schedule_init() - work a run out
 * @sim: zeroed
 * @nodes: how many
 * @profile: enum sim_profile
 * @seed: of all else
 */
void sim_schedule_init(struct sim *sim, unsigned int nodes,
		       unsigned int profile, u64 seed)
{
	u64 mixed = seed * 64 + profile + ((u64)nodes << 48);
	struct sim_rng rng;
	unsigned int i, j;

	sim_rng_init(&rng, mixed);
	sim_rng_init(&sim->net, mixed + 0x1000000000ULL);
	sim_rng_init(&sim->load, mixed + 0x2000000000ULL);
	sim->now = 1000;
	sim->cfg.nodes = nodes;
	sim->cfg.profile = profile;
	sim->cfg.seed = seed;
	configure(&sim->cfg, &rng);
	plan(sim, &rng);
	for (i = 0; i < sim->n_faults; i++)
		sim->fault[i].at += sim->now;
	for (i = 0; i < nodes; i++) {
		sim->node[i].sim = sim;
		sim->node[i].state = LNLB_NODE_ACTIVE;
		for (j = 0; j < nodes; j++) {
			sim->link[i][j].fresh = true;
			sim->link[i][j].settled = true;
		}
	}
	for (i = 0; i < LNLB_BUCKETS; i++)
		sim->first_session[i] = -1;
}

static bool side(const struct sim_fault *fault, unsigned int i)
{
	return lnlb_table_mix(fault->arg + i) & 1;
}

static bool in_clique(const struct sim_fault *fault, unsigned int i)
{
	return i != fault->node &&
	       i - (i > fault->node) < 3 + fault->arg / 8 % 3;
}

static bool deaf(const struct sim_fault *fault, unsigned int from,
		 unsigned int to, bool there, bool back)
{
	switch (fault->arg % SIM_DEAF_KINDS) {
	case SIM_ONE_WAY:
		return there;
	case SIM_MUTE:
		return from == fault->node;
	case SIM_DEAF_NODE:
		return to == fault->node;
	case SIM_PAIRS:
		return from != fault->node && to != fault->node &&
		       lnlb_table_mix(fault->arg + min(from, to) * 512 +
				      max(from, to)) % 40 < 3;
	case SIM_CLIQUE:
		return in_clique(fault, from) && in_clique(fault, to);
	default:
		return there || back;
	}
}

static bool cuts(const struct sim_fault *fault, unsigned int from,
		 unsigned int to)
{
	bool there = from == fault->node && to == fault->other;
	bool back = to == fault->node && from == fault->other;

	switch (fault->kind) {
	case SIM_FAULT_PARTITION:
		return side(fault, from) != side(fault, to);
	case SIM_FAULT_BURST:
		return there;
	case SIM_FAULT_DEAF:
		return deaf(fault, from, to, there, back);
	}
	return false;
}

static void rewire(struct sim *sim)
{
	unsigned int i, j, k;

	for (i = 0; i < sim->cfg.nodes; i++)
		for (j = 0; j < sim->cfg.nodes; j++) {
			sim->link[i][j].cut = false;
			for (k = 0; k < sim->n_undo; k++)
				sim->link[i][j].cut |= cuts(&sim->undo[k], i,
							    j);
		}
}

static void set_weight(struct sim *sim, unsigned int i, u32 arg)
{
	struct sim_node *node = &sim->node[i];

	if (!node->core || node->paused)
		return;
	lnlb_core_set_weight(node->core, 1 + arg % 100, LNLB_WEIGHT_MANUAL);
	sim_net_wake(sim, node, sim->now + 1);
}

static void set_state(struct sim *sim, unsigned int i, u8 state)
{
	struct sim_node *node = &sim->node[i];

	if (node->paused || node->state == state)
		return;
	node->state = state;
	if (!node->core)
		return;
	lnlb_core_set_state(node->core, state);
	sim_net_wake(sim, node, sim->now + 1);
}

static void undo(struct sim *sim, unsigned int i)
{
	struct sim_fault fault = sim->undo[i];

	sim->undo[i] = sim->undo[--sim->n_undo];
	sim_say(sim, "%s ends", sim_fault_name[fault.kind]);
	if (fault.kind == SIM_FAULT_PAUSE || fault.kind == SIM_FAULT_STOP)
		sim_node_resume(sim, fault.node);
	else if (fault.kind == SIM_FAULT_BLINK)
		set_state(sim, fault.node, LNLB_NODE_ACTIVE);
	else if (fault.kind != SIM_FAULT_STORM)
		rewire(sim);
}

static void lasting(struct sim *sim, const struct sim_fault *fault)
{
	sim->undo[sim->n_undo] = *fault;
	sim->undo[sim->n_undo++].at = sim->now + fault->len;
	if (fault->kind != SIM_FAULT_STORM)
		rewire(sim);
}

/* one at a time: two of three that are refused would be the majority */
static bool any_stale(const struct sim *sim)
{
	unsigned int i;

	for (i = 0; i < sim->cfg.nodes; i++)
		if (sim->node[i].core && sim->node[i].stale)
			return true;
	return false;
}

static void restart(struct sim *sim, unsigned int i, bool stale)
{
	u64 incarnation = sim->node[i].incarnation;

	stale = stale && !any_stale(sim);
	sim_node_off(sim, i, false);
	sim->node[i].stale = stale;
	sim_node_start(sim, i, stale ? incarnation - 1 :
			       max(incarnation, sim->now) + 1);
}

static void happen(struct sim *sim, const struct sim_fault *fault)
{
	struct sim_node *node = &sim->node[fault->node];
	bool up = node->core;

	sim_say(sim, "%s: node %u, %u, %u, %llu ms", sim_fault_name[fault->kind],
		fault->node, fault->other, fault->arg,
		(unsigned long long)(fault->len / SIM_MS));
	switch (fault->kind) {
	case SIM_FAULT_WEIGHT:
		return set_weight(sim, fault->node, fault->arg);
	case SIM_FAULT_DRAIN:
		return set_state(sim, fault->node, LNLB_NODE_DRAINING);
	case SIM_FAULT_SUSPEND:
		return set_state(sim, fault->node, LNLB_NODE_SUSPENDED);
	case SIM_FAULT_RESUME:
		return set_state(sim, fault->node, LNLB_NODE_ACTIVE);
	case SIM_FAULT_LEAVE:
		return sim_node_off(sim, fault->node, !node->paused);
	case SIM_FAULT_JOIN:
		return up ? (void)0 : restart(sim, fault->node, false);
	case SIM_FAULT_RESYNC:
		return up ? lnlb_core_resync(node->core) : (void)0;
	case SIM_FAULT_CRASH:
		return sim_node_off(sim, fault->node, false);
	case SIM_FAULT_RESTART:
		return restart(sim, fault->node, false);
	case SIM_FAULT_STALE:
		return up ? restart(sim, fault->node, true) : (void)0;
	case SIM_FAULT_PAUSE:
	case SIM_FAULT_STOP:
		sim_node_pause(sim, fault->node,
			       fault->kind == SIM_FAULT_STOP);
		break;
	case SIM_FAULT_BLINK:
		set_state(sim, fault->node, LNLB_NODE_SUSPENDED);
		break;
	}
	lasting(sim, fault);
}

/**
 * sim_schedule_step() - let happen what is due
 * @sim: the run
 */
void sim_schedule_step(struct sim *sim)
{
	const struct sim_fault *fault;
	unsigned int i;

	for (i = 0; i < sim->n_undo; i++) {
		if (sim->undo[i].kind == SIM_FAULT_STORM &&
		    !sim_rng_below(&sim->load, 30))
			set_weight(sim, sim_rng_below(&sim->load,
						      sim->cfg.nodes),
				   sim_rng_next(&sim->load));
		if (sim->undo[i].at <= sim->now &&
		    sim->cfg.profile != SIM_SHUT)
			undo(sim, i--);
	}
	while (sim->next_fault < sim->n_faults &&
	       sim->fault[sim->next_fault].at <= sim->now) {
		fault = &sim->fault[sim->next_fault++];
		if (!fault->off)
			happen(sim, fault);
	}
}

/**
 * sim_schedule_end() - the faults are over; somebody is to serve
 * @sim: the run
 */
void sim_schedule_end(struct sim *sim)
{
	unsigned int i, active = 0;

	while (sim->n_undo && sim->cfg.profile != SIM_SHUT)
		undo(sim, sim->n_undo - 1);
	sim->quiet = true;
	sim->quiet_at = sim->now;
	for (i = 0; i < sim->cfg.nodes; i++) {
		if (!sim->node[i].core)
			continue;
		/* one whose clock is wrong would be refused for a minute */
		if (sim->node[i].stale)
			restart(sim, i, false);
		active += sim->node[i].state == LNLB_NODE_ACTIVE;
	}
	if (active)
		return;
	set_state(sim, 0, LNLB_NODE_ACTIVE);
	if (!sim->node[0].core)
		restart(sim, 0, false);
}
