/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words that somebody misspelt, and words that nft has
 */
#ifndef LNLB_NFT_TYPO_H
#define LNLB_NFT_TYPO_H

#include <stdbool.h>
#include <stddef.h>

/**
 * lnlb_typo() - is this a word with a letter or two wrong?
 * @word: as somebody typed it
 * @len: its length
 * @meant: how it is spelt; two that changed places are one wrong letter
 *
 * Return: true if so; false for @meant itself and for words of nft.
 */
bool lnlb_typo(const char *word, size_t len, const char *meant);

/**
 * lnlb_nft_word() - does nft have such a word?
 * @word: word
 * @len: its length
 *
 * Return: true if a statement, or what it looks at, may begin with it.
 */
bool lnlb_nft_word(const char *word, size_t len);

#endif /* LNLB_NFT_TYPO_H */
