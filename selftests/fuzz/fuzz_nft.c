// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: what nft-lnlb reads. The first byte says what follows: netlink
 * attributes of the statement if it is 0, a datagram from the kernel if it is 1,
 * else text in nft's language.
 */
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "../../userspace/nft-lnlb/nft_scan.h"
#include "../../userspace/nft-lnlb/nft_source.h"
/* entries and variables live as long as the process; here they must not */
#include "../../userspace/nft-lnlb/nft_carrier.c"
#include "../../userspace/nft-lnlb/nft_vars.c"
/* the libraries' functions are here */
#define dlsym fuzz_dlsym
static void *fuzz_dlsym(void *handle, const char *name);
#include "../../userspace/nft-lnlb/nft_shim.c"

#define ATTRS_MAX	2048
#define DATAGRAM_MAX	8192

#define CHECK(cond) do { \
	if (!(cond)) { \
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, \
			#cond); \
		abort(); \
	} \
} while (0)

static void forget_entries(void)
{
	unsigned int i;

	for (i = 0; i < num_entries; i++) {
		free(entries[i]->key);
		free(entries[i]->error);
		free(entries[i]);
	}
	free(entries);
	entries = NULL;
	num_entries = 0;
	last_entry = NULL;
	memset(buckets, 0, sizeof(buckets));
}

static void forget_variables(void)
{
	unsigned int i;
	char *name;

	for (i = 0; i < NAMES_HASH_SIZE; i++) {
		while (definitions[i]) {
			/* which goes with the first that has it */
			name = lnlb_memdup(definitions[i]->name,
					   strlen(definitions[i]->name));
			lnlb_vars_undefine(name, strlen(name));
			free(name);
		}
	}
}

/* no file of this machine is to be read */
void lnlb_vars_include(const char *text, size_t len)
{
	(void)text;
	(void)len;
}

static size_t lines(const char *text, size_t len)
{
	size_t n = 0;

	while (len--)
		n += *text++ == '\n';
	return n;
}

static void again(void *arg, size_t start, size_t end,
		  const struct lnlb_entry *entry)
{
	const struct lnlb_entry **found = arg;

	CHECK(!*found && !start && end);
	*found = entry;
}

/* the canonical spelling means the same, and is spelt so itself */
static void check_statement(const struct lnlb_stmt *stmt)
{
	char text[LNLB_STMT_STRLEN], same[LNLB_STMT_STRLEN];
	const struct lnlb_entry *found = NULL;

	lnlb_stmt_format(stmt, text);
	CHECK(strlen(text) < sizeof(text) - 1);
	lnlb_scan(text, strlen(text), again, &found);
	CHECK(found && !found->error && !found->num_vars);
	CHECK(!strcmp(lnlb_stmt_format(&found->stmt, same), text));
}

static void check_spot(const struct lnlb_source *source,
		       const struct lnlb_spot *spot)
{
	const struct lnlb_entry *entry = spot->entry;

	CHECK(spot->from < spot->end && spot->end <= source->typed_len);
	CHECK(spot->swapped_from < spot->swapped_end);
	CHECK(spot->swapped_end <= source->swapped_len);
	CHECK(entry->num_vars <= LNLB_VARS_MAX);
	if (entry->error)
		CHECK(entry->error_offset + entry->error_len <=
		      source->typed_len - spot->from);
	else if (!entry->num_vars)
		check_statement(&entry->stmt);
}

static void read_text(const char *text, size_t len)
{
	const struct lnlb_source *source;
	size_t i, offset, last = 0;

	source = lnlb_source_swap("text", text, len);
	if (!source)
		return;
	CHECK(source == lnlb_source_find("text", 4));
	CHECK(source->typed_len == len && !memcmp(source->typed, text, len));
	CHECK(lines(source->typed, len) ==
	      lines(source->swapped, source->swapped_len));
	for (i = 0; i < source->num_names; i++)
		CHECK(source->names[i] + 4 <= len &&
		      !memcmp(text + source->names[i], "lnlb", 4));
	for (i = 0; i < source->num_spots; i++) {
		CHECK(!i || source->spots[i - 1].end <= source->spots[i].from);
		check_spot(source, &source->spots[i]);
	}
	for (i = 0; i < source->swapped_len; i++) {
		offset = lnlb_source_typed_offset(source, i);
		CHECK(offset >= last && offset <= len);
		last = offset;
	}
}

static void read_attrs(const uint8_t *data, size_t len)
{
	struct lnlb_stmt stmt;
	struct nlattr *nest;

	if (len > ATTRS_MAX)
		return;
	/* so that one byte too far is noticed */
	nest = malloc(MNL_ATTR_HDRLEN + len);
	CHECK(nest);
	nest->nla_type = NLA_F_NESTED;
	nest->nla_len = MNL_ATTR_HDRLEN + len;
	memcpy(nest + 1, data, len);
	if (!lnlb_stmt_get(nest, &stmt))
		check_statement(&stmt);
	free(nest);
}

static const uint8_t *datagram;
static size_t datagram_len;

static ssize_t fuzz_recvfrom(const struct mnl_socket *nl, void *buf,
			     size_t size)
{
	CHECK(datagram_len <= size);
	memcpy(buf, datagram, datagram_len);
	return datagram_len;
}

static void check_carrier(const struct nlattr *elem)
{
	const struct nlattr *attr, *prefix;
	const struct lnlb_entry *entry;
	const char *text;

	mnl_attr_for_each_nested(attr, elem) {
		if (mnl_attr_get_type(attr) != NFTA_EXPR_DATA)
			continue;
		mnl_attr_for_each_nested(prefix, attr) {
			text = mnl_attr_get_payload(prefix);
			if (mnl_attr_get_type(prefix) != NFTA_LOG_PREFIX ||
			    mnl_attr_validate(prefix, MNL_TYPE_NUL_STRING) < 0)
				continue;
			entry = lnlb_marker_read(&text);
			if (entry && !entry->typed)
				check_statement(&entry->stmt);
		}
	}
}

/* what libnftnl gets has no lnlb that could be read, and is whole */
static int fuzz_rule_parse(const struct nlmsghdr *nlh, struct nftnl_rule *rule)
{
	const struct nlattr *attr, *elem, *data;
	struct lnlb_stmt stmt;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) != NFTA_RULE_EXPRESSIONS)
			continue;
		mnl_attr_for_each_nested(elem, attr) {
			data = lnlb_data(elem);
			CHECK(!data || lnlb_stmt_get(data, &stmt));
			check_carrier(elem);
		}
	}
	return 0;
}

static void *fuzz_dlsym(void *handle, const char *name)
{
	if (!strcmp(name, "mnl_socket_recvfrom"))
		return fuzz_recvfrom;
	CHECK(!strcmp(name, "nftnl_rule_nlmsg_parse"));
	return fuzz_rule_parse;
}

void lnlb_errors_kernel(const char *text, size_t len)
{
	CHECK(len < DATAGRAM_MAX && strnlen(text, len) == len);
}

void lnlb_errors_statement(const struct lnlb_entry *entry, const char *message)
{
	CHECK(0);
}

void lnlb_cause_listen(void)
{
	CHECK(0);
}

void lnlb_cause_listen_loaded(void)
{
	CHECK(0);
}

/* answers to what was sent, and rules that are listed */
static void read_datagram(const uint8_t *data, size_t len)
{
	/* so that one byte too far is noticed; messages are padded */
	size_t size = MNL_ALIGN(len);
	struct nlmsghdr *buf, *nlh;
	int rest = len;

	if (len > DATAGRAM_MAX)
		return;
	datagram = data;
	datagram_len = len;
	buf = calloc(1, size + !size);
	CHECK(buf && mnl_socket_recvfrom(NULL, buf, size) == len);
	for (nlh = buf; nl_ok(nlh, rest); nlh = mnl_nlmsg_next(nlh, &rest))
		nftnl_rule_nlmsg_parse(nlh, NULL);
	free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (!data[0])
		read_attrs(data + 1, size - 1);
	else if (data[0] == 1)
		read_datagram(data + 1, size - 1);
	else
		read_text((const char *)data + 1, size - 1);
	lnlb_source_forget();
	forget_entries();
	forget_variables();
	return 0;
}
