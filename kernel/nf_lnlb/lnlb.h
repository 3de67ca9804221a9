/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nf_lnlb: what the files of the module share.
 *
 * DOC: Locking
 *
 * Order: RTNL, then lnlb_net::lock, then lnlb_tracker_lock, then
 * lnlb_cluster::core_lock. nf_tables' commit mutex may be held when
 * lnlb_net::lock is taken, and is itself taken under RTNL by nf_tables: so
 * nothing that a rule's init or destroy calls takes RTNL; what needs it is left
 * to lnlb_net::reconcile.
 *
 *  - lnlb_net::lock guards the lists of clusters and ports, the holders and the
 *    configuration of each cluster, and, together with RTNL, what is bound.
 *  - lnlb_cluster::core_lock guards the core, and lnlb_cluster::dev.
 *    It is held while frames are sent, never together with a lookup by name.
 *  - Behind all of these, and none of them inside another: lnlb_net::hook_lock,
 *    and with BH off lnlb_cluster::map_lock, lnlb_gate::lock and what trackers
 *    have of their own.
 *  - Packets take no lock. They find ports through their hook, clusters through
 *    RCU hash chains, and read bucket map, lease and configuration with
 *    READ_ONCE(); all that is freed after a grace period.
 */
#ifndef _LNLB_H
#define _LNLB_H

#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/hrtimer.h>
#include <linux/if_arp.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/nf_lnlb.h>

#include "compat.h"
#include "core/core.h"
#include "core/smooth.h"

#define LNLB_HASH_BITS		6
#define LNLB_HASH_SIZE		(1 << LNLB_HASH_BITS)
#define LNLB_TRACKERS_MAX	4

/**
 * enum lnlb_hook - hooks that all packets of a namespace pay for
 * @LNLB_HOOK_DECIDE: puts packets together that came in pieces, and decides about
 *	them where that takes their ports
 * @LNLB_HOOK_POLICY: decides about what no rule with a policy has decided
 * @LNLB_HOOK_ORPHANS: keeps orphans from being answered
 * @LNLB_HOOKS: how many
 */
enum lnlb_hook {
	LNLB_HOOK_DECIDE,
	LNLB_HOOK_POLICY,
	LNLB_HOOK_ORPHANS,
	LNLB_HOOKS,
};

/* lnlb_cluster::map, a byte for each bucket */
#define LNLB_MAP_MINE		0x01	/* new sessions are taken here */
#define LNLB_MAP_EXCEPT		0x02	/* some sessions are not where it is */
#define LNLB_MAP_ASKED		0x04	/* this node has asked somebody in it */

struct lnlb_secret;
struct lnlb_auth;
struct lnlb_xdp;
struct lnlb_xdp_cluster;

/**
 * struct lnlb_key_ref - a key in a configuration
 * @desc: its description, "": none
 * @secret: the key; who holds a reference, see key.h: holders and
 *	lnlb_cluster::over do, what is made of them borrows theirs
 */
struct lnlb_key_ref {
	char desc[LNLB_KEY_LEN];
	struct lnlb_secret *secret;
};

/**
 * struct lnlb_policy - what of a client makes its affinity key
 * @mask4: bits of an IPv4 address that count
 * @prefix: bits of an address that count, IPv4 from bit 96 on; 128: all
 * @ports: the client's port counts, too
 */
struct lnlb_policy {
	__be32 mask4;
	u8 prefix;
	bool ports;
};

/**
 * struct lnlb_policies - what rules want for the packets that get to them
 * @prefixes: bit by lnlb_policy::prefix of those without ports
 * @ports: some want the client's port to count
 */
struct lnlb_policies {
	DECLARE_BITMAP(prefixes, 129);
	bool ports;
};

/**
 * struct lnlb_config - what a door asks for
 * @set: LNLB_CFG_* bits, which members were given
 * @addr: cluster address, IPv4 as ::ffff:a.b.c.d; always given
 * @dev: device name
 * @name: cluster name
 * @key: by enum lnlb_key_use
 * @timeout: session idle timeout, seconds
 * @flags: enum lnlb_cluster_flags
 * @weight: 1..65535
 * @weight_source: enum lnlb_weight_source
 * @affinity: enum lnlb_affinity
 * @affinity_len: prefix length
 * @mode: enum lnlb_mode
 * @state: LNLB_NODE_ACTIVE, LNLB_NODE_DRAINING or LNLB_NODE_SUSPENDED
 * @permissive: unsigned frames are believed, too
 * @policy: enum lnlb_affinity, for what gets to this rule
 * @policy_len: prefix length of that
 * @mac: cluster MAC
 */
struct lnlb_config {
	u32 set;
	struct in6_addr addr;
	char dev[IFNAMSIZ];
	char name[LNLB_NAME_LEN];
	struct lnlb_key_ref key[LNLB_KEY_USE_MAX + 1];
	u32 timeout;
	u32 flags;
	u16 weight;
	u8 weight_source;
	u8 affinity;
	u8 affinity_len;
	u8 mode;
	u8 state;
	u8 permissive;
	u8 policy;
	u8 policy_len;
	u8 mac[ETH_ALEN];
};

#define LNLB_CFG_DEV		BIT(0)
#define LNLB_CFG_NAME		BIT(1)
#define LNLB_CFG_WEIGHT		BIT(2)	/* source, and weight if manual */
#define LNLB_CFG_WEIGHT_VALUE	BIT(3)	/* manual with a number */
#define LNLB_CFG_AFFINITY	BIT(4)
#define LNLB_CFG_TIMEOUT	BIT(5)
#define LNLB_CFG_MODE		BIT(6)
#define LNLB_CFG_MAC		BIT(7)
#define LNLB_CFG_KEY		BIT(8)
#define LNLB_CFG_FLAGS		BIT(9)
#define LNLB_CFG_STATE		BIT(10)
#define LNLB_CFG_KEY_NEXT	BIT(11)
#define LNLB_CFG_PERMISSIVE	BIT(12)
#define LNLB_CFG_HASH		BIT(13)
#define LNLB_CFG_POLICY		BIT(14)	/* of a rule, not of the cluster */
/* what LNLB_CMD_SET_CLUSTER can change of them */
#define LNLB_CFG_KEYS		(LNLB_CFG_KEY | LNLB_CFG_KEY_NEXT | \
				 LNLB_CFG_PERMISSIVE)

/**
 * struct lnlb_refusal - why a configuration was refused
 * @cause: a constant text for people
 * @cfg: the LNLB_CFG_* bit it is about, 0: the address or none
 */
struct lnlb_refusal {
	const char *cause;
	u32 cfg;
};

/**
 * struct lnlb_holder - a door's hold on a cluster; it is up while one is active
 * @list: in lnlb_cluster::holders
 * @cluster: the cluster held
 * @cfg: what this door said
 * @door: enum lnlb_doors
 * @active: does it count now? NULL: always. For an nft rule: committed.
 * @active_next: will it count after the transaction in progress? NULL: yes.
 *	Both in one: lnlb_holder_counts(), the order matters.
 */
struct lnlb_holder {
	struct list_head list;
	struct lnlb_cluster *cluster;
	struct lnlb_config cfg;
	u8 door;
	bool (*active)(const struct lnlb_holder *holder);
	bool (*active_next)(const struct lnlb_holder *holder);
};

/**
 * struct lnlb_port - a bound device
 * @list: in lnlb_net::ports
 * @dev: the device
 * @tracker: of the reference on @dev
 * @hook: netdev ingress hook, its priv is this
 * @clusters: chains of lnlb_cluster::port_node by address, RCU
 * @users: number of clusters
 * @rcu: frees it
 */
struct lnlb_port {
	struct list_head list;
	struct net_device *dev;
	netdevice_tracker tracker;
	struct nf_hook_ops hook;
	struct hlist_head clusters[LNLB_HASH_SIZE];
	unsigned int users;
	struct rcu_head rcu;
};

/**
 * struct lnlb_stats - counters of one CPU
 * @count: by enum lnlb_stat; wraps at 32 bits on 32-bit machines
 */
struct lnlb_stats {
	unsigned long count[LNLB_STAT_MAX + 1];
};

/**
 * struct lnlb_gate_peer - a peer's room in the queue
 * @sender: who it is, and which of its frames were let in
 * @waiting: frames in the queue
 */
struct lnlb_gate_peer {
	struct lnlb_sender sender;
	unsigned int waiting;
};

/**
 * struct lnlb_gate_stranger - a node with the key that is no peer, or not yet
 *	in this incarnation
 * @sender: who it is, and which of its frames were looked at
 * @at: jiffies, when the last one was
 * @checks: frames whose signature was looked at in that jiffy, by kind
 */
struct lnlb_gate_stranger {
	struct lnlb_sender sender;
	unsigned long at;
	u8 checks[3];
};

/**
 * struct lnlb_gate - what is let into the queue for the core, see gate.c
 * @lock: guards what follows, up to @sampled
 * @n_peers: entries of @peer
 * @peer: those that the core knows, ascending by id
 * @n_strangers: entries of @stranger
 * @stranger: those that were heard, LNLB_NODES_MAX at most; NULL without a key
 * @others: frames of others in the queue
 * @sampled: by enum lnlb_stat, jiffies when one was let in to be named, 0: never
 */
struct lnlb_gate {
	spinlock_t lock;
	unsigned int n_peers;
	struct lnlb_gate_peer *peer;
	unsigned int n_strangers;
	struct lnlb_gate_stranger *stranger;
	unsigned int others;
	unsigned long sampled[LNLB_STAT_MAX + 1];
};

/**
 * struct lnlb_recent_rate - how fast lnlb_recent_clock() goes
 * @since: milliseconds, when it was taken last; 0: never
 * @since_clock: the clock then
 * @per_ms: how far it goes in a millisecond, 0: not known
 */
struct lnlb_recent_rate {
	u64 since;
	u64 since_clock;
	u64 per_ms;
};

/**
 * struct lnlb_cluster - one cluster address on one device
 * @port_node: in lnlb_port::clusters
 * @net_node: in lnlb_net::hash
 * @addr: cluster address, IPv4 as ::ffff:a.b.c.d
 * @mac: cluster MAC
 * @later: the sender's address does not decide: @policy wants ports, or @mixed
 * @mixed: rules have policies of their own, see policy.c
 * @mute_orphans: see lnlb_orphan_update()
 * @asks_from: see lnlb_flow_ipv4_high()
 * @addr4: @addr, 0 if it is no IPv4 address
 * @policy: of what no rule has another policy for
 * @recent_id: see recent.c
 * @ifindex: of the bound device, 0 while there is none
 * @lease: see lnlb_heartbeat_stalled()
 * @alive: see lnlb_heartbeat_silent()
 * @alive_clock: the same by lnlb_recent_clock()
 * @hash_key: of the bucket hash
 * @stats: counters
 * @tracker_priv: a tracker's state, by its slot
 * @map: LNLB_MAP_* by bucket, changed by lnlb_map_change()
 * @self: MAC address of the bound device
 * @list: in lnlb_net::clusters
 * @all: in the list of all clusters of all namespaces
 * @ln: its namespace
 * @generation: lnlb_net::generation when it came
 * @holders: struct lnlb_holder
 * @cfg: what is in force
 * @said: what the active holders say together
 * @over: what LNLB_CMD_SET_CLUSTER said since
 * @up: a holder was active at the last look
 * @port: where it is bound, NULL while it is not
 * @decides: it needs LNLB_HOOK_DECIDE for its own affinity
 * @policies: of its rules
 * @map_lock: guards changes of @map and what XDP knows of it, and @asked; taken
 *	last, with BH off
 * @asked: how many buckets have LNLB_MAP_ASKED
 * @asks: it needs LNLB_HOOK_DECIDE for that; core_lock
 * @core_lock: see Locking
 * @core: who owns what, NULL while not running
 * @state: what the core was told to be
 * @hash_id: tells @hash_key apart from others, zero without a key
 * @auth: keys, NULL if there never was one; written under core_lock
 * @dev: where frames are sent, NULL while not running
 * @incarnation: of the last start
 * @announce: gratuitous ARP still to be sent
 * @announce_at: milliseconds, not before
 * @gate: what gets into @rxq
 * @rxq: frames for the core
 * @work: feeds the core
 * @timer: queues @work when the core wants it
 * @gone: how many ended sessions the others were told of
 * @sample_at: milliseconds, when the weight is looked at next
 * @recent_rate: for @alive_clock; core_lock
 * @traced_digest: of the view that lnlb_view told of last
 * @report_at: milliseconds, when the other nodes are told of our packets next
 * @smooth: memory of a live weight source
 * @conflict_at: jiffies, when an address conflict was reported last
 * @xdp: the program that judges its packets as well, NULL: none
 * @xdp_place: what that is told of it, NULL while it is to let all pass; written
 *	under lnlb_net::lock, core_lock and map_lock
 * @xdp_index: where that is in the program's maps; written under
 *	lnlb_net::lock and core_lock, as the next is
 * @xdp_dropped: packets that it dropped, but for the counter there
 * @rcu: frees it
 */
struct lnlb_cluster {
	struct hlist_node port_node;
	struct in6_addr addr;
	u8 mac[ETH_ALEN];
	bool later;
	bool mixed;
	bool mute_orphans;
	u8 asks_from;
	__be32 addr4;
	u32 recent_id;
	struct lnlb_policy policy;
	int ifindex;
	unsigned long lease;
	unsigned long alive;
	u64 alive_clock;
	siphash_key_t hash_key;
	struct lnlb_stats __percpu *stats;
	void __rcu *tracker_priv[LNLB_TRACKERS_MAX];
	u8 map[LNLB_BUCKETS];

	struct hlist_node net_node;
	u8 self[ETH_ALEN];
	struct list_head list;
	struct list_head all;
	struct lnlb_net *ln;
	unsigned int generation;
	struct list_head holders;
	struct lnlb_config cfg;
	struct lnlb_config said;
	struct lnlb_config over;
	bool up;
	struct lnlb_port *port;
	bool decides;
	struct lnlb_policies policies;
	spinlock_t map_lock;
	unsigned int asked;
	bool asks;

	struct mutex core_lock;
	struct lnlb_core *core;
	u8 state;
	u8 hash_id[LNLB_HASH_ID_LEN];
	struct lnlb_auth __rcu *auth;
	struct net_device *dev;
	u64 incarnation;
	u8 announce;
	u64 announce_at;
	struct lnlb_gate gate;
	struct sk_buff_head rxq;
	struct work_struct work;
	struct hrtimer timer;
	unsigned int gone;
	u64 sample_at;
	struct lnlb_recent_rate recent_rate;
	u64 traced_digest;
	u64 report_at;
	struct lnlb_smooth smooth;
	unsigned long conflict_at;
	struct lnlb_xdp *xdp;
	struct lnlb_xdp_cluster *xdp_place;
	u32 xdp_index;
	u64 xdp_dropped;
	struct rcu_head rcu;
};

/**
 * struct lnlb_sysctl - net.lnlb.*
 * @heartbeat_interval: seconds
 * @keepalive_interval_ms: milliseconds
 * @dead_interval_ms: milliseconds
 * @orphan_reset: 1: answer TCP segments of unknown flows, 0: drop them
 */
struct lnlb_sysctl {
	int heartbeat_interval;
	int keepalive_interval_ms;
	int dead_interval_ms;
	int orphan_reset;
};

/**
 * struct lnlb_net - a network namespace
 * @net: the namespace
 * @lock: see Locking
 * @clusters: struct lnlb_cluster
 * @n_clusters: how many
 * @ports: struct lnlb_port
 * @xdps: struct lnlb_xdp
 * @hash: chains of lnlb_cluster::net_node by address, RCU
 * @generation: changes when a cluster comes or goes, never 0
 * @reconcile: makes what is what ought to be
 * @hooks: the namespace's hooks are registered
 * @hook_lock: taken last; guards @hook_users
 * @hook_users: how many need a hook, by enum lnlb_hook
 * @tracker_asked: the default tracker's module was asked for
 * @dying: no further work is queued
 * @sysctl: values
 * @sysctl_header: registration
 * @sysctl_table: this namespace's copy
 */
struct lnlb_net {
	struct net *net;
	struct mutex lock;
	struct list_head clusters;
	unsigned int n_clusters;
	struct list_head ports;
	struct list_head xdps;
	struct hlist_head hash[LNLB_HASH_SIZE];
	unsigned int generation;
	struct delayed_work reconcile;
	bool hooks;
	struct mutex hook_lock;
	unsigned int hook_users[LNLB_HOOKS];
	bool tracker_asked;
	bool dying;
	struct lnlb_sysctl sysctl;
	struct ctl_table_header *sysctl_header;
	struct ctl_table *sysctl_table;
};

extern unsigned int lnlb_net_id;
extern struct workqueue_struct *lnlb_wq;
extern uint lnlb_heartbeat_interval;

/**
 * lnlb_pernet() - our part of a namespace
 * @net: the namespace
 */
static inline struct lnlb_net *lnlb_pernet(const struct net *net)
{
	return net_generic(net, lnlb_net_id);
}

/**
 * lnlb_count() - add one to a counter
 * @cluster: its cluster
 * @stat: enum lnlb_stat
 *
 * Context: any.
 */
static inline void lnlb_count(const struct lnlb_cluster *cluster,
			      unsigned int stat)
{
	this_cpu_inc(cluster->stats->count[stat]);
}

/**
 * lnlb_addr_hash() - chain of an address in the hashes of ports and namespaces
 * @addr: IPv4 as ::ffff:a.b.c.d
 */
static inline unsigned int lnlb_addr_hash(const struct in6_addr *addr)
{
	u32 word = (__force u32)addr->s6_addr32[3];

	return hash_32(word, LNLB_HASH_BITS);
}

/**
 * lnlb_dev_suits() - is this device one that can be bound?
 * @dev: the device
 */
static inline bool lnlb_dev_suits(const struct net_device *dev)
{
	return dev->type == ARPHRD_ETHER && dev->addr_len == ETH_ALEN &&
	       !(dev->flags & IFF_LOOPBACK);
}

#endif /* _LNLB_H */
