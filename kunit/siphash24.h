/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012) for tests, in the kernel and in user
 * space: not a line of it from what the module uses.
 */
#ifndef _LNLB_SIPHASH24_H
#define _LNLB_SIPHASH24_H

#include "../kernel/nf_lnlb/core/types.h"

static inline u64 siphash24_rol(u64 x, int n)
{
	return x << n | x >> (64 - n);
}

static inline void siphash24_rounds(u64 v[4], int n)
{
	for (; n; n--) {
		v[0] += v[1];
		v[1] = siphash24_rol(v[1], 13) ^ v[0];
		v[0] = siphash24_rol(v[0], 32);
		v[2] += v[3];
		v[3] = siphash24_rol(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = siphash24_rol(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = siphash24_rol(v[1], 17) ^ v[2];
		v[2] = siphash24_rol(v[2], 32);
	}
}

/**
 * siphash24() - as its name says
 * @key: as two numbers
 * @data: of what
 * @len: bytes of it
 *
 * Return: the hash.
 */
static inline u64 siphash24(const u64 key[2], const void *data, size_t len)
{
	u64 v[4] = {
		key[0] ^ 0x736f6d6570736575ULL, key[1] ^ 0x646f72616e646f6dULL,
		key[0] ^ 0x6c7967656e657261ULL, key[1] ^ 0x7465646279746573ULL,
	};
	const u8 *byte = data;
	u64 word = 0;
	size_t i;

	for (i = 0; i < (len & ~(size_t)7) + 8; i++) {
		if (i < len)
			word |= (u64)byte[i] << 8 * (i % 8);
		if (i % 8 < 7)
			continue;
		if (i >= len)
			word |= (u64)len << 56;
		v[3] ^= word;
		siphash24_rounds(v, 2);
		v[0] ^= word;
		word = 0;
	}
	v[2] ^= 0xff;
	siphash24_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/**
 * siphash24_tag() - the tag of a header
 * @digest: what the key is made from
 * @data: the header
 * @len: bytes of it
 * @tag: 8 bytes, filled in
 */
static inline void siphash24_tag(const u8 digest[32], const void *data,
				 size_t len, u8 *tag)
{
	u64 key[2] = {}, hash;
	int i;

	for (i = 0; i < 16; i++)
		key[i / 8] = key[i / 8] << 8 | digest[i];
	hash = siphash24(key, data, len);
	for (i = 0; i < 8; i++)
		tag[i] = hash >> (56 - i * 8);
}

#endif /* _LNLB_SIPHASH24_H */
