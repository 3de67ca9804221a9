/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which node a bucket should belong to: a pure function of the nodes and their
 * weights, the same on every machine.
 */
#ifndef _LNLB_CORE_TABLE_H
#define _LNLB_CORE_TABLE_H

#include "core.h"

/* a node's place in a list of nodes, or one of two that no node has */
#if LNLB_NODES_MAX < 0xfe
typedef u8 lnlb_place_t;
#else
typedef u16 lnlb_place_t;
#endif
#define LNLB_TABLE_NOBODY	((lnlb_place_t)-1)

/**
 * struct lnlb_table_node - a node that is to own buckets
 * @id: its name
 * @weight: 1..65535, the higher the less
 */
struct lnlb_table_node {
	struct lnlb_node_id id;
	u16 weight;
};

/**
 * struct lnlb_table_row - what the table keeps of a node
 * @node: as given
 * @seed: hash of the node's id
 * @remainder: what the quota was rounded off by, for the largest remainder
 * @quota: buckets the node is to own
 * @first: where its heap starts in lnlb_table::heap
 * @count: buckets it holds so far
 */
struct lnlb_table_row {
	struct lnlb_table_node node;
	u64 seed;
	u64 remainder;
	u16 quota;
	u16 first;
	u16 count;
};

/**
 * struct lnlb_table - the bucket table and the memory needed to make it, which
 *	is much more: it is not kept
 * @n: nodes in it
 * @row: the nodes
 * @score: by bucket, the score of the bucket with the node that holds it
 * @heap: the nodes' buckets, a heap each with the worst on top
 * @owner: by bucket, index of the node or LNLB_TABLE_NOBODY
 */
struct lnlb_table {
	unsigned int n;
	struct lnlb_table_row row[LNLB_NODES_MAX];
	u64 score[LNLB_BUCKETS];
	u16 heap[LNLB_BUCKETS];
	lnlb_place_t owner[LNLB_BUCKETS];
};

/**
 * lnlb_table_mix() - spread the bits of a number over all of it
 * @x: any number
 *
 * A bijection, with zero as a fixed point.
 *
 * Return: the mixed number.
 */
static inline u64 lnlb_table_mix(u64 x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/**
 * lnlb_table_seed() - what a node's scores are made from
 * @id: the node
 *
 * Return: hash of @id.
 */
static inline u64 lnlb_table_seed(const struct lnlb_node_id *id)
{
	return lnlb_table_mix(lnlb_node_id_number(id) + 0x9e3779b97f4a7c15ULL);
}

u64 lnlb_table_score(u64 seed, u16 bucket, u16 weight);
void lnlb_table_build(struct lnlb_table *table,
		      const struct lnlb_table_node *nodes, unsigned int n);

#endif /* _LNLB_CORE_TABLE_H */
