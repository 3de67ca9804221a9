// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients whose sessions are known to stay here, for a second at most.
 *
 * Most packets are those of a client that sent one a moment ago. What it takes
 * to know that: to hash the address with the cluster's key, to look for the
 * session, to note that it is alive. This memory, 32 KiB a CPU, tells it by a few
 * words. With affinity connection a client is an address with a port.
 *
 * It never tells more than the trackers do: a packet that it lets through is
 * one of a session that stays here, whoever has the bucket. When such a session
 * goes, its cluster gets another number, and nothing is known of it any more.
 * Numbers are not used twice, so they stand for the cluster as well. Odd ones are
 * of flows: to ports that a node may have asked something from, a client's packet
 * is only let through if its flow was seen to be none of another node's.
 */

#include <linux/atomic.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "heartbeat.h"
#include "recent.h"

#define ALIVE_MAX_MS	60000
/* The clock's rate is taken again so often, and is within a hundredth of it. */
#define RATE_MS		100
#define RATE_MAX	((1ULL << LNLB_RECENT_AHEAD_BITS) / ALIVE_MAX_MS)

DEFINE_PER_CPU(struct lnlb_recent *, lnlb_recents);

/* Too much for what is allocated by CPU. */
int lnlb_recent_init(void)
{
	struct lnlb_recent *slots;
	int cpu;

	for_each_possible_cpu(cpu) {
		slots = kvzalloc_node(sizeof(*slots) << LNLB_RECENT_BITS,
				      GFP_KERNEL, cpu_to_node(cpu));
		if (!slots) {
			lnlb_recent_exit();
			return -ENOMEM;
		}
		per_cpu(lnlb_recents, cpu) = slots;
	}
	return 0;
}

void lnlb_recent_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kvfree(per_cpu(lnlb_recents, cpu));
}

void lnlb_recent_forget(struct lnlb_cluster *cluster)
{
	static atomic_t last;

	/* A full barrier: who sees the number sees the session gone. */
	WRITE_ONCE(cluster->recent_id, atomic_add_return(2, &last));
}

/*
 * How far the clock goes in a millisecond, at least: each time is read on that side of
 * the clock which makes it less, whatever comes between. 0: not known.
 */
static void take_rate(struct lnlb_recent_rate *rate, u64 clock, u64 now)
{
	u64 passed = now - rate->since, cycles = clock - rate->since_clock;

	if (rate->since && passed < RATE_MS)
		return;
	rate->per_ms = div64_u64(cycles, passed + 1);
	/* The first time, or the counter has begun anew. */
	if (!rate->since || rate->per_ms > RATE_MAX)
		rate->per_ms = 0;
	rate->since = now;
	rate->since_clock = lnlb_recent_clock();
}

void lnlb_recent_alive(struct lnlb_cluster *cluster, u64 alive)
{
	u64 clock = lnlb_recent_clock(), now = lnlb_heartbeat_now(), ms;

	take_rate(&cluster->recent_rate, clock, now);
	ms = alive > now ? min_t(u64, alive - now, ALIVE_MAX_MS) : 0;
	WRITE_ONCE(cluster->alive_clock,
		   clock + cluster->recent_rate.per_ms * ms);
}

void lnlb_sessions_moved(struct lnlb_cluster *cluster)
{
	lnlb_recent_forget(cluster);
}
EXPORT_SYMBOL_GPL(lnlb_sessions_moved);
