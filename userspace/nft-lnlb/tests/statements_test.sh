#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The statements, and parameters of them, that README.md, CHANGELOG, Documentation and
# the manual pages show: nft-lnlb takes them, and lists them again.

cd "$(dirname "$0")" || exit 1
# shellcheck source=userspace/nft-lnlb/tests/nft.sh
. ./nft.sh

top=../../..
words='dev|weight|affinity|policy|timeout|mode|mac|key|next|hash'

# what is marked as literal, which may go on in the next line, and lines of blocks
marked() {
	cat "$top/README.md" "$top/CHANGELOG" "$top"/Documentation/*.rst | tr -s '\n ' ' ' |
		grep -oE '``[^`]+``|`[^`]+`|"[^"]+"' | tr -d '`"'
	cat "$top/README.md" "$top"/Documentation/*.rst | grep -E '^ {4}'
	sed 's/\\-/-/g; s/\\(dq/"/g' ../lnlb.7 ../lnlbctl.8 ../nft-lnlb.8 | grep -v '^\.'
}

# as rules; what is in capitals stands for something
statements() {
	marked | sed -E 's/ # .*//; s/^ +//; s/ADDRESS|ADDR/192.0.2.10/' |
		sed -nE "s/^($words) [^ ]+( [0-9]+)?\$/lnlb cluster 192.0.2.10 &/
			/^((tcp|udp) dport .*)?lnlb cluster [0-9]/p" |
		grep -vE '[A-Z]{3}|\.\.\.' | sort -u
}

statements >"$dir/statements"
while read -r statement; do
	fresh
	{ lnlb add rule ip t c "$statement" && rules | grep -q 'lnlb cluster'; } \
		>"$dir/diff" 2>&1
	report $? "$statement"
done <"$dir/statements"
[ "$count" -ge 15 ]
report $? "there are $count of them"
echo "1..$count"
exit $((failures > 0))
