/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libnftables prints, with the carriers swapped back.
 */
#ifndef LNLB_NFT_OUTPUT_H
#define LNLB_NFT_OUTPUT_H

#include <stddef.h>
#include <stdio.h>

/**
 * lnlb_output_line() - print with the carriers swapped back
 * @to: stream
 * @line: text, with a terminating zero
 */
void lnlb_output_line(FILE *to, const char *line);

/**
 * lnlb_output_open() - a stream that goes through a function line by line
 * @to: where the lines go in the end
 * @line: called for each line, with its end of line if it has one, and with ""
 *	  when something is printed to another stream
 *
 * Return: the stream; fflush() passes on everything up to the last end of line.
 */
FILE *lnlb_output_open(FILE *to, void (*line)(FILE *to, const char *line));

/**
 * lnlb_output_end() - pass on what has no end of line as well
 * @stream: from lnlb_output_open()
 */
void lnlb_output_end(FILE *stream);

#endif /* LNLB_NFT_OUTPUT_H */
