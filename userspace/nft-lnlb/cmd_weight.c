// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster.h"
#include "lnlbctl.h"

int cmd_weight_mode(const struct ctl_args *args)
{
	const char *name = args->argv[0];
	static struct genl genl;
	struct nlmsghdr *nlh;
	char known[128];
	int err, source;

	if (!ctl_check_name(name))
		return CTL_USAGE;
	source = lnlb_parse_weight_source(args->argv[1]);
	if (source < 0) {
		lnlb_words_join(&lnlb_weight_source_words, known,
				sizeof(known));
		ctl_error("'%s' is not a weight mode; allowed are %s and auto (same as loadavg)",
			  args->argv[1], known);
		return CTL_USAGE;
	}
	if (genl_open(&genl))
		return CTL_FAILED;
	nlh = genl_begin_named(&genl, LNLB_CMD_SET_CLUSTER, name);
	mnl_attr_put_u8(nlh, LNLB_A_WEIGHT_SOURCE, source);
	err = nl_talk(&genl.nl, nlh, NULL, NULL);
	if (err)
		cluster_nl_error(&genl, err, name,
				 "cannot set the weight mode of");
	genl_close(&genl);
	return err ? CTL_FAILED : CTL_OK;
}

static int set_weight(struct genl *genl, const char *name, uint16_t weight)
{
	struct nlmsghdr *nlh;
	int err;

	nlh = genl_begin_named(genl, LNLB_CMD_SET_CLUSTER, name);
	mnl_attr_put_u16(nlh, LNLB_A_WEIGHT, weight);
	err = nl_talk(&genl->nl, nlh, NULL, NULL);
	if (err)
		cluster_nl_error(genl, err, name, "cannot set the weight of");
	if (err == -EINVAL)
		ctl_error("it has to be by hand first: lnlbctl weight_mode %s manual",
			  name);
	return err;
}

static int bad_weight(const char *where, const char *text)
{
	ctl_error("%s'%s' is not a weight; allowed are whole numbers from %d to %d, the higher the less traffic",
		  where, text, LNLB_WEIGHT_MIN, LNLB_WEIGHT_MAX);
	return -EINVAL;
}

static int set_weight_line(struct genl *genl, const char *name,
			   unsigned long number, char *line, size_t len)
{
	char where[48];
	uint16_t weight;
	int err;

	if (len && line[len - 1] == '\n')
		line[--len] = '\0';
	snprintf(where, sizeof(where), "stdin, line %lu: ", number);
	/* a zero byte would hide what stands behind it */
	if (strlen(line) != len || lnlb_parse_weight(line, &weight))
		return bad_weight(where, line);
	err = set_weight(genl, name, weight);
	if (err)
		ctl_error("stopped at line %lu of stdin", number);
	return err;
}

static int set_weight_stdin(struct genl *genl, const char *name)
{
	unsigned long number = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int err = 0;

	while (!err && (len = getline(&line, &size, stdin)) >= 0)
		err = set_weight_line(genl, name, ++number, line, len);
	free(line);
	if (!err && ferror(stdin)) {
		err = -errno;
		ctl_error("cannot read stdin: %s", strerror(errno));
	}
	return err;
}

int cmd_set_weight(const struct ctl_args *args)
{
	const char *name = args->argv[0], *text = args->argv[1];
	bool from_stdin = !strcmp(text, "stdin");
	static struct genl genl;
	uint16_t weight = 0;
	int err;

	if (!ctl_check_name(name))
		return CTL_USAGE;
	if (!from_stdin && lnlb_parse_weight(text, &weight)) {
		bad_weight("", text);
		return CTL_USAGE;
	}
	if (from_stdin && ctl_stdin_is_taken()) {
		ctl_error("stdin has the commands; give these in a file: lnlbctl -b FILE");
		return CTL_USAGE;
	}
	if (genl_open(&genl))
		return CTL_FAILED;
	if (from_stdin)
		err = set_weight_stdin(&genl, name);
	else
		err = set_weight(&genl, name, weight);
	genl_close(&genl);
	return err ? CTL_FAILED : CTL_OK;
}
