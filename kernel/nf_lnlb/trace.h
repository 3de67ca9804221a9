/* SPDX-License-Identifier: GPL-2.0-only */
/* Trace events, "lnlb:*" for perf, trace-cmd and bpftrace. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM lnlb

#if !defined(_LNLB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _LNLB_TRACE_H

#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/tracepoint.h>

#include "core/core.h"
#include "lnlb.h"

/* Names are those of the counters, see the netlink spec. */
#define lnlb_show_stat(stat) __print_symbolic(stat,			\
	{ LNLB_STAT_RX_MINE,		"rx_mine" },			\
	{ LNLB_STAT_RX_FOREIGN,		"rx_foreign" },			\
	{ LNLB_STAT_RX_SESSION,		"rx_session" },			\
	{ LNLB_STAT_RX_PASSED_BY,	"rx_passed_by" },		\
	{ LNLB_STAT_RX_FENCED,		"rx_fenced" },			\
	{ LNLB_STAT_RX_WRONG_MAC,	"rx_wrong_mac" },		\
	{ LNLB_STAT_RX_MALFORMED,	"rx_malformed" },		\
	{ LNLB_STAT_RX_ORPHAN,		"rx_orphan" },			\
	{ LNLB_STAT_FRAME_TRUNCATED,	"frame_truncated" },		\
	{ LNLB_STAT_FRAME_MAGIC,	"frame_magic" },		\
	{ LNLB_STAT_FRAME_VERSION,	"frame_version" },		\
	{ LNLB_STAT_FRAME_TYPE,		"frame_type" },			\
	{ LNLB_STAT_FRAME_LENGTH,	"frame_length" },		\
	{ LNLB_STAT_FRAME_RESERVED,	"frame_reserved" },		\
	{ LNLB_STAT_FRAME_ADDR,		"frame_addr" },			\
	{ LNLB_STAT_FRAME_ECHO,		"frame_echo" },			\
	{ LNLB_STAT_FRAME_DUPLICATE_ID,	"frame_duplicate_id" },		\
	{ LNLB_STAT_FRAME_SPOOFED,	"frame_spoofed" },		\
	{ LNLB_STAT_FRAME_REPLAY,	"frame_replay" },		\
	{ LNLB_STAT_FRAME_PARAMS,	"frame_params" },		\
	{ LNLB_STAT_FRAME_TOO_MANY_NODES, "frame_too_many_nodes" },	\
	{ LNLB_STAT_FRAME_AUTH,		"frame_auth" },			\
	{ LNLB_STAT_FRAME_OVERFLOW,	"frame_overflow" },		\
	{ LNLB_STAT_FRAME_KEY,		"frame_key" },			\
	{ LNLB_STAT_FRAME_UNSIGNED,	"frame_unsigned" },		\
	{ LNLB_STAT_FRAME_UNPROVEN,	"frame_unproven" })

/* Buckets: new sessions of @bucket are taken from now on, or no more. */
DECLARE_EVENT_CLASS(lnlb_bucket,
	TP_PROTO(const struct lnlb_cluster *cluster, u16 bucket),
	TP_ARGS(cluster, bucket),
	TP_STRUCT__entry(
		__array(char, name, LNLB_NAME_LEN)
		__field(u16, bucket)
	),
	TP_fast_assign(
		memcpy(__entry->name, cluster->cfg.name, LNLB_NAME_LEN);
		__entry->bucket = bucket;
	),
	TP_printk("%s bucket=%u", __entry->name, __entry->bucket)
);

DEFINE_EVENT(lnlb_bucket, lnlb_claim,
	TP_PROTO(const struct lnlb_cluster *cluster, u16 bucket),
	TP_ARGS(cluster, bucket));

DEFINE_EVENT(lnlb_bucket, lnlb_release,
	TP_PROTO(const struct lnlb_cluster *cluster, u16 bucket),
	TP_ARGS(cluster, bucket));

/* Another view was adopted; nodes with the same digest share one table. */
TRACE_EVENT(lnlb_view,
	TP_PROTO(const struct lnlb_cluster *cluster, u64 digest,
		 unsigned int nodes),
	TP_ARGS(cluster, digest, nodes),
	TP_STRUCT__entry(
		__array(char, name, LNLB_NAME_LEN)
		__field(u64, digest)
		__field(unsigned int, nodes)
	),
	TP_fast_assign(
		memcpy(__entry->name, cluster->cfg.name, LNLB_NAME_LEN);
		__entry->digest = digest;
		__entry->nodes = nodes;
	),
	TP_printk("%s digest=%016llx nodes=%u", __entry->name,
		  __entry->digest, __entry->nodes)
);

/* Nodes: one came; one went, with LNLB_EVENT_NODE_LEAVE or _DEAD. */
DECLARE_EVENT_CLASS(lnlb_node,
	TP_PROTO(const struct lnlb_cluster *cluster,
		 const struct lnlb_core_event *event),
	TP_ARGS(cluster, event),
	TP_STRUCT__entry(
		__array(char, name, LNLB_NAME_LEN)
		__array(u8, mac, ETH_ALEN)
		__field(u8, event)
	),
	TP_fast_assign(
		memcpy(__entry->name, cluster->cfg.name, LNLB_NAME_LEN);
		ether_addr_copy(__entry->mac, event->node->mac);
		__entry->event = event->event;
	),
	TP_printk("%s node=%pM %s", __entry->name, __entry->mac,
		  __print_symbolic(__entry->event,
				   { LNLB_EVENT_NODE_JOIN,	"joined" },
				   { LNLB_EVENT_NODE_LEAVE,	"left" },
				   { LNLB_EVENT_NODE_DEAD,	"dead" }))
);

DEFINE_EVENT(lnlb_node, lnlb_node_up,
	TP_PROTO(const struct lnlb_cluster *cluster,
		 const struct lnlb_core_event *event),
	TP_ARGS(cluster, event));

DEFINE_EVENT(lnlb_node, lnlb_node_down,
	TP_PROTO(const struct lnlb_cluster *cluster,
		 const struct lnlb_core_event *event),
	TP_ARGS(cluster, event));

/* A frame of EtherType 0x8870 was not believed; @mac is its source. */
TRACE_EVENT(lnlb_frame_rejected,
	TP_PROTO(const struct lnlb_cluster *cluster, const u8 *mac, int stat),
	TP_ARGS(cluster, mac, stat),
	TP_STRUCT__entry(
		__array(char, name, LNLB_NAME_LEN)
		__array(u8, mac, ETH_ALEN)
		__field(int, stat)
	),
	TP_fast_assign(
		memcpy(__entry->name, cluster->cfg.name, LNLB_NAME_LEN);
		ether_addr_copy(__entry->mac, mac);
		__entry->stat = stat;
	),
	TP_printk("%s from=%pM %s", __entry->name, __entry->mac,
		  lnlb_show_stat(__entry->stat))
);

/*
 * What became of a packet to the cluster address; names as above. Of fragments
 * that wait for the rest of their packet the whole packet is told.
 */
TRACE_EVENT(lnlb_decision,
	TP_PROTO(const struct lnlb_cluster *cluster, const struct sk_buff *skb,
		 int stat),
	TP_ARGS(cluster, skb, stat),
	TP_STRUCT__entry(
		__array(char, name, LNLB_NAME_LEN)
		__array(u8, client, 4)
		__field(u8, protocol)
		__field(unsigned int, len)
		__field(int, stat)
	),
	TP_fast_assign(
		const struct iphdr *iph;
		struct iphdr _iph;

		memcpy(__entry->name, cluster->cfg.name, LNLB_NAME_LEN);
		memset(__entry->client, 0, sizeof(__entry->client));
		__entry->protocol = 0;
		iph = skb_header_pointer(skb, skb_network_offset(skb),
					 sizeof(_iph), &_iph);
		if (iph) {
			memcpy(__entry->client, &iph->saddr,
			       sizeof(__entry->client));
			__entry->protocol = iph->protocol;
		}
		__entry->len = skb->len;
		__entry->stat = stat;
	),
	TP_printk("%s client=%pI4 protocol=%u len=%u %s", __entry->name,
		  __entry->client, __entry->protocol, __entry->len,
		  lnlb_show_stat(__entry->stat))
);

#endif /* _LNLB_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
