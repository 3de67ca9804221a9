/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sessions, and whose a client is, as the kernel tells them.
 */
#ifndef LNLBCTL_SESSION_H
#define LNLBCTL_SESSION_H

#include "cluster.h"

/**
 * struct session - a session, or an answer about a client
 * @client: address; with affinity network that of the network
 * @has_port: @port is known
 * @port: of the client
 * @has_policy: @affinity and @affinity_len are to be used instead of the cluster's
 * @affinity: enum lnlb_affinity
 * @affinity_len: prefix length, with LNLB_AFFINITY_NETWORK
 * @bucket: of the client
 * @by: enum lnlb_owned_by, LNLB_OWNED_BY_SESSION with sessions
 * @has_node: @node is known
 * @self: it is this node
 * @sure: no other node may know better
 * @node: id of the node that has the client
 * @idle: seconds since its last packet, with LNLB_OWNED_BY_SESSION
 * @tracker: that knows of it, with LNLB_OWNED_BY_SESSION
 */
struct session {
	struct lnlb_addr client;
	bool has_port;
	uint16_t port;
	bool has_policy;
	uint8_t affinity;
	uint8_t affinity_len;
	uint32_t bucket;
	uint8_t by;
	bool has_node;
	bool self;
	bool sure;
	uint8_t node[LNLB_MAC_LEN];
	uint32_t idle;
	char tracker[LNLB_NAME_LEN];
};

/**
 * session_list() - read all sessions of a cluster
 * @genl: open socket
 * @name: of the cluster
 * @cb: for each, as it comes; may print, should not wait for anything else
 * @data: for @cb
 *
 * Return: 0 or a negative errno.
 */
int session_list(struct genl *genl, const char *name,
		 int (*cb)(const struct session *session, void *data),
		 void *data);

/**
 * session_owner() - ask which node has a client
 * @genl: open socket
 * @name: of the cluster
 * @session: @client to @affinity_len say which; the rest is filled in
 *
 * Return: 0 or a negative errno.
 */
int session_owner(struct genl *genl, const char *name,
		  struct session *session);

#endif /* LNLBCTL_SESSION_H */
