/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: how stock libnftables is made to carry one statement more
 *
 * libnftables knows neither a statement "lnlb" nor plug-ins. So the statement
 * travels through it as a log statement whose prefix is a marker: a few control
 * characters that number an entry of a table in this process. The kernel never
 * sees a marker.
 *
 *   admin's text ──(1)──▶ log prefix "#7" ──libnftables──▶ nftnl log expression
 *                                                             │(2)
 *   text, JSON ◀──(4)── log prefix "#9" ◀──libnftables──(3)── kernel: lnlb
 *
 * (1) nft_scan.c finds the statements, nft_source.c swaps each for its carrier.
 *     A carrier is exactly as long as what it stands for, in each line, so that
 *     libnftables' line and column numbers stay right. Files, included ones as
 *     well, are swapped as libnftables opens them: it calls our fopen().
 *     $variables stay in the carrier, for libnftables to expand.
 * (2) nft_shim.c: our nftnl_expr_build_payload() writes lnlb, not log.
 * (3) nft_shim.c: our nftnl_rule_nlmsg_parse() swaps lnlb for a carrier.
 * (4) nft_output.c swaps carriers in whatever libnftables prints, nft_errors.c
 *     puts the admin's own lines back into error messages.
 *
 * The dynamic linker prefers a function that the executable exports to one of
 * the same name in a library: that is how (1), (2) and (3) get called. The real
 * ones are found by dlsym(RTLD_NEXT).
 *
 * A wrong statement is swapped for a bare marker, which libnftables must reject
 * as junk; nft_errors.c then says what was really wrong with it.
 */
#ifndef LNLB_NFT_CARRIER_H
#define LNLB_NFT_CARRIER_H

#include <stdbool.h>
#include <stddef.h>

#include "nft_stmt.h"

#define LNLB_MARKER_LEN		8	/* the longest, with terminating zero */
#define LNLB_VARS_MAX		8

/* between the values of two variables in a carrier */
#define LNLB_VALUE_SEPARATOR	'|'

/**
 * struct lnlb_var - a value that libnftables expands
 * @attr: what it is the value of, as for lnlb_stmt_set()
 * @offset: of the $ in the source of the statement
 * @len: of the name, with the $
 */
struct lnlb_var {
	unsigned int attr;
	size_t offset;
	size_t len;
};

/**
 * struct lnlb_entry - what a marker stands for
 * @next: entry with the same hash
 * @id: number in the marker
 * @key: what the table finds the entry by, the source text for statements that
 *	were typed, the canonical spelling for those from the kernel
 * @key_len: length of @key
 * @typed: was @key typed by somebody?
 * @stmt: values that are known
 * @vars: values that are not
 * @num_vars: how many
 * @error: what is wrong with the statement; NULL if nothing
 * @error_offset: where in @key
 * @error_len: how much of @key
 */
struct lnlb_entry {
	struct lnlb_entry *next;
	unsigned int id;
	char *key;
	size_t key_len;
	bool typed;
	struct lnlb_stmt stmt;
	struct lnlb_var vars[LNLB_VARS_MAX];
	unsigned int num_vars;
	char *error;
	size_t error_offset;
	size_t error_len;
};

/**
 * lnlb_entry_typed() - entry for a statement that somebody typed
 * @text: text of the statement, copied
 * @len: its length
 * @draft: what it means: all but what lnlb_entry_typed() sets; @draft->error is
 *	freed or taken over
 *
 * A text may mean one thing here and another one there, by its variables. What
 * is read once more, for an error message, has the same entry.
 *
 * Return: the entry. It lives as long as the process.
 */
const struct lnlb_entry *lnlb_entry_typed(const char *text, size_t len,
					  const struct lnlb_entry *draft);

/**
 * lnlb_entry_for() - entry for a statement with all its values known
 * @stmt: statement
 *
 * Return: the entry.
 */
const struct lnlb_entry *lnlb_entry_for(const struct lnlb_stmt *stmt);

/**
 * lnlb_entry_resolve() - put the expanded variables in
 * @entry: entry
 * @values: text that followed the marker, LNLB_VALUE_SEPARATOR between values
 * @stmt: the result
 * @err: on failure, what was wrong
 *
 * Return: 0 or -EINVAL.
 */
int lnlb_entry_resolve(const struct lnlb_entry *entry, const char *values,
		       struct lnlb_stmt *stmt, char err[LNLB_STMT_ERRLEN]);

/**
 * lnlb_marker_char() - can a marker contain this?
 * @c: character
 *
 * Return: true if so; nothing that is typed or printed does.
 */
bool lnlb_marker_char(unsigned char c);

/**
 * lnlb_marker_write() - the marker of an entry
 * @id: number of the entry
 * @buf: written to
 *
 * Return: @buf.
 */
const char *lnlb_marker_write(unsigned int id, char buf[LNLB_MARKER_LEN]);

/**
 * lnlb_marker_read() - the entry of a marker
 * @text: begins with a marker; moved behind it
 *
 * Return: the entry, NULL if there is none.
 */
const struct lnlb_entry *lnlb_marker_read(const char **text);

#endif /* LNLB_NFT_CARRIER_H */
