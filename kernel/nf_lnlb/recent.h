/* SPDX-License-Identifier: GPL-2.0-only */
/* Clients whose sessions are known to stay here, for a second at most. */
#ifndef _LNLB_RECENT_H
#define _LNLB_RECENT_H

#include <linux/jiffies.h>
#include <linux/timekeeping.h>
#include <linux/timex.h>

#include "lnlb.h"

#define LNLB_RECENT_BITS	11
/* Of lnlb_recent_clock(): no time that is more than so far ahead was ever set. */
#define LNLB_RECENT_AHEAD_BITS	40

/**
 * struct lnlb_recent - a client whose session stays here and is alive
 * @addr: its address; of a flow also its ports, see lnlb_recent_flow()
 * @id: lnlb_cluster::recent_id when the tracker said so; of a flow the next one
 * @until: when it is to be asked again, jiffies
 * @port: its port, where that makes a session; else 0
 * @stat: what its packets count as, enum lnlb_stat
 */
struct lnlb_recent {
	__be32 addr;
	u32 id;
	u32 until;
	__be16 port;
	u16 stat;
};

/* Those of a CPU, by a hash of address and port; the last one counts. */
DECLARE_PER_CPU(struct lnlb_recent *, lnlb_recents);

/**
 * lnlb_recent_init() - before any packet
 *
 * Return: 0 or -ENOMEM.
 */
int lnlb_recent_init(void);

/**
 * lnlb_recent_exit() - after the last packet
 */
void lnlb_recent_exit(void);

/**
 * lnlb_recent_forget() - ask the trackers about each client anew
 * @cluster: the cluster that it is about
 *
 * Called *after* a session that stayed here has gone elsewhere. Packets that
 * are on their way may still be taken for it, as if they had come before.
 * Context: any.
 */
void lnlb_recent_forget(struct lnlb_cluster *cluster);

/* The place of this address and port, whoever has it. */
static inline struct lnlb_recent *lnlb_recent_slot(__be32 addr, __be16 port)
{
	u32 i = hash_32((__force u32)addr ^ (__force u16)port, LNLB_RECENT_BITS);

	return &__this_cpu_read(lnlb_recents)[i];
}

/* Is something known under this address, port and number? */
static inline const struct lnlb_recent *lnlb_recent_at(__be32 addr, __be16 port,
							u32 id)
{
	const struct lnlb_recent *r = lnlb_recent_slot(addr, port);

	/* Not in what is far ahead, either: jiffies begin again some day. */
	if (likely(r->addr != addr) || r->port != port || r->id != id ||
	    r->until - (u32)jiffies - 1 >= HZ)
		return NULL;
	return r;
}

/**
 * lnlb_recent_clock() - a clock that is right at any time, and costs an instruction
 *
 * Jiffies are not: in a machine that goes on after it stood still they are what they
 * were until the CPU that counts them has its timer interrupt, and other CPUs, or that
 * one in what it was in, take packets meanwhile.
 *
 * Context: any.
 * Return: cycles where the CPU counts them, else nanoseconds; a counter begins anew
 * when a machine was asleep.
 */
static inline u64 lnlb_recent_clock(void)
{
#ifdef get_cycles
	return get_cycles();
#else
	return ktime_get_mono_fast_ns();
#endif
}

/**
 * lnlb_recent_find() - is this client's session known to stay here?
 * @cluster: its cluster
 * @addr: client
 * @port: its port with affinity connection, else 0
 *
 * Not when this node may be dead to the others, see lnlb_heartbeat_silent().
 *
 * Context: softirq.
 * Return: what is known of it, NULL: ask.
 */
static inline const struct lnlb_recent *
lnlb_recent_find(const struct lnlb_cluster *cluster, __be32 addr, __be16 port)
{
	const struct lnlb_recent *r;

	r = lnlb_recent_at(addr, port, READ_ONCE(cluster->recent_id));
	if (r && (READ_ONCE(cluster->alive_clock) - lnlb_recent_clock() - 1) >>
		 LNLB_RECENT_AHEAD_BITS)
		return NULL;
	return r;
}

/**
 * lnlb_recent_alive() - say until when this node is surely not dead to others
 * @cluster: its cluster
 * @alive: milliseconds, as lnlb_heartbeat_now() counts them; in the past: not now
 *
 * Clients are let through by memory until then, as lnlb_recent_find() has it, for a
 * minute at most; never before a tenth of a second has passed since the first call,
 * as it takes that to tell how fast the clock goes.
 *
 * Context: one at a time for each cluster.
 */
void lnlb_recent_alive(struct lnlb_cluster *cluster, u64 alive);

/**
 * lnlb_recent_flow() - what a flow is remembered by
 * @addr: client
 * @ports: source and destination port
 */
static inline __be32 lnlb_recent_flow(__be32 addr, __be32 ports)
{
	return addr ^ ports;
}

/**
 * lnlb_recent_add() - remember that a client's session stays here
 * @id: lnlb_cluster::recent_id from before the tracker was asked
 * @addr: client
 * @port: its port with affinity connection, else 0
 * @stat: what its packets count as
 * @time: for how long, jiffies; a second is the most
 *
 * Context: softirq.
 */
static inline void lnlb_recent_add(u32 id, __be32 addr, __be16 port,
				   unsigned int stat, unsigned int time)
{
	struct lnlb_recent *r = lnlb_recent_slot(addr, port);

	/* There another softirq may come between two words. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return;
	r->addr = addr;
	r->id = id;
	r->until = (u32)jiffies + min_t(unsigned int, time, HZ);
	r->port = port;
	r->stat = stat;
}

#endif /* _LNLB_RECENT_H */
