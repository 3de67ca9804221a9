/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nft -i is: a prompt.
 */
#ifndef LNLB_NFT_CLI_H
#define LNLB_NFT_CLI_H

struct nft_ctx;

/**
 * lnlb_cli() - run the commands that somebody types, until "quit" or the end
 * @nft: context
 */
void lnlb_cli(struct nft_ctx *nft);

#endif /* LNLB_NFT_CLI_H */
