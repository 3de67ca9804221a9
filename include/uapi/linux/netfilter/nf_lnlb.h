/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * nf_lnlb: N machines, one address. What user space and the kernel share.
 *
 * Generic netlink family "lnlb", version 1, multicast group "events". Every
 * verb that changes something needs CAP_NET_ADMIN in the user namespace that
 * owns the network namespace. Integers are in host byte order unless said
 * otherwise. Attributes are validated strictly: unknown, truncated, oversized
 * or wrongly nested ones are refused with the attribute pointed at (extack).
 *
 * LNLB_CMD_NEW_CLUSTER  create a cluster; the reply carries LNLB_A_NAME
 *     LNLB_A_ADDR            4 or 16 bytes, network order; required
 *     LNLB_A_DEV             device name; required
 *     LNLB_A_NAME            cluster name; default: first free of nlb0, nlb1, …
 *     LNLB_A_WEIGHT_SOURCE   enum lnlb_weight_source; default loadavg
 *     LNLB_A_WEIGHT          1..65535; only with LNLB_WEIGHT_MANUAL
 *     LNLB_A_AFFINITY        enum lnlb_affinity; default client
 *     LNLB_A_AFFINITY_LEN    prefix length, only with LNLB_AFFINITY_NETWORK
 *     LNLB_A_TIMEOUT         session idle timeout, seconds, 1..31536000
 *     LNLB_A_MODE            enum lnlb_mode; default unicast
 *     LNLB_A_MAC             6 bytes; default derived from mode and address
 *     LNLB_A_FLAGS           enum lnlb_cluster_flags
 *     LNLB_A_KEY             description of the logon key that signs frames
 *     LNLB_A_KEY_NEXT        of another one that verifies, for a change of keys
 *     LNLB_A_PERMISSIVE      __u8, 1: believe unsigned frames, too; default 0
 *     LNLB_A_HASH            description of the logon key of the bucket hash
 *
 * LNLB_CMD_DEL_CLUSTER  take a cluster out that NEW_CLUSTER made
 *     LNLB_A_NAME            required
 *
 * LNLB_CMD_SET_CLUSTER  change a running cluster
 *     LNLB_A_NAME            required
 *     LNLB_A_WEIGHT_SOURCE, LNLB_A_WEIGHT, LNLB_A_TIMEOUT, LNLB_A_FLAGS
 *     LNLB_A_STATE           LNLB_NODE_ACTIVE, LNLB_NODE_DRAINING or
 *                            LNLB_NODE_SUSPENDED; holds until set again
 *     LNLB_A_KEY, LNLB_A_KEY_NEXT   "": none from now on
 *     LNLB_A_PERMISSIVE
 *
 * LNLB_CMD_RESYNC       full exchange of state and sessions with all nodes
 *     LNLB_A_NAME            required
 *
 * LNLB_CMD_GET_CLUSTER  do: one cluster by LNLB_A_NAME; dump: all of them.
 *   The answer:
 *     LNLB_A_NAME, LNLB_A_ADDR, LNLB_A_DEV, LNLB_A_MODE, LNLB_A_MAC,
 *     LNLB_A_AFFINITY, LNLB_A_AFFINITY_LEN, LNLB_A_FLAGS,
 *     LNLB_A_WEIGHT_SOURCE, LNLB_A_WEIGHT
 *     LNLB_A_TIMEOUT         if the cluster has one; else the tracker's holds
 *     LNLB_A_IFINDEX         present while the device is bound
 *     LNLB_A_STATE           enum lnlb_node_state of this node; while no
 *                            device is bound: LNLB_NODE_WAITING
 *     LNLB_A_DOORS           enum lnlb_doors: who holds the cluster
 *     LNLB_A_DIGEST          __u64, the view this node is in
 *     LNLB_A_BUCKETS         __u32, how many there are
 *     LNLB_A_SESSIONS        __u64, sessions bound to this node
 *     LNLB_A_SESSIONS_FOREIGN __u64, sessions known to stay with other nodes
 *     LNLB_A_TRACKER         name of the default session tracker, if any
 *     LNLB_A_XDP             enum lnlb_xdp_state
 *     LNLB_A_NODES           nest of LNLB_A_NODE, this node first
 *       LNLB_A_NODE            nest
 *         LNLB_A_NODE_ID         6 bytes, MAC address of its bound device
 *         LNLB_A_NODE_SELF       flag
 *         LNLB_A_NODE_STATE      enum lnlb_node_state
 *         LNLB_A_NODE_WEIGHT     __u16
 *         LNLB_A_NODE_WEIGHT_SOURCE  enum lnlb_weight_source
 *         LNLB_A_NODE_TARGET     __u32, buckets that are to be its own
 *         LNLB_A_NODE_CLAIMS     __u32, buckets that it claims
 *         LNLB_A_NODE_HEARD_AGO_MS  __u32, since its last frame; not for self
 *         LNLB_A_NODE_AGREES     flag, its view is the same as ours
 *         LNLB_A_NODE_KEY_ID     __u16, key that its last frame was signed
 *                                with; absent if it was not
 *         LNLB_A_NODE_CLOCK_MS   __u32, by its own clock, when the next three
 *                                were so; for differences, it goes round.
 *                                These four are as the node says, absent if
 *                                it does not
 *         LNLB_A_NODE_SESSIONS   __u32, bound to it
 *         LNLB_A_NODE_TAKEN      __u64, packets
 *         LNLB_A_NODE_PASSED     __u64, packets that it left to others
 *     LNLB_A_STATS           nest, one __u64 per enum lnlb_stat
 *     LNLB_A_PERMISSIVE      __u8
 *     LNLB_A_KEYS            nest of LNLB_A_KEY_ENTRY
 *       LNLB_A_KEY_ENTRY       nest
 *         LNLB_A_KEY_USE         enum lnlb_key_use
 *         LNLB_A_KEY             description
 *         LNLB_A_KEY_ID          __u16, the same on all nodes that have the
 *                                same secret; does not tell it
 *         LNLB_A_KEY_STATE       enum lnlb_key_state
 *     LNLB_A_REJECTS         nest of LNLB_A_REJECT; what was refused, and whose
 *       LNLB_A_REJECT          nest
 *         LNLB_A_REJECT_KIND     enum lnlb_reject
 *         LNLB_A_NODE_ID         Ethernet source of the last such frame
 *         LNLB_A_REJECT_VERSION  __u8, with LNLB_REJECT_VERSION
 *         LNLB_A_REJECT_FRAMES   __u64, looked at; a flood is not looked at
 *         LNLB_A_REJECT_AGO_MS   __u32, since the last one
 *         LNLB_A_CAUSE           text for people
 *
 * LNLB_CMD_EVENT        sent to the multicast group
 *     LNLB_A_NAME            cluster; absent with LNLB_EVENT_REFUSED
 *     LNLB_A_EVENT           enum lnlb_event
 *     LNLB_A_NODE_ID         whom it is about; may be absent
 *     LNLB_A_CAUSE           text for people: why
 *     LNLB_A_STATE, LNLB_A_WEIGHT, LNLB_A_NODE_CLAIMS   where they apply
 *     LNLB_A_REJECT_KIND     with LNLB_EVENT_REJECTED and _NODE_DIFFERS
 *     LNLB_A_REJECT_VERSION  with LNLB_REJECT_VERSION
 *
 * LNLB_CMD_GET_BUCKETS  who has which buckets of a cluster
 *     LNLB_A_NAME            required
 *   The answer; without all but the first two while no device is bound:
 *     LNLB_A_NAME
 *     LNLB_A_BUCKETS         __u32, how many there are
 *     LNLB_A_DIGEST
 *     LNLB_A_NODES           as in GET_CLUSTER
 *     LNLB_A_BUCKET_TARGETS  a byte a bucket: the node that is to own it, by its
 *                            place in LNLB_A_NODES, or LNLB_BUCKET_NOBODY
 *     LNLB_A_BUCKET_CLAIMS   the same: who claims it; LNLB_BUCKET_SEVERAL after
 *                            a partition
 *
 * LNLB_CMD_GET_SESSIONS  dump: all sessions of a cluster that this node knows
 *   of; needs CAP_NET_ADMIN as the verbs above do, as it tells who the clients
 *   are, and with LNLB_A_HASH which of them are in a bucket
 *     LNLB_A_NAME            required
 *   An answer for each session:
 *     LNLB_A_CLIENT          4 or 16 bytes, network order; with
 *                            LNLB_AFFINITY_NETWORK its network
 *     LNLB_A_CLIENT_PORT     __be16, with LNLB_AFFINITY_CONNECTION, the
 *                            cluster's or that of a rule's policy
 *     LNLB_A_BUCKET          __u32
 *     LNLB_A_NODE_ID         the node that it stays with
 *     LNLB_A_NODE_SELF       flag
 *     LNLB_A_SESSION_IDLE    __u32, seconds since its last packet; if it stays
 *                            with another node, as that one said last
 *     LNLB_A_TRACKER         name of the tracker that knows of it
 *   A session that is there all the time is answered once. The dump ends with
 *   -ENOENT if the cluster goes meanwhile.
 *
 * LNLB_CMD_GET_OWNER    which node has a client, or would get it; needs
 *   CAP_NET_ADMIN for the same reason
 *     LNLB_A_NAME            required
 *     LNLB_A_CLIENT          4 or 16 bytes, network order; required
 *     LNLB_A_CLIENT_PORT     __be16; required where that counts
 *     LNLB_A_AFFINITY, LNLB_A_AFFINITY_LEN
 *                            those of a rule's policy; default: the cluster's
 *   The answer:
 *     LNLB_A_NAME, LNLB_A_BUCKET
 *     LNLB_A_OWNED_BY        enum lnlb_owned_by: how that is known
 *     LNLB_A_NODE_ID         absent with LNLB_OWNED_BY_NOBODY
 *     LNLB_A_NODE_SELF       flag
 *     LNLB_A_OWNER_SURE      flag: this node has the session, or the bucket and
 *                            the sessions in it that stay elsewhere. Else the
 *                            node that is named may know of such a one.
 *     LNLB_A_SESSION_IDLE, LNLB_A_TRACKER   with LNLB_OWNED_BY_SESSION
 *
 * LNLB_CMD_XDP_ON       let the XDP program of nf_lnlb_xdp.h drop a cluster's
 *   packets, too; needs CAP_NET_ADMIN in the first user namespace, as the
 *   program knows the bucket hash's key. -EUNATCH: the device has none yet, so
 *   both descriptors are required; -EEXIST: it has one.
 *     LNLB_A_NAME            required
 *     LNLB_A_XDP_PROG        __u32, descriptor of the program
 *     LNLB_A_XDP_LINK        __u32, of the bpf_link that has put it on the device;
 *                            the kernel keeps it while a cluster needs it
 *
 * LNLB_CMD_XDP_OFF      and no longer; the last one takes it off the device
 *     LNLB_A_NAME            required
 */
#ifndef _UAPI_LINUX_NETFILTER_NF_LNLB_H
#define _UAPI_LINUX_NETFILTER_NF_LNLB_H

#include <linux/types.h>

#define LNLB_GENL_NAME		"lnlb"
#define LNLB_GENL_VERSION	1
#define LNLB_GENL_MCGRP_EVENTS	"events"

/* EtherType of heartbeats, keepalives and session hand-over */
#define LNLB_ETHERTYPE		0x8870

#define LNLB_NAME_LEN		16	/* with the terminating zero */
#define LNLB_KEY_LEN		64	/* with the terminating zero */
#ifndef LNLB_NODES_MAX
#define LNLB_NODES_MAX		64	/* nodes in a cluster */
#endif
#define LNLB_KEYS_MAX		2	/* keys of a cluster at once */
#define LNLB_CLUSTERS_MAX	256	/* clusters in a namespace */
#ifndef LNLB_BUCKETS
#define LNLB_BUCKETS		4096	/* hash slots of a cluster */
#endif
#define LNLB_BUCKET_SEVERAL	254	/* in LNLB_A_BUCKET_CLAIMS */
#define LNLB_BUCKET_NOBODY	255	/* and in LNLB_A_BUCKET_TARGETS */
#define LNLB_WEIGHT_MIN		1
#define LNLB_WEIGHT_MAX		65535
#define LNLB_TIMEOUT_MIN	1	/* seconds */
#define LNLB_TIMEOUT_MAX	31536000

/**
 * enum lnlb_cmd - verbs of the generic netlink family
 * @LNLB_CMD_UNSPEC: never used
 * @LNLB_CMD_NEW_CLUSTER: create
 * @LNLB_CMD_DEL_CLUSTER: take out
 * @LNLB_CMD_SET_CLUSTER: change weight, weight source, timeout, flags, state,
 *	keys
 * @LNLB_CMD_GET_CLUSTER: read one or all
 * @LNLB_CMD_RESYNC: exchange everything with all nodes again
 * @LNLB_CMD_EVENT: notification, never a request
 * @LNLB_CMD_GET_BUCKETS: who has which buckets
 * @LNLB_CMD_GET_SESSIONS: list the sessions of a cluster
 * @LNLB_CMD_GET_OWNER: which node has a client
 * @LNLB_CMD_XDP_ON: have an XDP program judge packets, too
 * @LNLB_CMD_XDP_OFF: and no longer
 */
enum lnlb_cmd {
	LNLB_CMD_UNSPEC,
	LNLB_CMD_NEW_CLUSTER,
	LNLB_CMD_DEL_CLUSTER,
	LNLB_CMD_SET_CLUSTER,
	LNLB_CMD_GET_CLUSTER,
	LNLB_CMD_RESYNC,
	LNLB_CMD_EVENT,
	LNLB_CMD_GET_BUCKETS,
	LNLB_CMD_GET_SESSIONS,
	LNLB_CMD_GET_OWNER,
	LNLB_CMD_XDP_ON,
	LNLB_CMD_XDP_OFF,
	__LNLB_CMD_MAX
};
#define LNLB_CMD_MAX (__LNLB_CMD_MAX - 1)

/**
 * enum lnlb_attr - top-level attributes; the tree is at the head of this file
 * @LNLB_A_UNSPEC: never used
 * @LNLB_A_PAD: padding in front of 64-bit attributes
 * @LNLB_A_NAME: string
 * @LNLB_A_ADDR: 4 or 16 bytes, network order
 * @LNLB_A_DEV: string
 * @LNLB_A_IFINDEX: __u32
 * @LNLB_A_WEIGHT_SOURCE: __u8, enum lnlb_weight_source
 * @LNLB_A_WEIGHT: __u16
 * @LNLB_A_AFFINITY: __u8, enum lnlb_affinity
 * @LNLB_A_AFFINITY_LEN: __u8, 1..32 (IPv4), 1..128 (IPv6)
 * @LNLB_A_TIMEOUT: __u32, seconds
 * @LNLB_A_MODE: __u8, enum lnlb_mode
 * @LNLB_A_MAC: 6 bytes
 * @LNLB_A_FLAGS: __u32, enum lnlb_cluster_flags
 * @LNLB_A_STATE: __u8, enum lnlb_node_state
 * @LNLB_A_DOORS: __u8, enum lnlb_doors
 * @LNLB_A_DIGEST: __u64
 * @LNLB_A_BUCKETS: __u32
 * @LNLB_A_SESSIONS: __u64
 * @LNLB_A_SESSIONS_FOREIGN: __u64
 * @LNLB_A_TRACKER: string
 * @LNLB_A_NODES: nest of LNLB_A_NODE
 * @LNLB_A_NODE: nest
 * @LNLB_A_NODE_ID: 6 bytes
 * @LNLB_A_NODE_SELF: flag
 * @LNLB_A_NODE_STATE: __u8, enum lnlb_node_state
 * @LNLB_A_NODE_WEIGHT: __u16
 * @LNLB_A_NODE_WEIGHT_SOURCE: __u8
 * @LNLB_A_NODE_TARGET: __u32
 * @LNLB_A_NODE_CLAIMS: __u32
 * @LNLB_A_NODE_HEARD_AGO_MS: __u32
 * @LNLB_A_NODE_AGREES: flag
 * @LNLB_A_STATS: nest of enum lnlb_stat
 * @LNLB_A_EVENT: __u8, enum lnlb_event
 * @LNLB_A_CAUSE: string
 * @LNLB_A_KEY: string
 * @LNLB_A_KEY_NEXT: string
 * @LNLB_A_PERMISSIVE: __u8, 0 or 1
 * @LNLB_A_HASH: string
 * @LNLB_A_KEYS: nest of LNLB_A_KEY_ENTRY
 * @LNLB_A_KEY_ENTRY: nest
 * @LNLB_A_KEY_USE: __u8, enum lnlb_key_use
 * @LNLB_A_KEY_ID: __u16
 * @LNLB_A_KEY_STATE: __u8, enum lnlb_key_state
 * @LNLB_A_NODE_KEY_ID: __u16
 * @LNLB_A_REJECTS: nest of LNLB_A_REJECT
 * @LNLB_A_REJECT: nest
 * @LNLB_A_REJECT_KIND: __u8, enum lnlb_reject
 * @LNLB_A_REJECT_VERSION: __u8
 * @LNLB_A_REJECT_FRAMES: __u64
 * @LNLB_A_REJECT_AGO_MS: __u32
 * @LNLB_A_NODE_CLOCK_MS: __u32
 * @LNLB_A_NODE_SESSIONS: __u32
 * @LNLB_A_NODE_TAKEN: __u64
 * @LNLB_A_NODE_PASSED: __u64
 * @LNLB_A_CLIENT: 4 or 16 bytes, network order
 * @LNLB_A_CLIENT_PORT: __be16
 * @LNLB_A_BUCKET: __u32
 * @LNLB_A_BUCKET_TARGETS: LNLB_BUCKETS bytes
 * @LNLB_A_BUCKET_CLAIMS: LNLB_BUCKETS bytes
 * @LNLB_A_SESSION_IDLE: __u32, seconds
 * @LNLB_A_OWNED_BY: __u8, enum lnlb_owned_by
 * @LNLB_A_OWNER_SURE: flag
 * @LNLB_A_XDP_PROG: __u32, file descriptor
 * @LNLB_A_XDP_LINK: __u32, file descriptor
 * @LNLB_A_XDP: __u8, enum lnlb_xdp_state
 */
enum lnlb_attr {
	LNLB_A_UNSPEC,
	LNLB_A_PAD,
	LNLB_A_NAME,
	LNLB_A_ADDR,
	LNLB_A_DEV,
	LNLB_A_IFINDEX,
	LNLB_A_WEIGHT_SOURCE,
	LNLB_A_WEIGHT,
	LNLB_A_AFFINITY,
	LNLB_A_AFFINITY_LEN,
	LNLB_A_TIMEOUT,
	LNLB_A_MODE,
	LNLB_A_MAC,
	LNLB_A_FLAGS,
	LNLB_A_STATE,
	LNLB_A_DOORS,
	LNLB_A_DIGEST,
	LNLB_A_BUCKETS,
	LNLB_A_SESSIONS,
	LNLB_A_SESSIONS_FOREIGN,
	LNLB_A_TRACKER,
	LNLB_A_NODES,
	LNLB_A_NODE,
	LNLB_A_NODE_ID,
	LNLB_A_NODE_SELF,
	LNLB_A_NODE_STATE,
	LNLB_A_NODE_WEIGHT,
	LNLB_A_NODE_WEIGHT_SOURCE,
	LNLB_A_NODE_TARGET,
	LNLB_A_NODE_CLAIMS,
	LNLB_A_NODE_HEARD_AGO_MS,
	LNLB_A_NODE_AGREES,
	LNLB_A_STATS,
	LNLB_A_EVENT,
	LNLB_A_CAUSE,
	LNLB_A_KEY,
	LNLB_A_KEY_NEXT,
	LNLB_A_PERMISSIVE,
	LNLB_A_HASH,
	LNLB_A_KEYS,
	LNLB_A_KEY_ENTRY,
	LNLB_A_KEY_USE,
	LNLB_A_KEY_ID,
	LNLB_A_KEY_STATE,
	LNLB_A_NODE_KEY_ID,
	LNLB_A_REJECTS,
	LNLB_A_REJECT,
	LNLB_A_REJECT_KIND,
	LNLB_A_REJECT_VERSION,
	LNLB_A_REJECT_FRAMES,
	LNLB_A_REJECT_AGO_MS,
	LNLB_A_NODE_CLOCK_MS,
	LNLB_A_NODE_SESSIONS,
	LNLB_A_NODE_TAKEN,
	LNLB_A_NODE_PASSED,
	LNLB_A_CLIENT,
	LNLB_A_CLIENT_PORT,
	LNLB_A_BUCKET,
	LNLB_A_BUCKET_TARGETS,
	LNLB_A_BUCKET_CLAIMS,
	LNLB_A_SESSION_IDLE,
	LNLB_A_OWNED_BY,
	LNLB_A_OWNER_SURE,
	LNLB_A_XDP_PROG,
	LNLB_A_XDP_LINK,
	LNLB_A_XDP,
	__LNLB_A_MAX
};
#define LNLB_A_MAX (__LNLB_A_MAX - 1)

/**
 * enum lnlb_weight_source - where a node's weight comes from
 * @LNLB_WEIGHT_LOADAVG: load average of 1 minute; nft calls it auto, too
 * @LNLB_WEIGHT_LOADAVG5: load average of 5 minutes
 * @LNLB_WEIGHT_LOADAVG15: load average of 15 minutes
 * @LNLB_WEIGHT_FREEMEM: available memory, share proportional to it
 * @LNLB_WEIGHT_MANUAL: as set
 */
enum lnlb_weight_source {
	LNLB_WEIGHT_LOADAVG,
	LNLB_WEIGHT_LOADAVG5,
	LNLB_WEIGHT_LOADAVG15,
	LNLB_WEIGHT_FREEMEM,
	LNLB_WEIGHT_MANUAL,
	__LNLB_WEIGHT_MAX
};
#define LNLB_WEIGHT_SOURCE_MAX (__LNLB_WEIGHT_MAX - 1)

/**
 * enum lnlb_affinity - what is hashed to find a packet's bucket
 * @LNLB_AFFINITY_CLIENT: source address
 * @LNLB_AFFINITY_CONNECTION: source address and port
 * @LNLB_AFFINITY_NETWORK: the first LNLB_A_AFFINITY_LEN bits of the address
 */
enum lnlb_affinity {
	LNLB_AFFINITY_CLIENT,
	LNLB_AFFINITY_CONNECTION,
	LNLB_AFFINITY_NETWORK,
	__LNLB_AFFINITY_MAX
};
#define LNLB_AFFINITY_MAX (__LNLB_AFFINITY_MAX - 1)

/**
 * enum lnlb_mode - what kind of address the cluster MAC is
 * @LNLB_MODE_UNICAST: 02:00 and the IPv4 address
 * @LNLB_MODE_MULTICAST: 03:00 and the IPv4 address
 * @LNLB_MODE_IGMP: 01:00:5e:7f and the last two octets
 */
enum lnlb_mode {
	LNLB_MODE_UNICAST,
	LNLB_MODE_MULTICAST,
	LNLB_MODE_IGMP,
	__LNLB_MODE_MAX
};
#define LNLB_MODE_MAX (__LNLB_MODE_MAX - 1)

/**
 * enum lnlb_cluster_flags - LNLB_A_FLAGS
 * @LNLB_F_ADDR_ADDED: lnlbctl put the address on the device and is to take it
 *	off again; kept for lnlbctl, without meaning to the kernel
 * @LNLB_F_HEALTH: lnlbctl health drained or suspended this node and is to resume
 *	it. Taken off by whoever sets a state and says nothing of flags.
 */
enum lnlb_cluster_flags {
	LNLB_F_ADDR_ADDED = 1 << 0,
	LNLB_F_HEALTH = 1 << 1,
};
#define LNLB_F_ALL (LNLB_F_ADDR_ADDED | LNLB_F_HEALTH)

/**
 * enum lnlb_key_use - what a key is for, LNLB_A_KEY_USE
 * @LNLB_KEY_SIGN: signs frames and verifies them
 * @LNLB_KEY_NEXT: verifies them
 * @LNLB_KEY_HASH: keys the bucket hash
 */
enum lnlb_key_use {
	LNLB_KEY_SIGN,
	LNLB_KEY_NEXT,
	LNLB_KEY_HASH,
	__LNLB_KEY_USE_MAX
};
#define LNLB_KEY_USE_MAX (__LNLB_KEY_USE_MAX - 1)

/**
 * enum lnlb_key_state - what became of a key in its keyring, LNLB_A_KEY_STATE
 * @LNLB_KEY_VALID: it is there
 * @LNLB_KEY_EXPIRED: it has expired; stays in use here
 * @LNLB_KEY_REVOKED: it was revoked or taken out; stays in use here
 */
enum lnlb_key_state {
	LNLB_KEY_VALID,
	LNLB_KEY_EXPIRED,
	LNLB_KEY_REVOKED,
	__LNLB_KEY_STATE_MAX
};
#define LNLB_KEY_STATE_MAX (__LNLB_KEY_STATE_MAX - 1)

/**
 * enum lnlb_doors - who holds a cluster up, LNLB_A_DOORS, a bit each
 * @LNLB_DOOR_GENL: LNLB_CMD_NEW_CLUSTER (lnlbctl addif)
 * @LNLB_DOOR_NFT: one nft rule or more
 */
enum lnlb_doors {
	LNLB_DOOR_GENL = 1 << 0,
	LNLB_DOOR_NFT = 1 << 1,
};

/**
 * enum lnlb_node_state - what a node says of itself
 * @LNLB_NODE_WAITING: no device, or no carrier; never on the wire
 * @LNLB_NODE_JOINING: listening, owns nothing yet
 * @LNLB_NODE_ACTIVE: takes its share
 * @LNLB_NODE_DRAINING: keeps its sessions, takes no new ones
 * @LNLB_NODE_LEAVING: about to go
 * @LNLB_NODE_SUSPENDED: member that takes nothing
 */
enum lnlb_node_state {
	LNLB_NODE_WAITING,
	LNLB_NODE_JOINING,
	LNLB_NODE_ACTIVE,
	LNLB_NODE_DRAINING,
	LNLB_NODE_LEAVING,
	LNLB_NODE_SUSPENDED,
	__LNLB_NODE_STATE_MAX
};
#define LNLB_NODE_STATE_MAX (__LNLB_NODE_STATE_MAX - 1)

/**
 * enum lnlb_owned_by - how it is known which node has a client, LNLB_A_OWNED_BY
 * @LNLB_OWNED_BY_NOBODY: no node is to have it
 * @LNLB_OWNED_BY_SESSION: its session stays with that node
 * @LNLB_OWNED_BY_BUCKET: the node claims its bucket
 * @LNLB_OWNED_BY_TARGET: the node is to own its bucket, which nobody claims yet
 */
enum lnlb_owned_by {
	LNLB_OWNED_BY_NOBODY,
	LNLB_OWNED_BY_SESSION,
	LNLB_OWNED_BY_BUCKET,
	LNLB_OWNED_BY_TARGET,
	__LNLB_OWNED_BY_MAX
};
#define LNLB_OWNED_BY_MAX (__LNLB_OWNED_BY_MAX - 1)

/**
 * enum lnlb_xdp_state - does an XDP program drop a cluster's packets? LNLB_A_XDP
 * @LNLB_XDP_OFF: no
 * @LNLB_XDP_NATIVE: in the driver
 * @LNLB_XDP_GENERIC: before the stack, as the driver cannot
 * @LNLB_XDP_PAUSED: it lets them pass: no device is bound, or there are VLANs on
 *	it whose tags the program would not see
 */
enum lnlb_xdp_state {
	LNLB_XDP_OFF,
	LNLB_XDP_NATIVE,
	LNLB_XDP_GENERIC,
	LNLB_XDP_PAUSED,
	__LNLB_XDP_MAX
};
#define LNLB_XDP_MAX (__LNLB_XDP_MAX - 1)

/**
 * enum lnlb_event - LNLB_A_EVENT
 * @LNLB_EVENT_UNSPEC: never used
 * @LNLB_EVENT_CLUSTER_NEW: a cluster was created
 * @LNLB_EVENT_CLUSTER_DEL: a cluster was taken out
 * @LNLB_EVENT_CLUSTER_CHANGED: parameters were changed
 * @LNLB_EVENT_BOUND: the device is there and in use
 * @LNLB_EVENT_UNBOUND: the device, or its carrier, went away
 * @LNLB_EVENT_STATE: this node's state changed
 * @LNLB_EVENT_NODE_JOIN: a node came
 * @LNLB_EVENT_NODE_LEAVE: a node said good-bye
 * @LNLB_EVENT_NODE_DEAD: a node was not heard for dead_interval_ms
 * @LNLB_EVENT_NODE_STATE: a node's state changed
 * @LNLB_EVENT_WEIGHT: a node's weight changed
 * @LNLB_EVENT_CLAIMS: this node's number of buckets changed
 * @LNLB_EVENT_FENCED: this node stopped taking new sessions
 * @LNLB_EVENT_UNFENCED: and takes them again
 * @LNLB_EVENT_REJECTED: frames of a node are refused, with the cause
 * @LNLB_EVENT_ADDR_CONFLICT: somebody else announces the cluster address
 * @LNLB_EVENT_REFUSED: an nft rule was refused; LNLB_A_CAUSE says why. nf_tables
 *	gives expressions no extack, so nft-lnlb reads the reason here.
 * @LNLB_EVENT_SETTLED: two nodes had claimed the same buckets, this one keeps
 *	some of them
 * @LNLB_EVENT_NODE_DIFFERS: a node is believed and should be set up otherwise
 */
enum lnlb_event {
	LNLB_EVENT_UNSPEC,
	LNLB_EVENT_CLUSTER_NEW,
	LNLB_EVENT_CLUSTER_DEL,
	LNLB_EVENT_CLUSTER_CHANGED,
	LNLB_EVENT_BOUND,
	LNLB_EVENT_UNBOUND,
	LNLB_EVENT_STATE,
	LNLB_EVENT_NODE_JOIN,
	LNLB_EVENT_NODE_LEAVE,
	LNLB_EVENT_NODE_DEAD,
	LNLB_EVENT_NODE_STATE,
	LNLB_EVENT_WEIGHT,
	LNLB_EVENT_CLAIMS,
	LNLB_EVENT_FENCED,
	LNLB_EVENT_UNFENCED,
	LNLB_EVENT_REJECTED,
	LNLB_EVENT_ADDR_CONFLICT,
	LNLB_EVENT_REFUSED,
	LNLB_EVENT_SETTLED,
	LNLB_EVENT_NODE_DIFFERS,
	__LNLB_EVENT_MAX
};
#define LNLB_EVENT_MAX (__LNLB_EVENT_MAX - 1)

/**
 * enum lnlb_reject - why frames of a node are refused, LNLB_A_REJECT
 * @LNLB_REJECT_UNSPEC: never used
 * @LNLB_REJECT_DUPLICATE_ID: another node has this node's id
 * @LNLB_REJECT_ECHO: our own frames come back
 * @LNLB_REJECT_VERSION: another version of the protocol
 * @LNLB_REJECT_BUCKETS: another number of buckets
 * @LNLB_REJECT_AFFINITY: another affinity, or length of it
 * @LNLB_REJECT_MODE: another mode
 * @LNLB_REJECT_HASH: another bucket hash
 * @LNLB_REJECT_SIGNATURE: the signature is wrong
 * @LNLB_REJECT_KEY: signed with a key that is not ours
 * @LNLB_REJECT_UNSIGNED: not signed
 * @LNLB_REJECT_REPLAY: a frame from before
 * @LNLB_REJECT_UNPROVEN: a node does not show that it is there now
 * @LNLB_REJECT_TOO_MANY_NODES: more than LNLB_NODES_MAX nodes
 * @LNLB_REJECT_TIMERS: other timers; believed all the same
 */
enum lnlb_reject {
	LNLB_REJECT_UNSPEC,
	LNLB_REJECT_DUPLICATE_ID,
	LNLB_REJECT_ECHO,
	LNLB_REJECT_VERSION,
	LNLB_REJECT_BUCKETS,
	LNLB_REJECT_AFFINITY,
	LNLB_REJECT_MODE,
	LNLB_REJECT_HASH,
	LNLB_REJECT_SIGNATURE,
	LNLB_REJECT_KEY,
	LNLB_REJECT_UNSIGNED,
	LNLB_REJECT_REPLAY,
	LNLB_REJECT_UNPROVEN,
	LNLB_REJECT_TOO_MANY_NODES,
	LNLB_REJECT_TIMERS,
	__LNLB_REJECT_MAX
};
#define LNLB_REJECT_MAX (__LNLB_REJECT_MAX - 1)

/**
 * enum lnlb_stat - counters of a cluster, LNLB_A_STATS, __u64 each
 * @LNLB_STAT_UNSPEC: never used
 * @LNLB_STAT_PAD: padding
 * @LNLB_STAT_RX_MINE: packets taken
 * @LNLB_STAT_RX_FOREIGN: packets dropped, another node's
 * @LNLB_STAT_RX_SESSION: packets taken because their session stays here
 * @LNLB_STAT_RX_PASSED_BY: packets dropped because their session stays with
 *	another node, though the bucket is ours
 * @LNLB_STAT_RX_FENCED: packets dropped because this node is fenced or stalled
 * @LNLB_STAT_RX_WRONG_MAC: packets to the address that came with another MAC
 * @LNLB_STAT_RX_MALFORMED: packets whose headers could not be read
 * @LNLB_STAT_ARP_REWRITTEN: ARP packets sent with the cluster MAC put in
 * @LNLB_STAT_ARP_DROPPED: ARP packets about the address from other nodes, and
 *	answers of our own that would leave by another device
 * @LNLB_STAT_ARP_CONFLICT: ARP packets that claim the address for another MAC
 * @LNLB_STAT_SESSION_OVERFLOW: sessions not remembered, table full
 * @LNLB_STAT_FRAME_TX: frames sent
 * @LNLB_STAT_FRAME_TX_ERROR: frames that could not be sent
 * @LNLB_STAT_FRAME_RX: frames believed
 * @LNLB_STAT_FRAME_TRUNCATED: frames shorter than they say, or than allowed
 * @LNLB_STAT_FRAME_MAGIC: other users of the EtherType
 * @LNLB_STAT_FRAME_VERSION: another protocol version
 * @LNLB_STAT_FRAME_TYPE: unknown frame type
 * @LNLB_STAT_FRAME_LENGTH: lengths or counts that lie
 * @LNLB_STAT_FRAME_RESERVED: reserved bits or values out of range
 * @LNLB_STAT_FRAME_ADDR: frames of another cluster
 * @LNLB_STAT_FRAME_ECHO: our own frames, come back
 * @LNLB_STAT_FRAME_DUPLICATE_ID: another node with our id
 * @LNLB_STAT_FRAME_SPOOFED: node id differs from the Ethernet source
 * @LNLB_STAT_FRAME_REPLAY: old sequence numbers
 * @LNLB_STAT_FRAME_PARAMS: other cluster parameters
 * @LNLB_STAT_FRAME_TOO_MANY_NODES: one node more than LNLB_NODES_MAX
 * @LNLB_STAT_FRAME_AUTH: wrong signature
 * @LNLB_STAT_FRAME_OVERFLOW: frames dropped, the receive queue was full
 * @LNLB_STAT_RX_ORPHAN: packets of flows that this node does not know, dropped
 *	as they are not to be answered
 * @LNLB_STAT_FRAME_KEY: signed with a key that is not the cluster's
 * @LNLB_STAT_FRAME_UNSIGNED: not signed, though the cluster has a key
 * @LNLB_STAT_FRAME_RX_UNSIGNED: not signed and believed, the cluster is
 *	permissive
 * @LNLB_STAT_FRAME_RX_UNVERIFIED: signed and believed without a look at the
 *	signature, the cluster has no key
 * @LNLB_STAT_FRAME_UNPROVEN: of a node that has not shown yet that it is there
 *	now; its old frames may be played back
 * @LNLB_STAT_RX_XDP: packets dropped by the XDP program, another node's
 */
enum lnlb_stat {
	LNLB_STAT_UNSPEC,
	LNLB_STAT_PAD,
	LNLB_STAT_RX_MINE,
	LNLB_STAT_RX_FOREIGN,
	LNLB_STAT_RX_SESSION,
	LNLB_STAT_RX_PASSED_BY,
	LNLB_STAT_RX_FENCED,
	LNLB_STAT_RX_WRONG_MAC,
	LNLB_STAT_RX_MALFORMED,
	LNLB_STAT_ARP_REWRITTEN,
	LNLB_STAT_ARP_DROPPED,
	LNLB_STAT_ARP_CONFLICT,
	LNLB_STAT_SESSION_OVERFLOW,
	LNLB_STAT_FRAME_TX,
	LNLB_STAT_FRAME_TX_ERROR,
	LNLB_STAT_FRAME_RX,
	LNLB_STAT_FRAME_TRUNCATED,
	LNLB_STAT_FRAME_MAGIC,
	LNLB_STAT_FRAME_VERSION,
	LNLB_STAT_FRAME_TYPE,
	LNLB_STAT_FRAME_LENGTH,
	LNLB_STAT_FRAME_RESERVED,
	LNLB_STAT_FRAME_ADDR,
	LNLB_STAT_FRAME_ECHO,
	LNLB_STAT_FRAME_DUPLICATE_ID,
	LNLB_STAT_FRAME_SPOOFED,
	LNLB_STAT_FRAME_REPLAY,
	LNLB_STAT_FRAME_PARAMS,
	LNLB_STAT_FRAME_TOO_MANY_NODES,
	LNLB_STAT_FRAME_AUTH,
	LNLB_STAT_FRAME_OVERFLOW,
	LNLB_STAT_RX_ORPHAN,
	LNLB_STAT_FRAME_KEY,
	LNLB_STAT_FRAME_UNSIGNED,
	LNLB_STAT_FRAME_RX_UNSIGNED,
	LNLB_STAT_FRAME_RX_UNVERIFIED,
	LNLB_STAT_FRAME_UNPROVEN,
	LNLB_STAT_RX_XDP,
	__LNLB_STAT_MAX
};
#define LNLB_STAT_MAX (__LNLB_STAT_MAX - 1)

/**
 * enum nft_lnlb_attributes - attributes of the nft expression "lnlb"
 * @NFTA_LNLB_UNSPEC: never used
 * @NFTA_LNLB_ADDR: 4 or 16 bytes, network order; required
 * @NFTA_LNLB_DEV: string; default: the device whose route covers the address
 * @NFTA_LNLB_WEIGHT_SOURCE: __be32, enum lnlb_weight_source
 * @NFTA_LNLB_WEIGHT: __be32, 1..65535, with LNLB_WEIGHT_MANUAL
 * @NFTA_LNLB_AFFINITY: __be32, enum lnlb_affinity
 * @NFTA_LNLB_AFFINITY_LEN: __be32, with LNLB_AFFINITY_NETWORK
 * @NFTA_LNLB_TIMEOUT: __be32, seconds
 * @NFTA_LNLB_MODE: __be32, enum lnlb_mode
 * @NFTA_LNLB_MAC: 6 bytes
 * @NFTA_LNLB_KEY: string, description of the logon key that signs frames
 * @NFTA_LNLB_HASH: string, description of the logon key of the bucket hash
 * @NFTA_LNLB_KEY_NEXT: string, description of a second key that verifies
 * @NFTA_LNLB_PERMISSIVE: flag, unsigned frames are believed, too
 * @NFTA_LNLB_POLICY: __be32, enum lnlb_affinity: what decides about the packets
 *	that get to this rule, instead of the cluster's affinity
 * @NFTA_LNLB_POLICY_LEN: __be32, with LNLB_AFFINITY_NETWORK
 *
 * What a rule does not say is left out of its dump, too.
 */
enum nft_lnlb_attributes {
	NFTA_LNLB_UNSPEC,
	NFTA_LNLB_ADDR,
	NFTA_LNLB_DEV,
	NFTA_LNLB_WEIGHT_SOURCE,
	NFTA_LNLB_WEIGHT,
	NFTA_LNLB_AFFINITY,
	NFTA_LNLB_AFFINITY_LEN,
	NFTA_LNLB_TIMEOUT,
	NFTA_LNLB_MODE,
	NFTA_LNLB_MAC,
	NFTA_LNLB_KEY,
	NFTA_LNLB_HASH,
	NFTA_LNLB_KEY_NEXT,
	NFTA_LNLB_PERMISSIVE,
	NFTA_LNLB_POLICY,
	NFTA_LNLB_POLICY_LEN,
	__NFTA_LNLB_MAX
};
#define NFTA_LNLB_MAX (__NFTA_LNLB_MAX - 1)

#endif /* _UAPI_LINUX_NETFILTER_NF_LNLB_H */
