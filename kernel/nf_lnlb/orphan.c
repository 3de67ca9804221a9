// SPDX-License-Identifier: GPL-2.0-only
/* TCP segments of flows that this node does not know. */

#include <linux/ip.h>
#include <linux/tcp.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>

#include "datapath.h"
#include "orphan.h"

void lnlb_orphan_update(struct lnlb_cluster *cluster)
{
	bool reset = READ_ONCE(cluster->ln->sysctl.orphan_reset);
	bool mute = !reset || !lnlb_core_complete(cluster->core);

	lockdep_assert_held(&cluster->core_lock);
	if (!mute)
		lnlb_orphan_stop(cluster);
	/* The next tick tries again. */
	else if (!cluster->mute_orphans &&
		 !lnlb_hook_get(cluster->ln, LNLB_HOOK_ORPHANS))
		WRITE_ONCE(cluster->mute_orphans, true);
}

void lnlb_orphan_stop(struct lnlb_cluster *cluster)
{
	lockdep_assert_held(&cluster->core_lock);
	if (!cluster->mute_orphans)
		return;
	WRITE_ONCE(cluster->mute_orphans, false);
	lnlb_hook_put(cluster->ln, LNLB_HOOK_ORPHANS);
}

/* Has conntrack seen packets of this flow before, or is not to look at it? */
static bool in_conntrack(const struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (!ct)
		return ctinfo == IP_CT_UNTRACKED;
	return !nf_ct_is_template(ct) && ctinfo != IP_CT_NEW;
}

static bool has_socket(const struct nf_hook_state *state,
		       const struct iphdr *iph, const struct tcphdr *th)
{
	struct sock *sk;

	sk = lnlb_inet_lookup_established(state->net, iph->saddr, th->source,
					  iph->daddr, ntohs(th->dest),
					  state->in->ifindex);
	if (!sk)
		return false;
	sock_gen_put(sk);
	return true;
}

bool lnlb_orphan_drop(const struct lnlb_cluster *cluster,
		      const struct sk_buff *skb,
		      const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcphdr *th;
	struct tcphdr _th;

	if (likely(!READ_ONCE(cluster->mute_orphans)) ||
	    iph->protocol != IPPROTO_TCP || ip_is_fragment(iph))
		return false;
	th = skb_header_pointer(skb, ip_hdrlen(skb), sizeof(_th), &_th);
	if (!th || th->syn || in_conntrack(skb) || has_socket(state, iph, th))
		return false;
	lnlb_count(cluster, LNLB_STAT_RX_ORPHAN);
	return true;
}
