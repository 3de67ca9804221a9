// SPDX-License-Identifier: GPL-2.0-only
/* Notifications: LNLB_CMD_EVENT to the multicast group. */

#include <net/genetlink.h>

#include "event.h"
#include "genl.h"

#define CONFLICT_INTERVAL	(60 * HZ)

static int put_particulars(struct sk_buff *msg,
			   const struct lnlb_core_event *event)
{
	int err = 0;

	if (event->node)
		err = nla_put(msg, LNLB_A_NODE_ID, LNLB_NODE_ID_LEN,
			      event->node->mac);
	if (!err && event->reject)
		err = nla_put_u8(msg, LNLB_A_REJECT_KIND, event->reject);
	if (!err && event->reject == LNLB_REJECT_VERSION)
		err = nla_put_u8(msg, LNLB_A_REJECT_VERSION, event->version);
	switch (event->event) {
	case LNLB_EVENT_STATE:
	case LNLB_EVENT_NODE_STATE:
		return err ?: nla_put_u8(msg, LNLB_A_STATE, event->state);
	case LNLB_EVENT_WEIGHT:
		return err ?: nla_put_u16(msg, LNLB_A_WEIGHT, event->weight);
	case LNLB_EVENT_CLAIMS:
		return err ?: nla_put_u32(msg, LNLB_A_NODE_CLAIMS,
					  event->claims);
	}
	return err;
}

/* Lost without memory: whoever listens may ask for the state at any time. */
static void send_event(struct net *net, const char *name,
		       const struct lnlb_core_event *event, gfp_t gfp)
{
	struct sk_buff *msg;
	void *hdr;

	if (!genl_has_listeners(&lnlb_genl_family, net, 0))
		return;
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, gfp);
	if (!msg)
		return;
	hdr = genlmsg_put(msg, 0, 0, &lnlb_genl_family, 0, LNLB_CMD_EVENT);
	if (!hdr || nla_put_u8(msg, LNLB_A_EVENT, event->event) ||
	    (name && nla_put_string(msg, LNLB_A_NAME, name)) ||
	    (event->cause && nla_put_string(msg, LNLB_A_CAUSE, event->cause)) ||
	    put_particulars(msg, event)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, hdr);
	genlmsg_multicast_netns(&lnlb_genl_family, net, msg, 0, 0, gfp);
}

void lnlb_event_core(const struct lnlb_cluster *cluster,
		     const struct lnlb_core_event *event)
{
	send_event(cluster->ln->net, cluster->cfg.name, event, GFP_KERNEL);
}

void lnlb_event(const struct lnlb_cluster *cluster, u8 event,
		const char *cause)
{
	struct lnlb_core_event e = {
		.event = event,
		.cause = cause,
	};

	lnlb_event_core(cluster, &e);
}

void lnlb_event_conflict(struct lnlb_cluster *cluster, const u8 *mac)
{
	unsigned long last = READ_ONCE(cluster->conflict_at);
	struct lnlb_node_id node;
	struct lnlb_core_event e = {
		.event = LNLB_EVENT_ADDR_CONFLICT,
		.node = &node,
		.cause = "another machine announces the cluster address",
	};

	if ((last && time_before(jiffies, last + CONFLICT_INTERVAL)) ||
	    cmpxchg(&cluster->conflict_at, last, jiffies | 1) != last)
		return;
	ether_addr_copy(node.mac, mac);
	send_event(cluster->ln->net, cluster->cfg.name, &e, GFP_ATOMIC);
	net_warn_ratelimited("lnlb: %s: %pM announces the cluster address\n",
			     cluster->cfg.name, mac);
}

void lnlb_event_refused(struct net *net, const char *cause)
{
	struct lnlb_core_event e = {
		.event = LNLB_EVENT_REFUSED,
		.cause = cause,
	};

	send_event(net, NULL, &e, GFP_KERNEL);
}
EXPORT_SYMBOL_GPL(lnlb_event_refused);
