// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command: a fixed set of runs, or those that were asked for.
 */
#include <getopt.h>
#include <time.h>
#include "sim.h"

struct row {
	unsigned int nodes;
	unsigned int profile;
	unsigned int runs;
};

/* the fixed set: so many runs of each size and of these profiles */
#define PROFILE(name)	(1u << SIM_##name)
static const struct {
	unsigned int nodes;
	unsigned int runs;
	unsigned int profiles;
} sizes[] = {
	{ 2, 60, ~0u }, { 3, 60, ~0u }, { 8, 10, ~0u }, { 32, 1, ~0u },
	{ 64, 1, PROFILE(CRASH) | PROFILE(DEAF) | PROFILE(SHUT) },
	{ 256, 1, PROFILE(CALM) },
};

static struct {
	unsigned int nodes;
	int profile;
	u64 first;
	u64 last;
	const char *without;
	bool trace;
	bool stop;
	bool brief;
	u64 steps;
	const char *log;
	int watch;
} opt = { .profile = -1, .watch = -1 };

static void add(struct sim_result *sum, const struct sim_result *result)
{
	sum->hash = lnlb_table_mix(sum->hash + result->hash + 1);
	sum->steps += result->steps;
	sum->time += result->time;
	sum->accepts += result->accepts;
	sum->sessions += result->sessions;
	sum->overlap = max(sum->overlap, result->overlap);
	/* the one that came closest to its bound */
	if (!sum->recovery_bound ||
	    (double)result->recovery / result->recovery_bound >
	    (double)sum->recovery / sum->recovery_bound) {
		sum->recovery = result->recovery;
		sum->recovery_bound = result->recovery_bound;
	}
}

static bool one(const struct row *row, u64 seed, struct sim_result *sum)
{
	bool off[SIM_FAULTS] = { false };
	struct sim *sim;
	bool bad;
	int i;

	for (i = 0; opt.without && opt.without[i] && i < SIM_FAULTS; i++)
		off[i] = opt.without[i] == '1';
	sim = sim_run(row->nodes, row->profile, seed, off, opt.trace, opt.watch);
	add(sum, &sim->result);
	bad = sim->failure[0];
	if (bad && opt.brief)
		printf("# %s\n", sim->failure);
	else if (bad && !opt.trace)
		sim_trace_failure(sim);
	sim_run_free(sim);
	return !bad;
}

static bool series(const struct row *row, unsigned int number, u64 first,
		   u64 last, struct sim_result *total)
{
	struct sim_result sum = { 0 };
	clock_t start = clock();
	bool good = true;
	u64 seed;

	for (seed = first; seed <= last && good; seed++)
		good = one(row, seed, &sum);
	printf("%sok %u %u nodes, %s: seeds %llu-%llu\n", good ? "" : "not ",
	       number, row->nodes, sim_profile_name[row->profile],
	       (unsigned long long)first, (unsigned long long)seed - 1);
	printf("# %llu node-steps, %llu s of the nodes' time, %.1f s; %llu buckets taken, %llu sessions; owned again after %llu ms (bound %llu)",
	       (unsigned long long)sum.steps,
	       (unsigned long long)(sum.time / SIM_MS / 1000),
	       (double)(clock() - start) / CLOCKS_PER_SEC,
	       (unsigned long long)sum.accepts,
	       (unsigned long long)sum.sessions,
	       (unsigned long long)(sum.recovery / SIM_MS),
	       (unsigned long long)(sum.recovery_bound / SIM_MS));
	if (sum.overlap)
		printf("; overlap %.1f ms after a stop",
		       (double)sum.overlap / SIM_MS);
	putchar('\n');
	fflush(stdout);
	add(total, &sum);
	return good;
}

static bool wanted(const struct row *row)
{
	if (row->nodes > LNLB_NODES_MAX ||
	    (row->nodes <= 64) != (LNLB_NODES_MAX <= 64))
		return false;
	return (!opt.nodes || row->nodes == opt.nodes) &&
	       (opt.profile < 0 || row->profile == (unsigned int)opt.profile);
}

static unsigned int collect(struct row *rows)
{
	unsigned int i, profile, n = 0;
	struct row row;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (profile = 0; profile < SIM_PROFILES; profile++) {
			row.nodes = sizes[i].nodes;
			row.profile = profile;
			row.runs = sizes[i].runs;
			/* others only by name */
			if (wanted(&row) && (opt.profile >= 0 ||
					     sizes[i].profiles >> profile & 1))
				rows[n++] = row;
		}
	if (!n && opt.nodes && opt.nodes <= LNLB_NODES_MAX &&
	    opt.profile >= 0) {
		rows[0].nodes = opt.nodes;
		rows[0].profile = opt.profile;
		rows[0].runs = 1;
		n = 1;
	}
	return n;
}

static void usage(void)
{
	unsigned int i;

	fprintf(stderr, "Usage: sim [--nodes N] [--profile NAME] [--seed N | --seeds A-B]\n"
		"           [--without MASK] [--trace] [--watch BUCKET]\n"
		"           [--stop] [--brief]\n"
		"       sim --steps N --log FILE [--seed FIRST]\nprofiles:");
	for (i = 0; i < SIM_PROFILES; i++)
		fprintf(stderr, " %s", sim_profile_name[i]);
	fputc('\n', stderr);
	exit(2);
}

static int profile_of(const char *name)
{
	int i;

	for (i = 0; i < SIM_PROFILES; i++)
		if (!strcmp(name, sim_profile_name[i]))
			return i;
	usage();
	return -1;
}

static void seeds_of(const char *arg)
{
	char *end;

	opt.first = strtoull(arg, &end, 10);
	opt.last = opt.first;
	if (*end == '-')
		opt.last = strtoull(end + 1, &end, 10);
	else
		opt.first = 1;
	if (*end || !opt.last || opt.last < opt.first)
		usage();
}

static u64 number_of(const char *arg)
{
	char *end;
	u64 number = strtoull(arg, &end, 10);

	if (*end || !number || arg[0] == '-')
		usage();
	return number;
}

static void options(int argc, char **argv)
{
	static const struct option words[] = {
		{ "nodes", 1, NULL, 'n' }, { "profile", 1, NULL, 'p' },
		{ "seeds", 1, NULL, 's' }, { "seed", 1, NULL, 'r' },
		{ "without", 1, NULL, 'w' }, { "trace", 0, NULL, 't' },
		{ "stop", 0, NULL, 'x' }, { "watch", 1, NULL, 'b' },
		{ "brief", 0, NULL, 'q' }, { "steps", 1, NULL, 'm' },
		{ "log", 1, NULL, 'l' }, { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", words, NULL)) >= 0)
		switch (c) {
		case 'n':
			opt.nodes = atoi(optarg);
			break;
		case 'p':
			opt.profile = profile_of(optarg);
			break;
		case 's':
			seeds_of(optarg);
			break;
		case 'r':
			opt.first = opt.last = number_of(optarg);
			break;
		case 'w':
			opt.without = optarg;
			break;
		case 't':
			opt.trace = true;
			break;
		case 'x':
			opt.stop = true;
			break;
		case 'q':
			opt.brief = true;
			break;
		case 'm':
			opt.steps = number_of(optarg);
			break;
		case 'l':
			opt.log = optarg;
			break;
		case 'b':
			opt.watch = atoi(optarg);
			break;
		default:
			usage();
		}
	if (optind < argc || !opt.steps != !opt.log)
		usage();
}

/* D1: a table of all nodes is made in 10 ms */
static bool table_is_quick(void)
{
	static struct lnlb_table_node nodes[LNLB_NODES_MAX];
	static struct lnlb_table table;
	clock_t best = CLOCKS_PER_SEC, start;
	unsigned int i, round;

	for (i = 0; i < LNLB_NODES_MAX; i++)
		nodes[i].id.mac[5] = i;
	for (round = 1; round <= 20; round++) {
		for (i = 0; i < LNLB_NODES_MAX; i++)
			nodes[i].weight = 1 + (i * 37 + round) % 100;
		start = clock();
		lnlb_table_build(&table, nodes, LNLB_NODES_MAX);
		best = min(best, clock() - start);
	}
	printf("# a table of %u nodes: %.2f ms\n", LNLB_NODES_MAX,
	       best * 1000.0 / CLOCKS_PER_SEC);
	return best <= CLOCKS_PER_SEC / 100;
}

static unsigned int extras(unsigned int n)
{
	bool million = sim_million(), table = table_is_quick();
	bool traffic = sim_traffic();

	printf("%sok %u a million sessions are handed over in small steps\n",
	       million ? "" : "not ", n + 1);
	printf("%sok %u a table of %u nodes takes at most 10 ms\n",
	       table ? "" : "not ", n + 2, LNLB_NODES_MAX);
	printf("%sok %u 64 nodes at default timers say at most 1 Mbit/s\n",
	       traffic ? "" : "not ", n + 3);
	return !million + !table + !traffic;
}

int main(int argc, char **argv)
{
	static struct row rows[ARRAY_SIZE(sizes) * SIM_PROFILES];
	struct sim_result total = { 0 };
	unsigned int i, n, bad = 0, more;
	u64 last;

	options(argc, argv);
	if (opt.steps)
		return !sim_campaign(opt.steps, max(opt.first, 1ULL), opt.log);
	n = collect(rows);
	/* the whole fixed set has three cases more */
	more = !opt.nodes && opt.profile < 0 && LNLB_NODES_MAX <= 64 ? 3 : 0;
	printf("KTAP version 1\n1..%u\n", n + more);
	if (more)
		bad += extras(n);
	for (i = 0; i < n; i++) {
		last = opt.last ? opt.last : rows[i].runs;
		bad += !series(&rows[i], i + 1, max(opt.first, 1ULL), last,
			       &total);
		if (bad && opt.stop)
			break;
	}
	printf("# together: %llu node-steps, %llu s of the nodes' time, hash %016llx\n",
	       (unsigned long long)total.steps,
	       (unsigned long long)(total.time / SIM_MS / 1000),
	       (unsigned long long)total.hash);
	return bad || !n;
}
