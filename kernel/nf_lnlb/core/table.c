// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bucket table (promise D1: shares are exact, moves are near minimal).
 *
 * Every node gets a quota of buckets by largest remainder. Then all pairs of
 * bucket and node, in ascending order of score = -log2(u(node, bucket)) times
 * weight, are taken if the bucket is free and the node has quota left. u() is
 * a hash, so a pair keeps its score whatever other nodes come and go: that is
 * what keeps buckets where they are.
 *
 * Both sides of a pair rank it by the same score, so deferred acceptance finds
 * the very same pairs without sorting all of them: a bucket goes to the best
 * node that would have it, a node that is full lets go of its worst bucket,
 * which looks for another node in turn. A node's worst bucket only ever gets
 * better, hence a node that refuses a bucket once refuses it for good and no
 * bucket has to remember whom it has asked.
 *
 * Integers only: floating point would give different tables on different
 * machines, and the kernel has none.
 */
#include "table.h"

#define LNLB_TABLE_LOG_BITS	31	/* fraction bits of a logarithm */

/* log2(1 + i / 256), LNLB_TABLE_LOG_BITS fraction bits */
static const u32 lnlb_table_log2[257] = {
	0x00000000, 0x00b84e23, 0x016fe50b, 0x0226c623, 0x02dcf2d1, 0x03926c77,
	0x04473475, 0x04fb4c25, 0x05aeb4dd, 0x06616ff1, 0x07137eae, 0x07c4e261,
	0x08759c50, 0x0925adbf, 0x09d517ef, 0x0a83dc1b, 0x0b31fb7d, 0x0bdf774b,
	0x0c8c50b7, 0x0d3888f0, 0x0de42120, 0x0e8f1a72, 0x0f397609, 0x0fe33508,
	0x108c588d, 0x1134e1b5, 0x11dcd197, 0x1284294b, 0x132ae9e2, 0x13d1146e,
	0x1476a9fa, 0x151bab90, 0x15c01a3a, 0x1663f6fb, 0x170742d5, 0x17a9fec8,
	0x184c2bd0, 0x18edcae8, 0x198edd07, 0x1a2f6323, 0x1acf5e2e, 0x1b6ecf17,
	0x1c0db6ce, 0x1cac163c, 0x1d49ee4c, 0x1de73fe4, 0x1e840be7, 0x1f205339,
	0x1fbc16b9, 0x20575745, 0x20f215b7, 0x218c52eb, 0x22260fb6, 0x22bf4ced,
	0x23580b65, 0x23f04bee, 0x24880f56, 0x251f566b, 0x25b621f9, 0x264c72c7,
	0x26e2499d, 0x2777a741, 0x280c8c76, 0x28a0f9fe, 0x2934f098, 0x29c87102,
	0x2a5b7bf9, 0x2aee1236, 0x2b803474, 0x2c11e368, 0x2ca31fc9, 0x2d33ea49,
	0x2dc4439b, 0x2e542c70, 0x2ee3a575, 0x2f72af59, 0x30014ac6, 0x308f7868,
	0x311d38e6, 0x31aa8ce7, 0x32377512, 0x32c3f20a, 0x33500472, 0x33dbaceb,
	0x3466ec15, 0x34f1c28e, 0x357c30f3, 0x360637e0, 0x368fd7ee, 0x371911b8,
	0x37a1e5d4, 0x382a54d8, 0x38b25f5a, 0x393a05ee, 0x39c14924, 0x3a482990,
	0x3acea7c0, 0x3b54c444, 0x3bda7fa9, 0x3c5fda7a, 0x3ce4d544, 0x3d697090,
	0x3dedace6, 0x3e718acf, 0x3ef50ad2, 0x3f782d72, 0x3ffaf335, 0x407d5c9e,
	0x40ff6a2e, 0x41811c68, 0x420273ca, 0x428370d4, 0x43041403, 0x43845dd5,
	0x44044ec5, 0x4483e74e, 0x450327eb, 0x45821112, 0x4600a33e, 0x467edee4,
	0x46fcc47a, 0x477a5476, 0x47f78f4c, 0x4874756f, 0x48f10751, 0x496d4563,
	0x49e93016, 0x4a64c7da, 0x4ae00d1d, 0x4b5b004d, 0x4bd5a1d8, 0x4c4ff228,
	0x4cc9f1ab, 0x4d43a0c9, 0x4dbcffee, 0x4e360f81, 0x4eaecfeb, 0x4f274192,
	0x4f9f64de, 0x50173a35, 0x508ec1fa, 0x5105fc93, 0x517cea63, 0x51f38bcb,
	0x5269e12f, 0x52dfeaf0, 0x5355a96d, 0x53cb1d07, 0x5440461c, 0x54b5250c,
	0x5529ba33, 0x559e05ee, 0x5612089a, 0x5685c293, 0x56f93433, 0x576c5dd4,
	0x57df3fd0, 0x5851da81, 0x58c42e3d, 0x59363b5e, 0x59a80239, 0x5a198326,
	0x5a8abe79, 0x5afbb489, 0x5b6c65aa, 0x5bdcd22f, 0x5c4cfa6c, 0x5cbcdeb4,
	0x5d2c7f59, 0x5d9bdcad, 0x5e0af6ff, 0x5e79cea2, 0x5ee863e5, 0x5f56b717,
	0x5fc4c886, 0x60329882, 0x60a02757, 0x610d7553, 0x617a82c3, 0x61e74ff2,
	0x6253dd2c, 0x62c02abc, 0x632c38ed, 0x63980809, 0x64039858, 0x646eea24,
	0x64d9fdb7, 0x6544d356, 0x65af6b4b, 0x6619c5db, 0x6683e34f, 0x66edc3eb,
	0x675767f5, 0x67c0cfb3, 0x6829fb69, 0x6892eb5c, 0x68fb9fce, 0x69641904,
	0x69cc5741, 0x6a345ac6, 0x6a9c23d6, 0x6b03b2b2, 0x6b6b079c, 0x6bd222d4,
	0x6c39049b, 0x6c9fad30, 0x6d061cd3, 0x6d6c53c2, 0x6dd2523d, 0x6e381882,
	0x6e9da6ce, 0x6f02fd60, 0x6f681c73, 0x6fcd0445, 0x7031b512, 0x70962f16,
	0x70fa728c, 0x715e7faf, 0x71c256ba, 0x7225f7e8, 0x72896373, 0x72ec9993,
	0x734f9a83, 0x73b2667b, 0x7414fdb5, 0x74776067, 0x74d98eca, 0x753b8916,
	0x759d4f81, 0x75fee242, 0x76604191, 0x76c16da3, 0x772266ad, 0x77832ce6,
	0x77e3c082, 0x784421b7, 0x78a450b8, 0x79044dbb, 0x796418f2, 0x79c3b292,
	0x7a231ace, 0x7a8251d8, 0x7ae157e3, 0x7b402d22, 0x7b9ed1c7, 0x7bfd4603,
	0x7c5b8a07, 0x7cb99e06, 0x7d17822f, 0x7d7536b4, 0x7dd2bbc4, 0x7e30118f,
	0x7e8d3846, 0x7eea3017, 0x7f46f932, 0x7fa393c5, 0x80000000,
};

/* -log2(u / 2^64), LNLB_TABLE_LOG_BITS fraction bits; u is not zero */
static u64 lnlb_table_minus_log2(u64 u)
{
	unsigned int lead = 64 - fls64(u);
	u64 mantissa, step, log;
	unsigned int i;

	/* without its leading one; two shifts as lead may be 63 */
	mantissa = u << lead << 1;
	i = mantissa >> 56;
	step = lnlb_table_log2[i + 1] - lnlb_table_log2[i];
	log = lnlb_table_log2[i] + (step * (mantissa << 8 >> 40) >> 24);
	return ((u64)(lead + 1) << LNLB_TABLE_LOG_BITS) - log;
}

/**
 * lnlb_table_score() - how dear a bucket is to a node
 * @seed: lnlb_table_seed() of the node
 * @bucket: the bucket
 * @weight: the node's weight
 *
 * Return: the score, the lower the better; below 2^55.
 */
u64 lnlb_table_score(u64 seed, u16 bucket, u16 weight)
{
	u64 u = seed + (bucket + 1ULL) * 0x9e3779b97f4a7c15ULL;

	return lnlb_table_minus_log2(lnlb_table_mix(u) | 1) * weight;
}

/* largest remainder; the earlier node wins a tie */
static void lnlb_table_quotas(struct lnlb_table *table)
{
	struct lnlb_table_row *row, *best;
	unsigned int i, left = LNLB_BUCKETS;
	u64 sum = 0, inv;

	for (i = 0; i < table->n; i++)
		sum += div64_u64(1ULL << 40, table->row[i].node.weight);
	for (i = 0; i < table->n; i++) {
		row = &table->row[i];
		inv = LNLB_BUCKETS * div64_u64(1ULL << 40, row->node.weight);
		row->quota = div64_u64(inv, sum);
		row->remainder = inv - row->quota * sum;
		left -= row->quota;
	}
	for (; left; left--) {
		best = &table->row[0];
		for (i = 1; i < table->n; i++)
			if (table->row[i].remainder > best->remainder)
				best = &table->row[i];
		best->quota++;
		best->remainder = 0;
	}
	for (i = 1; i < table->n; i++)
		table->row[i].first = table->row[i - 1].first +
				      table->row[i - 1].quota;
}

static bool lnlb_table_worse(const struct lnlb_table *table, u16 a, u16 b)
{
	if (table->score[a] != table->score[b])
		return table->score[a] > table->score[b];
	return a > b;
}

static void lnlb_table_push(struct lnlb_table *table,
			    struct lnlb_table_row *row, u16 bucket)
{
	u16 *heap = table->heap + row->first;
	unsigned int i = row->count++;

	while (i && lnlb_table_worse(table, bucket, heap[(i - 1) / 2])) {
		heap[i] = heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap[i] = bucket;
}

/* put @bucket in the place of the worst one */
static void lnlb_table_replace(struct lnlb_table *table,
			       struct lnlb_table_row *row, u16 bucket)
{
	u16 *heap = table->heap + row->first;
	unsigned int i = 0, child;

	for (child = 1; child < row->count; child = 2 * i + 1) {
		if (child + 1 < row->count &&
		    lnlb_table_worse(table, heap[child + 1], heap[child]))
			child++;
		if (lnlb_table_worse(table, bucket, heap[child]))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = bucket;
}

static bool lnlb_table_wanted(const struct lnlb_table *table,
			      const struct lnlb_table_row *row, u16 bucket,
			      u64 score)
{
	u16 worst;

	if (row->count < row->quota)
		return true;
	if (!row->quota)
		return false;
	worst = table->heap[row->first];
	if (score != table->score[worst])
		return score < table->score[worst];
	return bucket < worst;
}

/* Return: the bucket that had to make room and is without a node, or -1 */
static int lnlb_table_place(struct lnlb_table *table, u16 bucket)
{
	struct lnlb_table_row *row, *best = NULL;
	u64 score, best_score = U64_MAX;
	u16 bumped;

	for (row = table->row; row < table->row + table->n; row++) {
		score = lnlb_table_score(row->seed, bucket, row->node.weight);
		if (score < best_score &&
		    lnlb_table_wanted(table, row, bucket, score)) {
			best_score = score;
			best = row;
		}
	}
	/* the quotas add up to the number of buckets: somebody has room */
	table->score[bucket] = best_score;
	table->owner[bucket] = best - table->row;
	if (best->count < best->quota) {
		lnlb_table_push(table, best, bucket);
		return -1;
	}
	bumped = table->heap[best->first];
	lnlb_table_replace(table, best, bucket);
	return bumped;
}

/**
 * lnlb_table_build() - find an owner for every bucket
 * @table: whatever; lnlb_table::owner is the result
 * @nodes: ascending by id, no two alike, no weight 0
 * @n: number of nodes, 0..LNLB_NODES_MAX
 */
void lnlb_table_build(struct lnlb_table *table,
		      const struct lnlb_table_node *nodes, unsigned int n)
{
	unsigned int i;
	int bucket;

	memset(table, 0, sizeof(*table));
	memset(table->owner, 0xff, sizeof(table->owner));
	if (!n)
		return;
	table->n = n;
	for (i = 0; i < n; i++) {
		table->row[i].node = nodes[i];
		table->row[i].seed = lnlb_table_seed(&nodes[i].id);
	}
	lnlb_table_quotas(table);
	for (i = 0; i < LNLB_BUCKETS; i++)
		for (bucket = i; bucket >= 0;)
			bucket = lnlb_table_place(table, bucket);
}
