/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libnftables' error messages, with the admin's own lines in them and with what
 * it cannot know about lnlb statements.
 */
#ifndef LNLB_NFT_ERRORS_H
#define LNLB_NFT_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct lnlb_entry;

/**
 * lnlb_errors_cause() - note why the kernel refused a statement
 * @message: words for the next message of libnftables that it was refused
 * @len: its length
 */
void lnlb_errors_cause(const char *message, size_t len);

/**
 * lnlb_errors_kernel() - note what the kernel had to say
 * @message: text of an extended acknowledgement; only those of our modules count
 * @len: its length
 */
void lnlb_errors_kernel(const char *message, size_t len);

/**
 * lnlb_errors_statement() - note a statement that was refused late
 * @entry: statement
 * @message: what is wrong with it
 */
void lnlb_errors_statement(const struct lnlb_entry *entry, const char *message);

/**
 * lnlb_errors_line() - take a line of libnftables' error messages
 * @to: where it goes, now or with the lines that belong to it
 * @line: the line
 */
void lnlb_errors_line(FILE *to, const char *line);

/**
 * lnlb_errors_end() - the command is over: print what was held back
 * @to: where to
 *
 * Return: was a statement refused by lnlb_errors_statement()?
 */
bool lnlb_errors_end(FILE *to);

#endif /* LNLB_NFT_ERRORS_H */
