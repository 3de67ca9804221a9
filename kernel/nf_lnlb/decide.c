// SPDX-License-Identifier: GPL-2.0-only
/* Whose a packet is: by its bucket, its session, or as we have asked. */

#include "decide.h"
#include "heartbeat.h"
#include "orphan.h"
#include "tracker.h"
#include "verdict.h"

/*
 * Which counter the decision goes to; LNLB_STAT_RX_MINE and _SESSION mean that
 * the packet is taken. A bucket without exceptions is decided by its byte of
 * the map alone: that is the path of nearly every packet.
 */
unsigned int lnlb_decide_flow(const struct lnlb_cluster *cluster,
			      const struct lnlb_flow *flow)
{
	u8 map = READ_ONCE(cluster->map[flow->bucket]);
	bool mine = map & LNLB_MAP_MINE;
	bool stalled = mine && lnlb_heartbeat_stalled(cluster);
	enum lnlb_owner owner;

	if (likely(!(map & ~LNLB_MAP_MINE) && !(mine && stalled)))
		return mine ? LNLB_STAT_RX_MINE : LNLB_STAT_RX_FOREIGN;

	if (map & LNLB_MAP_ASKED &&
	    lnlb_trackers_asked(cluster, flow) == LNLB_ASKED_SELF)
		return LNLB_STAT_RX_SESSION;
	owner = lnlb_trackers_owner_of(cluster, flow);
	if (owner == LNLB_OWNER_SELF && unlikely(lnlb_heartbeat_silent(cluster)))
		return LNLB_STAT_RX_FENCED;
	if (owner == LNLB_OWNER_SELF)
		return mine ? LNLB_STAT_RX_MINE : LNLB_STAT_RX_SESSION;
	if (!mine)
		return LNLB_STAT_RX_FOREIGN;
	if (owner == LNLB_OWNER_OTHER)
		return LNLB_STAT_RX_PASSED_BY;
	return stalled ? LNLB_STAT_RX_FENCED : LNLB_STAT_RX_MINE;
}

unsigned int lnlb_decide(const struct lnlb_cluster *cluster,
			 struct sk_buff *skb, const struct iphdr *iph,
			 int bucket, struct lnlb_flow *flow)
{
	if (bucket >= 0)
		lnlb_flow_sender(cluster, skb, iph, bucket, flow);
	else if (lnlb_flow_ipv4(cluster, skb, iph, flow) == LNLB_FLOW_BAD)
		return LNLB_STAT_RX_MALFORMED;
	return lnlb_decide_flow(cluster, flow);
}

/*
 * The tracker is told of packets here, where others pay nothing for it. But
 * while some must not be answered it is only told of those that may be, later.
 */
static unsigned int told(const struct lnlb_cluster *cluster,
			 const struct lnlb_flow *flow)
{
	if (unlikely(READ_ONCE(cluster->mute_orphans)))
		return 0;
	return lnlb_trackers_assigned(cluster, flow);
}

unsigned int lnlb_decide_settle(const struct lnlb_cluster *cluster,
				const struct lnlb_flow *flow, unsigned int stat,
				bool high, unsigned int *time)
{
	*time = 0;
	if (!lnlb_taken(stat) || flow->error)
		return stat;
	if (high && lnlb_orphan_stray(flow))
		return LNLB_STAT_RX_ORPHAN;
	*time = told(cluster, flow);
	return *time == LNLB_ASSIGNED_STRAY ? LNLB_STAT_RX_ORPHAN : stat;
}

unsigned int lnlb_decide_whole(const struct lnlb_cluster *cluster,
			       struct sk_buff *skb, const struct iphdr *iph)
{
	struct lnlb_flow flow;
	unsigned int stat, time;

	stat = lnlb_decide(cluster, skb, iph, -1, &flow);
	return lnlb_decide_settle(cluster, &flow, stat, false, &time);
}
