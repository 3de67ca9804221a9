// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <sys/types.h>

#include "nft_carrier.h"
#include "nft_json.h"
#include "nft_output.h"
#include "nft_util.h"

/**
 * struct form - how libnftables prints a carrier
 * @before: in front of the marker
 * @after: behind the marker and the values
 * @open: what is printed in front of the statement
 * @close: and behind it
 * @json: is the statement printed as JSON, and the marker escaped?
 */
static const struct form {
	const char *before;
	const char *after;
	const char *open;
	const char *close;
	bool json;
} forms[] = {
	{ "log prefix \"", "\"", "", "", false },
	{ "{\"log\": {\"prefix\": \"", "\"}}", "", "", true },
	{ "[ log prefix ", " ]", "[ ", " ]", false },	/* --debug=netlink */
};

/* An escaped control character in JSON: \u0001 */
#define ESCAPE_LEN	6

/**
 * struct stream - of lines
 * @next: another one
 * @file: what libnftables writes to
 * @to: where it goes
 * @line: the way there
 * @buf: the line that has no end yet
 * @len: its length
 * @size: of @buf
 */
struct stream {
	struct stream *next;
	FILE *file;
	FILE *to;
	void (*line)(FILE *to, const char *line);
	char *buf;
	size_t len;
	size_t size;
};

static struct stream *streams;
static struct stream *last_written;

static bool ends_with(const char *start, const char *end, const char *what)
{
	size_t len = strlen(what);

	return (size_t)(end - start) >= len && !memcmp(end - len, what, len);
}

static void print_statement(FILE *to, const struct lnlb_stmt *stmt, bool json)
{
	char text[LNLB_STMT_STRLEN], *object = NULL;

	if (json)
		object = lnlb_json_format(stmt);
	fputs(object ? object : lnlb_stmt_format(stmt, text), to);
	free(object);
}

/* Read a marker, which is written as \u0001\u0002 in JSON. */
static const struct lnlb_entry *read_marker(const char **text, bool json)
{
	char marker[LNLB_MARKER_LEN] = "";
	const char *p = marker;
	size_t len;

	if (!json)
		return lnlb_marker_read(text);
	for (len = 0; !strncmp(*text, "\\u00", 4); len++) {
		if (len == sizeof(marker) - 1)
			return NULL;
		marker[len] = strtoul((char[]){ (*text)[4], (*text)[5], 0 },
				      NULL, 16);
		*text += ESCAPE_LEN;
	}
	return lnlb_marker_read(&p);
}

/*
 * Print what is between @start and the carrier whose marker is at @at, and its
 * statement.
 * Return: behind the carrier, NULL if it is none and nothing was printed
 */
static const char *print_carrier(FILE *to, const struct form *form,
				 const char *start, const char *at)
{
	const struct lnlb_entry *entry;
	char err[LNLB_STMT_ERRLEN], *values;
	struct lnlb_stmt stmt;
	const char *end, *text = at;

	entry = read_marker(&text, form->json);
	end = strstr(text, form->after);
	if (!entry || !end)
		return NULL;
	fwrite(start, 1, at - strlen(form->before) - start, to);
	fputs(form->open, to);
	values = lnlb_memdup(text, end - text);
	if ((!form->json && !entry->typed) ||
	    lnlb_entry_resolve(entry, values, &stmt, err))
		fwrite(entry->key, 1, entry->key_len, to);
	else
		print_statement(to, &stmt, form->json);
	free(values);
	fputs(form->close, to);
	return end + strlen(form->after);
}

static const struct form *form_at(const char *start, const char *at)
{
	size_t i;

	if (!lnlb_marker_char(*at) && strncmp(at, "\\u00", 4))
		return NULL;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (ends_with(start, at, forms[i].before) &&
		    forms[i].json == (*at == '\\'))
			return &forms[i];
	return NULL;
}

void lnlb_output_line(FILE *to, const char *line)
{
	const char *start = line, *p, *end;
	const struct form *form;

	/* as in all of the forms; most lines have it nowhere */
	p = strstr(line, "prefix");
	for (; p && *p; p++) {
		form = form_at(start, p);
		end = form ? print_carrier(to, form, start, p) : NULL;
		if (!end)
			continue;
		start = end;
		p = end - 1;
	}
	fputs(start, to);
}

static void pass_lines(struct stream *stream)
{
	char *start = stream->buf, *end, next;

	while ((end = memchr(start, '\n',
			     stream->buf + stream->len - start))) {
		next = *++end;
		*end = '\0';
		stream->line(stream->to, start);
		*end = next;
		start = end;
	}
	stream->len -= start - stream->buf;
	memmove(stream->buf, start, stream->len + 1);
	fflush(stream->to);
}

static void pass_rest(struct stream *stream)
{
	if (stream->len)
		stream->line(stream->to, stream->buf);
	stream->len = 0;
	fflush(stream->to);
}

/* Where both go to one file, what was printed first has to come first there. */
static void change_stream(struct stream *stream)
{
	if (last_written) {
		pass_rest(last_written);
		last_written->line(last_written->to, "");
	}
	last_written = stream;
}

static ssize_t stream_write(void *cookie, const char *text, size_t len)
{
	struct stream *stream = cookie;

	if (stream != last_written)
		change_stream(stream);
	if (stream->len + len + 1 > stream->size) {
		stream->size = (stream->len + len + 1) * 2;
		stream->buf = lnlb_realloc(stream->buf, stream->size);
	}
	memcpy(stream->buf + stream->len, text, len);
	stream->len += len;
	stream->buf[stream->len] = '\0';
	if (memchr(text, '\n', len))
		pass_lines(stream);
	return len;
}

FILE *lnlb_output_open(FILE *to, void (*line)(FILE *to, const char *line))
{
	struct stream *stream = lnlb_calloc(1, sizeof(*stream));

	stream->to = to;
	stream->line = line;
	stream->file = lnlb_checked(fopencookie(stream, "w",
		(cookie_io_functions_t){ .write = stream_write }));
	/* libnftables flushes its output itself */
	if (to == stderr)
		setvbuf(stream->file, NULL, _IONBF, 0);
	stream->next = streams;
	streams = stream;
	return stream->file;
}

void lnlb_output_end(FILE *file)
{
	struct stream *stream = streams;

	fflush(file);
	while (stream && stream->file != file)
		stream = stream->next;
	if (stream)
		pass_rest(stream);
}
