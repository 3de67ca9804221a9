// SPDX-License-Identifier: GPL-2.0-only
/* When the core runs, and what it is told: time, frames, configuration. */

#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <net/ipv6.h>

#include "arp.h"
#include "asked.h"
#include "core/wire.h"
#include "gate.h"
#include "heartbeat.h"
#include "key.h"
#include "ops.h"
#include "orphan.h"
#include "recent.h"
#include "report.h"
#include "trace.h"
#include "tracker.h"
#include "weight.h"

#define ANNOUNCE_INTERVAL_MS	1000
/* Ended sessions in a row, and the pause until the next ones. */
#define GONE_BURST		256
#define GONE_PAUSE_US		2000

/* In skb->cb of a frame that waits for the core. */
struct frame_cb {
	u64 arrived;
};

static struct frame_cb *frame_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct frame_cb) > sizeof(skb->cb));
	return (struct frame_cb *)skb->cb;
}

static void timers_of(const struct lnlb_net *ln, struct lnlb_core_timers *t)
{
	const struct lnlb_sysctl *s = &ln->sysctl;

	t->heartbeat_interval_ms = READ_ONCE(s->heartbeat_interval) * MSEC_PER_SEC;
	t->keepalive_interval_ms = READ_ONCE(s->keepalive_interval_ms);
	t->dead_interval_ms = READ_ONCE(s->dead_interval_ms);
}

static bool believed(int stat)
{
	return stat == LNLB_STAT_FRAME_RX ||
	       stat == LNLB_STAT_FRAME_RX_UNSIGNED ||
	       stat == LNLB_STAT_FRAME_RX_UNVERIFIED;
}

static void feed_core(struct lnlb_cluster *cluster)
{
	struct sk_buff_head frames;
	struct sk_buff *skb;
	int stat;

	__skb_queue_head_init(&frames);
	spin_lock_bh(&cluster->rxq.lock);
	skb_queue_splice_init(&cluster->rxq, &frames);
	spin_unlock_bh(&cluster->rxq.lock);
	lnlb_gate_emptied(cluster);

	while ((skb = __skb_dequeue(&frames))) {
		stat = LNLB_STAT_FRAME_TRUNCATED;
		if (!skb_linearize(skb))
			stat = lnlb_core_rx(cluster->core, skb->data, skb->len,
					    eth_hdr(skb)->h_source,
					    frame_cb(skb)->arrived);
		lnlb_count(cluster, stat);
		if (believed(stat)) {
			consume_skb(skb);
			continue;
		}
		trace_lnlb_frame_rejected(cluster, eth_hdr(skb)->h_source,
					  stat);
		kfree_skb(skb);
	}
}

static void announce(struct lnlb_cluster *cluster, u64 now)
{
	if (!cluster->announce || now < cluster->announce_at)
		return;
	cluster->announce--;
	cluster->announce_at = now + ANNOUNCE_INTERVAL_MS;
	lnlb_arp_announce(cluster, cluster->dev);
}

static void trace_view(struct lnlb_cluster *cluster)
{
	u64 digest;

	if (!trace_lnlb_view_enabled())
		return;
	digest = lnlb_core_digest(cluster->core);
	if (digest == cluster->traced_digest)
		return;
	cluster->traced_digest = digest;
	trace_lnlb_view(cluster, digest, cluster->gate.n_peers + 1);
}

/* What the data path looks at before it relies on the map, and on sessions. */
static void renew_lease(struct lnlb_cluster *cluster, u64 now)
{
	u64 alive = lnlb_core_alive(cluster->core);

	lnlb_recent_alive(cluster, alive);
	/* modulo the length of a word, 0 might be far ahead */
	WRITE_ONCE(cluster->alive, alive ? alive : now - 1);
	WRITE_ONCE(cluster->lease, lnlb_core_lease(cluster->core));
}

static void heartbeat_work(struct work_struct *work)
{
	struct lnlb_cluster *cluster = container_of(work, struct lnlb_cluster,
						    work);
	struct lnlb_core_timers timers;
	u64 now, next;

	mutex_lock(&cluster->core_lock);
	if (!cluster->core) {
		skb_queue_purge(&cluster->rxq);
		lnlb_gate_emptied(cluster);
		goto out;
	}
	timers_of(cluster->ln, &timers);
	lnlb_core_set_timers(cluster->core, &timers);
	feed_core(cluster);
	now = lnlb_heartbeat_now();
	if (now >= cluster->sample_at) {
		cluster->sample_at = now + timers.heartbeat_interval_ms;
		lnlb_weight_sample(cluster);
		lnlb_ops_refresh_map(cluster);
	}
	lnlb_report_due(cluster, now);
	next = lnlb_core_tick(cluster->core, now);
	lnlb_gate_update(cluster);
	trace_view(cluster);
	lnlb_orphan_update(cluster);
	lnlb_asked_update(cluster);
	renew_lease(cluster, now);
	announce(cluster, now);
	hrtimer_start(&cluster->timer, ms_to_ktime(next), HRTIMER_MODE_ABS);
out:
	mutex_unlock(&cluster->core_lock);
}

static enum hrtimer_restart heartbeat_due(struct hrtimer *timer)
{
	lnlb_heartbeat_kick(container_of(timer, struct lnlb_cluster, timer));
	return HRTIMER_NORESTART;
}

void lnlb_heartbeat_kick(struct lnlb_cluster *cluster)
{
	queue_work(lnlb_wq, &cluster->work);
}

void lnlb_heartbeat_init(struct lnlb_cluster *cluster)
{
	mutex_init(&cluster->core_lock);
	lnlb_gate_init(cluster);
	skb_queue_head_init(&cluster->rxq);
	INIT_WORK(&cluster->work, heartbeat_work);
	/*
	 * By the core's clock, for an exchange has several waits of some ms,
	 * and jiffies would make each of them longer. Not in a softirq, which
	 * has to wait where there are many packets.
	 */
	lnlb_hrtimer_setup(&cluster->timer, heartbeat_due, CLOCK_BOOTTIME,
			   HRTIMER_MODE_ABS);
}

void lnlb_heartbeat_state(struct lnlb_cluster *cluster)
{
	u8 state = cluster->cfg.state;

	lockdep_assert_held(&cluster->core_lock);
	if (!cluster->core || cluster->state == state)
		return;
	cluster->state = state;
	lnlb_core_set_state(cluster->core, state);
}

int lnlb_heartbeat_start(struct lnlb_cluster *cluster, struct net_device *dev)
{
	struct lnlb_core_params params = {
		.affinity = cluster->cfg.affinity,
		.affinity_len = cluster->cfg.affinity_len,
		.mode = cluster->cfg.mode,
	};
	struct lnlb_core_timers timers;
	int err = 0;

	mutex_lock(&cluster->core_lock);
	if (cluster->core) {
		err = -EALREADY;
		goto out;
	}
	WRITE_ONCE(cluster->incarnation, max_t(u64, cluster->incarnation + 1,
					       ktime_get_real_ns()));
	params.incarnation = cluster->incarnation;
	ether_addr_copy(cluster->self, dev->dev_addr);
	ether_addr_copy(params.self.mac, dev->dev_addr);
	memcpy(params.addr, &cluster->addr, sizeof(params.addr));
	memcpy(params.hash_id, cluster->hash_id, sizeof(params.hash_id));
	timers_of(cluster->ln, &timers);
	cluster->core = lnlb_core_new(&params, &timers, &lnlb_ops, cluster);
	if (!cluster->core) {
		err = -ENOMEM;
		goto out;
	}
	lnlb_key_core(cluster);
	cluster->dev = dev;
	cluster->state = LNLB_NODE_ACTIVE;
	lnlb_heartbeat_state(cluster);
	cluster->announce = LNLB_ANNOUNCE_TIMES;
	cluster->announce_at = 0;
	memset(&cluster->smooth, 0, sizeof(cluster->smooth));
	lnlb_weight_sample(cluster);
	lnlb_core_start(cluster->core, params.incarnation,
			lnlb_heartbeat_now());
	lnlb_heartbeat_kick(cluster);
out:
	mutex_unlock(&cluster->core_lock);
	return err;
}

void lnlb_heartbeat_stop(struct lnlb_cluster *cluster, bool goodbye)
{
	mutex_lock(&cluster->core_lock);
	if (cluster->core) {
		lnlb_core_stop(cluster->core, goodbye);
		lnlb_orphan_stop(cluster);
		lnlb_asked_stop(cluster);
		lnlb_core_free(cluster->core);
		cluster->core = NULL;
		cluster->dev = NULL;
		skb_queue_purge(&cluster->rxq);
		lnlb_gate_emptied(cluster);
		lnlb_gate_update(cluster);
	}
	mutex_unlock(&cluster->core_lock);
}

int lnlb_heartbeat_resync(struct lnlb_cluster *cluster)
{
	int err = -ENETDOWN;

	mutex_lock(&cluster->core_lock);
	if (cluster->core) {
		lnlb_core_resync(cluster->core);
		lnlb_heartbeat_kick(cluster);
		err = 0;
	}
	mutex_unlock(&cluster->core_lock);
	return err;
}

void lnlb_heartbeat_exit(struct lnlb_cluster *cluster)
{
	/* Stopped: no work starts the timer any more; it may still queue one. */
	hrtimer_cancel(&cluster->timer);
	cancel_work_sync(&cluster->work);
	skb_queue_purge(&cluster->rxq);
	lnlb_gate_exit(cluster);
}

/* The cluster that a frame is for: by the address inside, else by its MAC. */
static struct lnlb_cluster *frame_cluster(const struct lnlb_port *port,
					  const struct sk_buff *skb)
{
	const u8 *dest = eth_hdr(skb)->h_dest;
	struct lnlb_cluster *cluster;
	const struct in6_addr *addr;
	struct in6_addr buf;
	unsigned int i;

	addr = skb_header_pointer(skb, skb_network_offset(skb) +
				  offsetof(struct lnlb_wire_header, addr),
				  sizeof(buf), &buf);
	if (addr)
		hlist_for_each_entry_rcu(cluster,
					 &port->clusters[lnlb_addr_hash(addr)],
					 port_node)
			if (ipv6_addr_equal(&cluster->addr, addr))
				return cluster;
	for (i = 0; i < LNLB_HASH_SIZE; i++)
		hlist_for_each_entry_rcu(cluster, &port->clusters[i], port_node)
			if (ether_addr_equal(dest, cluster->mac))
				return cluster;
	return NULL;
}

unsigned int lnlb_heartbeat_ingress(const struct lnlb_port *port,
				    struct sk_buff *skb)
{
	struct lnlb_cluster *cluster = frame_cluster(port, skb);
	int stat;

	/* Others use this EtherType, too. */
	if (!cluster)
		return NF_ACCEPT;
	stat = lnlb_gate_enter(cluster, skb);
	if (stat != LNLB_STAT_FRAME_RX) {
		lnlb_count(cluster, stat);
		trace_lnlb_frame_rejected(cluster, eth_hdr(skb)->h_source, stat);
		kfree_skb(skb);
		return NF_STOLEN;
	}
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		return NF_STOLEN;
	skb_orphan(skb);
	skb->dev = NULL;
	frame_cb(skb)->arrived = lnlb_heartbeat_now();
	skb_queue_tail(&cluster->rxq, skb);
	lnlb_heartbeat_kick(cluster);
	return NF_STOLEN;
}

void lnlb_session_gone(struct lnlb_cluster *cluster,
		       const struct lnlb_session_rec *rec)
{
	bool pause = false;

	mutex_lock(&cluster->core_lock);
	if (cluster->core) {
		lnlb_core_session_gone(cluster->core, rec);
		pause = ++cluster->gone % GONE_BURST == 0;
		/* not after lnlb_heartbeat_stop(), trackers live longer */
		lnlb_heartbeat_kick(cluster);
	}
	mutex_unlock(&cluster->core_lock);
	/*
	 * Thousands may end at a time, each is said only once, and the others
	 * have room for some frames of a node until their work runs; see gate.c.
	 */
	if (pause)
		usleep_range(GONE_PAUSE_US, 2 * GONE_PAUSE_US);
}
EXPORT_SYMBOL_GPL(lnlb_session_gone);

void lnlb_sessions_refresh(struct lnlb_cluster *cluster)
{
	mutex_lock(&cluster->core_lock);
	if (cluster->core) {
		lnlb_core_refresh(cluster->core);
		lnlb_heartbeat_kick(cluster);
	}
	mutex_unlock(&cluster->core_lock);
}
EXPORT_SYMBOL_GPL(lnlb_sessions_refresh);
