/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before all else where there are few buckets and nodes, see Makefile.
 * libFuzzer keeps what each call of memcmp() compared, to put it into inputs.
 * Those of the core target are no frames: it has nothing of that but the time.
 */
#ifndef _FUZZ_FEW_H
#define _FUZZ_FEW_H

#include <string.h>

static inline int few_memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;

	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

/* one of a lot is fast only if it is a real one */
#define memcmp(a, b, n) \
	(__builtin_constant_p((n) < 64) && (n) < 64 ? few_memcmp(a, b, n) : \
						      (memcmp)(a, b, n))

#endif /* _FUZZ_FEW_H */
