/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels, 6.1 to 7.x. Kbuild probes the headers of the
 * kernel at hand for each difference; nothing goes by a version number.
 */
#ifndef _LNLB_COMPAT_H
#define _LNLB_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/sysctl.h>
#include <net/genetlink.h>
#include <net/inet_hashtables.h>
#include <net/net_namespace.h>
#include <net/udp.h>

/* struct ctl_table became const for handlers. */
#ifdef LNLB_HAVE_CONST_CTL_TABLE
#define LNLB_CTL_TABLE const struct ctl_table
#else
#define LNLB_CTL_TABLE struct ctl_table
#endif

/* register_net_sysctl() became a macro that takes the size of an array. */
#ifdef register_net_sysctl
#define lnlb_register_net_sysctl(net, path, table, size) \
	register_net_sysctl_sz(net, path, table, size)
#else
#define lnlb_register_net_sysctl(net, path, table, size) \
	register_net_sysctl(net, path, table)
#endif

/* hrtimer_setup() took the place of hrtimer_init() and of setting the function. */
#ifdef LNLB_HAVE_HRTIMER_SETUP
#define lnlb_hrtimer_setup(timer, callback, clock, mode) \
	hrtimer_setup(timer, callback, clock, mode)
#else
#define lnlb_hrtimer_setup(timer, callback, clock, mode) do {	\
	hrtimer_init(timer, clock, mode);			\
	(timer)->function = callback;				\
} while (0)
#endif

/* Sockets are looked up without naming the hash table in newer kernels. */
#ifdef LNLB_HAVE_LOOKUP_HASHINFO
#define lnlb_inet_lookup_listener(net, skb, saddr, sport, daddr, hnum, dif, \
				   sdif) \
	__inet_lookup_listener(net, (net)->ipv4.tcp_death_row.hashinfo, skb, \
			       0, saddr, sport, daddr, hnum, dif, sdif)
#define lnlb_inet_lookup_established(net, saddr, sport, daddr, hnum, dif, sdif) \
	__inet_lookup_established(net, (net)->ipv4.tcp_death_row.hashinfo, \
				  saddr, sport, daddr, hnum, dif, sdif)
#else
#define lnlb_inet_lookup_established(net, saddr, sport, daddr, hnum, dif, sdif) \
	__inet_lookup_established(net, saddr, sport, daddr, hnum, dif, sdif)
#define lnlb_inet_lookup_listener(net, skb, saddr, sport, daddr, hnum, dif, \
				   sdif) \
	__inet_lookup_listener(net, skb, 0, saddr, sport, daddr, hnum, dif, \
			       sdif)
#endif

/* UDP's table became one of the namespace. */
#ifdef LNLB_HAVE_NET_UDP_TABLE
#define lnlb_udp_table(net)	((net)->ipv4.udp_table)
#else
#define lnlb_udp_table(net)	(&udp_table)
#endif
#ifdef LNLB_HAVE_LOOKUP_UDP_TABLE
#define lnlb_udp_lookup(net, saddr, sport, daddr, dport, dif, sdif) \
	__udp4_lib_lookup(net, saddr, sport, daddr, dport, dif, sdif, \
			  lnlb_udp_table(net), NULL)
#else
#define lnlb_udp_lookup(net, saddr, sport, daddr, dport, dif, sdif) \
	__udp4_lib_lookup(net, saddr, sport, daddr, dport, dif, sdif, NULL)
#endif

/* The attributes of a dump's request moved. */
#ifdef LNLB_HAVE_GENL_INFO_DUMP
#define lnlb_dump_attrs(cb) (genl_info_dump(cb)->attrs)
#else
#define lnlb_dump_attrs(cb) (genl_dumpit_info(cb)->attrs)
#endif

/* nft_expr_ops.dump was given whether to reset state. */
#ifdef LNLB_HAVE_NFT_DUMP_RESET
#define LNLB_NFT_DUMP_RESET	, bool reset
#else
#define LNLB_NFT_DUMP_RESET
#endif

/* nft_expr_ops.validate lost an argument that nobody used. */
#ifdef LNLB_HAVE_NFT_VALIDATE_DATA
#define LNLB_NFT_VALIDATE_DATA	, const struct nft_data **data
#else
#define LNLB_NFT_VALIDATE_DATA
#endif

/* nft_expr_ops.reduce is gone in newer kernels. */
#ifdef LNLB_HAVE_NFT_REDUCE
#define LNLB_NFT_REDUCE		.reduce = NFT_REDUCE_READONLY,
#else
#define LNLB_NFT_REDUCE
#endif

#endif /* _LNLB_COMPAT_H */
