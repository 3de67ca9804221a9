// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>

#include "cluster.h"
#include "lnlbctl.h"

#define CLUSTER_TRIES 5

/* An attribute that is not there reads as 0 or "". */
static uint64_t get_uint(const struct nlattr *attr)
{
	uint64_t value = 0;

	if (!attr)
		return 0;
	switch (mnl_attr_get_payload_len(attr)) {
	case 1:
		return mnl_attr_get_u8(attr);
	case 2:
		return mnl_attr_get_u16(attr);
	case 4:
		return mnl_attr_get_u32(attr);
	case 8:
		/* attributes are aligned to 4 bytes only */
		memcpy(&value, mnl_attr_get_payload(attr), sizeof(value));
		break;
	}
	return value;
}

static void get_string(const struct nlattr *attr, char *buf, size_t size)
{
	snprintf(buf, size, "%s", attr ? mnl_attr_get_str(attr) : "");
}

static void get_mac(const struct nlattr *attr, uint8_t mac[LNLB_MAC_LEN])
{
	if (attr)
		memcpy(mac, mnl_attr_get_payload(attr), LNLB_MAC_LEN);
}

static int node_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr *tb[LNLB_A_MAX + 1];
	struct cluster *cluster = data;
	struct node *node;

	if (mnl_attr_get_type(attr) != LNLB_A_NODE)
		return MNL_CB_OK;
	if (cluster->node_count == LNLB_NODES_MAX || genl_parse_nest(attr, tb))
		return MNL_CB_ERROR;
	node = &cluster->node[cluster->node_count++];
	get_mac(tb[LNLB_A_NODE_ID], node->id);
	node->self = tb[LNLB_A_NODE_SELF];
	node->agrees = tb[LNLB_A_NODE_AGREES];
	node->state = get_uint(tb[LNLB_A_NODE_STATE]);
	node->weight = get_uint(tb[LNLB_A_NODE_WEIGHT]);
	node->weight_source = get_uint(tb[LNLB_A_NODE_WEIGHT_SOURCE]);
	node->target = get_uint(tb[LNLB_A_NODE_TARGET]);
	node->claims = get_uint(tb[LNLB_A_NODE_CLAIMS]);
	node->heard = tb[LNLB_A_NODE_HEARD_AGO_MS];
	node->heard_ago_ms = get_uint(tb[LNLB_A_NODE_HEARD_AGO_MS]);
	node->has_key = tb[LNLB_A_NODE_KEY_ID];
	node->key_id = get_uint(tb[LNLB_A_NODE_KEY_ID]);
	node->has_report = tb[LNLB_A_NODE_CLOCK_MS];
	node->clock_ms = get_uint(tb[LNLB_A_NODE_CLOCK_MS]);
	node->sessions = get_uint(tb[LNLB_A_NODE_SESSIONS]);
	node->taken = get_uint(tb[LNLB_A_NODE_TAKEN]);
	node->passed = get_uint(tb[LNLB_A_NODE_PASSED]);
	return MNL_CB_OK;
}

int cluster_parse_nodes(const struct nlattr *nest, struct cluster *cluster)
{
	return mnl_attr_parse_nested(nest, node_attr, cluster) < 0 ? -EBADMSG :
								     0;
}

static int key_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr *tb[LNLB_A_MAX + 1];
	struct cluster *cluster = data;
	struct key *key;

	if (mnl_attr_get_type(attr) != LNLB_A_KEY_ENTRY ||
	    cluster->key_count > LNLB_KEY_USE_MAX)
		return MNL_CB_OK;
	if (genl_parse_nest(attr, tb))
		return MNL_CB_ERROR;
	key = &cluster->key[cluster->key_count++];
	key->use = get_uint(tb[LNLB_A_KEY_USE]);
	key->state = get_uint(tb[LNLB_A_KEY_STATE]);
	key->id = get_uint(tb[LNLB_A_KEY_ID]);
	get_string(tb[LNLB_A_KEY], key->desc, sizeof(key->desc));
	return MNL_CB_OK;
}

/* a newer kernel may know of more kinds than there is room for */
static int reject_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr *tb[LNLB_A_MAX + 1];
	struct cluster *cluster = data;
	struct reject *reject;

	if (mnl_attr_get_type(attr) != LNLB_A_REJECT ||
	    cluster->reject_count == LNLB_REJECT_MAX)
		return MNL_CB_OK;
	if (genl_parse_nest(attr, tb))
		return MNL_CB_ERROR;
	reject = &cluster->reject[cluster->reject_count++];
	reject->kind = get_uint(tb[LNLB_A_REJECT_KIND]);
	reject->version = get_uint(tb[LNLB_A_REJECT_VERSION]);
	get_mac(tb[LNLB_A_NODE_ID], reject->node);
	reject->frames = get_uint(tb[LNLB_A_REJECT_FRAMES]);
	reject->ago_ms = get_uint(tb[LNLB_A_REJECT_AGO_MS]);
	get_string(tb[LNLB_A_CAUSE], reject->cause, sizeof(reject->cause));
	return MNL_CB_OK;
}

static int stat_attr(const struct nlattr *attr, void *data)
{
	uint16_t type = mnl_attr_get_type(attr);
	struct cluster *cluster = data;

	if (type <= LNLB_STAT_MAX)
		cluster->stat[type] = get_uint(attr);
	return MNL_CB_OK;
}

static void cluster_parse_config(const struct nlattr **tb,
				 struct cluster *cluster)
{
	get_string(tb[LNLB_A_NAME], cluster->name, sizeof(cluster->name));
	cluster->addr.len = mnl_attr_get_payload_len(tb[LNLB_A_ADDR]);
	memcpy(cluster->addr.bytes, mnl_attr_get_payload(tb[LNLB_A_ADDR]),
	       cluster->addr.len);
	get_string(tb[LNLB_A_DEV], cluster->dev, sizeof(cluster->dev));
	cluster->ifindex = get_uint(tb[LNLB_A_IFINDEX]);
	get_mac(tb[LNLB_A_MAC], cluster->mac);
	cluster->mode = get_uint(tb[LNLB_A_MODE]);
	cluster->affinity = get_uint(tb[LNLB_A_AFFINITY]);
	cluster->affinity_len = get_uint(tb[LNLB_A_AFFINITY_LEN]);
	cluster->timeout = get_uint(tb[LNLB_A_TIMEOUT]);
	cluster->weight_source = get_uint(tb[LNLB_A_WEIGHT_SOURCE]);
	cluster->weight = get_uint(tb[LNLB_A_WEIGHT]);
	cluster->doors = get_uint(tb[LNLB_A_DOORS]);
	cluster->flags = get_uint(tb[LNLB_A_FLAGS]);
	get_string(tb[LNLB_A_TRACKER], cluster->tracker,
		   sizeof(cluster->tracker));
}

static int cluster_parse(const struct nlmsghdr *nlh, struct cluster *cluster)
{
	const struct nlattr *tb[LNLB_A_MAX + 1];

	if (genl_parse(nlh, tb) || !tb[LNLB_A_NAME] || !tb[LNLB_A_ADDR])
		return -EBADMSG;
	cluster_parse_config(tb, cluster);
	cluster->state = get_uint(tb[LNLB_A_STATE]);
	cluster->xdp = get_uint(tb[LNLB_A_XDP]);
	cluster->digest = get_uint(tb[LNLB_A_DIGEST]);
	cluster->buckets = get_uint(tb[LNLB_A_BUCKETS]);
	cluster->sessions = get_uint(tb[LNLB_A_SESSIONS]);
	cluster->sessions_foreign = get_uint(tb[LNLB_A_SESSIONS_FOREIGN]);
	if (tb[LNLB_A_NODES] && cluster_parse_nodes(tb[LNLB_A_NODES], cluster))
		return -EBADMSG;
	cluster->permissive = get_uint(tb[LNLB_A_PERMISSIVE]);
	if (tb[LNLB_A_KEYS] &&
	    mnl_attr_parse_nested(tb[LNLB_A_KEYS], key_attr, cluster) < 0)
		return -EBADMSG;
	if (tb[LNLB_A_REJECTS] &&
	    mnl_attr_parse_nested(tb[LNLB_A_REJECTS], reject_attr, cluster) < 0)
		return -EBADMSG;
	if (tb[LNLB_A_STATS])
		mnl_attr_parse_nested(tb[LNLB_A_STATS], stat_attr, cluster);
	return 0;
}

static int cluster_message(const struct nlmsghdr *nlh, void *data)
{
	struct cluster_list *list = data;
	struct cluster *cluster;

	cluster = realloc(list->cluster, (list->count + 1) * sizeof(*cluster));
	if (!cluster)
		return -ENOMEM;
	list->cluster = cluster;
	cluster += list->count;
	memset(cluster, 0, sizeof(*cluster));
	if (cluster_parse(nlh, cluster))
		return -EBADMSG;
	list->count++;
	return 0;
}

int cluster_get(struct genl *genl, const char *name, struct cluster_list *list)
{
	struct nlmsghdr *nlh;
	int err;

	list->cluster = NULL;
	list->count = 0;
	nlh = genl_begin_named(genl, LNLB_CMD_GET_CLUSTER, name);
	err = nl_talk(&genl->nl, nlh, cluster_message, list);
	return !err && list->count != 1 ? -EBADMSG : err;
}

int cluster_get_all(struct genl *genl, struct cluster_list *list)
{
	struct nlmsghdr *nlh;
	int err, tries = 0;

	list->cluster = NULL;
	do {
		list->count = 0;
		nlh = genl_begin(genl, LNLB_CMD_GET_CLUSTER, NLM_F_DUMP);
		err = nl_talk(&genl->nl, nlh, cluster_message, list);
	} while (err == -EINTR && ++tries < CLUSTER_TRIES);
	return err;
}

int cluster_get_some(struct genl *genl, const char *name,
		     struct cluster_list *list, const char *what)
{
	int err;

	if (name) {
		err = cluster_get(genl, name, list);
		if (err)
			cluster_nl_error(genl, err, name, what);
		return err;
	}
	err = cluster_get_all(genl, list);
	if (err)
		ctl_nl_error(&genl->nl, err, "%s the clusters", what);
	return err;
}

int cluster_del(struct genl *genl, const char *name)
{
	struct nlmsghdr *nlh;

	nlh = genl_begin_named(genl, LNLB_CMD_DEL_CLUSTER, name);
	return nl_talk(&genl->nl, nlh, NULL, NULL);
}

void cluster_names(const struct cluster_list *list, char *buf, size_t size)
{
	size_t i, used = 0;

	snprintf(buf, size, "none");
	for (i = 0; i < list->count && used < size; i++)
		used += snprintf(buf + used, size - used, "%s%s",
				 used ? ", " : "", list->cluster[i].name);
}

static void say_no_such_cluster(struct genl *genl, const char *name)
{
	struct cluster_list list;
	char known[512];

	if (cluster_get_all(genl, &list))
		list.count = 0;
	cluster_names(&list, known, sizeof(known));
	ctl_error("no cluster is named '%s' (there are: %s)", name, known);
	free(list.cluster);
}

void cluster_nl_error(struct genl *genl, int err, const char *name,
		      const char *what)
{
	if (err == -ENOENT)
		say_no_such_cluster(genl, name);
	else
		ctl_nl_error(&genl->nl, err, "%s '%s'", what, name);
	if (err == -ENETDOWN)
		ctl_error("look at it: lnlbctl show %s; it wants to be up, with a carrier",
			  name);
}
