#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What nft-lnlb costs more than nft: a file of 10,000 rules is loaded and
# listed by both, in network namespaces. Instructions in user space, counted by
# valgrind, repeat to a fraction of a percent; the kernel's share is the same for
# both and would only make the ratio smaller. Not part of make check.
#
# Usage: nft_speed.sh [RULES]
#
#   plain   none of the rules has an lnlb statement
#   one     one of them has; for nft it is a log statement of that length
#   lnlb    each has one
#
# The last two run with nft_fake.so, which stands in for the module; what it does
# is not counted.
set -euo pipefail
cd "$(dirname "$0")"

rules=${1:-10000}
limit=1.10
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

die() { echo "${0##*/}: $*" >&2; exit 1; }

for tool in nft valgrind unshare; do
	command -v "$tool" >/dev/null || die "no $tool"
done
[ -x ../nft-lnlb ] && [ -e nft_fake.so ] || die "make check builds what it needs"
unshare -n nft list ruleset >/dev/null 2>&1 ||
	die "this kernel has no nf_tables, or no right to"

# file NAME STATEMENT [EVERY]
file() {
	{
		echo 'table ip t {'
		echo '	chain c {'
		seq "$rules" | awk -v statement="$2" -v every="${3:-1}" '{
			printf "\t\tip saddr 10.%d.%d.0/24 tcp dport %d ",
				$1 / 256 % 256, $1 % 256, 1 + $1 % 65000
			print "counter " ($1 % every ? "" : statement) " accept"
		}'
		echo '	}'
		echo '}'
	} >"$tmp/$1"
}

# count PROGRAM FAKE ARG...: instructions, in a namespace that has $setup
count() {
	local program=$1 fake=$2

	shift 2
	unshare -n bash -euc '
		[ -z "$2" ] || LD_PRELOAD=$4 "$1" -f "$2"
		LD_PRELOAD=$4 valgrind --tool=callgrind \
			--toggle-collect=sendmsg --toggle-collect=recvmsg \
			--collect-atstart=yes \
			--callgrind-out-file=/dev/null --log-file="$3" \
			"$1" "${@:5}" >"$3.out"' - "$program" "${setup:-}" \
		"$tmp/count" "$fake" "$@" || die "$program $* failed"
	[ "${setup:-}" = "" ] || [ "$(wc -l <"$tmp/count.out")" -gt "$rules" ] ||
		die "$program $*: not all rules are listed"
	awk '/Collected/ { print $4; found = 1 } END { exit !found }' "$tmp/count"
}

# compare WHAT STOCK OURS
compare() {
	awk -v what="$1" -v stock="$2" -v ours="$3" -v limit=$limit 'BEGIN {
		printf "%-12s nft %6.0f M, nft-lnlb %6.0f M, ratio %.3f\n",
			what, stock / 1e6, ours / 1e6, ours / stock
		exit ours / stock > limit
	}' || slow=1
}

# both KIND FAKE STOCK_FILE OUR_FILE
both() {
	local kind=$1 fake=$2 stock=$tmp/$3 ours=$tmp/$4

	compare "$kind load" "$(setup='' count nft "$fake" -f "$stock")" \
		"$(setup='' count ../nft-lnlb "$fake" -f "$ours")"
	compare "$kind list" \
		"$(setup=$stock count nft "$fake" list ruleset)" \
		"$(setup=$ours count ../nft-lnlb "$fake" list ruleset)"
}

slow=
file plain ''
for every in 1 "$rules"; do
	file "log-$every" 'log prefix "10.0.0.10 dev eth0"' "$every"
	file "lnlb-$every" 'lnlb cluster 10.0.0.10 dev eth0' "$every"
done
both plain '' plain plain
both one "$PWD/nft_fake.so" "log-$rules" "lnlb-$rules"
both lnlb "$PWD/nft_fake.so" log-1 lnlb-1
[ -z "$slow" ] || die "more than $limit times nft's"
