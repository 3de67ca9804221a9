// SPDX-License-Identifier: GPL-2.0-only
/*
 * A check is a child: whatever it waits for, it is ended when its time is over.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd_health.h"
#include "interval.h"

static const int ends[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };

#define N_ENDS (sizeof(ends) / sizeof(ends[0]))

static void waited_for(sigset_t *set)
{
	size_t i;

	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (i = 0; i < N_ENDS; i++)
		sigaddset(set, ends[i]);
}

void health_signals(void)
{
	sigset_t set;

	waited_for(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* a parent that ignores it would leave us without */
	signal(SIGCHLD, SIG_DFL);
}

/* Return: the signal that came, 0 when the time is over */
static int wait_signal(uint64_t until)
{
	uint64_t now = interval_now_ms();
	struct timespec left;
	sigset_t set;
	int signal;

	if (now >= until)
		now = until;
	left.tv_sec = (until - now) / 1000;
	left.tv_nsec = (until - now) % 1000 * 1000000;
	waited_for(&set);
	signal = sigtimedwait(&set, NULL, &left);
	return signal > 0 ? signal : 0;
}

bool health_sleep(uint64_t until)
{
	int signal;

	do {
		signal = wait_signal(until);
		if (signal && signal != SIGCHLD)
			return false;
	} while (interval_now_ms() < until);
	return true;
}

/* with a group of its own, so that all it starts can be ended */
static void run_child(const struct health_check *check,
		      const struct lnlb_addr *addr, int out)
{
	sigset_t none;
	int null;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	if (check->kind != HEALTH_EXEC) {
		dup2(out, STDOUT_FILENO);
		health_probe(check, addr);
	}
	execl("/bin/sh", "sh", "-c", check->command, NULL);
	_exit(127);
}

/* reaps the child, and what it has not ended */
static int end_child(pid_t child)
{
	int status = -1;

	/* it may not have come to setpgid() */
	kill(child, SIGKILL);
	kill(-child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static enum health_result judge(int status, int in, char why[HEALTH_WHY_LEN])
{
	ssize_t n;

	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return HEALTH_GOOD;
	if (WIFSIGNALED(status))
		snprintf(why, HEALTH_WHY_LEN, "ended by signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(why, HEALTH_WHY_LEN, "exit code %d",
			 WEXITSTATUS(status));
	n = read(in, why, HEALTH_WHY_LEN - 1);
	if (n > 0)
		why[n] = '\0';
	return HEALTH_BAD;
}

static enum health_result wait_child(pid_t child, uint64_t until, int in,
				     char why[HEALTH_WHY_LEN])
{
	int signal, status;

	do {
		signal = wait_signal(until);
		if (signal && signal != SIGCHLD) {
			end_child(child);
			return HEALTH_STOPPED;
		}
		if (waitpid(child, &status, WNOHANG) == child) {
			/* what it left behind */
			kill(-child, SIGKILL);
			return judge(status, in, why);
		}
	} while (interval_now_ms() < until);
	end_child(child);
	snprintf(why, HEALTH_WHY_LEN, "took too long");
	return HEALTH_BAD;
}

enum health_result health_run(const struct health_check *check,
			      const struct lnlb_addr *addr,
			      char why[HEALTH_WHY_LEN])
{
	uint64_t until = interval_now_ms() + check->timeout_ms;
	enum health_result result = HEALTH_BAD;
	pid_t child = -1;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK)) {
		snprintf(why, HEALTH_WHY_LEN, "cannot check: %s",
			 strerror(errno));
		return result;
	}
	fflush(NULL);
	child = fork();
	if (!child)
		run_child(check, addr, fds[1]);
	if (child < 0)
		snprintf(why, HEALTH_WHY_LEN, "cannot check: %s",
			 strerror(errno));
	else
		result = wait_child(child, until, fds[0], why);
	close(fds[0]);
	close(fds[1]);
	return result;
}
