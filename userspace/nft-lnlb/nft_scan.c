// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "nft_scan.h"
#include "nft_stmt.h"
#include "nft_typo.h"
#include "nft_util.h"
#include "nft_vars.h"

/*
 * Where a statement may stand is all that matters here, so this knows only the
 * skeleton of nft's language: commands that end in a rule, the blocks of tables
 * and chains, and which braces are something else. In a rule the words "lnlb
 * cluster" cannot follow each other in any other meaning. Outside of one they
 * can: "list chain lnlb cluster".
 */
enum block {
	BLOCK_TOP,	/* commands; also a file that is included in a chain */
	BLOCK_TABLE,
	BLOCK_CHAIN,
	BLOCK_OTHER,	/* elements of a set, options of an object, … */
};

enum place {
	PLACE_START,	/* of a line */
	PLACE_OBJECT,	/* behind "add": an object, or the names at once */
	PLACE_NAMES,	/* [family] table chain of a rule */
	PLACE_POSITION,	/* [position|handle|index N] */
	PLACE_RULE,
	PLACE_GUESS,	/* a rule, or table and chain of one without "add rule" */
	PLACE_NOWHERE,
};

/**
 * struct frame - where we are between two braces
 * @block: kind
 * @place: where in the line
 * @opens: what the next brace begins
 * @skip: words to be passed over before @place holds
 * @jump: was the last word jump or goto?
 */
struct frame {
	enum block block;
	enum place place;
	enum block opens;
	unsigned int skip;
	bool jump;
};

/**
 * struct scan - state of a scan
 * @text: what is left
 * @frames: open braces and what is around them
 * @depth: of @frames
 * @last: word before
 */
struct scan {
	struct lnlb_text text;
	struct frame *frames;
	size_t depth;
	struct lnlb_token last;
};

static bool one_of(const struct lnlb_text *text, struct lnlb_token token,
		   const char *const *words)
{
	for (; *words; words++)
		if (lnlb_token_is(text, token, *words))
			return true;
	return false;
}

static const char *const families[] = {
	"ip", "ip6", "inet", "arp", "bridge", "netdev", NULL
};
static const char *const rule_verbs[] = {
	"add", "create", "insert", "replace", NULL
};
static const char *const other_verbs[] = {
	"delete", "destroy", "list", "flush", "rename", "reset", "get",
	"describe", "monitor", "import", "export", "include", "define",
	"redefine", "undefine", NULL
};
static const char *const other_objects[] = {
	"set", "map", "element", "flowtable", "counter", "quota", "limit", "ct",
	"secmark", "synproxy", "meter", "tunnel", NULL
};
static const char *const positions[] = {
	"position", "handle", "index", NULL
};
/* A name or a value follows these, which may well be "lnlb" */
static const char *const value_words[] = {
	"iif", "iifname", "iifkind", "oif", "oifname", "oifkind", "ibrname",
	"obrname", "sdif", "sdifname", "jump", "goto", "name", "helper", "prefix",
	"device", "to", "set", "meter", "update", "comment", "==", "!=", "<", ">",
	"<=", ">=", NULL
};

static void frame_line(struct frame *frame)
{
	frame->place = PLACE_START;
	frame->opens = BLOCK_OTHER;
	frame->skip = 0;
	frame->jump = false;
}

static struct frame *frame_push(struct scan *scan, enum block block)
{
	struct frame *frame;

	scan->frames = lnlb_realloc(scan->frames, (scan->depth + 1) *
				    sizeof(*scan->frames));
	frame = &scan->frames[scan->depth++];
	frame->block = block;
	frame_line(frame);
	return frame;
}

static void object(struct scan *scan, struct frame *frame,
		   struct lnlb_token token)
{
	frame->place = PLACE_NOWHERE;
	if (lnlb_token_is(&scan->text, token, "rule")) {
		frame->place = PLACE_NAMES;
		frame->skip = 2;
	} else if (lnlb_token_is(&scan->text, token, "table")) {
		frame->opens = BLOCK_TABLE;
	} else if (lnlb_token_is(&scan->text, token, "chain")) {
		frame->opens = BLOCK_CHAIN;
	} else if (!one_of(&scan->text, token, other_objects)) {
		/* "add ip t c …", and the object is what is left out */
		frame->place = PLACE_NAMES;
		frame->skip = one_of(&scan->text, token, families) ? 2 : 1;
	}
}

/*
 * A line that begins with an object's name may be a rule as well, in a file
 * that is included in a chain: "counter lnlb cluster 10.0.0.10".
 */
static void command(struct scan *scan, struct frame *frame,
		    struct lnlb_token token)
{
	if (one_of(&scan->text, token, rule_verbs))
		frame->place = PLACE_OBJECT;
	else if (one_of(&scan->text, token, other_verbs))
		frame->place = PLACE_NOWHERE;
	else if (lnlb_token_is(&scan->text, token, "rule") ||
		 lnlb_token_is(&scan->text, token, "table") ||
		 lnlb_token_is(&scan->text, token, "chain"))
		object(scan, frame, token);
	else
		frame->place = PLACE_GUESS;
}

/* Variables are defined and files included in tables and chains, too. */
static void definition(struct lnlb_text *text, struct lnlb_token token)
{
	static const struct {
		const char *word;
		void (*note)(const char *text, size_t len);
	} words[] = {
		{ "define", lnlb_vars_define },
		{ "redefine", lnlb_vars_define },
		{ "undefine", lnlb_vars_undefine },
		{ "include", lnlb_vars_include },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (lnlb_token_is(text, token, words[i].word))
			words[i].note(text->data + text->pos,
				      text->len - text->pos);
}

static void line_start(struct scan *scan, struct frame *frame,
		       struct lnlb_token token)
{
	if (frame->block != BLOCK_OTHER)
		definition(&scan->text, token);
	switch (frame->block) {
	case BLOCK_TOP:
		command(scan, frame, token);
		break;
	case BLOCK_TABLE:
		frame->place = PLACE_NOWHERE;
		if (lnlb_token_is(&scan->text, token, "chain"))
			frame->opens = BLOCK_CHAIN;
		break;
	case BLOCK_CHAIN:
		frame->place = PLACE_RULE;
		break;
	case BLOCK_OTHER:
		frame->place = PLACE_NOWHERE;
		break;
	}
}

/* Return: may a statement begin with this word? */
static bool advance(struct scan *scan, struct frame *frame,
		    struct lnlb_token token)
{
	switch (frame->place) {
	case PLACE_START:
		line_start(scan, frame, token);
		break;
	case PLACE_OBJECT:
		object(scan, frame, token);
		return false;
	case PLACE_NAMES:
		if (frame->skip == 2 && one_of(&scan->text, token, families))
			return false;
		if (--frame->skip == 0)
			frame->place = PLACE_POSITION;
		return false;
	case PLACE_POSITION:
		if (!frame->skip && one_of(&scan->text, token, positions)) {
			frame->skip = 1;
			return false;
		}
		if (frame->skip) {
			frame->skip--;
			return false;
		}
		frame->place = PLACE_RULE;
		break;
	default:
		break;
	}
	return frame->place == PLACE_RULE || frame->place == PLACE_GUESS;
}

/* Nothing in a rule may have one of these behind a name. */
static bool meant_cluster(const struct lnlb_text *text, struct lnlb_token token)
{
	char word[LNLB_ADDR_STRLEN];
	struct lnlb_addr addr;

	if (token.type != LNLB_TOKEN_WORD)
		return false;
	if (lnlb_typo(text->data + token.offset, token.len, "cluster"))
		return true;
	if (token.len >= sizeof(word))
		return false;
	memcpy(word, text->data + token.offset, token.len);
	word[token.len] = '\0';
	return !lnlb_parse_addr(word, &addr);
}

/*
 * @scan stands behind the word @token. A rule that begins with "lnlb" is wrong
 * without "cluster"; elsewhere "lnlb" may be the name of an interface.
 */
static bool begins_statement(struct scan *scan, struct frame *frame,
			     struct lnlb_token token, bool first)
{
	struct lnlb_text ahead = scan->text;
	struct lnlb_token next;
	const char *value;

	next = lnlb_token_next(&ahead);
	if (!lnlb_token_is(&ahead, next, "cluster"))
		return frame->place == PLACE_RULE &&
		       (first || meant_cluster(&ahead, next));
	if (frame->place == PLACE_RULE)
		return true;
	token = lnlb_token_next(&ahead);
	value = ahead.data + token.offset;
	return token.type == LNLB_TOKEN_WORD &&
	       (*value == '$' || memchr(value, '.', token.len) ||
		memchr(value, ':', token.len));
}

static void brace_open(struct scan *scan)
{
	struct frame *frame = &scan->frames[scan->depth - 1];
	enum block block = frame->jump ? BLOCK_CHAIN : frame->opens;

	frame->jump = false;
	frame_push(scan, block);
}

/* What is behind a block begins after a separator. */
static void brace_close(struct scan *scan)
{
	if (scan->depth > 1)
		scan->depth--;
}

/*
 * Return: does a statement begin here? If not, *@misspelt says whether it would
 * in the eyes of whoever typed a word that nft minds.
 */
static bool word(struct scan *scan, struct lnlb_token token, bool *misspelt)
{
	struct frame *frame = &scan->frames[scan->depth - 1];
	bool first = frame->place != PLACE_RULE;
	bool possible = advance(scan, frame, token);
	struct lnlb_token before = scan->last;

	*misspelt = false;
	scan->last = token;
	/* "jump", "goto" and "lnlb": most words are told apart by their length */
	frame->jump = false;
	if (token.len != strlen("lnlb"))
		return false;
	frame->jump = lnlb_token_is(&scan->text, token, "jump") ||
		      lnlb_token_is(&scan->text, token, "goto");
	if (!possible || !lnlb_token_is(&scan->text, token, "lnlb") ||
	    (!first && one_of(&scan->text, before, value_words)))
		return false;
	if (begins_statement(scan, frame, token, first))
		return true;
	*misspelt = frame->place == PLACE_RULE;
	return false;
}

void lnlb_scan(const char *data, size_t len,
	       void (*found)(void *arg, size_t start, size_t end,
			     const struct lnlb_entry *entry),
	       void *arg)
{
	struct scan scan = { .text = { .data = data, .len = len } };
	const struct lnlb_entry *entry;
	struct lnlb_token token;
	bool misspelt;

	frame_push(&scan, BLOCK_TOP);
	while ((token = lnlb_token_next(&scan.text)).type != LNLB_TOKEN_END) {
		if (token.type == LNLB_TOKEN_OPEN) {
			brace_open(&scan);
		} else if (token.type == LNLB_TOKEN_CLOSE) {
			brace_close(&scan);
		} else if (token.type == LNLB_TOKEN_SEPARATOR) {
			frame_line(&scan.frames[scan.depth - 1]);
		} else if (word(&scan, token, &misspelt)) {
			entry = lnlb_parse_statement(&scan.text, token.offset);
			if (found)
				found(arg, token.offset, scan.text.pos, entry);
		} else if (misspelt && found) {
			found(arg, token.offset, scan.text.pos, NULL);
		}
	}
	free(scan.frames);
}
