// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "lnlbctl.h"
#include "session.h"

/* ADDRESS, ADDRESS:PORT for IPv4, [ADDRESS]:PORT for both */
static bool parse_client(const char *text, struct session *s)
{
	char addr[LNLB_ADDR_STRLEN];
	const char *port = NULL;
	uint32_t number = 0;
	size_t len;

	memset(s, 0, sizeof(*s));
	if (!lnlb_parse_addr(text, &s->client))
		return true;
	if (*text == '[') {
		text++;
		len = strcspn(text, "]");
		if (text[len] == ']' && text[len + 1] == ':')
			port = text + len + 2;
	} else {
		len = strcspn(text, ":");
		if (text[len])
			port = text + len + 1;
	}
	if (!port || len >= sizeof(addr))
		return false;
	memcpy(addr, text, len);
	addr[len] = '\0';
	s->has_port = true;
	if (lnlb_parse_addr(addr, &s->client) ||
	    lnlb_parse_uint(port, 0, 65535, &number))
		return false;
	s->port = number;
	return true;
}

/* client, connection or network/LENGTH */
static bool parse_policy(const char *text, struct session *s)
{
	const char *len = strchr(text, '/');
	uint32_t number = 0;
	char word[16];
	int affinity;

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, "/"), text);
	affinity = lnlb_word_value(&lnlb_affinity_words, word);
	if (affinity < 0 || (affinity == LNLB_AFFINITY_NETWORK) != !!len ||
	    (len && lnlb_parse_uint(len + 1, 1, 32, &number)))
		return false;
	s->has_policy = true;
	s->affinity = affinity;
	s->affinity_len = number;
	return true;
}

static void print_text(const struct session *s, const char *name)
{
	char addr[LNLB_ADDR_STRLEN], mac[LNLB_MAC_STRLEN];
	char idle[LNLB_TIME_STRLEN];

	lnlb_format_addr(&s->client, addr);
	if (s->by == LNLB_OWNED_BY_NOBODY) {
		printf("nobody takes %s, bucket %u of %s\n", addr, s->bucket,
		       name);
		return;
	}
	printf("%s%s ", lnlb_format_mac(s->node, mac), s->self ? " self" : "");
	if (s->by == LNLB_OWNED_BY_SESSION)
		printf("keeps the session of %s, bucket %u of %s, idle %s, tracker %s",
		       addr, s->bucket, name, lnlb_format_time(s->idle, idle),
		       s->tracker);
	else
		printf("%s %s, bucket %u of %s",
		       s->by == LNLB_OWNED_BY_BUCKET ? "takes" :
		       "is to take", addr, s->bucket, name);
	puts(s->sure ? "" : "; it knows best: ask there");
}

static int print_json(const struct session *s, const char *name)
{
	bool session = s->by == LNLB_OWNED_BY_SESSION;
	struct json_object *obj = json_object_new_object();
	char addr[LNLB_ADDR_STRLEN], mac[LNLB_MAC_STRLEN];

	json_put_string(obj, "name", name);
	json_put_string(obj, "client", lnlb_format_addr(&s->client, addr));
	if (s->has_port)
		json_put_uint(obj, "port", s->port);
	else
		json_object_object_add(obj, "port", NULL);
	json_put_uint(obj, "bucket", s->bucket);
	json_put_word(obj, "by", &lnlb_owned_by_words, s->by);
	json_put_string(obj, "node", s->has_node ?
			lnlb_format_mac(s->node, mac) : NULL);
	json_put_bool(obj, "self", s->self);
	json_put_bool(obj, "sure", s->sure);
	if (session)
		json_put_uint(obj, "idle", s->idle);
	else
		json_object_object_add(obj, "idle", NULL);
	json_put_string(obj, "tracker", session ? s->tracker : NULL);
	return json_print(obj, JSON_C_TO_STRING_PRETTY);
}

/* The only cluster, if none was named. */
static int find_name(struct genl *genl, char name[LNLB_NAME_LEN])
{
	struct cluster_list list;
	char known[512];
	int err;

	err = cluster_get_some(genl, NULL, &list, "cannot list");
	if (!err && !list.count) {
		ctl_error("there is no cluster; create one: lnlbctl addif ADDR DEV");
		err = -ENOENT;
	} else if (!err && list.count > 1) {
		cluster_names(&list, known, sizeof(known));
		ctl_error("which cluster? Give its NAME; there are: %s",
			  known);
		err = -EINVAL;
	} else if (!err) {
		strcpy(name, list.cluster[0].name);
	}
	free(list.cluster);
	return err;
}

static int tell(struct genl *genl, const char *name, struct session *session,
		bool json)
{
	int err;

	err = session_owner(genl, name, session);
	if (err)
		cluster_nl_error(genl, err, name,
				 "cannot tell whose client that is in");
	else if (json)
		return print_json(session, name);
	else
		print_text(session, name);
	return err;
}

int cmd_owner(const struct ctl_args *args)
{
	const char *client = args->argv[args->argc - 1];
	char name[LNLB_NAME_LEN] = "";
	static struct genl genl;
	struct session session;
	int err = 0;

	if (args->argc > 1 && !ctl_check_name(args->argv[0]))
		return CTL_USAGE;
	if (!parse_client(client, &session)) {
		ctl_error("'%s' is not a client; give an address, or with a port ADDR:PORT, [ADDR]:PORT",
			  client);
		return CTL_USAGE;
	}
	if (args->policy && !parse_policy(args->policy, &session)) {
		ctl_error("'%s' is not a policy; allowed are client, connection and network/LENGTH, LENGTH from 1 to 32",
			  args->policy);
		return CTL_USAGE;
	}
	if (genl_open(&genl))
		return CTL_FAILED;
	if (args->argc > 1)
		strcpy(name, args->argv[0]);
	else
		err = find_name(&genl, name);
	if (!err)
		err = tell(&genl, name, &session, args->json);
	genl_close(&genl);
	return err ? CTL_FAILED : CTL_OK;
}
