// SPDX-License-Identifier: GPL-2.0-only
/*
 * sessions: printed as they come, there may be a million of them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "lnlbctl.h"
#include "session.h"

/* what is printed about the cluster at hand */
struct printer {
	const struct cluster *cluster;
	bool json;
	bool any;	/* a session was printed */
};

static int print_text(const struct session *s, const struct printer *p)
{
	char addr[LNLB_ADDR_STRLEN], mac[LNLB_MAC_STRLEN];
	char client[LNLB_ADDR_STRLEN + 16], idle[LNLB_TIME_STRLEN];

	lnlb_format_addr(&s->client, addr);
	if (p->cluster->affinity == LNLB_AFFINITY_NETWORK)
		snprintf(client, sizeof(client), "%s/%u", addr,
			 p->cluster->affinity_len);
	else if (s->has_port)
		snprintf(client, sizeof(client), s->client.len == 4 ?
			 "%s:%u" : "[%s]:%u", addr, s->port);
	else
		snprintf(client, sizeof(client), "%s", addr);
	printf("%-8s %-21s %s %-4s %10s  %s\n", p->cluster->name, client,
	       lnlb_format_mac(s->node, mac), s->self ? "self" : "",
	       lnlb_format_time(s->idle, idle), s->tracker);
	return 0;
}

static int print_json(const struct session *s, const struct printer *p)
{
	struct json_object *obj = json_object_new_object();
	char addr[LNLB_ADDR_STRLEN];

	json_put_string(obj, "name", p->cluster->name);
	json_put_string(obj, "client", lnlb_format_addr(&s->client, addr));
	if (s->has_port)
		json_put_uint(obj, "port", s->port);
	else
		json_object_object_add(obj, "port", NULL);
	json_put_uint(obj, "bucket", s->bucket);
	json_put_mac(obj, "node", s->node);
	json_put_bool(obj, "self", s->self);
	json_put_uint(obj, "idle", s->idle);
	json_put_string(obj, "tracker", s->tracker);
	fputs(p->any ? ",\n" : "", stdout);
	return json_put_out(obj, JSON_C_TO_STRING_PLAIN);
}

static int print(const struct session *s, void *data)
{
	struct printer *p = data;
	int err;

	err = p->json ? print_json(s, p) : print_text(s, p);
	p->any = true;
	/* whoever does not read on does not want the rest */
	return ferror(stdout) ? -EIO : err;
}

static int list_all(struct genl *genl, const struct cluster_list *list,
		    bool json)
{
	struct printer p = { .json = json };
	const char *name;
	int err = 0;
	size_t i;

	if (json)
		putchar('[');
	else
		printf("%-8s %-21s %-17s %-4s %10s  %s\n", "CLUSTER", "CLIENT",
		       "NODE", "", "IDLE", "TRACKER");
	for (i = 0; !err && i < list->count; i++) {
		p.cluster = &list->cluster[i];
		name = p.cluster->name;
		err = session_list(genl, name, print, &p);
		if (err == -ENOENT)
			ctl_error("cluster '%s' was taken out meanwhile, this is not all of its sessions",
				  name);
		else if (err && !ferror(stdout))
			cluster_nl_error(genl, err, name,
					 "cannot list all sessions of");
	}
	/* what was printed is to be no whole document if it is not all */
	if (json)
		puts(err ? "" : "]");
	return err;
}

int cmd_sessions(const struct ctl_args *args)
{
	const char *name = args->argc ? args->argv[0] : NULL;
	struct cluster_list list;
	static struct genl genl;
	int err;

	if (name && !ctl_check_name(name))
		return CTL_USAGE;
	if (genl_open(&genl))
		return CTL_FAILED;
	err = cluster_get_some(&genl, name, &list, "cannot list");
	if (!err)
		err = list_all(&genl, &list, args->json);
	free(list.cluster);
	genl_close(&genl);
	return err ? CTL_FAILED : CTL_OK;
}
