// SPDX-License-Identifier: GPL-2.0-only
/* What was typed behind --exec, --tcp and --http. */
#include <stdio.h>
#include <string.h>

#include "cmd_health.h"
#include "lnlbctl.h"

static bool parse_port(struct health_check *check, const char *text)
{
	uint32_t port;

	if (lnlb_parse_uint(text, 1, 65535, &port))
		return false;
	snprintf(check->port, sizeof(check->port), "%u", port);
	return true;
}

/* "HOST:PORT", "[ADDR]:PORT", "HOST"; the port may be there already */
static bool parse_host(struct health_check *check, const char *text,
		       size_t len)
{
	const char *host = text, *port;
	char copy[300];

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (copy[0] == '[') {
		host = copy + 1;
		port = strchr(copy, ']');
		if (!port || (port[1] && port[1] != ':'))
			return false;
		copy[port - copy] = '\0';
		port = port[1] ? port + 2 : NULL;
	} else {
		host = copy;
		port = strchr(copy, ':');
		if (port) {
			copy[port - copy] = '\0';
			port++;
		}
	}
	if (!*host || strpbrk(host, " @/?#%\\") ||
	    strlen(host) >= sizeof(check->host))
		return false;
	strcpy(check->host, host);
	return port ? parse_port(check, port) : check->port[0];
}

static bool parse_tcp(struct health_check *check, const char *text)
{
	if (parse_port(check, text) ||
	    parse_host(check, text, strlen(text)))
		return true;
	ctl_error("--tcp: '%s' is not a port or ADDR:PORT, as in 80, 192.0.2.1:80 or [2001:db8::1]:80",
		  text);
	return false;
}

static bool parse_http(struct health_check *check, const char *text)
{
	const char *host = text + strlen("http://"), *c;
	size_t len;

	if (!strncmp(text, "https://", strlen("https://"))) {
		ctl_error("--http: no TLS here; use --exec 'curl -fsS -o /dev/null %s'",
			  text);
		return false;
	}
	strcpy(check->port, "80");
	if (strncmp(text, "http://", strlen("http://")))
		goto wrong;
	len = strcspn(host, "/?#");
	if (!parse_host(check, host, len) ||
	    strlen(host + len) >= sizeof(check->path) - 1)
		goto wrong;
	snprintf(check->path, sizeof(check->path), "%s%.*s",
		 host[len] == '/' ? "" : "/", (int)strcspn(host + len, "#"),
		 host + len);
	/* what is no part of a URL would be part of the request */
	for (c = check->path; *c; c++)
		if (*c <= ' ' || *c > '~')
			goto wrong;
	return true;
wrong:
	ctl_error("--http: '%s' is not a URL as in http://127.0.0.1:8080/alive",
		  text);
	return false;
}

bool health_parse(struct health_check *check, enum health_kind kind,
		  const char *text)
{
	check->kind = kind;
	if (kind == HEALTH_TCP)
		return parse_tcp(check, text);
	if (kind == HEALTH_HTTP)
		return parse_http(check, text);
	check->command = text;
	if (*text)
		return true;
	ctl_error("--exec: a command is missing");
	return false;
}
