// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "nft_line.h"

const char lnlb_line_editor[] = "no";

void lnlb_line_begin(void)
{
}

char *lnlb_line_read(const char *prompt)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (isatty(STDIN_FILENO)) {
		fputs(prompt, stdout);
		fflush(stdout);
	}
	len = getline(&line, &size, stdin);
	if (len < 0) {
		free(line);
		return NULL;
	}
	if (line[len - 1] == '\n')
		line[len - 1] = '\0';
	return line;
}

void lnlb_line_remember(const char *line)
{
	(void)line;
}

void lnlb_line_end(void)
{
}
