/* SPDX-License-Identifier: GPL-2.0-only */
/* The default session tracker: what its files share. */
#ifndef _LNLB_CONNTRACK_H
#define _LNLB_CONNTRACK_H

#include <linux/workqueue.h>

#include "ct_asked.h"
#include "session.h"

/**
 * struct lnlb_ct_table - what is remembered of a cluster
 * @cluster: the cluster
 * @sessions: its sessions
 * @refreshed_at: jiffies of the last lnlb_sessions_refresh()
 * @gc_at: jiffies, when to look for sessions that have ended
 * @asked: buckets in which this node has asked somebody
 * @gc: ends sessions
 * @stop: @gc is to come to its end
 */
struct lnlb_ct_table {
	struct lnlb_cluster *cluster;
	struct lnlb_sessions sessions;
	unsigned long refreshed_at;
	unsigned long gc_at;
	struct lnlb_asked_buckets asked;
	struct delayed_work gc;
	bool stop;
};

/**
 * lnlb_ct_idle_timeout() - how long may a client be silent?
 * @t: of its cluster
 *
 * Return: seconds.
 */
unsigned int lnlb_ct_idle_timeout(const struct lnlb_ct_table *t);

/**
 * lnlb_ct_has_sessions() - are there any, here or known to be elsewhere?
 * @priv: the struct lnlb_ct_table
 * @bucket: in which
 */
bool lnlb_ct_has_sessions(void *priv, u16 bucket);

/**
 * lnlb_ct_record() - a session as others are told of it
 * @t: of its cluster
 * @s: the session
 * @bucket: its bucket
 * @rec: filled in
 *
 * Context: rcu_read_lock().
 */
void lnlb_ct_record(struct lnlb_ct_table *t, const struct lnlb_session *s,
		    u16 bucket, struct lnlb_session_rec *rec);

/**
 * lnlb_ct_gc_start() - from now on look for sessions that have ended
 * @t: of a cluster, nf_conntrack is there
 */
void lnlb_ct_gc_start(struct lnlb_ct_table *t);

/**
 * lnlb_ct_gc_stop() - do so no more
 * @t: as above
 *
 * Context: may sleep, until who looks has come to an end.
 */
void lnlb_ct_gc_stop(struct lnlb_ct_table *t);

#endif /* _LNLB_CONNTRACK_H */
