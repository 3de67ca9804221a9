/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clusters as LNLB_CMD_GET_CLUSTER shows them.
 */
#ifndef LNLBCTL_CLUSTER_H
#define LNLBCTL_CLUSTER_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "genl.h"
#include "names.h"

/**
 * struct node - a node as this one sees it; members as in the uapi header
 */
struct node {
	uint8_t id[LNLB_MAC_LEN];
	bool self;
	bool agrees;
	bool heard;		/* heard_ago_ms is known */
	bool has_key;		/* key_id is known */
	uint16_t key_id;
	uint8_t state;
	uint8_t weight_source;
	uint16_t weight;
	uint32_t target;
	uint32_t claims;
	uint32_t heard_ago_ms;
	bool has_report;	/* the next four are known */
	uint32_t clock_ms;
	uint32_t sessions;
	uint64_t taken;
	uint64_t passed;
};

/**
 * struct key - a key of a cluster; members as in the uapi header
 */
struct key {
	uint8_t use;
	uint8_t state;
	uint16_t id;
	char desc[LNLB_KEY_LEN];
};

/**
 * struct reject - what was refused; members as in the uapi header
 */
struct reject {
	uint8_t kind;
	uint8_t version;
	uint8_t node[LNLB_MAC_LEN];
	uint64_t frames;
	uint32_t ago_ms;
	char cause[96];
};

/**
 * struct cluster - a cluster; members as in the uapi header
 */
struct cluster {
	char name[LNLB_NAME_LEN];
	struct lnlb_addr addr;
	char dev[IFNAMSIZ];
	uint32_t ifindex;	/* 0: not bound */
	uint8_t mac[LNLB_MAC_LEN];
	uint8_t mode;
	uint8_t affinity;
	uint8_t affinity_len;
	uint32_t timeout;	/* 0: not said, the default */
	uint8_t weight_source;
	uint16_t weight;
	uint8_t state;
	uint8_t doors;
	uint32_t flags;
	uint64_t digest;
	uint32_t buckets;
	uint64_t sessions;
	uint64_t sessions_foreign;
	char tracker[32];
	uint8_t xdp;
	unsigned int node_count;
	struct node node[LNLB_NODES_MAX];
	uint64_t stat[LNLB_STAT_MAX + 1];
	bool permissive;
	unsigned int key_count;
	struct key key[LNLB_KEY_USE_MAX + 1];
	unsigned int reject_count;
	struct reject reject[LNLB_REJECT_MAX];
};

/**
 * struct cluster_list - several of them
 * @cluster: array, to be freed
 * @count: its length
 */
struct cluster_list {
	struct cluster *cluster;
	size_t count;
};

/**
 * cluster_get() - read one cluster
 * @genl: open socket
 * @name: of the cluster
 * @list: filled in; free @list->cluster, also after an error
 *
 * Return: 0 or a negative errno.
 */
int cluster_get(struct genl *genl, const char *name,
		struct cluster_list *list);

/**
 * cluster_get_all() - read all clusters
 * @genl: open socket
 * @list: filled in; free @list->cluster, also after an error
 *
 * Return: 0 or a negative errno.
 */
int cluster_get_all(struct genl *genl, struct cluster_list *list);

/**
 * cluster_get_some() - read one cluster or all of them
 * @genl: open socket
 * @name: of the cluster, NULL for all
 * @list: filled in; free @list->cluster, also after an error
 * @what: "cannot …", for what is said on stderr when it fails
 *
 * Return: 0 or a negative errno.
 */
int cluster_get_some(struct genl *genl, const char *name,
		     struct cluster_list *list, const char *what);

/**
 * cluster_names() - list names for an error message
 * @list: the clusters
 * @buf: "nlb0, nlb1" or "none"; cut off where @size ends
 * @size: of @buf
 */
void cluster_names(const struct cluster_list *list, char *buf, size_t size);

/**
 * cluster_parse_nodes() - take LNLB_A_NODES in
 * @nest: the attribute
 * @cluster: its nodes are added to
 *
 * Return: 0 or -EBADMSG.
 */
int cluster_parse_nodes(const struct nlattr *nest, struct cluster *cluster);

/**
 * cluster_del() - take a cluster out
 * @genl: open socket
 * @name: of the cluster
 *
 * Return: 0 or a negative errno.
 */
int cluster_del(struct genl *genl, const char *name);

/**
 * cluster_nl_error() - say what could not be done to a cluster
 * @genl: socket that the request failed on
 * @err: negative errno; -ENOENT lists the clusters that there are
 * @name: of the cluster
 * @what: "cannot …"
 */
void cluster_nl_error(struct genl *genl, int err, const char *name,
		      const char *what);

#endif /* LNLBCTL_CLUSTER_H */
