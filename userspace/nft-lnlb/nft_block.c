// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdarg.h>

#include "nft_block.h"
#include "nft_carrier.h"
#include "nft_source.h"
#include "nft_util.h"

/* libnftables reads that much of a line of a file to show it */
#define SHOWN_MAX	1023

/* Length of the line at @text, without its end */
static size_t line_len(const char *text)
{
	return strcspn(text, "\n");
}

static size_t line_offset(const struct lnlb_source *source, size_t number)
{
	const char *p = source->swapped;

	while (--number && (p = strchr(p, '\n')))
		p++;
	return p ? (size_t)(p - source->swapped) : source->swapped_len;
}

/* "NAME:LINE:FIRST-LAST: " @head is behind it, or left alone if there is none. */
static bool read_position(struct lnlb_block *block, const char **head)
{
	const char *colon, *p = *head;
	int len = 0;

	while ((colon = strchr(p, ':'))) {
		if (sscanf(colon, ":%zu:%zu-%zu: %n", &block->line_number,
			   &block->columns[0], &block->columns[1], &len) == 3 &&
		    len)
			break;
		p = colon + 1;
	}
	if (!colon || !block->line_number)
		return false;
	block->source = lnlb_source_find(*head, colon - *head);
	*head = colon + len;
	return true;
}

bool lnlb_block_quote(FILE *to, const char *line)
{
	struct lnlb_block block = { 0 };
	const char *quoted = line, *typed;
	size_t offset, len;

	if (!read_position(&block, &quoted) || !block.source)
		return false;
	/* blanks in front of the line are its own */
	while (quoted[-1] != ':')
		quoted--;
	quoted++;
	offset = line_offset(block.source, block.line_number);
	len = line_len(block.source->swapped + offset);
	if (len != line_len(quoted) ||
	    memcmp(quoted, block.source->swapped + offset, len))
		return false;
	typed = block.source->typed +
		lnlb_source_typed_offset(block.source, offset);
	fprintf(to, "%.*s%.*s\n", (int)(quoted - line), line,
		(int)line_len(typed), typed);
	return true;
}

bool lnlb_block_head(struct lnlb_block *block, const char *line)
{
	static const char *const kinds[] = { "Error: ", "Warning: " };
	const char *p = line;
	size_t i;

	memset(block, 0, sizeof(*block));
	block->position = read_position(block, &p);
	if (!block->position) {
		block->source = lnlb_source_find(LNLB_SOURCE_CMDLINE, 0);
		block->line_number = 1;
	}
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(p, kinds[i], strlen(kinds[i])))
			block->kind = kinds[i];
	if (!block->source || !block->kind) {
		block->source = NULL;
		return false;
	}
	p += strlen(block->kind);
	block->head = lnlb_memdup(line, strlen(line));
	block->message = lnlb_memdup(p, line_len(p));
	block->line_start = line_offset(block->source, block->line_number);
	return true;
}

bool lnlb_block_expected(struct lnlb_block *block, const char *line)
{
	if (block->expected ||
	    strncmp(line, "expected any of: ", strlen("expected any of: ")))
		return false;
	block->expected = lnlb_memdup(line, strlen(line));
	return true;
}

bool lnlb_block_shown(struct lnlb_block *block, const char *line)
{
	const char *swapped = block->source->swapped + block->line_start;
	size_t len = line_len(swapped);

	if (len > SHOWN_MAX && block->position)
		len = SHOWN_MAX < line_len(line) ? len : SHOWN_MAX;
	if (line_len(line) != len || memcmp(line, swapped, len))
		return false;
	block->shown = lnlb_memdup(line, strlen(line));
	return true;
}

bool lnlb_block_marked(struct lnlb_block *block, const char *line)
{
	const char *mark = strpbrk(line, "^~");

	if (!mark || line[strspn(line, " \t^~")] != '\n')
		return false;
	block->mark = block->line_start + (mark - line);
	return true;
}

/* Offset of @at in its line */
static size_t column_of(const char *text, size_t at)
{
	size_t i = at;

	while (i && text[i - 1] != '\n')
		i--;
	return at - i;
}

/*
 * Of a command with many lines nft shows the first one, whichever it means. No
 * statement but a wrong one has a marker where nft expects a word.
 */
static bool wrong_elsewhere(const struct lnlb_block *block,
			    const struct lnlb_spot *spot)
{
	return !block->position && spot->entry->error &&
	       !strcmp(block->message, "syntax error, unexpected junk") &&
	       column_of(block->source->swapped, spot->swapped_from) ==
	       block->mark - block->line_start;
}

const struct lnlb_spot *lnlb_block_spot(const struct lnlb_block *block)
{
	const struct lnlb_spot *spot = block->source->spots;
	size_t i;

	for (i = 0; i < block->source->num_spots; i++, spot++)
		if ((spot->swapped_from <= block->mark &&
		     block->mark < spot->swapped_end) ||
		    wrong_elsewhere(block, spot))
			return spot;
	return NULL;
}

void lnlb_block_say(struct lnlb_block *block, const char *format, ...)
{
	char *message;
	va_list args;

	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	va_end(args);
	lnlb_checked(message);
	free(block->message);
	block->message = message;
}

void lnlb_block_replace(struct lnlb_block *block, const char *message)
{
	lnlb_block_say(block, "%s", message);
	free(block->expected);
	block->expected = NULL;
}

/* @from, @end: offsets in the typed text, in the line at @start */
static void print_head(const struct lnlb_block *block, FILE *to, size_t start,
		       size_t from, size_t end)
{
	const struct lnlb_source *source = block->source;
	size_t i, number = 1;

	for (i = 0; i < start; i++)
		number += source->typed[i] == '\n';
	if (block->position)
		fprintf(to, "%s:%zu:%zu-%zu: ", source->name, number,
			from - start + 1, end - start);
	fprintf(to, "%s%s\n%s", block->kind, block->message,
		block->expected ? block->expected : "");
}

/* The line at @start in the typed text, and below it @marks */
static void print_line(const struct lnlb_block *block, FILE *to, size_t start,
		       const char *marks)
{
	const char *typed = block->source->typed + start;
	size_t len = line_len(typed);

	if (block->position && len > SHOWN_MAX)
		len = SHOWN_MAX;
	fprintf(to, "%.*s\n%s\n", (int)len, typed, marks);
}

/* Blanks as wide as the line at @typed, or @width if that is more */
static char *blank_marks(const char *typed, size_t width)
{
	size_t i, len = line_len(typed);
	char *marks = lnlb_calloc(1, len + width + 2);

	for (i = 0; i < len + width; i++)
		marks[i] = i < len && typed[i] == '\t' ? '\t' : ' ';
	return marks;
}

static void print_aimed(const struct lnlb_block *block, FILE *to)
{
	const char *typed = block->source->typed;
	size_t start = block->aim, end;
	char *marks;

	while (start && typed[start - 1] != '\n')
		start--;
	end = start + line_len(typed + start);
	if (end > block->aim + block->aim_len)
		end = block->aim + block->aim_len;
	marks = blank_marks(typed + start, 0);
	memset(marks + block->aim - start, '^', end - block->aim);
	marks[end - start] = '\0';
	print_head(block, to, start, block->aim, end);
	print_line(block, to, start, marks);
	free(marks);
}

void lnlb_block_print(const struct lnlb_block *block, FILE *to,
		      const char *swapped_marks)
{
	const struct lnlb_source *source = block->source;
	size_t i, start, column, last = 0, width, size;
	char *marks;

	if (block->aim_len) {
		print_aimed(block, to);
		return;
	}
	start = lnlb_source_typed_offset(source, block->line_start);
	width = line_len(source->swapped + block->line_start);
	marks = blank_marks(source->typed + start, strlen(swapped_marks));
	size = strlen(marks);
	for (i = 0; swapped_marks[i] && swapped_marks[i] != '\n'; i++) {
		if (isspace((unsigned char)swapped_marks[i]))
			continue;
		column = i;
		if (i <= width)
			column = lnlb_source_typed_offset(source,
							  block->line_start +
							  i) - start;
		if (column >= size)
			continue;
		marks[column] = swapped_marks[i];
		last = column + 1;
	}
	marks[last] = '\0';
	column = lnlb_source_typed_offset(source, block->line_start +
					  block->columns[0] - 1);
	i = lnlb_source_typed_offset(source, block->line_start +
				     block->columns[1] - 1);
	print_head(block, to, start, column, i + 1);
	print_line(block, to, start, marks);
	free(marks);
}

void lnlb_block_clear(struct lnlb_block *block)
{
	free(block->head);
	free(block->expected);
	free(block->shown);
	free(block->message);
	memset(block, 0, sizeof(*block));
}
