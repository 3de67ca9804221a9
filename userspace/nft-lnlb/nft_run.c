// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include <nftables/libnftables.h>

#include "nft_errors.h"
#include "nft_output.h"
#include "nft_run.h"
#include "nft_shim.h"
#include "nft_source.h"
#include "nft_util.h"

static FILE *output;
static FILE *errors;

void lnlb_run_setup(struct nft_ctx *nft)
{
	output = lnlb_output_open(stdout, lnlb_output_line);
	errors = lnlb_output_open(stderr, lnlb_errors_line);
	nft_ctx_set_output(nft, output);
	nft_ctx_set_error(nft, errors);
}

/* Return: is JSON expected? */
static bool begin(struct nft_ctx *nft)
{
	bool json = nft_ctx_output_get_flags(nft) & NFT_CTX_OUTPUT_JSON;

	lnlb_shim_language(json ? LNLB_LANGUAGE_JSON : LNLB_LANGUAGE_NFT);
	return json;
}

/* errno is what tells the caller why a command failed. */
static int end(int rc)
{
	int err = errno;

	lnlb_shim_language(LNLB_LANGUAGE_NONE);
	lnlb_output_end(output);
	lnlb_output_end(errors);
	if (lnlb_errors_end(stderr) && !rc)
		rc = -1;
	lnlb_source_forget();
	errno = err;
	return rc;
}

int lnlb_run_buffer(struct nft_ctx *nft, const char *text)
{
	char *swapped;
	int rc, err = errno;

	begin(nft);
	swapped = lnlb_shim_swap(LNLB_SOURCE_CMDLINE, text, strlen(text));
	errno = err;
	rc = nft_run_cmd_from_buffer(nft, swapped ? swapped : text);
	free(swapped);
	return end(rc);
}

int lnlb_run_file(struct nft_ctx *nft, const char *path)
{
	int err = errno;

	if (!strcmp(path, "-"))
		path = "/dev/stdin";
	if (begin(nft))
		lnlb_shim_expect_json(path);
	if (!strcmp(path, "/dev/stdin") && lnlb_shim_stdin()) {
		fprintf(stderr, "Error: cannot read standard input: %s\n",
			strerror(errno));
		return end(-1);
	}
	errno = err;
	return end(nft_run_cmd_from_filename(nft, path));
}
