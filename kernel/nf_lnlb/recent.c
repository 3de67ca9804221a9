// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients whose sessions are known to stay here, for a second at most.
 *
 * Most packets are those of a client that sent one a moment ago. What it takes
 * to know that: to hash the address with the cluster's key, to look for the
 * session, to note that it is alive. This memory, a few kilobytes a CPU, tells
 * it by a few words.
 *
 * It never tells more than the trackers do: a packet that it lets through is
 * one of a session that stays here, whoever has the bucket. When such a session
 * goes, its cluster gets another number, and nothing is known of it any more.
 * Numbers are not used twice, so they stand for the cluster as well. Odd ones are
 * of flows: to ports that a node may have asked something from, a client's packet
 * is only let through if its flow was seen to be none of another node's.
 */

#include <linux/atomic.h>
#include <linux/percpu.h>

#include "recent.h"

struct lnlb_recents __percpu *lnlb_recents;

int lnlb_recent_init(void)
{
	lnlb_recents = alloc_percpu(struct lnlb_recents);
	return lnlb_recents ? 0 : -ENOMEM;
}

void lnlb_recent_exit(void)
{
	free_percpu(lnlb_recents);
}

void lnlb_recent_forget(struct lnlb_cluster *cluster)
{
	static atomic_t last;

	/* A full barrier: who sees the number sees the session gone. */
	WRITE_ONCE(cluster->recent_id, atomic_add_return(2, &last));
}

void lnlb_sessions_moved(struct lnlb_cluster *cluster)
{
	lnlb_recent_forget(cluster);
}
EXPORT_SYMBOL_GPL(lnlb_sessions_moved);
