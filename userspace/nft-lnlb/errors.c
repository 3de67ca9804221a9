// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is said when something fails, and what can be done about it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/netfilter/nf_lnlb.h>

#include "lnlbctl.h"
#include "nl.h"

#define WORD_MAX	32

void ctl_error(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("lnlbctl: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
}

void ctl_nl_error(const struct nl *nl, int err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("lnlbctl: ", stderr);
	vfprintf(stderr, format, ap);
	va_end(ap);
	if (err == -EPERM)
		fputs(": needs CAP_NET_ADMIN in the user namespace that owns this network namespace",
		      stderr);
	else if (!nl->extack[0])
		fprintf(stderr, ": %s", strerror(-err));
	if (nl->extack[0])
		fprintf(stderr, ": %s", nl->extack);
	if (err == -EPERM && geteuid())
		fputs(" (try sudo)", stderr);
	if (err == -ENOKEY)
		fputs(" (load it: keyctl padd logon DESC @u <FILE)", stderr);
	fputc('\n', stderr);
}

bool ctl_check_name(const char *name)
{
	if (*name && strlen(name) < LNLB_NAME_LEN)
		return true;
	ctl_error("'%s' cannot be the name of a cluster: 1 to %d characters are allowed",
		  name, LNLB_NAME_LEN - 1);
	return false;
}

/* Is there a module of ours for this kernel, as far as can be told? */
static bool is_installed(const char *release)
{
	char line[4096], path[300];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", release);
	file = fopen(path, "re");
	/* in a container, for example */
	if (!file)
		return true;
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, "/nf_lnlb.ko");
	fclose(file);
	return found;
}

void ctl_no_module(void)
{
	struct utsname uts;
	const char *text = "kernel module nf_lnlb is not loaded";

	if (!uname(&uts) && !is_installed(uts.release))
		ctl_error("%s, nor is it installed for Linux %s (package nf-lnlb-dkms, or make install; then: modprobe lnlb)",
			  text, uts.release);
	else
		ctl_error("%s (try: modprobe lnlb)", text);
}

unsigned int ctl_distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), i, j;
	unsigned int row[WORD_MAX + 1], diagonal, above, best;

	if (la > WORD_MAX || lb > WORD_MAX)
		return WORD_MAX;
	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			above = row[j];
			best = diagonal + (a[i - 1] != b[j - 1]);
			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diagonal = above;
		}
	}
	return row[lb];
}
