// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that have a policy of their own for what gets to them.
 *
 * Which policy is to decide about a packet of such a cluster is not known before
 * the rules have seen it. At ingress it is dropped only if it is another node's
 * by each of them, and else marked as undecided: PACKET_MULTICAST, as which no
 * socket of TCP takes it, should it ever slip through. The first lnlb statement
 * that it gets to decides; what gets to none is decided by the cluster's own
 * policy just before conntrack sees it.
 */

#include <linux/bitmap.h>
#include <linux/netfilter_ipv4.h>
#include <net/ip.h>

#include "datapath.h"
#include "decide.h"
#include "flow.h"
#include "orphan.h"
#include "policy.h"
#include "tracker.h"
#include "verdict.h"

void lnlb_policy_mark(struct sk_buff *skb)
{
	skb->pkt_type = PACKET_MULTICAST;
}

void lnlb_policies_add(struct lnlb_policies *policies,
		       const struct lnlb_config *cfg)
{
	struct lnlb_policy policy;

	if (!(cfg->set & LNLB_CFG_POLICY))
		return;
	lnlb_policy_set(&policy, cfg->policy, cfg->policy_len);
	if (policy.ports)
		policies->ports = true;
	else
		__set_bit(policy.prefix, policies->prefixes);
}

static bool any(const struct lnlb_policies *policies)
{
	return policies->ports || !bitmap_empty(policies->prefixes, 129);
}

/*
 * The next policy of a rule. @at: 0 at first. Returns false behind the last. They may
 * change meanwhile, as rules do: what stays is seen, and what comes or goes may be.
 */
static bool next(const struct lnlb_cluster *cluster,
		 struct lnlb_policy *policy, unsigned int *at)
{
	const struct lnlb_policies *policies = &cluster->policies;

	*at = *at > 128 ? *at : find_next_bit(policies->prefixes, 129, *at);
	if (*at > 129 || (*at == 129 && !policies->ports))
		return false;
	policy->ports = *at == 129;
	policy->prefix = min(*at, 128U);
	policy->mask4 = inet_make_mask(clamp(policy->prefix, 96, 128) - 96);
	++*at;
	return true;
}

bool lnlb_cluster_key_more(const struct lnlb_cluster *cluster,
			   const struct in6_addr *addr, __be16 port,
			   struct lnlb_key *key, unsigned int *at)
{
	struct lnlb_policy policy;

	if (!next(cluster, &policy, at))
		return false;
	lnlb_flow_key(&policy, addr, port, key);
	return true;
}
EXPORT_SYMBOL_GPL(lnlb_cluster_key_more);

int lnlb_policy_update(struct lnlb_cluster *cluster)
{
	int err;

	lockdep_assert_held(&cluster->ln->lock);
	if (!any(&cluster->policies)) {
		lnlb_policy_stop(cluster);
		return 0;
	}
	if (cluster->mixed)
		return 0;
	/* Packets are to be whole when the first rule sees them. */
	err = lnlb_hook_get(cluster->ln, LNLB_HOOK_DECIDE);
	if (err)
		return err;
	err = lnlb_hook_get(cluster->ln, LNLB_HOOK_POLICY);
	if (err) {
		lnlb_hook_put(cluster->ln, LNLB_HOOK_DECIDE);
		return err;
	}
	/* What is marked from now on gets to that hook. */
	smp_store_release(&cluster->mixed, true);
	WRITE_ONCE(cluster->later, true);
	return 0;
}

void lnlb_policy_stop(struct lnlb_cluster *cluster)
{
	lockdep_assert_held(&cluster->ln->lock);
	if (!cluster->mixed)
		return;
	WRITE_ONCE(cluster->later, cluster->policy.ports);
	WRITE_ONCE(cluster->mixed, false);
	/* So does what was marked. */
	synchronize_net();
	lnlb_hook_put(cluster->ln, LNLB_HOOK_POLICY);
	lnlb_hook_put(cluster->ln, LNLB_HOOK_DECIDE);
}

/* A byte that is not 0 may mean anything; rules and trackers will tell. */
bool lnlb_policy_foreign(const struct lnlb_cluster *cluster,
			 struct sk_buff *skb, const struct iphdr *iph)
{
	struct lnlb_policy policy = cluster->policy;
	struct lnlb_flow flow;
	unsigned int at = 0;

	if (ip_is_fragment(iph))
		return false;
	do {
		if (lnlb_flow_ipv4_by(cluster, &policy, skb, iph, &flow) !=
		    LNLB_FLOW_DATA || READ_ONCE(cluster->map[flow.bucket]))
			return false;
	} while (next(cluster, &policy, &at));
	return true;
}

/*
 * No rule looks into an ICMP error: it is whose the flow is. So is the answer to
 * what this node has asked, whatever the bucket that it is in.
 */
static bool is_known(const struct lnlb_flow *flow)
{
	enum lnlb_asked asked;

	if (!flow->error && !READ_ONCE(flow->cluster->asked))
		return false;
	asked = lnlb_trackers_asked(flow->cluster, flow);
	return asked == LNLB_ASKED_SELF ||
	       (flow->error && asked != LNLB_ASKED_UNKNOWN);
}

/*
 * Conntrack will see it later only, and then nobody knows its policy any more:
 * so orphans are looked for here, and the tracker is told.
 */
static bool is_orphan(const struct lnlb_policy *policy,
		      const struct lnlb_flow *flow, const struct iphdr *iph)
{
	if (lnlb_orphan_unknown(flow))
		return true;
	if (!policy->ports &&
	    lnlb_flow_ipv4_high(flow->cluster, flow->skb, iph) &&
	    lnlb_orphan_stray(flow))
		return true;
	return lnlb_trackers_assigned(flow->cluster, flow) ==
	       LNLB_ASSIGNED_STRAY;
}

static unsigned int judge(const struct lnlb_cluster *cluster,
			  const struct lnlb_policy *policy,
			  struct sk_buff *skb, const struct iphdr *iph)
{
	enum lnlb_flow_kind kind;
	struct lnlb_flow flow;
	unsigned int stat;

	kind = lnlb_flow_ipv4_by(cluster, policy, skb, iph, &flow);
	if (kind == LNLB_FLOW_BAD)
		return LNLB_STAT_RX_MALFORMED;
	if (is_known(&flow))
		return LNLB_STAT_RX_SESSION;
	stat = lnlb_decide_flow(cluster, &flow);
	if (kind == LNLB_FLOW_DATA && lnlb_taken(stat) &&
	    is_orphan(policy, &flow, iph))
		return LNLB_STAT_RX_ORPHAN;
	return stat;
}

int lnlb_policy_decide(const struct lnlb_cluster *cluster,
		       const struct lnlb_policy *policy, struct sk_buff *skb,
		       const struct iphdr *iph)
{
	/* Pieces, and of a header, too, are decided about when they are whole. */
	if (ip_is_fragment(iph) || iph != ip_hdr(skb))
		return -EAGAIN;
	return judge(cluster, policy, skb, iph);
}
