// SPDX-License-Identifier: GPL-2.0-only
/*
 * As many node-steps as are wanted: blocks of runs of all sizes and kinds in
 * turn, each with seeds of its own. A line in a file for every block, so that
 * one that was interrupted is all that is lost.
 */
#include <time.h>
#include "sim.h"

/* about as many node-steps in a block of each */
static const struct {
	unsigned int nodes;
	unsigned int runs;
} sizes[] = {
#if LNLB_NODES_MAX <= 64
	{ 2, 400 }, { 3, 150 }, { 8, 20 }, { 32, 1 }, { 64, 1 },
#else
	{ LNLB_NODES_MAX, 1 },
#endif
};

#define SIZES	ARRAY_SIZE(sizes)
#define LINE	"%u %15s %llu %llu %llu %lf %lf %u %u %llx"

struct block {
	unsigned int size;	/* index into sizes */
	unsigned int profile;
	u64 first;
	u64 last;
	u64 steps;
	double time;		/* of the nodes, s */
	double cpu;		/* s */
	unsigned int failed;
	unsigned int percent;	/* of its bound that the slowest run took */
	u64 hash;
};

static u64 start;
static struct block sums[SIZES];

/* block number @number, yet to be run */
static struct block block_of(u64 number)
{
	struct block block = { .size = number % SIZES };
	u64 runs = sizes[block.size].runs;

	block.profile = number / SIZES % SIM_PROFILES;
	block.first = start + number / (SIZES * SIM_PROFILES) * runs;
	block.last = block.first + runs - 1;
	return block;
}

static void add(const struct block *block)
{
	struct block *sum = &sums[block->size];

	sum->first += block->last - block->first + 1;
	sum->steps += block->steps;
	sum->time += block->time;
	sum->cpu += block->cpu;
	sum->failed += block->failed;
	sum->percent = max(sum->percent, block->percent);
}

static void say(FILE *out, const struct block *block)
{
	fprintf(out, "%u %s %llu %llu %llu %.1f %.1f %u %u %016llx\n",
		sizes[block->size].nodes, sim_profile_name[block->profile],
		(unsigned long long)block->first,
		(unsigned long long)block->last,
		(unsigned long long)block->steps, block->time, block->cpu,
		block->failed, block->percent, (unsigned long long)block->hash);
	fflush(out);
}

static void run_one(struct block *block, u64 seed, FILE *log)
{
	unsigned int nodes = sizes[block->size].nodes;
	struct sim *sim = sim_run(nodes, block->profile, seed, NULL, false, -1);
	struct sim_result *result = &sim->result;

	block->hash = lnlb_table_mix(block->hash + result->hash + 1);
	block->steps += result->steps;
	block->time += (double)result->time / SIM_MS / 1000;
	if (result->recovery_bound)
		block->percent = max(block->percent,
				     (unsigned int)(result->recovery * 100 /
						    result->recovery_bound));
	if (sim->failure[0]) {
		block->failed++;
		fprintf(log, "# %u nodes, %s, seed %llu: %s\n", nodes,
			sim_profile_name[block->profile],
			(unsigned long long)seed, sim->failure);
		fflush(log);
		sim_trace_failure(sim);
	}
	sim_run_free(sim);
}

static void run_block(struct block *block, FILE *log)
{
	clock_t begin = clock();
	u64 seed;

	for (seed = block->first; seed <= block->last; seed++)
		run_one(block, seed, log);
	block->cpu = (double)(clock() - begin) / CLOCKS_PER_SEC;
	say(log, block);
	printf("# ");
	say(stdout, block);
}

static bool is_block(const char *line, struct block *block)
{
	unsigned long long first, last, steps, hash;
	struct block is = *block;
	unsigned int nodes;
	char kind[16];

	if (sscanf(line, LINE, &nodes, kind, &first, &last, &steps, &is.time,
		   &is.cpu, &is.failed, &is.percent, &hash) != 10)
		return false;
	is.steps = steps;
	if (nodes != sizes[is.size].nodes || first != is.first ||
	    last != is.last || strcmp(kind, sim_profile_name[is.profile]))
		return false;
	*block = is;
	return true;
}

/* Return: how many blocks are done, -1 if these are others */
static long long read_log(FILE *log)
{
	long long number = 0;
	struct block block;
	char line[512];

	while (fgets(line, sizeof(line), log)) {
		if (line[0] == '#')
			continue;
		block = block_of(number++);
		if (!is_block(line, &block))
			return -1;
		add(&block);
	}
	return number;
}

static u64 steps_done(void)
{
	unsigned int i;
	u64 steps = 0;

	for (i = 0; i < SIZES; i++)
		steps += sums[i].steps;
	return steps;
}

static unsigned int report(void)
{
	unsigned int i, failed = 0;
	double cpu = 0;

	for (i = 0; i < SIZES; i++) {
		printf("%sok %u %u nodes: %llu runs%s\n",
		       sums[i].failed ? "not " : "", i + 1, sizes[i].nodes,
		       (unsigned long long)sums[i].first,
		       sums[i].first ? "" : " # SKIP");
		printf("# %llu node-steps, %.0f s of the nodes' time, %.0f s, failed %u, at most %u %% of the bound to be owned again\n",
		       (unsigned long long)sums[i].steps, sums[i].time,
		       sums[i].cpu, sums[i].failed, sums[i].percent);
		failed += sums[i].failed;
		cpu += sums[i].cpu;
	}
	printf("# together: %llu node-steps in %.0f s, failed %u\n",
	       (unsigned long long)steps_done(), cpu, failed);
	return failed;
}

/**
 * sim_campaign() - run blocks until there are enough node-steps
 * @steps: so many, with those in the file
 * @first: seed to start with
 * @path: the file; what it has of the same start is not done again
 *
 * Return: whether all was well, also in what the file has.
 */
bool sim_campaign(u64 steps, u64 first, const char *path)
{
	FILE *log = fopen(path, "a+");
	struct block block;
	long long number;

	if (!log) {
		perror(path);
		return false;
	}
	start = first;
	number = read_log(log);
	if (number < 0) {
		fprintf(stderr, "%s: not of runs that start with seed %llu\n",
			path, (unsigned long long)first);
		fclose(log);
		return false;
	}
	printf("KTAP version 1\n1..%zu\n", SIZES);
	fflush(stdout);
	while (steps_done() < steps) {
		block = block_of(number++);
		run_block(&block, log);
		add(&block);
	}
	fclose(log);
	return !report();
}
