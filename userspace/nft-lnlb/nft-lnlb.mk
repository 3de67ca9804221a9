# SPDX-License-Identifier: GPL-2.0-only
#
# nft-lnlb: nft by way of libnftables. libnftables has to find our functions in
# the executable before it finds the libraries' own: see nft_carrier.h.

NFT_LNLB_EDIT := $(shell $(PKG_CONFIG) --exists libedit && echo libedit)

NFT_LNLB_OBJS := nft_main.o nft_run.o nft_cli.o \
	$(if $(NFT_LNLB_EDIT),nft_line_edit.o,nft_line_plain.o) \
	nft_stmt.o nft_stmt_attrs.o nft_token.o nft_typo.o nft_parse.o \
	nft_vars.o nft_include.o nft_scan.o nft_carrier.o nft_source.o \
	nft_files.o nft_json.o nft_shim.o nft_cause.o nft_output.o \
	nft_block.o nft_errors.o names.o
NFT_LNLB_LIBS = $(shell $(PKG_CONFIG) --libs libnftables libnftnl libmnl \
	jansson $(NFT_LNLB_EDIT)) -ldl
NFT_LNLB_EXPORTS := nftnl_expr_build_payload nftnl_rule_nlmsg_parse \
	mnl_socket_recvfrom fopen fopen64
NFT_LNLB_LDFLAGS := $(NFT_LNLB_EXPORTS:%=-Wl,--export-dynamic-symbol=%)

# NFTABLES_SINCE NAME,VERSION: NFTABLES_NAME is true from then on
NFTABLES_SINCE = -DNFTABLES_$1=$(shell $(PKG_CONFIG) \
	--atleast-version=$2 libnftables && echo true || echo false)

nft_line_edit.o: CPPFLAGS += $(shell $(PKG_CONFIG) --cflags libedit)
nft_main.o: CPPFLAGS += -DNFTABLES_VERSION='"$(shell $(PKG_CONFIG) \
	--modversion libnftables)"' \
	$(call NFTABLES_SINCE,1_1,1.1.0) $(call NFTABLES_SINCE,1_1_4,1.1.4)

tests/nft_fake.so: tests/nft_fake.c Makefile
	$(CC) $(CPPFLAGS) $(filter-out -MMD -MP,$(LNLB_CFLAGS)) $(CFLAGS) \
		-fPIC -shared $(LDFLAGS) -o $@ $(filter %.c,$^) -lmnl -ldl

CHECK_BINS += tests/nft_fake.so
