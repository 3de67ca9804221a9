/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libnftables calls in the belief that it calls libnftnl, libmnl and libc.
 * See nft_carrier.h for how it hangs together.
 */
#ifndef LNLB_NFT_SHIM_H
#define LNLB_NFT_SHIM_H

#include <stdbool.h>
#include <stddef.h>

/**
 * enum lnlb_language - of what libnftables reads
 * @LNLB_LANGUAGE_NONE: it reads no rules now
 * @LNLB_LANGUAGE_NFT: nft's own
 * @LNLB_LANGUAGE_JSON: JSON, or else nft's own
 */
enum lnlb_language {
	LNLB_LANGUAGE_NONE,
	LNLB_LANGUAGE_NFT,
	LNLB_LANGUAGE_JSON,
};

/**
 * lnlb_shim_language() - say what files are going to be opened for
 * @language: kind
 */
void lnlb_shim_language(enum lnlb_language language);

/**
 * lnlb_shim_expect_json() - say that a file is going to be read as JSON first
 * @path: of the file, until the language is set again
 */
void lnlb_shim_expect_json(const char *path);

/**
 * lnlb_shim_swap() - swap the statements of a text
 * @name: of the text, in errors
 * @text: text
 * @len: its length
 *
 * Return: what libnftables is to read, to be freed; NULL if that is @text.
 */
char *lnlb_shim_swap(const char *name, const char *text, size_t len);

/**
 * lnlb_shim_read() - read a file as it is
 * @path: of the file
 * @len: set to its length
 *
 * Return: its text, to be freed; NULL if it is no regular file, or on failure.
 */
char *lnlb_shim_read(const char *path, size_t *len);

/**
 * lnlb_shim_stdin() - read standard input, put its swapped text there instead
 *
 * Return: 0, -1 with errno set on failure.
 */
int lnlb_shim_stdin(void);

#endif /* LNLB_NFT_SHIM_H */
