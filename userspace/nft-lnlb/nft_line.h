/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines that somebody types: with libedit, as Debian builds nft, or with libc
 * alone where libedit is not installed.
 */
#ifndef LNLB_NFT_LINE_H
#define LNLB_NFT_LINE_H

/* what nft -V calls it */
extern const char lnlb_line_editor[];

/**
 * lnlb_line_begin() - get the history of earlier runs
 */
void lnlb_line_begin(void);

/**
 * lnlb_line_read() - read a line
 * @prompt: shown on a terminal
 *
 * Return: the line without its end, to be freed; NULL at the end of the input.
 */
char *lnlb_line_read(const char *prompt);

/**
 * lnlb_line_remember() - put a line into the history, unless it is the last one
 * @line: line
 */
void lnlb_line_remember(const char *line);

/**
 * lnlb_line_end() - give back the terminal and save the history
 */
void lnlb_line_end(void);

#endif /* LNLB_NFT_LINE_H */
