// SPDX-License-Identifier: GPL-2.0-only
/* The core's surroundings: its clock, its frames, its map, its sessions. */

#include <linux/etherdevice.h>
#include <linux/pkt_sched.h>
#include <net/ipv6.h>

#include "arp.h"
#include "core/wire.h"
#include "event.h"
#include "gate.h"
#include "heartbeat.h"
#include "key.h"
#include "orphan.h"
#include "report.h"
#include "tracker.h"
#include "weight.h"

/* Jiffies that rounding of timers may take from a short lease. */
#define LEASE_SLACK		2
#define ANNOUNCE_TIMES		3
#define ANNOUNCE_INTERVAL_MS	1000

/* In skb->cb of a frame that waits for the core. */
struct frame_cb {
	u64 arrived;
};

static struct frame_cb *frame_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct frame_cb) > sizeof(skb->cb));
	return (struct frame_cb *)skb->cb;
}

static void *op_alloc(void *ctx, size_t size)
{
	return kvzalloc(size, GFP_KERNEL);
}

static void op_free(void *ctx, void *mem)
{
	kvfree(mem);
}

static void op_send(void *ctx, const struct lnlb_node_id *to, const u8 *frame,
		    size_t len)
{
	struct lnlb_cluster *cluster = ctx;
	struct net_device *dev = cluster->dev;
	struct sk_buff *skb;
	int err;

	skb = alloc_skb(LL_RESERVED_SPACE(dev) + len + dev->needed_tailroom,
			GFP_KERNEL);
	if (!skb)
		goto error;
	skb_reserve(skb, LL_RESERVED_SPACE(dev));
	skb_reset_network_header(skb);
	skb_put_data(skb, frame, len);
	skb->dev = dev;
	skb->protocol = htons(LNLB_ETHERTYPE);
	skb->priority = TC_PRIO_CONTROL;
	if (dev_hard_header(skb, dev, LNLB_ETHERTYPE,
			    to ? to->mac : cluster->mac, cluster->self,
			    skb->len) < 0) {
		kfree_skb(skb);
		goto error;
	}
	err = dev_queue_xmit(skb);
	if (net_xmit_eval(err))
		goto error;
	lnlb_count(cluster, LNLB_STAT_FRAME_TX);
	return;
error:
	lnlb_count(cluster, LNLB_STAT_FRAME_TX_ERROR);
}

static bool op_sign(void *ctx, unsigned int key, const u8 *data, size_t len,
		    u8 signature[LNLB_SIGNATURE_LEN])
{
	return lnlb_key_sign(ctx, key, data, len, signature);
}

static void op_accept(void *ctx, u16 bucket, bool accept)
{
	struct lnlb_cluster *cluster = ctx;
	u8 map = 0;

	/*
	 * A packet that saw the bucket as ours may be about to make a session:
	 * take it for exceptional until op_barrier() knows.
	 */
	if (!accept)
		map = LNLB_MAP_EXCEPT;
	else if (lnlb_trackers_exceptional(cluster, bucket, true))
		map = LNLB_MAP_MINE | LNLB_MAP_EXCEPT;
	else
		map = LNLB_MAP_MINE;
	WRITE_ONCE(cluster->map[bucket], map);
}

/* Take the exception mark off where no session needs it any more. */
static void refresh_map(struct lnlb_cluster *cluster)
{
	unsigned int b;
	u8 mine, map;

	for (b = 0; b < LNLB_BUCKETS; b++) {
		mine = cluster->map[b] & LNLB_MAP_MINE;
		map = mine;
		if (lnlb_trackers_exceptional(cluster, b, mine))
			map |= LNLB_MAP_EXCEPT;
		if (map != cluster->map[b])
			WRITE_ONCE(cluster->map[b], map);
	}
}

static void op_barrier(void *ctx)
{
	/* Expedited: clients of the buckets in question are waiting. */
	synchronize_rcu_expedited();
	refresh_map(ctx);
}

static bool op_has_sessions(void *ctx, u16 bucket)
{
	return lnlb_trackers_has_sessions(ctx, bucket);
}

static int op_save(void *ctx, u16 bucket, u64 *cursor,
		   struct lnlb_session_rec *rec)
{
	return lnlb_trackers_save(ctx, bucket, cursor, rec);
}

static int op_load(void *ctx, const struct lnlb_node_id *from,
		   struct lnlb_session_rec *rec)
{
	struct lnlb_cluster *cluster = ctx;
	int err = lnlb_trackers_load(cluster, rec);
	u8 *map = &cluster->map[rec->bucket];

	if (lnlb_trackers_exceptional(cluster, rec->bucket,
				      *map & LNLB_MAP_MINE))
		WRITE_ONCE(*map, *map | LNLB_MAP_EXCEPT);
	return err;
}

static void op_node_gone(void *ctx, const struct lnlb_node_id *node)
{
	lnlb_trackers_node_gone(ctx, node);
}

static void op_event(void *ctx, const struct lnlb_core_event *event)
{
	struct lnlb_cluster *cluster = ctx;

	if ((event->event == LNLB_EVENT_STATE &&
	     event->state == LNLB_NODE_ACTIVE) ||
	    event->event == LNLB_EVENT_UNFENCED ||
	    event->event == LNLB_EVENT_SETTLED)
		cluster->announce = ANNOUNCE_TIMES;
	lnlb_event_core(cluster, event);
}

static const struct lnlb_core_ops core_ops = {
	.alloc		= op_alloc,
	.free		= op_free,
	.send		= op_send,
	.sign		= op_sign,
	.accept		= op_accept,
	.barrier	= op_barrier,
	.has_sessions	= op_has_sessions,
	.save		= op_save,
	.load		= op_load,
	.node_gone	= op_node_gone,
	.event		= op_event,
};

static void timers_of(const struct lnlb_net *ln, struct lnlb_core_timers *t)
{
	const struct lnlb_sysctl *s = &ln->sysctl;

	t->heartbeat_interval_ms = READ_ONCE(s->heartbeat_interval) * MSEC_PER_SEC;
	t->keepalive_interval_ms = READ_ONCE(s->keepalive_interval_ms);
	t->dead_interval_ms = READ_ONCE(s->dead_interval_ms);
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

static void heartbeat_work(struct work_struct *work)
{
	struct lnlb_cluster *cluster = container_of(to_delayed_work(work),
						    struct lnlb_cluster, work);
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
		refresh_map(cluster);
	}
	lnlb_report_due(cluster, now);
	next = lnlb_core_tick(cluster->core, now);
	lnlb_gate_update(cluster);
	lnlb_orphan_update(cluster);
	/* As long as this runs on time, packets may rely on the map. */
	WRITE_ONCE(cluster->lease, jiffies + LEASE_SLACK +
		   msecs_to_jiffies(timers.dead_interval_ms / 2));
	announce(cluster, now);

	now = lnlb_heartbeat_now();
	queue_delayed_work(lnlb_wq, &cluster->work,
			   next > now ? msecs_to_jiffies(next - now) : 0);
out:
	mutex_unlock(&cluster->core_lock);
}

void lnlb_heartbeat_kick(struct lnlb_cluster *cluster)
{
	mod_delayed_work(lnlb_wq, &cluster->work, 0);
}

void lnlb_heartbeat_init(struct lnlb_cluster *cluster)
{
	mutex_init(&cluster->core_lock);
	lnlb_gate_init(cluster);
	skb_queue_head_init(&cluster->rxq);
	INIT_DELAYED_WORK(&cluster->work, heartbeat_work);
	cluster->lease = jiffies - 1;
}

void lnlb_heartbeat_state(struct lnlb_cluster *cluster)
{
	u8 state = cluster->cfg.state;

	lockdep_assert_held(&cluster->core_lock);
	if (!cluster->core || cluster->state == state)
		return;
	cluster->state = state;
	lnlb_core_set_state(cluster->core, state);
	if (state != LNLB_NODE_SUSPENDED)
		return;
	lnlb_trackers_node_gone(cluster, NULL);
	refresh_map(cluster);
}

int lnlb_heartbeat_start(struct lnlb_cluster *cluster, struct net_device *dev)
{
	struct lnlb_core_params params = {
		.affinity = cluster->affinity,
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
	cluster->incarnation = max_t(u64, cluster->incarnation + 1,
				     ktime_get_real_ns());
	params.incarnation = cluster->incarnation;
	ether_addr_copy(cluster->self, dev->dev_addr);
	ether_addr_copy(params.self.mac, dev->dev_addr);
	memcpy(params.addr, &cluster->addr, sizeof(params.addr));
	memcpy(params.hash_id, cluster->hash_id, sizeof(params.hash_id));
	timers_of(cluster->ln, &timers);
	cluster->core = lnlb_core_new(&params, &timers, &core_ops, cluster);
	if (!cluster->core) {
		err = -ENOMEM;
		goto out;
	}
	lnlb_key_core(cluster);
	cluster->dev = dev;
	cluster->state = LNLB_NODE_ACTIVE;
	lnlb_heartbeat_state(cluster);
	cluster->announce = ANNOUNCE_TIMES;
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
		lnlb_core_free(cluster->core);
		cluster->core = NULL;
		cluster->dev = NULL;
		lnlb_trackers_node_gone(cluster, NULL);
		refresh_map(cluster);
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
	cancel_delayed_work_sync(&cluster->work);
	skb_queue_purge(&cluster->rxq);
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
	mutex_lock(&cluster->core_lock);
	if (cluster->core)
		lnlb_core_session_gone(cluster->core, rec);
	mutex_unlock(&cluster->core_lock);
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
