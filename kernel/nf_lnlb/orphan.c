// SPDX-License-Identifier: GPL-2.0-only
/* Packets of flows that this node does not know. */

#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/netfilter_ipv4.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/uaccess.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/l3mdev.h>
#include <net/netfilter/nf_conntrack.h>

#include "datapath.h"
#include "orphan.h"
#include "tracker.h"

/* Active FTP asks from here. */
#define PORT_FTP_DATA	20
/* Nobody sends with less to reach a node; who looks for the way there does. */
#define TTL_OF_PROBES	32

/* See lnlb_flow_ipv4_high(). */
static void update_ports(struct lnlb_cluster *cluster)
{
	int low, high;

	inet_get_local_port_range(cluster->ln->net, &low, &high);
	WRITE_ONCE(cluster->asks_from, low >> 8);
}

void lnlb_orphan_update(struct lnlb_cluster *cluster)
{
	bool reset = READ_ONCE(cluster->ln->sysctl.orphan_reset);
	bool mute = !reset || !lnlb_core_complete(cluster->core);

	lockdep_assert_held(&cluster->core_lock);
	update_ports(cluster);
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

/* What sockets are looked up by: in a VRF its device, and then the real one. */
static int device_of(const struct net_device *dev, int *sdif)
{
	int master = l3mdev_master_ifindex_rcu(dev);

	*sdif = master ? dev->ifindex : 0;
	return master ?: dev->ifindex;
}

static bool has_socket(struct net *net, const struct net_device *in,
		       const struct iphdr *iph, const struct tcphdr *th)
{
	int sdif, dif = device_of(in, &sdif);
	struct sock *sk;

	sk = lnlb_inet_lookup_established(net, iph->saddr, th->source,
					  iph->daddr, ntohs(th->dest), dif,
					  sdif);
	if (!sk)
		return false;
	sock_gen_put(sk);
	return true;
}

/* A segment of a connection that must have begun before; NULL: none. */
static const struct tcphdr *later_segment(const struct lnlb_cluster *cluster,
					  const struct sk_buff *skb,
					  struct tcphdr *buf)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcphdr *th;

	if (likely(!READ_ONCE(cluster->mute_orphans)) ||
	    iph->protocol != IPPROTO_TCP || ip_is_fragment(iph))
		return NULL;
	th = skb_header_pointer(skb, skb_network_offset(skb) + iph->ihl * 4,
				sizeof(*buf), buf);
	return th && !th->syn ? th : NULL;
}

bool lnlb_orphan_drop(const struct lnlb_cluster *cluster,
		      const struct sk_buff *skb,
		      const struct nf_hook_state *state)
{
	const struct tcphdr *th;
	struct tcphdr _th;

	th = later_segment(cluster, skb, &_th);
	return th && !in_conntrack(skb) &&
	       !has_socket(state->net, state->in, ip_hdr(skb), th);
}

bool lnlb_orphan_unknown(const struct lnlb_flow *flow)
{
	const struct tcphdr *th;
	struct tcphdr _th;

	th = later_segment(flow->cluster, flow->skb, &_th);
	return th && lnlb_trackers_asked(flow->cluster, flow) ==
	       LNLB_ASKED_UNKNOWN &&
	       !has_socket(flow->net, flow->skb->dev, ip_hdr(flow->skb), th);
}

/* May a node have asked something from here? */
static bool is_asking_port(const struct lnlb_flow *flow, __be16 port)
{
	return ntohs(port) >> 8 >= READ_ONCE(flow->cluster->asks_from) ||
	       port == htons(PORT_FTP_DATA);
}

/*
 * Is there something in this namespace that may send packets somewhere else? Hooks
 * that are being taken out may still be in the list, and NAT frees what it described
 * its own by without waiting for readers (Linux 6.1 does): then it is read with care,
 * and decides about this one datagram.
 */
static bool translates(struct net *net)
{
	const struct nf_hook_entries *e;
	struct nf_hook_ops **ops;
	unsigned int i;
	int priority;

	e = rcu_dereference(net->nf.hooks_ipv4[NF_INET_PRE_ROUTING]);
	if (!e)
		return false;
	ops = nf_hook_entries_get_hook_ops(e);
	for (i = 0; i < e->num_hook_entries; i++)
		if (!get_kernel_nofault(priority, &ops[i]->priority) &&
		    priority == NF_IP_PRI_NAT_DST)
			return true;
	return false;
}

/*
 * Only who has asked gets a SYN with an ACK. Whom an FTP server calls back will know
 * that, by conntrack's helper; but a rule may send what comes from such a port to a
 * service elsewhere.
 */
static bool tcp_late(const struct lnlb_flow *flow, const struct iphdr *iph)
{
	const struct net_device *dev = flow->skb->dev;
	int sdif, dif = device_of(dev, &sdif);
	const struct tcphdr *th;
	struct tcphdr _th;

	th = skb_header_pointer(flow->skb, flow->offset + iph->ihl * 4,
				sizeof(_th), &_th);
	if (!th)
		return false;
	if (th->syn && th->ack)
		return !has_socket(flow->net, dev, iph, th);
	if (th->syn && (th->source != htons(PORT_FTP_DATA) ||
			translates(flow->net)))
		return false;
	return is_asking_port(flow, th->dest) &&
	       !has_socket(flow->net, dev, iph, th) &&
	       !lnlb_inet_lookup_listener(flow->net, flow->skb, iph->saddr,
					  th->source, iph->daddr,
					  ntohs(th->dest), dif, sdif);
}

/* The first datagram of a flow looks like any other: a rule may want it. */
static bool udp_late(const struct lnlb_flow *flow, const struct iphdr *iph)
{
	int sdif, dif = device_of(flow->skb->dev, &sdif);
	const struct udphdr *uh;
	struct udphdr _uh;

	uh = skb_header_pointer(flow->skb, flow->offset + iph->ihl * 4,
				sizeof(_uh), &_uh);
	return uh && iph->ttl >= TTL_OF_PROBES &&
	       is_asking_port(flow, uh->dest) && !translates(flow->net) &&
	       !lnlb_udp_lookup(flow->net, iph->saddr, uh->source, iph->daddr,
				uh->dest, dif, sdif);
}

static bool icmp_late(const struct lnlb_flow *flow, const struct iphdr *iph)
{
	const struct icmphdr *icmph;
	struct icmphdr _icmph;

	icmph = skb_header_pointer(flow->skb, flow->offset + iph->ihl * 4,
				   sizeof(_icmph), &_icmph);
	return icmph && icmph->type == ICMP_ECHOREPLY;
}

bool lnlb_flow_late(const struct lnlb_flow *flow)
{
	const struct iphdr *iph;
	struct iphdr _iph;

	iph = skb_header_pointer(flow->skb, flow->offset, sizeof(_iph), &_iph);
	if (!iph || flow->fragment || flow->error)
		return false;
	switch (flow->protocol) {
	case IPPROTO_TCP:
		return tcp_late(flow, iph);
	case IPPROTO_UDP:
		return udp_late(flow, iph);
	case IPPROTO_ICMP:
		return icmp_late(flow, iph);
	}
	return false;
}
EXPORT_SYMBOL_GPL(lnlb_flow_late);

bool lnlb_orphan_stray(const struct lnlb_flow *flow)
{
	return lnlb_trackers_asked(flow->cluster, flow) ==
	       LNLB_ASKED_UNKNOWN && lnlb_flow_late(flow);
}
