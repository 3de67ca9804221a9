// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers that depend on the seed and nothing else: xoshiro256**, started by
 * splitmix64.
 */
#include "sim.h"

static u64 rotl(u64 x, int k)
{
	return x << k | x >> (64 - k);
}

/**
 * sim_rng_init() - start a sequence
 * @rng: filled in
 * @seed: any number
 */
void sim_rng_init(struct sim_rng *rng, u64 seed)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		seed += 0x9e3779b97f4a7c15ULL;
		rng->s[i] = lnlb_table_mix(seed) | 1;
	}
}

/**
 * sim_rng_next() - the next number
 * @rng: the sequence
 *
 * Return: 64 bits.
 */
u64 sim_rng_next(struct sim_rng *rng)
{
	u64 *s = rng->s, result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

/**
 * sim_rng_below() - the next number, made small
 * @rng: the sequence
 * @below: not zero
 *
 * Return: 0..@below - 1.
 */
u32 sim_rng_below(struct sim_rng *rng, u32 below)
{
	return (sim_rng_next(rng) >> 32) * below >> 32;
}
