// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <editline/readline.h>

#include "nft_line.h"

const char lnlb_line_editor[] = "editline";

static char history[PATH_MAX];

void lnlb_line_begin(void)
{
	const char *home = getenv("HOME");

	rl_readline_name = "nft";
	rl_instream = stdin;
	rl_outstream = stdout;
	snprintf(history, sizeof(history), "%s/.nft.history", home ? home : "");
	read_history(history);
	history_set_pos(history_length);
}

char *lnlb_line_read(const char *prompt)
{
	return readline(prompt);
}

void lnlb_line_remember(const char *line)
{
	const HIST_ENTRY *last = history_get(history_length);

	if (!last || strcmp(last->line, line))
		add_history(line);
}

void lnlb_line_end(void)
{
	rl_deprep_terminal();
	write_history(history);
}
