/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the sub-commands of lnlbctl share with its main().
 */
#ifndef LNLBCTL_H
#define LNLBCTL_H

#include <stdbool.h>

#define CTL_OK		0
#define CTL_FAILED	1
#define CTL_USAGE	2
#define CTL_TIMEOUT	3

struct nl;

/**
 * struct ctl_args - what was typed behind the name of the sub-command
 * @argc: number of words that are no options
 * @argv: those
 * @json: -j was given
 * @wait: --wait was given
 * @permissive: --permissive was given
 * @http: --http was given
 * @suspend: --suspend was given
 * @generic: --generic was given
 * @timeout: the word behind --timeout, NULL without
 * @key: the same for --key
 * @hash: for --hash
 * @next: for --next
 * @interval: for --interval
 * @exec: for --exec
 * @tcp: for --tcp
 * @url: for --http, where that takes one
 * @rise: for --rise
 * @fall: for --fall
 * @policy: for --policy
 */
struct ctl_args {
	int argc;
	char **argv;
	bool json;
	bool wait;
	bool permissive;
	bool http;
	bool suspend;
	bool generic;
	const char *timeout;
	const char *key;
	const char *hash;
	const char *next;
	const char *interval;
	const char *exec;
	const char *tcp;
	const char *url;
	const char *rise;
	const char *fall;
	const char *policy;
};

/* The sub-commands, a file cmd_*.c each; they return an exit code. */
int cmd_addif(const struct ctl_args *args);
int cmd_delif(const struct ctl_args *args);
int cmd_weight_mode(const struct ctl_args *args);
int cmd_set_weight(const struct ctl_args *args);
int cmd_drain(const struct ctl_args *args);
int cmd_leave(const struct ctl_args *args);
int cmd_resume(const struct ctl_args *args);
int cmd_suspend(const struct ctl_args *args);
int cmd_key(const struct ctl_args *args);
int cmd_xdp(const struct ctl_args *args);
int cmd_resync(const struct ctl_args *args);
int cmd_show(const struct ctl_args *args);
int cmd_nodes(const struct ctl_args *args);
int cmd_buckets(const struct ctl_args *args);
int cmd_sessions(const struct ctl_args *args);
int cmd_owner(const struct ctl_args *args);
int cmd_stats(const struct ctl_args *args);
int cmd_metrics(const struct ctl_args *args);
int cmd_monitor(const struct ctl_args *args);
int cmd_top(const struct ctl_args *args);
int cmd_health(const struct ctl_args *args);

/**
 * ctl_run() - run a command
 * @words: its name and what was typed behind it, up to a NULL; may be moved
 *
 * Return: an exit code.
 */
int ctl_run(char **words);

/**
 * ctl_batch() - run the commands of a file, up to the first that fails
 * @name: of the file; NULL or "-": stdin
 *
 * Return: an exit code, that of the command that failed.
 */
int ctl_batch(const char *name);

/**
 * ctl_stdin_is_taken() - are commands read from stdin?
 *
 * Return: true if so.
 */
bool ctl_stdin_is_taken(void);

/**
 * ctl_error() - say on stderr what was wrong and what is allowed
 * @format: without "lnlbctl: " and line end
 */
void ctl_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * ctl_nl_error() - as ctl_error(), with the kernel's reason behind it
 * @nl: channel that the request failed on
 * @err: negative errno of the request
 * @format: what could not be done
 */
void ctl_nl_error(const struct nl *nl, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * ctl_no_module() - say that the kernel module is missing, and how to get it
 */
void ctl_no_module(void);

/**
 * ctl_distance() - how far is one word from another?
 * @a: one
 * @b: other
 *
 * Return: how many letters have to be changed, put in or taken out.
 */
unsigned int ctl_distance(const char *a, const char *b);

/**
 * ctl_check_name() - can this be the name of a cluster? Says so if not.
 * @name: what was typed
 *
 * Return: true if it can.
 */
bool ctl_check_name(const char *name);

/**
 * ctl_check_key() - can this be the description of a key? Says so if not.
 * @desc: what was typed, NULL: nothing
 *
 * Return: true if it can, and if nothing was typed.
 */
bool ctl_check_key(const char *desc);

#endif /* LNLBCTL_H */
