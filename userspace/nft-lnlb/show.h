/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two ways to show the same clusters.
 */
#ifndef LNLBCTL_SHOW_H
#define LNLBCTL_SHOW_H

#include "cluster.h"

/**
 * show_text() - print clusters for people
 * @list: the clusters
 */
void show_text(const struct cluster_list *list);

/**
 * show_json() - print an array for programs; lnlbctl(8) has the schema
 * @list: the clusters
 *
 * Return: 0 or -ENOMEM.
 */
int show_json(const struct cluster_list *list);

/**
 * show_nodes_text() - print the nodes of clusters for people
 * @list: the clusters
 */
void show_nodes_text(const struct cluster_list *list);

/**
 * show_nodes_json() - the same as an array for programs
 * @list: the clusters
 *
 * Return: 0 or -ENOMEM.
 */
int show_nodes_json(const struct cluster_list *list);

/**
 * show_stats_text() - print the counters of clusters for people
 * @list: the clusters
 */
void show_stats_text(const struct cluster_list *list);

/**
 * show_stats_json() - the same as an array for programs
 * @list: the clusters
 *
 * Return: 0 or -ENOMEM.
 */
int show_stats_json(const struct cluster_list *list);

#endif /* LNLBCTL_SHOW_H */
