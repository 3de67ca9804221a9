/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that is there, or the end of the program: as in nft itself.
 */
#ifndef LNLB_NFT_UTIL_H
#define LNLB_NFT_UTIL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void *lnlb_checked(void *p)
{
	if (p)
		return p;
	fputs("Error: out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

static inline void *lnlb_calloc(size_t count, size_t size)
{
	return lnlb_checked(calloc(count, size));
}

static inline void *lnlb_realloc(void *p, size_t size)
{
	return lnlb_checked(realloc(p, size));
}

/* A copy with a terminating zero that is not counted in @len. */
static inline char *lnlb_memdup(const char *text, size_t len)
{
	char *copy = lnlb_calloc(1, len + 1);

	memcpy(copy, text, len);
	return copy;
}

#endif /* LNLB_NFT_UTIL_H */
