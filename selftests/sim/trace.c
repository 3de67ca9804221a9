// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is printed of a failure: how to have it again, and as little of what
 * happened as it takes.
 */
#include <stdarg.h>
#include "sim.h"

/**
 * sim_say() - a line of the trace
 * @sim: the run
 * @format: as of printf()
 */
void sim_say(const struct sim *sim, const char *format, ...)
{
	va_list args;

	if (!sim->trace)
		return;
	printf("# %9.1f ms ", (double)sim->now / SIM_MS);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/**
 * sim_trace_hash() - what happens goes into the hash of the run
 * @sim: the run
 * @what: a number
 * @data: and this, may be NULL
 * @len: its bytes
 */
void sim_trace_hash(struct sim *sim, u64 what, const u8 *data, size_t len)
{
	u64 hash = lnlb_table_mix(sim->result.hash ^ what) + sim->now, word;
	size_t i;

	for (i = 0; i < len; i += sizeof(word)) {
		word = 0;
		memcpy(&word, data + i, min(sizeof(word), len - i));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 29;
	}
	sim->result.hash = hash;
}

static bool fails(const struct sim *sim, const bool *off)
{
	struct sim *again = sim_run(sim->cfg.nodes, sim->cfg.profile,
				    sim->cfg.seed, off, false, -1);
	/* the same promise, whatever the words that follow */
	bool bad = again->failure[0] &&
		   !strncmp(again->failure, sim->failure, 8);

	sim_run_free(again);
	return bad;
}

/* leave out what can be left out, in halves, quarters, ... and one by one */
static void shrink(const struct sim *sim, bool *off)
{
	unsigned int size, from, i;
	bool try[SIM_FAULTS];

	for (size = sim->n_faults / 2; size; size /= 2)
		for (from = 0; from < sim->n_faults; from += size) {
			memcpy(try, off, sizeof(try));
			for (i = from; i < from + size && i < sim->n_faults;
			     i++)
				try[i] = true;
			if (fails(sim, try))
				memcpy(off, try, sizeof(try));
		}
}

static int bucket_of(const struct sim *sim)
{
	const char *word = strstr(sim->failure, "bucket ");

	return word ? atoi(word + 7) : -1;
}

/**
 * sim_trace_failure() - print how a run failed
 * @sim: the run
 */
void sim_trace_failure(struct sim *sim)
{
	const struct sim_config *cfg = &sim->cfg;
	bool off[SIM_FAULTS] = { false };
	struct sim *again;
	unsigned int i;

	shrink(sim, off);
	printf("# %s\n# replay: sim --nodes %u --profile %s --seed %llu",
	       sim->failure, cfg->nodes, sim_profile_name[cfg->profile],
	       (unsigned long long)cfg->seed);
	printf(" --without ");
	for (i = 0; i < sim->n_faults; i++)
		putchar(off[i] ? '1' : '0');
	printf("\n# keepalive %u ms, dead %u ms, loss %u/1000, doubled %u/1000, delay %u+%u/10 ms\n",
	       cfg->timers.keepalive_interval_ms, cfg->timers.dead_interval_ms,
	       cfg->loss, cfg->dup, cfg->delay, cfg->jitter);
	again = sim_run(cfg->nodes, cfg->profile, cfg->seed, off, false, -1);
	i = bucket_of(again);
	sim_run_free(again);
	again = sim_run(cfg->nodes, cfg->profile, cfg->seed, off, true, i);
	sim_run_free(again);
}
