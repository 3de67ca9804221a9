// SPDX-License-Identifier: GPL-2.0-only
/* Whose the buckets are, for who wants to see it. */

#include "private.h"

/* places of lnlb_core_nodes(): this node, then its peers */
static int lnlb_buckets_target(const struct lnlb_core *core, u16 bucket)
{
	lnlb_place_t target = core->target[bucket];

	if (target == LNLB_TARGET_SELF)
		return 0;
	return target == LNLB_TARGET_NONE ? LNLB_PLACE_NOBODY : target + 1;
}

static int lnlb_buckets_claims(const struct lnlb_core *core, u16 bucket)
{
	int place = LNLB_PLACE_NOBODY;
	unsigned int i;

	if (lnlb_bit_test(core->claims, bucket))
		place = 0;
	for (i = 0; i < core->n_peers; i++) {
		if (!lnlb_bit_test(core->peer[i]->claims, bucket))
			continue;
		if (place != LNLB_PLACE_NOBODY)
			return LNLB_PLACE_SEVERAL;
		place = i + 1;
	}
	return place;
}

void lnlb_core_bucket(const struct lnlb_core *core, u16 bucket,
		      struct lnlb_bucket_info *info)
{
	info->target = lnlb_buckets_target(core, bucket);
	info->claims = lnlb_buckets_claims(core, bucket);
	info->taken = lnlb_bit_test(core->accept, bucket);
}

bool lnlb_core_place(const struct lnlb_core *core, int place,
		     struct lnlb_node_id *id)
{
	if (place < 0 || place > (int)core->n_peers)
		return false;
	*id = place ? core->peer[place - 1]->id : core->params.self;
	return true;
}
