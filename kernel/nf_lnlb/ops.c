// SPDX-License-Identifier: GPL-2.0-only
/* What the core asks for: memory, frames sent, the map, sessions, events. */

#include <linux/etherdevice.h>
#include <linux/pkt_sched.h>
#include <linux/vmalloc.h>

#include "asked.h"
#include "event.h"
#include "ops.h"
#include "sign.h"
#include "trace.h"
#include "tracker.h"

/* What the core and its sessions say of a bucket. */
#define LNLB_MAP_CORE	(LNLB_MAP_MINE | LNLB_MAP_EXCEPT)

static void *op_alloc(void *ctx, size_t size)
{
	/* In pages: kmalloc() would take the next power of two. */
	return size > PAGE_SIZE ? vzalloc(size) : kzalloc(size, GFP_KERNEL);
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

static bool op_tag(void *ctx, unsigned int key, const u8 *header, size_t len,
		   u8 tag[LNLB_TAG_LEN])
{
	return lnlb_sign_tag(ctx, key, header, len, tag);
}

static bool op_sign(void *ctx, unsigned int key, const u8 *data, size_t len,
		    u8 signature[LNLB_SIGNATURE_LEN])
{
	return lnlb_sign_frame(ctx, key, data, len, signature);
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
	lnlb_map_change(cluster, bucket, LNLB_MAP_CORE, map);
	if (accept)
		trace_lnlb_claim(cluster, bucket);
	else
		trace_lnlb_release(cluster, bucket);
}

void lnlb_ops_refresh_map(struct lnlb_cluster *cluster)
{
	unsigned int b;
	u8 mine, map;

	for (b = 0; b < LNLB_BUCKETS; b++) {
		mine = cluster->map[b] & LNLB_MAP_MINE;
		map = mine;
		if (lnlb_trackers_exceptional(cluster, b, mine))
			map |= LNLB_MAP_EXCEPT;
		if (map != (cluster->map[b] & LNLB_MAP_CORE))
			lnlb_map_change(cluster, b, LNLB_MAP_CORE, map);
	}
}

static void op_barrier(void *ctx)
{
	/* Expedited: clients of the buckets in question are waiting. */
	synchronize_rcu_expedited();
	lnlb_ops_refresh_map(ctx);
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
	u16 b = rec->bucket;

	if (lnlb_trackers_exceptional(cluster, b,
				      cluster->map[b] & LNLB_MAP_MINE))
		lnlb_map_change(cluster, b, 0, LNLB_MAP_EXCEPT);
	return err;
}

static void op_node_gone(void *ctx, const struct lnlb_node_id *node)
{
	struct lnlb_cluster *cluster = ctx;

	if (memcmp(node->mac, cluster->self, LNLB_NODE_ID_LEN)) {
		lnlb_trackers_node_gone(cluster, node);
		return;
	}
	lnlb_trackers_node_gone(cluster, NULL);
	lnlb_ops_refresh_map(cluster);
}

static void op_event(void *ctx, const struct lnlb_core_event *event)
{
	struct lnlb_cluster *cluster = ctx;

	if ((event->event == LNLB_EVENT_STATE &&
	     event->state == LNLB_NODE_ACTIVE) ||
	    event->event == LNLB_EVENT_UNFENCED ||
	    event->event == LNLB_EVENT_SETTLED)
		cluster->announce = LNLB_ANNOUNCE_TIMES;
	if (event->event == LNLB_EVENT_NODE_JOIN)
		trace_lnlb_node_up(cluster, event);
	else if (event->event == LNLB_EVENT_NODE_LEAVE ||
		 event->event == LNLB_EVENT_NODE_DEAD)
		trace_lnlb_node_down(cluster, event);
	lnlb_event_core(cluster, event);
}

const struct lnlb_core_ops lnlb_ops = {
	.alloc		= op_alloc,
	.free		= op_free,
	.send		= op_send,
	.tag		= op_tag,
	.sign		= op_sign,
	.accept		= op_accept,
	.barrier	= op_barrier,
	.has_sessions	= op_has_sessions,
	.save		= op_save,
	.load		= op_load,
	.node_gone	= op_node_gone,
	.event		= op_event,
};
