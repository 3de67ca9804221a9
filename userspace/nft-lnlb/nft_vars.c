// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "nft_carrier.h"
#include "nft_util.h"
#include "nft_vars.h"

/* longer ones do not fit into a carrier together with others */
#define PLAIN_MAX	32
/* how much of what is no value is shown */
#define SHOWN_MAX	64
#define NAMES_HASH_SIZE	1024

/**
 * struct definition - a value of a variable
 * @next: older one
 * @name: of the variable
 * @value: its value, expanded
 * @kind: what to do with it
 */
struct definition {
	struct definition *next;
	char *name;
	char *value;
	enum lnlb_var_kind kind;
};

static struct definition *definitions[NAMES_HASH_SIZE];

/* Words that can be a value of nft's, and are numbers to it then */
static const char *const keywords[] = {
	"tcp", "udp", "udplite", "sctp", "dccp", "esp", "ah", "comp", "icmp",
	"igmp", "icmpv6", "exists", "missing", "redirect", "hbh", "rt", "frag",
	"dst", "mh", NULL
};

static size_t skip_blanks(const char *text, size_t len, size_t i)
{
	for (; i < len; i++)
		if (text[i] == '\\' && i + 1 < len && text[i + 1] == '\n')
			i++;
		else if (text[i] != ' ' && text[i] != '\t')
			break;
	return i;
}

static bool name_char(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_/\\.-", c));
}

/* Return: length of the name that begins at @text. */
static size_t name_len(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len && name_char(text[i]); i++)
		;
	return i;
}

static bool line_end(const char *text, size_t len, size_t i)
{
	i = skip_blanks(text, len, i);
	return i == len || strchr("\n;#}", text[i]);
}

/* An address or a number ends where a range or a prefix begins. */
static bool is_word(const char *value, size_t len)
{
	bool number = isdigit((unsigned char)value[0]) ||
		      memchr(value, ':', len);
	size_t i;

	for (i = 0; i < len; i++) {
		if (isalnum((unsigned char)value[i]) ||
		    (value[i] && strchr("_.:", value[i])))
			continue;
		if (number || !i || !value[i] || !strchr("/-", value[i]))
			return false;
	}
	return len > 0;
}

static bool is_keyword(const char *value)
{
	size_t i;

	for (i = 0; keywords[i]; i++)
		if (!strcmp(keywords[i], value))
			return true;
	return false;
}

static bool fits_carrier(const char *value)
{
	return strlen(value) <= PLAIN_MAX && !is_keyword(value) &&
	       !strchr(value, LNLB_VALUE_SEPARATOR);
}

static struct definition **bucket(const char *name, size_t len)
{
	unsigned int hash = 2166136261u;

	while (len--)
		hash = (hash ^ (unsigned char)*name++) * 16777619u;
	return &definitions[hash % NAMES_HASH_SIZE];
}

static bool is_named(const struct definition *definition, const char *name,
		     size_t len)
{
	return strlen(definition->name) == len &&
	       !memcmp(definition->name, name, len);
}

static struct definition *find(const char *name, size_t len)
{
	struct definition *definition = *bucket(name, len);

	while (definition && !is_named(definition, name, len))
		definition = definition->next;
	return definition;
}

static void add(const char *name, size_t len, enum lnlb_var_kind kind,
		const char *value, size_t value_len)
{
	struct definition *definition = lnlb_calloc(1, sizeof(*definition));
	struct definition **head = bucket(name, len);

	definition->name = lnlb_memdup(name, len);
	definition->value = lnlb_memdup(value, value_len);
	definition->kind = kind;
	if (kind == LNLB_VAR_PLAIN && !fits_carrier(definition->value))
		definition->kind = LNLB_VAR_LITERAL;
	definition->next = *head;
	*head = definition;
}

static void add_wrong(const char *name, size_t len, const char *value,
		      size_t value_len)
{
	const char *end = memchr(value, '\n', value_len);

	if (end)
		value_len = end - value;
	if (value_len > SHOWN_MAX)
		value_len = SHOWN_MAX;
	while (value_len && strchr("; \t\r", value[value_len - 1]))
		value_len--;
	add(name, len, LNLB_VAR_WRONG, value, value_len);
}

/* One variable that is another one has that one's value. */
static void add_copy(const char *name, size_t len, const char *of,
		     size_t of_len)
{
	const struct definition *other = find(of, of_len);

	if (other)
		add(name, len, other->kind == LNLB_VAR_PLAIN ?
		    LNLB_VAR_LITERAL : other->kind, other->value,
		    strlen(other->value));
	else
		add_wrong(name, len, of - 1, of_len + 1);
}

void lnlb_vars_define(const char *text, size_t len)
{
	size_t start = skip_blanks(text, len, 0), name, i, end;
	const char *quote;

	name = name_len(text + start, len - start);
	i = skip_blanks(text, len, start + name);
	if (!name || i == len || text[i] != '=')
		return;
	i = skip_blanks(text, len, i + 1);
	quote = i < len && text[i] == '"' ?
		memchr(text + i + 1, '"', len - i - 1) : NULL;
	for (end = i; end < len && !strchr(" \t\n;#{}\\", text[end]); end++)
		;
	if (quote && line_end(text, len, quote + 1 - text))
		add(text + start, name, LNLB_VAR_PLAIN, text + i + 1,
		    quote - text - i - 1);
	else if (quote || end == i || !line_end(text, len, end))
		add_wrong(text + start, name, text + i, len - i);
	else if (text[i] == '$')
		add_copy(text + start, name, text + i + 1, end - i - 1);
	else if (is_word(text + i, end - i))
		add(text + start, name, LNLB_VAR_PLAIN, text + i, end - i);
	else
		add_wrong(text + start, name, text + i, end - i);
}

void lnlb_vars_undefine(const char *text, size_t len)
{
	size_t start = skip_blanks(text, len, 0), name;
	struct definition **link, *definition;

	name = name_len(text + start, len - start);
	for (link = bucket(text + start, name); (definition = *link);) {
		if (!is_named(definition, text + start, name)) {
			link = &definition->next;
			continue;
		}
		*link = definition->next;
		free(definition->name);
		free(definition->value);
		free(definition);
	}
}

enum lnlb_var_kind lnlb_vars_find(const char *name, size_t len,
				  const char **value)
{
	const struct definition *definition, *first = find(name, len);
	enum lnlb_var_kind kind = LNLB_VAR_PLAIN;
	bool several = false;

	for (definition = first; definition; definition = definition->next) {
		if (!is_named(definition, name, len))
			continue;
		if (definition->kind > kind)
			kind = definition->kind;
		several |= strcmp(definition->value, first->value) != 0;
	}
	/* which of them is meant here is known to libnftables alone */
	if (several && kind == LNLB_VAR_LITERAL)
		kind = LNLB_VAR_WRONG;
	*value = several ? "several things" : first ? first->value : NULL;
	return kind;
}
