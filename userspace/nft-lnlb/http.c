// SPDX-License-Identifier: GPL-2.0-only
/*
 * One request, one answer, as inetd and Accept=yes of systemd want it. Who talks
 * to us is not trusted: little is read, and not for long.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lnlbctl.h"
#include "metrics.h"

#define HTTP_SECONDS	10
#define HTTP_LINE	2048
#define HTTP_LINES	100

/**
 * struct request - what is asked for
 * @status: 200, or what is wrong with it
 * @head: the answer is to have no body
 */
struct request {
	int status;
	bool head;
};

static const char *reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 400:
		return "Bad Request";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	}
	return "Service Unavailable";
}

static void parse_line(char *line, struct request *request)
{
	char *path, *version, *save;
	const char *method;

	method = strtok_r(line, " \r\n", &save);
	path = strtok_r(NULL, " \r\n", &save);
	version = strtok_r(NULL, " \r\n", &save);
	if (!version || strncmp(version, "HTTP/1.", 7) || *path != '/' ||
	    strtok_r(NULL, " \r\n", &save))
		return;
	path[strcspn(path, "?")] = '\0';
	request->head = !strcmp(method, "HEAD");
	if (strcmp(method, "GET") && !request->head)
		request->status = 405;
	else if (strcmp(path, "/metrics"))
		request->status = 404;
	else
		request->status = 200;
}

/* To the empty line: an answer to half a request may be lost. */
static void read_request(struct request *request)
{
	char line[HTTP_LINE];
	int n;

	request->status = 400;
	request->head = false;
	for (n = 0; n < HTTP_LINES && fgets(line, sizeof(line), stdin); n++) {
		if (!strchr(line, '\n')) {
			request->status = 400;
			return;
		}
		if (!n)
			parse_line(line, request);
		else if (!line[strspn(line, "\r\n")])
			return;
	}
	request->status = 400;
}

static void answer(const struct request *request, const char *type,
		   const char *body, size_t len)
{
	printf("HTTP/1.0 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s"
	       "Connection: close\r\n\r\n", request->status,
	       reason(request->status), type, len,
	       request->status == 405 ? "Allow: GET, HEAD\r\n" : "");
	if (!request->head)
		fwrite(body, 1, len, stdout);
}

int http_serve(int (*body)(FILE *out), const char *type)
{
	struct request request;
	size_t len = 0;
	char *text = NULL;
	FILE *out;
	int err;

	alarm(HTTP_SECONDS);
	read_request(&request);
	out = open_memstream(&text, &len);
	if (!out)
		return -errno;
	err = request.status == 200 ? body(out) : 0;
	if (!err && ferror(out))
		err = -ENOMEM;
	if (fclose(out) && !err)
		err = -errno;
	if (err)
		request.status = 503;
	if (request.status == 200)
		answer(&request, type, text, len);
	else
		answer(&request, "text/plain", reason(request.status),
		       strlen(reason(request.status)));
	free(text);
	return err;
}
