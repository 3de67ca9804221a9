/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: variables in a statement
 *
 * libnftables expands them, as it knows what is defined where: see
 * nft_carrier.h. But in the place where the carrier has them it takes whatever
 * they stand for as a word, without a look: a prefix, a set, another variable
 * or a word that its grammar has a number for come out as garbage, or crash it.
 * So the definitions are noted as they are read. What is a plain word stays
 * libnftables' business; what it cannot expand is expanded, or refused, here.
 *
 * Scopes are not kept apart: where a name has several values, one that is no
 * plain word is refused.
 */
#ifndef LNLB_NFT_VARS_H
#define LNLB_NFT_VARS_H

#include <stddef.h>

/**
 * enum lnlb_var_kind - what to do with a variable
 * @LNLB_VAR_PLAIN: libnftables expands it, or says that it does not know it
 * @LNLB_VAR_LITERAL: it is this value
 * @LNLB_VAR_WRONG: it is no value
 */
enum lnlb_var_kind {
	LNLB_VAR_PLAIN,
	LNLB_VAR_LITERAL,
	LNLB_VAR_WRONG,
};

/**
 * lnlb_vars_define() - note a definition
 * @text: behind "define" or "redefine", up to the end of the text
 * @len: its length
 */
void lnlb_vars_define(const char *text, size_t len);

/**
 * lnlb_vars_undefine() - forget a variable
 * @text: behind "undefine", up to the end of the text
 * @len: its length
 */
void lnlb_vars_undefine(const char *text, size_t len);

/**
 * lnlb_vars_include_path() - note a directory to look for files in
 * @dir: directory
 */
void lnlb_vars_include_path(const char *dir);

/**
 * lnlb_vars_include() - note the definitions in a file that will be included
 * @text: behind "include", up to the end of the text
 * @len: its length
 *
 * libnftables opens the file long after the statements in front of it and
 * behind it have been read.
 */
void lnlb_vars_include(const char *text, size_t len);

/**
 * lnlb_vars_find() - look a variable up
 * @name: without the $
 * @len: length of @name
 * @value: set to the value, or to what it is instead of one
 *
 * Return: kind.
 */
enum lnlb_var_kind lnlb_vars_find(const char *name, size_t len,
				  const char **value);

#endif /* LNLB_NFT_VARS_H */
