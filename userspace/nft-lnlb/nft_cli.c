// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdbool.h>

#include "nft_cli.h"
#include "nft_line.h"
#include "nft_run.h"
#include "nft_util.h"

static char *join(char *begun, char *line)
{
	char *joined;

	if (!begun)
		return line;
	joined = lnlb_calloc(1, strlen(begun) + strlen(line) + 1);
	strcat(strcpy(joined, begun), line);
	free(begun);
	free(line);
	return joined;
}

static bool blank(const char *line)
{
	while (isspace((unsigned char)*line))
		line++;
	return !*line;
}

/* Return: a command, which may have taken several lines; NULL at the end. */
static char *read_command(void)
{
	char *line, *begun = NULL;
	bool more = true;
	size_t len;

	while (more) {
		line = lnlb_line_read(begun ? ".... " : "nft> ");
		if (!line) {
			free(begun);
			return NULL;
		}
		len = strlen(line);
		if (!len) {
			free(line);
			continue;
		}
		more = line[len - 1] == '\\';
		if (more)
			line[len - 1] = '\0';
		begun = join(begun, line);
	}
	return begun;
}

void lnlb_cli(struct nft_ctx *nft)
{
	bool quit = false;
	char *command;

	lnlb_line_begin();
	while (!quit && (command = read_command())) {
		quit = !strcmp(command, "quit");
		if (!quit && !blank(command)) {
			lnlb_line_remember(command);
			lnlb_run_buffer(nft, command);
		}
		free(command);
	}
	lnlb_line_end();
}
