/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LNLBCTL_METRICS_H
#define LNLBCTL_METRICS_H

#include <stdio.h>

#include "cluster.h"

/**
 * metrics_print() - write clusters in Prometheus' text format, version 0.0.4
 * @out: where to
 * @list: the clusters
 */
void metrics_print(FILE *out, const struct cluster_list *list);

/**
 * http_serve() - answer an HTTP request on stdin, on stdout
 * @body: makes the answer to GET /metrics; errors are said on stderr
 * @type: its content type
 *
 * Return: 0, or a negative errno if the answer could not be given.
 */
int http_serve(int (*body)(FILE *out), const char *type);

#endif /* LNLBCTL_METRICS_H */
