// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "buckets.h"

static int get_places(const struct nlattr *attr, const struct buckets *buckets,
		      uint8_t place[LNLB_BUCKETS])
{
	unsigned int b;

	if (!attr || mnl_attr_get_payload_len(attr) != buckets->count)
		return -EBADMSG;
	memcpy(place, mnl_attr_get_payload(attr), buckets->count);
	for (b = 0; b < buckets->count; b++)
		if (place[b] >= buckets->of.node_count &&
		    place[b] < LNLB_BUCKET_SEVERAL)
			return -EBADMSG;
	return 0;
}

static int buckets_message(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[LNLB_A_MAX + 1];
	struct buckets *buckets = data;
	uint64_t digest;

	if (genl_parse(nlh, tb) || !tb[LNLB_A_NAME] || !tb[LNLB_A_BUCKETS])
		return -EBADMSG;
	buckets->count = mnl_attr_get_u32(tb[LNLB_A_BUCKETS]);
	if (buckets->count > LNLB_BUCKETS)
		return -EBADMSG;
	snprintf(buckets->of.name, sizeof(buckets->of.name), "%s",
		 mnl_attr_get_str(tb[LNLB_A_NAME]));
	if (!tb[LNLB_A_NODES])
		return 0;
	if (!tb[LNLB_A_DIGEST] ||
	    cluster_parse_nodes(tb[LNLB_A_NODES], &buckets->of) ||
	    get_places(tb[LNLB_A_BUCKET_TARGETS], buckets, buckets->target) ||
	    get_places(tb[LNLB_A_BUCKET_CLAIMS], buckets, buckets->claims))
		return -EBADMSG;
	/* attributes are aligned to 4 bytes only */
	memcpy(&digest, mnl_attr_get_payload(tb[LNLB_A_DIGEST]),
	       sizeof(digest));
	buckets->of.digest = digest;
	buckets->bound = true;
	return 0;
}

int buckets_get(struct genl *genl, const char *name, struct buckets *buckets)
{
	struct nlmsghdr *nlh;
	int err;

	memset(buckets, 0, sizeof(*buckets));
	nlh = genl_begin_named(genl, LNLB_CMD_GET_BUCKETS, name);
	err = nl_talk(&genl->nl, nlh, buckets_message, buckets);
	return !err && !buckets->count ? -EBADMSG : err;
}
