// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdbool.h>

#include "nft_block.h"
#include "nft_carrier.h"
#include "nft_cause.h"
#include "nft_errors.h"
#include "nft_output.h"
#include "nft_source.h"
#include "nft_typo.h"
#include "nft_util.h"

#define KERNEL_REFUSED	"Could not process rule: "
#define NO_ENTRY	KERNEL_REFUSED "No such file or directory"
#define SYNTAX_ERROR	"syntax error, unexpected "
#define NO_SYMBOL	"No symbol type information"
#define WORD_ENDS	" \t\n;{}\"#\\"

/* what a message from one of our modules begins with */
static const char *const modules[] = { "nft_lnlb: ", "nf_lnlb: " };

static struct lnlb_block held;
static char *kernel_messages;	/* one a line */
static const struct lnlb_entry *late_entry;
static char *late_message;
static bool late_shown;
static bool module_missing;

void lnlb_errors_cause(const char *message, size_t len)
{
	size_t used = kernel_messages ? strlen(kernel_messages) : 0;

	kernel_messages = lnlb_realloc(kernel_messages, used + len + 2);
	sprintf(kernel_messages + used, "%.*s\n", (int)len, message);
}

void lnlb_errors_kernel(const char *message, size_t len)
{
	size_t i, skip;

	for (i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		skip = strlen(modules[i]);
		if (len > skip && !memcmp(message, modules[i], skip))
			lnlb_errors_cause(message + skip, len - skip);
	}
}

void lnlb_errors_statement(const struct lnlb_entry *entry, const char *message)
{
	if (late_entry)
		return;
	late_entry = entry;
	late_message = lnlb_memdup(message, strlen(message));
}

/* Return: is there one that explains why @message was refused? */
static bool kernel_message(const char *message, int *len)
{
	if (strncmp(message, KERNEL_REFUSED, strlen(KERNEL_REFUSED)))
		return false;
	lnlb_cause_collect();
	if (!kernel_messages || !*kernel_messages)
		return false;
	*len = strcspn(kernel_messages, "\n");
	return true;
}

static void kernel_message_used(int len)
{
	memmove(kernel_messages, kernel_messages + len + 1,
		strlen(kernel_messages + len + 1) + 1);
}

/* "unknown identifier 'vip'" is about $vip, not about all of the carrier */
static bool about_variable(struct lnlb_block *block,
			   const struct lnlb_spot *spot)
{
	const struct lnlb_entry *entry = spot->entry;
	const struct lnlb_var *var;
	const char *name;
	unsigned int i;

	name = strstr(block->message, "unknown identifier '");
	if (!name)
		return false;
	name = strchr(name, '\'') + 1;
	for (i = 0; i < entry->num_vars; i++) {
		var = &entry->vars[i];
		if (strcspn(name, "'") != var->len - 1 ||
		    memcmp(name, entry->key + var->offset + 1, var->len - 1))
			continue;
		block->aim = spot->from + var->offset;
		block->aim_len = var->len;
		return true;
	}
	return false;
}

static void about_statement(struct lnlb_block *block,
			    const struct lnlb_spot *spot)
{
	const struct lnlb_entry *entry = spot->entry;
	size_t len = strlen(SYNTAX_ERROR "log");
	int words;

	block->aim = spot->from;
	block->aim_len = spot->end - spot->from;
	if (entry->error) {
		lnlb_block_replace(block, entry->error);
		block->aim += entry->error_offset;
		block->aim_len = entry->error_len;
	} else if (about_variable(block, spot)) {
		return;
	} else if (!strncmp(block->message, SYNTAX_ERROR "log", len)) {
		lnlb_block_say(block, SYNTAX_ERROR "lnlb%s",
			       block->message + len);
	} else if (late_entry == entry) {
		lnlb_block_say(block, "lnlb: %s", late_message);
		late_shown = true;
	} else if (!strcmp(block->message, NO_ENTRY) &&
		   !kernel_message(block->message, &words)) {
		module_missing = true;
	}
}

/* Return: the offset behind blanks and ends of lines that go on in the next one */
static size_t skip_blanks(const char *typed, size_t at)
{
	while (typed[at] == ' ' || typed[at] == '\t' ||
	       (typed[at] == '\\' && typed[at + 1] == '\n'))
		at += typed[at] == '\\' ? 2 : 1;
	return at;
}

static size_t skip_word(const char *typed, size_t at)
{
	const char *end = typed[at] == '"' ? strchr(typed + at + 1, '"') : NULL;

	return end ? (size_t)(end - typed) + 1 :
		     at + strcspn(typed + at, WORD_ENDS);
}

/* Return: the offset behind words, strings and blanks */
static size_t skip_words(const char *typed, size_t at)
{
	size_t end = skip_blanks(typed, at);

	do {
		at = end;
		end = skip_blanks(typed, skip_word(typed, at));
	} while (end > at);
	return at;
}

/*
 * A word "lnlb" in a rule, which nft took for the beginning of something: it was
 * to begin a statement. What nft says hangs on the number of words behind it.
 *
 * @at: what nft means, in the typed text
 */
static bool about_name(struct lnlb_block *block, size_t at)
{
	const struct lnlb_source *source = block->source;
	size_t i, end;

	for (i = 0; i < source->num_names; i++) {
		end = source->names[i] + strlen("lnlb");
		if (at != source->names[i] &&
		    (at < end || skip_blanks(source->typed, end) < at))
			continue;
		block->aim = source->names[i];
		block->aim_len = strlen("lnlb");
		lnlb_block_replace(block, LNLB_STMT_WRONG);
		return true;
	}
	return false;
}

/*
 * A word behind the statement at @spot that is none of its parameters, nor
 * nft's, and all that is between it and @at are words.
 */
static bool strange_word(struct lnlb_block *block, const struct lnlb_spot *spot,
			 size_t at)
{
	const char *typed = block->source->typed;
	size_t len, from;

	from = skip_blanks(typed, spot->end);
	len = strcspn(typed + from, WORD_ENDS);
	if (from > at || !isalnum((unsigned char)typed[from]) ||
	    skip_words(typed, from) < at || lnlb_nft_word(typed + from, len))
		return false;
	block->aim = from;
	block->aim_len = len;
	lnlb_block_replace(block, "");
	lnlb_block_say(block, "lnlb: unexpected %.*s, expected "
		       LNLB_STMT_EXPECTED, (int)len, typed + from);
	return true;
}

static void about_syntax(struct lnlb_block *block)
{
	const struct lnlb_source *source = block->source;
	size_t i, at = lnlb_source_typed_offset(source, block->mark);

	if (strcmp(block->message, NO_SYMBOL) &&
	    strncmp(block->message, SYNTAX_ERROR, strlen(SYNTAX_ERROR)))
		return;
	if (about_name(block, at))
		return;
	for (i = source->num_spots; i--;)
		if (source->spots[i].end <= at &&
		    strange_word(block, &source->spots[i], at))
			return;
}

static void finish_block(FILE *to, const char *marks)
{
	const struct lnlb_spot *spot = lnlb_block_spot(&held);
	int len;

	if (spot)
		about_statement(&held, spot);
	else
		about_syntax(&held);
	if (kernel_message(held.message, &len)) {
		lnlb_block_say(&held, "%s: %.*s", held.message, len,
			       kernel_messages);
		kernel_message_used(len);
	}
	lnlb_block_print(&held, to, marks);
}

/* It was not what it looked like, or it is cut off. */
static void release(FILE *to)
{
	if (held.head)
		lnlb_output_line(to, held.head);
	if (held.expected)
		lnlb_output_line(to, held.expected);
	if (held.shown)
		lnlb_output_line(to, held.shown);
	lnlb_block_clear(&held);
}

/* A line that is not about a text with statements in it */
static void pass(FILE *to, const char *line)
{
	const char *message = strstr(line, "Error: " KERNEL_REFUSED);
	int len;

	if (!message || !kernel_message(message + strlen("Error: "), &len)) {
		lnlb_output_line(to, line);
		return;
	}
	fprintf(to, "%.*s: %.*s\n", (int)strcspn(line, "\n"), line, len,
		kernel_messages);
	kernel_message_used(len);
}

void lnlb_errors_line(FILE *to, const char *line)
{
	if (held.shown && lnlb_block_marked(&held, line)) {
		finish_block(to, line);
		lnlb_block_clear(&held);
		return;
	}
	if (held.head && !held.shown && (lnlb_block_expected(&held, line) ||
					 lnlb_block_shown(&held, line)))
		return;
	release(to);
	if (!lnlb_block_head(&held, line) && !lnlb_block_quote(to, line))
		pass(to, line);
}

bool lnlb_errors_end(FILE *to)
{
	bool failed = late_entry != NULL;

	release(to);
	lnlb_cause_collect();
	if (failed && !late_shown)
		fprintf(to, "Error: lnlb: %s\n", late_message);
	if (module_missing)
		fputs("The kernel has no lnlb: load its module by \"modprobe nft_lnlb\"; it is in the package nf-lnlb-dkms.\n",
		      to);
	module_missing = false;
	free(kernel_messages);
	kernel_messages = NULL;
	free(late_message);
	late_message = NULL;
	late_entry = NULL;
	late_shown = false;
	return failed;
}
