/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HMAC-SHA256 (RFC 2104, FIPS 180-4) for tests, in the kernel and in user space:
 * slow, plain, and not a line of it from what the module uses.
 */
#ifndef _LNLB_HMAC_SHA256_H
#define _LNLB_HMAC_SHA256_H

#include "../kernel/nf_lnlb/core/types.h"

struct hmac_sha256 {
	u32 h[8];
	u8 block[64];
	u64 len;
};

static inline u32 hmac_sha256_ror(u32 x, int n)
{
	return x >> n | x << (32 - n);
}

static inline void hmac_sha256_block(struct hmac_sha256 *s)
{
	static const u32 k[64] = {
		0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b,
		0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
		0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7,
		0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
		0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152,
		0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
		0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
		0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
		0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
		0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
		0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
		0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
		0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
	};
	u32 w[64], v[8], t1, t2;
	int i;

	for (i = 0; i < 16; i++)
		w[i] = (u32)s->block[i * 4] << 24 | s->block[i * 4 + 1] << 16 |
		       s->block[i * 4 + 2] << 8 | s->block[i * 4 + 3];
	for (; i < 64; i++)
		w[i] = w[i - 16] + w[i - 7] +
		       (hmac_sha256_ror(w[i - 15], 7) ^
			hmac_sha256_ror(w[i - 15], 18) ^ w[i - 15] >> 3) +
		       (hmac_sha256_ror(w[i - 2], 17) ^
			hmac_sha256_ror(w[i - 2], 19) ^ w[i - 2] >> 10);
	memcpy(v, s->h, sizeof(v));
	for (i = 0; i < 64; i++) {
		t1 = v[7] + (hmac_sha256_ror(v[4], 6) ^
			     hmac_sha256_ror(v[4], 11) ^
			     hmac_sha256_ror(v[4], 25)) +
		     ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
		t2 = (hmac_sha256_ror(v[0], 2) ^ hmac_sha256_ror(v[0], 13) ^
		      hmac_sha256_ror(v[0], 22)) +
		     ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (i = 0; i < 8; i++)
		s->h[i] += v[i];
}

static inline void hmac_sha256_add(struct hmac_sha256 *s, const u8 *data,
				   size_t len)
{
	for (; len; len--) {
		s->block[s->len++ % 64] = *data++;
		if (s->len % 64 == 0)
			hmac_sha256_block(s);
	}
}

static inline void hmac_sha256_end(struct hmac_sha256 *s, u8 digest[32])
{
	static const u8 pad[64] = { 0x80 };
	u64 bits = s->len * 8;
	u8 tail[8];
	int i;

	for (i = 0; i < 8; i++)
		tail[i] = bits >> (56 - i * 8);
	hmac_sha256_add(s, pad, 1 + (119 - s->len % 64) % 64);
	hmac_sha256_add(s, tail, 8);
	for (i = 0; i < 32; i++)
		digest[i] = s->h[i / 4] >> (24 - i % 4 * 8);
}

static inline void hmac_sha256_begin(struct hmac_sha256 *s, const u8 *key,
				     size_t key_len, u8 with)
{
	static const u32 h[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};
	u8 pad[64];
	size_t i;

	memcpy(s->h, h, sizeof(h));
	s->len = 0;
	for (i = 0; i < sizeof(pad); i++)
		pad[i] = (i < key_len ? key[i] : 0) ^ with;
	hmac_sha256_add(s, pad, sizeof(pad));
}

/**
 * hmac_sha256() - as its name says
 * @key: the key
 * @key_len: bytes of it, at most 64
 * @data: of what
 * @len: bytes of it
 * @digest: filled in
 */
static inline void hmac_sha256(const void *key, size_t key_len,
			       const void *data, size_t len, u8 digest[32])
{
	struct hmac_sha256 s;

	hmac_sha256_begin(&s, key, key_len, 0x36);
	hmac_sha256_add(&s, data, len);
	hmac_sha256_end(&s, digest);
	hmac_sha256_begin(&s, key, key_len, 0x5c);
	hmac_sha256_add(&s, digest, 32);
	hmac_sha256_end(&s, digest);
}

#endif /* _LNLB_HMAC_SHA256_H */
