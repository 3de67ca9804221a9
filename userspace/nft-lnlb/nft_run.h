/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs commands as libnftables does, with lnlb statements in them.
 */
#ifndef LNLB_NFT_RUN_H
#define LNLB_NFT_RUN_H

struct nft_ctx;

/**
 * lnlb_run_setup() - take over what libnftables prints
 * @nft: context
 */
void lnlb_run_setup(struct nft_ctx *nft);

/**
 * lnlb_run_buffer() - run commands
 * @nft: context
 * @text: commands
 *
 * Return: as nft_run_cmd_from_buffer().
 */
int lnlb_run_buffer(struct nft_ctx *nft, const char *text);

/**
 * lnlb_run_file() - run the commands in a file
 * @nft: context
 * @path: of the file; "-" is standard input
 *
 * Return: as nft_run_cmd_from_filename().
 */
int lnlb_run_file(struct nft_ctx *nft, const char *path);

#endif /* LNLB_NFT_RUN_H */
