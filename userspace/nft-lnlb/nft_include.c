// SPDX-License-Identifier: GPL-2.0-only
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "nft_scan.h"
#include "nft_shim.h"
#include "nft_util.h"
#include "nft_vars.h"

/* as deep as nft includes files */
#define INCLUDE_DEPTH	16

static char **include_paths;
static size_t num_include_paths;

void lnlb_vars_include_path(const char *dir)
{
	include_paths = lnlb_realloc(include_paths, (num_include_paths + 1) *
				     sizeof(*include_paths));
	include_paths[num_include_paths++] = lnlb_memdup(dir, strlen(dir));
}

/* Statements in there are read once more when libnftables opens the file. */
static void read_definitions(const char *path)
{
	static unsigned int depth;
	size_t len;
	char *text;

	text = depth < INCLUDE_DEPTH ? lnlb_shim_read(path, &len) : NULL;
	if (!text)
		return;
	depth++;
	if (memmem(text, len, "define", 6) || memmem(text, len, "include", 7))
		lnlb_scan(text, len, NULL, NULL);
	depth--;
	free(text);
}

static void read_matches(const char *dir, const char *name, size_t len)
{
	glob_t matches;
	char *pattern;
	size_t i;

	pattern = lnlb_calloc(1, strlen(dir) + len + 2);
	sprintf(pattern, "%s%s%.*s", dir, *dir ? "/" : "", (int)len, name);
	if (!glob(pattern, 0, NULL, &matches)) {
		for (i = 0; i < matches.gl_pathc; i++)
			read_definitions(matches.gl_pathv[i]);
		globfree(&matches);
	}
	free(pattern);
}

void lnlb_vars_include(const char *text, size_t len)
{
	size_t i, start = 0, end;

	while (start < len && strchr(" \t", text[start]))
		start++;
	if (start == len || text[start] != '"')
		return;
	for (end = ++start; end < len && text[end] != '"'; end++)
		;
	if (end == len)
		return;
	read_matches("", text + start, end - start);
	if (text[start] == '/' || text[start] == '.')
		return;
	for (i = 0; i < num_include_paths; i++)
		read_matches(include_paths[i], text + start, end - start);
	read_matches("/etc", text + start, end - start);
}
