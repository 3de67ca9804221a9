// SPDX-License-Identifier: GPL-2.0-only
/* Who claims the buckets, in few cells; see cmd_top_layout.h. */
#include <string.h>

#include "cmd_top_layout.h"

/* nodes, then nobody and several */
#define OWNERS		(LNLB_NODES_MAX + 2)
#define NOBODY		LNLB_NODES_MAX
#define SEVERAL		(LNLB_NODES_MAX + 1)

static unsigned int index_of(int owner)
{
	if (owner == TOP_NOBODY)
		return NOBODY;
	return owner == TOP_SEVERAL ? SEVERAL : (unsigned int)owner;
}

static int owner_of(unsigned int index)
{
	if (index == NOBODY)
		return TOP_NOBODY;
	return index == SEVERAL ? TOP_SEVERAL : (int)index;
}

/*
 * Buckets are in no order: who has most of a cell's would be the same for all
 * of them. So what a cell could not show is carried over to the next ones.
 */
static unsigned int pick(const int *credit, const unsigned int *here)
{
	unsigned int i, best = NOBODY;
	int most = 0;

	/* what should not be is worth a cell */
	if (here[SEVERAL] || here[NOBODY])
		return here[SEVERAL] ? SEVERAL : NOBODY;
	for (i = 0; i < LNLB_NODES_MAX; i++)
		if (credit[i] > most) {
			most = credit[i];
			best = i;
		}
	return best;
}

void top_strip(const struct top_model *model,
	       const struct top_cluster *cluster, int8_t *owner,
	       unsigned int cells)
{
	unsigned int here[OWNERS], cell, b = 0, end, picked, first;
	int credit[OWNERS] = { 0 };

	for (cell = 0; cell < cells; cell++) {
		memset(here, 0, sizeof(here));
		first = b;
		end = (cell + 1) * model->buckets.count / cells;
		for (; b < end; b++) {
			picked = index_of(top_model_owner(model, cluster, b));
			here[picked]++;
			credit[picked]++;
		}
		picked = pick(credit, here);
		credit[picked] -= end - first;
		owner[cell] = owner_of(picked);
	}
}
