/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The statement in nft's JSON:
 *
 *   { "lnlb": { "cluster": ADDRESS, "dev": STRING, "weight": WORD or NUMBER,
 *               "affinity": WORD or { "network": LENGTH }, "policy": as that,
 *               "timeout": SECONDS,
 *               "mode": WORD, "mac": ADDRESS, "key": STRING,
 *               "hash": STRING } }
 *
 * All but "cluster" may be left out.
 */
#ifndef LNLB_NFT_JSON_H
#define LNLB_NFT_JSON_H

#include <stddef.h>
#include <stdio.h>

#include "nft_stmt.h"

/**
 * lnlb_json_format() - write a statement
 * @stmt: statement
 *
 * Return: text in one line, to be freed; NULL if a string in it is no UTF-8.
 */
char *lnlb_json_format(const struct lnlb_stmt *stmt);

/**
 * lnlb_json_swap() - swap the statements of a text in JSON for carriers
 * @text: text
 * @len: its length
 * @say: is what is wrong with a statement to be said on stderr?
 *
 * A wrong statement is left in place, so that libnftables refuses it.
 *
 * Return: the result, to be freed; NULL if there is no statement in @text.
 */
char *lnlb_json_swap(const char *text, size_t len, bool say);

/**
 * lnlb_json_read() - read JSON from a stream, as far as libnftables would
 * @file: stream
 *
 * Return: text that means the same, to be freed; NULL if it is no JSON.
 */
char *lnlb_json_read(FILE *file);

#endif /* LNLB_NFT_JSON_H */
