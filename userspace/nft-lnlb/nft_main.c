// SPDX-License-Identifier: GPL-2.0-only
/*
 * nft with one statement more. Options, messages and exit codes are nft's.
 */
#include <dlfcn.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nftables/libnftables.h>

#include "nft_cli.h"
#include "nft_line.h"
#include "nft_run.h"
#include "nft_util.h"
#include "nft_vars.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/*
 * What nft itself does was another thing in 1.0.6 than in 1.1.3, the next one in
 * a release of Debian, and there than in 1.1.7.
 */
static const bool nft_1_1 = NFTABLES_1_1;
static const bool nft_1_1_4 = NFTABLES_1_1_4;

/**
 * struct option_row - an option of nft
 * @letter: short name
 * @name: long name, if any
 * @arg: what its argument is called in the help
 * @flag: NFT_CTX_OUTPUT_* that it sets
 * @help: in the help
 * @heading: of the group that it begins
 */
struct option_row {
	char letter;
	const char *name;
	const char *arg;
	unsigned int flag;
	const char *help;
	const char *heading;
};

static const struct option_row rows[] = {
	{ 'h', "help", NULL, 0, "Show this help", "general" },
	{ 'v', "version", NULL, 0, "Show version information", NULL },
	{ 'V', NULL, NULL, 0, "Show extended version information", NULL },
	{ 'f', "file", "<filename>", 0, "Read input from <filename>",
	  "ruleset input handling" },
	{ 'D', "define", "<name=value>", 0,
	  "Define variable, e.g. --define foo=1.2.3.4", NULL },
	{ 'i', "interactive", NULL, 0, "Read input from interactive CLI",
	  NULL },
	{ 'I', "includepath", "<directory>", 0,
	  "Add <directory> to the paths searched for include files. Default is: /etc",
	  NULL },
	{ 'c', "check", NULL, 0,
	  "Check commands validity without actually applying the changes.",
	  NULL },
	{ 'o', "optimize", NULL, 0, "Optimize ruleset", NULL },
	{ 'a', "handle", NULL, NFT_CTX_OUTPUT_HANDLE, "Output rule handle.",
	  "ruleset list formatting" },
	{ 's', "stateless", NULL, NFT_CTX_OUTPUT_STATELESS,
	  "Omit stateful information of ruleset.", NULL },
	{ 't', "terse", NULL, NFT_CTX_OUTPUT_TERSE, "Omit contents of sets.",
	  NULL },
	{ 'S', "service", NULL, NFT_CTX_OUTPUT_SERVICE,
	  "Translate ports to service names as described in /etc/services.",
	  NULL },
	{ 'N', "reversedns", NULL, NFT_CTX_OUTPUT_REVERSEDNS,
	  "Translate IP addresses to names.", NULL },
	{ 'u', "guid", NULL, NFT_CTX_OUTPUT_GUID,
	  "Print UID/GID as defined in /etc/passwd and /etc/group.", NULL },
	{ 'n', "numeric", NULL, NFT_CTX_OUTPUT_NUMERIC_ALL,
	  "Print fully numerical output.", NULL },
	{ 'y', "numeric-priority", NULL, NFT_CTX_OUTPUT_NUMERIC_PRIO,
	  "Print chain priority numerically.", NULL },
	{ 'p', "numeric-protocol", NULL, NFT_CTX_OUTPUT_NUMERIC_PROTO,
	  "Print layer 4 protocols numerically.", NULL },
	{ 'T', "numeric-time", NULL, NFT_CTX_OUTPUT_NUMERIC_TIME,
	  "Print time values numerically.", NULL },
	{ 'e', "echo", NULL, NFT_CTX_OUTPUT_ECHO,
	  "Echo what has been added, inserted or replaced.",
	  "command output formatting" },
	{ 'j', "json", NULL, NFT_CTX_OUTPUT_JSON, "Format output in JSON",
	  NULL },
	{ 'd', "debug", "<level [,level...]>", 0,
	  "Specify debugging level (scanner, parser, eval, netlink, mnl, proto-ctx, segtree, all)",
	  NULL },
};

static const struct {
	const char *name;
	unsigned int level;
} debug_levels[] = {
	{ "scanner", NFT_DEBUG_SCANNER },
	{ "parser", NFT_DEBUG_PARSER },
	{ "eval", NFT_DEBUG_EVALUATION },
	{ "netlink", NFT_DEBUG_NETLINK },
	{ "mnl", NFT_DEBUG_MNL },
	{ "proto-ctx", NFT_DEBUG_PROTO_CTX },
	{ "segtree", NFT_DEBUG_SEGTREE },
	{ "all", ~0u },
};

/**
 * struct command - what the command line asks for
 * @nft: context
 * @output_flags: NFT_CTX_OUTPUT_*
 * @file: to be read
 * @interactive: read what somebody types
 * @defined: was a variable defined?
 */
struct command {
	struct nft_ctx *nft;
	unsigned int output_flags;
	const char *file;
	bool interactive;
	bool defined;
};

static const struct option_row *row_of(int letter)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].letter == letter)
			return &rows[i];
	return NULL;
}

static void show_help(const char *program)
{
	const struct option_row *row;
	char left[64];
	size_t i;

	printf("Usage: %s [ options ] [ cmds... ]\n", program);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		row = &rows[i];
		if (row->heading)
			printf("\nOptions (%s):\n", row->heading);
		snprintf(left, sizeof(left), "  -%c%s%s%s%s", row->letter,
			 row->name ? ", --" : "", row->name ? row->name : "",
			 row->arg ? " " : "", row->arg ? row->arg : "");
		/* nft cuts what does not fit */
		printf("%-34.34s%s\n", left, row->help);
	}
	putchar('\n');
}

static void show_version(bool extended)
{
	printf("nftables v%s (nft-lnlb v%s)\n", NFTABLES_VERSION,
	       LNLB_VERSION);
	if (!extended)
		return;
	/* how libnftables was built shows in the libraries that came with it */
	printf("  cli:\t\t%s\n"
	       "  json:\t\tyes\n"
	       "  minigmp:\t%s\n"
	       "  libxtables:\t%s\n", lnlb_line_editor,
	       dlsym(RTLD_DEFAULT, "__gmpz_init") ? "no" : "yes",
	       dlsym(RTLD_DEFAULT, "xtables_init_all") ? "yes" : "no");
}

static void complain(const char *format, const char *what)
{
	if (nft_1_1)
		fputs("Error: ", stderr);
	fprintf(stderr, format, what);
}

static int set_debug(struct nft_ctx *nft, char *levels)
{
	unsigned int mask = nft_ctx_output_get_debug(nft);
	char *level, *rest = levels;
	size_t i;

	while ((level = strsep(&rest, ","))) {
		for (i = 0; i < ARRAY_SIZE(debug_levels); i++)
			if (!strcmp(debug_levels[i].name, level))
				break;
		if (i == ARRAY_SIZE(debug_levels)) {
			complain("invalid debug parameter `%s'\n", level);
			return -1;
		}
		mask |= debug_levels[i].level;
	}
	nft_ctx_output_set_debug(nft, mask);
	return 0;
}

static int apply_option(struct command *command, int letter, char *arg)
{
	switch (letter) {
	case 'f':
		command->file = arg;
		return 0;
	case 'i':
		command->interactive = true;
		return 0;
	case 'D':
		command->defined = true;
		lnlb_vars_define(arg, strlen(arg));
		if (!nft_ctx_add_var(command->nft, arg))
			return 0;
		complain("Failed to define variable '%s'\n", arg);
		return -1;
	case 'I':
		lnlb_vars_include_path(arg);
		if (!nft_ctx_add_include_path(command->nft, arg))
			return 0;
		if (nft_1_1) {
			fprintf(stderr,
				"Warning: Cannot include path '%s'\n", arg);
			return 0;
		}
		complain("Failed to add include path '%s'\n", arg);
		return -1;
	case 'c':
		nft_ctx_set_dry_run(command->nft, true);
		return 0;
	case 'o':
		nft_ctx_set_optimize(command->nft, NFT_OPTIMIZE_ENABLED);
		return 0;
	case 'd':
		return set_debug(command->nft, arg);
	case '?':
		return -1;
	}
	command->output_flags |= row_of(letter)->flag;
	return 0;
}

/* Return: 0, 1 if there is nothing more to do, -1 on failure. */
static int read_options(struct command *command, int argc, char *argv[])
{
	char letters[2 * ARRAY_SIZE(rows) + 2] = "+";
	struct option names[ARRAY_SIZE(rows) + 1] = { 0 };
	size_t i, n = 0, used = 1;
	int letter;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		letters[used++] = rows[i].letter;
		if (rows[i].arg)
			letters[used++] = ':';
		if (rows[i].name)
			names[n++] = (struct option){
				.name = rows[i].name,
				.has_arg = rows[i].arg != NULL,
				.val = rows[i].letter,
			};
	}
	while ((letter = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		if (letter == 'h') {
			show_help(argv[0]);
			return 1;
		}
		if (letter == 'v' || letter == 'V') {
			show_version(letter == 'V');
			return 1;
		}
		if (apply_option(command, letter, optarg))
			return -1;
	}
	if (nft_1_1 && command->interactive && command->file) {
		fprintf(stderr,
			"Error: -i/--interactive and -f/--file options cannot be combined\n");
		return -1;
	}
	if (command->defined && !command->file) {
		fprintf(stderr,
			"Error: -D/--define can only be used with -f/--filename\n");
		return -1;
	}
	return 0;
}

/* Does the option @arg want the next argument? As nft sees it */
static bool takes_next(const char *arg)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].arg && (arg[1] == rows[i].letter ||
				    (arg[1] == '-' &&
				     !strcmp(arg + 2, rows[i].name))))
			return true;
	return false;
}

/* nft wants its options in front, and says so in its own way. */
static bool options_first(int argc, char *argv[])
{
	bool skip = false, command = false;
	int i, j, pos = 0;

	for (i = 1; i < argc; i++) {
		pos += strlen(argv[i - 1]) + 1;
		if (argv[i][0] == '{')
			break;
		if (skip) {
			skip = false;
		} else if (argv[i][0] != '-') {
			command = true;
		} else if (command) {
			fputs("Error: syntax error, options must be specified before commands\n",
			      stderr);
			for (j = 0; j < argc; j++)
				fprintf(stderr, "%s ", argv[j]);
			printf("\n%4c%*s\n", '^', pos - 2, "~~");
			return false;
		} else {
			skip = takes_next(argv[i]);
		}
	}
	return true;
}

static char *join(int argc, char *argv[])
{
	size_t len = 1;
	char *text;
	int i;

	for (i = 0; i < argc; i++)
		len += strlen(argv[i]) + 1;
	text = lnlb_calloc(1, len);
	for (i = 0; i < argc; i++) {
		strcat(text, argv[i]);
		if (i + 1 < argc)
			strcat(text, " ");
	}
	return text;
}

/* Whatever it was that was not permitted, also before; earlier libraries do it. */
static void hint(int err)
{
	if (nft_1_1_4 && err == EPERM)
		complain("%s (perhaps you must be root?)\n", strerror(err));
}

static int run(struct command *command, int argc, char *argv[])
{
	int rc, err;
	char *text;

	nft_ctx_output_set_flags(command->nft, command->output_flags);
	lnlb_run_setup(command->nft);
	if (optind < argc) {
		text = join(argc - optind, argv + optind);
		rc = !!lnlb_run_buffer(command->nft, text);
		err = errno;
		free(text);
	} else if (command->file) {
		rc = !!lnlb_run_file(command->nft, command->file);
		err = errno;
	} else if (command->interactive) {
		lnlb_cli(command->nft);
		return EXIT_SUCCESS;
	} else {
		fprintf(stderr, "%s: no command specified\n", argv[0]);
		return EXIT_FAILURE;
	}
	if (rc)
		hint(err);
	return rc;
}

int main(int argc, char *argv[])
{
	struct command command = { 0 };
	int rc;

	/* nftables cannot be used with setuid in a safe way. */
	if (getuid() != geteuid())
		_exit(111);
	if (!options_first(argc, argv))
		return EXIT_FAILURE;
	command.nft = nft_ctx_new(NFT_CTX_DEFAULT);
	rc = read_options(&command, argc, argv);
	if (!rc)
		rc = run(&command, argc, argv);
	else
		rc = rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	nft_ctx_free(command.nft);
	return rc;
}
