// SPDX-License-Identifier: GPL-2.0-only
/*
 * lnlbctl -b: commands from a file, one a line.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lnlbctl.h"

#define WORDS_MAX	32

static bool reads_stdin;

bool ctl_stdin_is_taken(void)
{
	return reads_stdin;
}

/* Takes quotes and backslashes out of the word at @from; NULL: no end quote. */
static char *split_word(char *from, char **end)
{
	char *to = from, quote = '\0';

	for (; *from && (quote || !isspace((unsigned char)*from)); from++) {
		if (quote && *from == quote)
			quote = '\0';
		else if (!quote && (*from == '"' || *from == '\''))
			quote = *from;
		else if (*from == '\\' && quote != '\'' && from[1])
			*to++ = *++from;
		else
			*to++ = *from;
	}
	*end = *from ? from + 1 : from;
	*to = '\0';
	return quote ? NULL : to;
}

/* Return: NULL, or what is wrong */
static const char *split(char *line, char *words[WORDS_MAX + 1], int *count)
{
	*count = 0;
	while (true) {
		line += strspn(line, " \t\r\n");
		if (!*line || *line == '#')
			break;
		if (*count == WORDS_MAX)
			return "too many words";
		words[(*count)++] = line;
		if (!split_word(line, &line))
			return "a quote has no end";
	}
	words[*count] = NULL;
	return NULL;
}

static int run_line(char *line, size_t len)
{
	char *words[WORDS_MAX + 1];
	const char *wrong;
	int count, ret;

	/* a zero byte would hide what stands behind it */
	wrong = strlen(line) == len ? split(line, words, &count) :
				      "there is a zero byte in it";
	if (wrong) {
		ctl_error("%s", wrong);
		return CTL_USAGE;
	}
	if (!count)
		return CTL_OK;
	ret = ctl_run(words);
	/* what follows may be on stderr, or take long */
	if (fflush(stdout) || ferror(stdout)) {
		ctl_error("cannot write: %s", strerror(errno));
		return CTL_FAILED;
	}
	return ret;
}

static int run_lines(FILE *file, const char *name)
{
	unsigned long number = 0;
	int ret = CTL_OK;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while (!ret && (len = getline(&line, &size, file)) >= 0) {
		number++;
		ret = run_line(line, len);
	}
	free(line);
	if (ret) {
		ctl_error("%s, line %lu: stopped with exit code %d, nothing behind it was done",
			  name, number, ret);
	} else if (ferror(file)) {
		ctl_error("cannot read %s: %s", name, strerror(errno));
		ret = CTL_FAILED;
	}
	return ret;
}

int ctl_batch(const char *name)
{
	FILE *file;
	int ret;

	if (!name || !strcmp(name, "-")) {
		reads_stdin = true;
		return run_lines(stdin, "stdin");
	}
	file = fopen(name, "re");
	if (!file) {
		ctl_error("cannot open '%s': %s", name, strerror(errno));
		return CTL_FAILED;
	}
	ret = run_lines(file, name);
	fclose(file);
	return ret;
}
