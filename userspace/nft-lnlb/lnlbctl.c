// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lnlbctl.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define OPT_JSON	(1 << 0)
#define OPT_WAIT	(1 << 1)
#define OPT_KEY		(1 << 2)
#define OPT_HASH	(1 << 3)
#define OPT_KEYS	(1 << 4)
#define OPT_HTTP	(1 << 5)
#define OPT_TOP		(1 << 6)
#define OPT_HEALTH	(1 << 7)
#define OPT_XDP		(1 << 8)
#define OPT_POLICY	(1 << 9)

/* where = offset of a bool, or of a string that takes the next word */
static const struct ctl_option {
	const char *word;
	unsigned int option;
	bool value;
	size_t where;
} options[] = {
	{ "-j", OPT_JSON, false, offsetof(struct ctl_args, json) },
	{ "--json", OPT_JSON, false, offsetof(struct ctl_args, json) },
	{ "--wait", OPT_WAIT, false, offsetof(struct ctl_args, wait) },
	{ "--timeout", OPT_WAIT | OPT_HEALTH, true,
	  offsetof(struct ctl_args, timeout) },
	{ "--key", OPT_KEY, true, offsetof(struct ctl_args, key) },
	{ "--hash", OPT_HASH, true, offsetof(struct ctl_args, hash) },
	{ "--http", OPT_HTTP, false, offsetof(struct ctl_args, http) },
	{ "--next", OPT_KEYS, true, offsetof(struct ctl_args, next) },
	{ "--interval", OPT_TOP | OPT_HEALTH, true,
	  offsetof(struct ctl_args, interval) },
	{ "--exec", OPT_HEALTH, true, offsetof(struct ctl_args, exec) },
	{ "--tcp", OPT_HEALTH, true, offsetof(struct ctl_args, tcp) },
	{ "--http", OPT_HEALTH, true, offsetof(struct ctl_args, url) },
	{ "--rise", OPT_HEALTH, true, offsetof(struct ctl_args, rise) },
	{ "--fall", OPT_HEALTH, true, offsetof(struct ctl_args, fall) },
	{ "--suspend", OPT_HEALTH, false, offsetof(struct ctl_args, suspend) },
	{ "--generic", OPT_XDP, false, offsetof(struct ctl_args, generic) },
	{ "--policy", OPT_POLICY, true, offsetof(struct ctl_args, policy) },
	{ "--permissive", OPT_KEY | OPT_KEYS, false,
	  offsetof(struct ctl_args, permissive) },
};

struct ctl_command {
	const char *name;
	const char *synopsis;
	const char *help;
	int min_args;
	int max_args;
	unsigned int options;
	int (*run)(const struct ctl_args *args);
};

static const struct ctl_command commands[] = {
	{ "addif", "[--key DESC [--permissive]] [--hash DESC] [ADDR] DEV [NAME]",
	  "Create a cluster for address ADDR on device DEV and put ADDR on it.\n"
	  "Without ADDR: the host address (/32) that DEV has. Prints the name.\n"
	  "--key, --permissive: as with the command key. --hash: logon key of the\n"
	  "bucket hash, the same on all nodes for good.",
	  1, 3, OPT_KEY | OPT_HASH, cmd_addif },
	{ "delif", "NAME",
	  "Take a cluster out, and its address off if addif put it there.",
	  1, 1, 0, cmd_delif },
	{ "weight_mode", "NAME MODE",
	  "Where this node's weight comes from: loadavg (or auto), loadavg5,\n"
	  "loadavg15, freemem, manual.",
	  2, 2, 0, cmd_weight_mode },
	{ "set_weight", "NAME N|stdin",
	  "Set this node's weight, 1 to 65535, the higher the less traffic; the\n"
	  "weight mode must be manual. stdin: one weight a line, until the end.",
	  2, 2, 0, cmd_set_weight },
	{ "drain", "[--wait [--timeout TIME]] NAME",
	  "Hand this node's buckets over and take no new sessions; those that\n"
	  "there are stay until they end. --wait: until the last one has, with\n"
	  "progress, but not longer than --timeout: seconds, or as in 1h30m.",
	  1, 1, OPT_WAIT, cmd_drain },
	{ "leave", "[--timeout TIME] NAME",
	  "Drain this node, wait until its last session has ended, then take\n"
	  "the cluster out as delif does. After --timeout it goes on draining.",
	  1, 1, OPT_WAIT, cmd_leave },
	{ "suspend", "NAME",
	  "Hand this node's buckets over and give up its sessions at once; the\n"
	  "node stays in the cluster.",
	  1, 1, 0, cmd_suspend },
	{ "resume", "NAME",
	  "Take this node's share again, after drain or suspend.",
	  1, 1, 0, cmd_resume },
	{ "key", "[--next DESC] [--permissive] NAME DESC|none",
	  "Sign what this node says with the logon key of the description DESC,\n"
	  "and believe only what is signed with it. --next: believe this one,\n"
	  "too, while keys change. --permissive: believe unsigned frames, too,\n"
	  "while not all nodes have the key. none: neither sign nor verify.",
	  2, 2, OPT_KEYS, cmd_key },
	{ "xdp", "[--generic] on|off NAME",
	  "Have an XDP program drop other nodes' packets in the driver of the\n"
	  "cluster's device, until off, delif or the next boot. --generic: before\n"
	  "the stack, where the driver cannot; that costs more than it saves.",
	  2, 2, OPT_XDP, cmd_xdp },
	{ "resync", "NAME",
	  "Exchange state and sessions with all nodes again.",
	  1, 1, 0, cmd_resync },
	{ "show", "[-j] [NAME]",
	  "Show clusters and their nodes. -j, --json: for programs.",
	  0, 1, OPT_JSON, cmd_show },
	{ "nodes", "[-j] [NAME]",
	  "Show the nodes of clusters, as show does. -j, --json: for programs.",
	  0, 1, OPT_JSON, cmd_nodes },
	{ "buckets", "[-j] [NAME]",
	  "Show which buckets each node claims, which are still to come to it and\n"
	  "which are to go. -j, --json: for programs.",
	  0, 1, OPT_JSON, cmd_buckets },
	{ "sessions", "[-j] [NAME]",
	  "List the sessions that this node knows of: client, the node that keeps\n"
	  "it, for how long it was silent, and the tracker. -j, --json: for\n"
	  "programs.",
	  0, 1, OPT_JSON, cmd_sessions },
	{ "owner", "[-j] [--policy POLICY] [NAME] CLIENT[:PORT]",
	  "Tell which node has this client, or would get it: by its session if\n"
	  "that is known here, else by its bucket. --policy: by that of a rule:\n"
	  "client, connection or network/LENGTH. -j, --json: for programs.",
	  1, 2, OPT_JSON | OPT_POLICY, cmd_owner },
	{ "stats", "[-j] [NAME]",
	  "Show all counters, with what they count. -j, --json: for programs.",
	  0, 1, OPT_JSON, cmd_stats },
	{ "metrics", "[--http]",
	  "Print all counters and states in Prometheus' text format. --http: as\n"
	  "the answer to an HTTP request that is read from stdin.",
	  0, 0, OPT_HTTP, cmd_metrics },
	{ "monitor", "[-j]",
	  "Print events as they happen. -j, --json: one object a line.",
	  0, 0, OPT_JSON, cmd_monitor },
	{ "top", "[--interval TIME] [NAME]",
	  "Watch a cluster on a terminal: nodes, who has the buckets, events; the\n"
	  "key ? explains it, q ends it. --interval: seconds, 1 if not given.",
	  0, 1, OPT_TOP, cmd_top },
	{ "health", "{--exec CMD|--tcp PORT|--http URL} [--interval TIME]\n"
	  "               [--timeout TIME] [--rise N] [--fall N] [--suspend] NAME",
	  "Check a service of this node every --interval (2 s); drain the node when\n"
	  "--fall (3) checks in a row failed, resume it when --rise (2) succeeded.\n"
	  "A check is a command that succeeds, a TCP connection to PORT of the\n"
	  "cluster's address or to ADDR:PORT, or an HTTP answer 2xx or 3xx, within\n"
	  "--timeout (half the interval). --suspend: give the sessions up as well.\n"
	  "Runs until SIGTERM.",
	  1, 1, OPT_HEALTH, cmd_health },
};

static void print_usage(FILE *out)
{
	size_t i;

	fputs("Usage: lnlbctl COMMAND …\n"
	      "       lnlbctl {-b|--batch} [FILE]     commands from FILE, or stdin\n\n",
	      out);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-12s %s\n", commands[i].name,
			commands[i].synopsis);
	fputs("\nlnlbctl COMMAND --help explains a command, lnlbctl(8) all of them.\n",
	      out);
}

static void print_command_usage(FILE *out, const struct ctl_command *command)
{
	fprintf(out, "Usage: lnlbctl %s %s\n", command->name,
		command->synopsis);
}

static const struct ctl_command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* "; is 'show' meant?", or nothing */
static const char *nearest_command(const char *name, char *buf, size_t size)
{
	unsigned int distance, best = 3;
	size_t i;

	buf[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		distance = ctl_distance(name, commands[i].name);
		if (distance >= best)
			continue;
		best = distance;
		snprintf(buf, size, "; is '%s' meant?", commands[i].name);
	}
	return buf;
}

static bool is_option(const char *word)
{
	/* "-5" is a wrong number, not an unknown option */
	return word[0] == '-' && word[1] && !isdigit((unsigned char)word[1]);
}

/* Return: its value, NULL if it has none; *@used words are the option's */
static const char *option_value(const struct ctl_option *option, char **words,
				int *used)
{
	size_t len = strlen(option->word);

	*used = 0;
	if (strncmp(*words, option->word, len))
		return NULL;
	if (option->value && (*words)[len] == '=') {
		*used = 1;
		return *words + len + 1;
	}
	if ((*words)[len])
		return NULL;
	*used = option->value ? 2 : 1;
	return option->value ? words[1] : NULL;
}

/* Return: the words that belong to the option, 0 if the command has none such */
static int parse_option(const struct ctl_command *command, char **words,
			struct ctl_args *args)
{
	const struct ctl_option *option;
	const char *value;
	char *where;
	int used;

	for (option = options; option < options + ARRAY_SIZE(options);
	     option++) {
		if (!(command->options & option->option))
			continue;
		value = option_value(option, words, &used);
		if (!used)
			continue;
		if (option->value && !value)
			return 0;
		where = (char *)args + option->where;
		if (option->value)
			*(const char **)where = value;
		else
			*(bool *)where = true;
		return used;
	}
	return 0;
}

static int parse_args(const struct ctl_command *command, char **words,
		      struct ctl_args *args, bool *help)
{
	bool look = true;
	int used;

	args->argv = words;
	for (; *words; words += used) {
		used = 1;
		if (!look || !is_option(*words)) {
			args->argv[args->argc++] = *words;
		} else if (!strcmp(*words, "--")) {
			look = false;
		} else if (!strcmp(*words, "-h") || !strcmp(*words, "--help")) {
			*help = true;
		} else {
			used = parse_option(command, words, args);
			if (!used) {
				ctl_error("%s: unknown option '%s'",
					  command->name, *words);
				return -EINVAL;
			}
		}
	}
	return 0;
}

static int run_command(const struct ctl_command *command, char **words)
{
	struct ctl_args args = { 0 };
	bool help = false;

	if (parse_args(command, words, &args, &help))
		goto usage;
	if (help) {
		print_command_usage(stdout, command);
		printf("\n%s\n", command->help);
		return CTL_OK;
	}
	if (args.argc < command->min_args) {
		ctl_error("%s: too few arguments", command->name);
		goto usage;
	}
	if (args.argc > command->max_args) {
		ctl_error("%s: too many arguments, from '%s' on",
			  command->name, args.argv[command->max_args]);
		goto usage;
	}
	return command->run(&args);

usage:
	print_command_usage(stderr, command);
	return CTL_USAGE;
}

int ctl_run(char **words)
{
	const struct ctl_command *command = find_command(words[0]);
	char hint[64];

	if (command)
		return run_command(command, words + 1);
	ctl_error("unknown command '%s'%s", words[0],
		  nearest_command(words[0], hint, sizeof(hint)));
	print_usage(stderr);
	return CTL_USAGE;
}

static bool is_word(const char *word, const char *brief, const char *full)
{
	return !strcmp(word, brief) || !strcmp(word, full);
}

static int run(int argc, char **argv)
{
	if (argc < 2) {
		print_usage(stderr);
		return CTL_USAGE;
	}
	if (is_word(argv[1], "-h", "--help")) {
		print_usage(stdout);
		return CTL_OK;
	}
	if (is_word(argv[1], "-V", "--version")) {
		puts("lnlbctl " LNLB_VERSION);
		return CTL_OK;
	}
	if (!is_word(argv[1], "-b", "--batch"))
		return ctl_run(argv + 1);
	if (argc <= 3)
		return ctl_batch(argv[2]);
	ctl_error("%s: too many arguments, from '%s' on", argv[1], argv[3]);
	print_usage(stderr);
	return CTL_USAGE;
}

int main(int argc, char **argv)
{
	int ret = run(argc, argv);

	/* a full disk must not look like success */
	if (fflush(stdout) || ferror(stdout)) {
		ctl_error("cannot write: %s", strerror(errno));
		return CTL_FAILED;
	}
	return ret;
}
