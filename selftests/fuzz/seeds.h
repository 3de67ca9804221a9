/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FUZZ_SEEDS_H
#define _FUZZ_SEEDS_H

#include "input.h"
#include "node.h"

/* few buckets and nodes, see Makefile; and the target that is made of them */
#define SEED_FEW	(LNLB_BUCKETS < 4096)
#define SEED_CORE	(SEED_FEW ? "core" : "full")

/**
 * struct seed - an input in the making
 * @len: bytes used
 * @data: the input
 */
struct seed {
	size_t len;
	u8 data[16384];
};

void seed_put(struct seed *seed, unsigned int bytes, u64 value);
void seed_save(const char *target, const char *name, const void *data,
	       size_t len);
void seed_plays(void);
void seed_nft(void);
void seed_genl(void);

#endif /* _FUZZ_SEEDS_H */
