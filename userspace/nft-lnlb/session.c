// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "session.h"

struct reader {
	int (*cb)(const struct session *session, void *data);
	void *data;
};

static void parse_node(const struct nlattr **tb, struct session *s)
{
	s->has_node = tb[LNLB_A_NODE_ID];
	if (s->has_node)
		memcpy(s->node, mnl_attr_get_payload(tb[LNLB_A_NODE_ID]),
		       LNLB_MAC_LEN);
	s->self = tb[LNLB_A_NODE_SELF];
	s->bucket = mnl_attr_get_u32(tb[LNLB_A_BUCKET]);
	if (tb[LNLB_A_SESSION_IDLE])
		s->idle = mnl_attr_get_u32(tb[LNLB_A_SESSION_IDLE]);
	if (tb[LNLB_A_TRACKER])
		snprintf(s->tracker, sizeof(s->tracker), "%s",
			 mnl_attr_get_str(tb[LNLB_A_TRACKER]));
}

static int listed(const struct nlmsghdr *nlh, void *data)
{
	struct session s = { .by = LNLB_OWNED_BY_SESSION, .sure = true };
	const struct nlattr *tb[LNLB_A_MAX + 1];
	const struct reader *reader = data;

	if (genl_parse(nlh, tb) || !tb[LNLB_A_CLIENT] || !tb[LNLB_A_BUCKET] ||
	    !tb[LNLB_A_NODE_ID])
		return -EBADMSG;
	s.client.len = mnl_attr_get_payload_len(tb[LNLB_A_CLIENT]);
	memcpy(s.client.bytes, mnl_attr_get_payload(tb[LNLB_A_CLIENT]),
	       s.client.len);
	s.has_port = tb[LNLB_A_CLIENT_PORT];
	if (s.has_port)
		s.port = ntohs(mnl_attr_get_u16(tb[LNLB_A_CLIENT_PORT]));
	parse_node(tb, &s);
	return reader->cb(&s, reader->data);
}

int session_list(struct genl *genl, const char *name,
		 int (*cb)(const struct session *session, void *data),
		 void *data)
{
	struct reader reader = { .cb = cb, .data = data };
	struct nlmsghdr *nlh;

	nlh = genl_begin(genl, LNLB_CMD_GET_SESSIONS, NLM_F_DUMP);
	mnl_attr_put_strz(nlh, LNLB_A_NAME, name);
	return nl_talk(&genl->nl, nlh, listed, &reader);
}

static int owner_message(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[LNLB_A_MAX + 1];
	struct session *s = data;

	if (genl_parse(nlh, tb) || !tb[LNLB_A_OWNED_BY] || !tb[LNLB_A_BUCKET])
		return -EBADMSG;
	s->by = mnl_attr_get_u8(tb[LNLB_A_OWNED_BY]);
	if (s->by != LNLB_OWNED_BY_NOBODY && !tb[LNLB_A_NODE_ID])
		return -EBADMSG;
	s->sure = tb[LNLB_A_OWNER_SURE];
	parse_node(tb, s);
	return 0;
}

int session_owner(struct genl *genl, const char *name, struct session *session)
{
	struct nlmsghdr *nlh;

	nlh = genl_begin_named(genl, LNLB_CMD_GET_OWNER, name);
	mnl_attr_put(nlh, LNLB_A_CLIENT, session->client.len,
		     session->client.bytes);
	if (session->has_port)
		mnl_attr_put_u16(nlh, LNLB_A_CLIENT_PORT, htons(session->port));
	if (session->has_policy)
		mnl_attr_put_u8(nlh, LNLB_A_AFFINITY, session->affinity);
	if (session->affinity_len)
		mnl_attr_put_u8(nlh, LNLB_A_AFFINITY_LEN,
				session->affinity_len);
	return nl_talk(&genl->nl, nlh, owner_message, session);
}
