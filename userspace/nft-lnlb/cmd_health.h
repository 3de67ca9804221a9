/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lnlbctl health looks at, and what it makes of it.
 */
#ifndef LNLBCTL_HEALTH_H
#define LNLBCTL_HEALTH_H

#include "names.h"

#define HEALTH_WHY_LEN	128

/**
 * enum health_kind - kinds of checks
 */
enum health_kind {
	HEALTH_EXEC,		/* a command succeeds */
	HEALTH_TCP,		/* a connection is accepted */
	HEALTH_HTTP,		/* an answer is no error */
};

/**
 * struct health_check - what is looked at
 * @kind: how
 * @command: with HEALTH_EXEC, for the shell
 * @host: with the others: name or address; "": the cluster's address
 * @port: number
 * @path: with HEALTH_HTTP, what is asked for
 * @timeout_ms: a check that takes longer has failed
 */
struct health_check {
	enum health_kind kind;
	const char *command;
	char host[256];
	char port[8];
	char path[512];
	uint32_t timeout_ms;
};

/**
 * enum health_result - how a check ended
 */
enum health_result {
	HEALTH_GOOD,
	HEALTH_BAD,
	HEALTH_STOPPED,		/* it did not: a signal wants us to end */
};

/**
 * health_parse() - what is to be looked at, from the command line
 * @check: filled in, but for the timeout
 * @kind: how
 * @text: what was typed
 *
 * Says on stderr what is wrong when it fails.
 *
 * Return: false if it is wrong.
 */
bool health_parse(struct health_check *check, enum health_kind kind,
		  const char *text);

/**
 * health_signals() - hold the signals back that health_run() waits for
 */
void health_signals(void);

/**
 * health_run() - look once
 * @check: at what
 * @addr: of the cluster, NULL if it is not known
 * @why: what is wrong, filled in with HEALTH_BAD
 *
 * Takes no longer than the timeout.
 *
 * Return: how it is.
 */
enum health_result health_run(const struct health_check *check,
			      const struct lnlb_addr *addr,
			      char why[HEALTH_WHY_LEN]);

/**
 * health_sleep() - wait
 * @until: interval_now_ms()
 *
 * Return: false if a signal wants us to end.
 */
bool health_sleep(uint64_t until);

/**
 * health_probe() - look in this very process, and exit
 * @check: HEALTH_TCP or HEALTH_HTTP
 * @addr: as with health_run()
 *
 * Writes to standard output what is wrong. May take any time.
 */
void health_probe(const struct health_check *check,
		  const struct lnlb_addr *addr) __attribute__((noreturn));

#endif /* LNLBCTL_HEALTH_H */
