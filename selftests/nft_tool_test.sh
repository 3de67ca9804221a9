#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# nft-lnlb against the real expression: what is typed is what is listed, what
# the kernel refuses is explained, and all of it is undone by its last rule.
# Parsing alone is tested without a guest, in userspace/nft-lnlb/tests.
. "$(dirname "$0")/lib.sh"

require nft-lnlb lnlbctl nft
setup_ns n1
ip_ns n1 link add eth0 type veth peer name eth1
ip_ns n1 link set eth0 up
ip_ns n1 link set eth1 up
ip_ns n1 addr add 10.0.0.1/24 dev eth0

nft_lnlb() { ns n1 nft-lnlb "$@"; }
rules() { nft_lnlb list chain ip lnlb prerouting | sed -n 's/^\t\t\(.*lnlb cluster\)/\1/p'; }

# refused DESCRIPTION CAUSE ARG...: exit code 1, and the cause is told
refused() {
	local what=$1 cause=$2 out rc=0

	shift 2
	out=$(nft_lnlb "$@" 2>&1) || rc=$?
	check_eq "$what: exit code" 1 "$rc"
	check "$what: told why" grep -qi -- "$cause" <<<"$out"
	[ "$failed" -eq 0 ] || note "$out"
}

check "a table" nft_lnlb add table ip lnlb
check "a chain" nft_lnlb add chain ip lnlb prerouting \
	'{ type filter hook prerouting priority -350; }'
check "the rule of the manual" nft_lnlb add rule ip lnlb prerouting \
	lnlb cluster 10.0.0.10 weight auto
check_eq "is listed" "lnlb cluster 10.0.0.10 weight auto" "$(rules)"
check "a cluster is up" grep -q 10.0.0.10 <<<"$(ns n1 lnlbctl show)"
check_not "stock nft does not show the rule" \
	grep -q 10.0.0.10 <<<"$(ns n1 nft list ruleset)"

nft_lnlb list ruleset >"$tmp/listed"
{ echo flush ruleset; cat "$tmp/listed"; } >"$tmp/reload"
check "flush and reload" nft_lnlb -f "$tmp/reload"
check_eq "is the same ruleset" "$(<"$tmp/listed")" "$(nft_lnlb list ruleset)"
nft_lnlb -j list ruleset >"$tmp/json"
check "flush" nft_lnlb flush ruleset
check_not "takes the cluster down" grep -q 10.0.0.10 <<<"$(ns n1 lnlbctl show)"
check "reload from JSON" nft_lnlb -j -f "$tmp/json"
check_eq "is the same ruleset, too" "$(<"$tmp/listed")" \
	"$(nft_lnlb list ruleset)"

all='lnlb cluster 10.0.0.11 dev "eth0" weight 5 affinity network 24 timeout 1h30m mode unicast mac 02:00:0a:00:00:99'
check "every parameter" nft_lnlb insert rule ip lnlb prerouting "$all"
check_eq "is listed in full" "$all" "$(rules | head -n 1)"
handle=$(nft_lnlb -a list chain ip lnlb prerouting |
	sed -n 's/.*10\.0\.0\.11.*# handle //p')
check "replace" nft_lnlb replace rule ip lnlb prerouting handle "$handle" \
	counter lnlb cluster 10.0.0.12 dev eth0 weight 5 accept comment '"kept"'
check_eq "is listed" \
	'counter packets 0 bytes 0 lnlb cluster 10.0.0.12 dev "eth0" weight 5 accept comment "kept"' \
	"$(rules | head -n 1 | sed 's/packets [0-9]* bytes [0-9]*/packets 0 bytes 0/')"
check "check mode" nft_lnlb -c add rule ip lnlb prerouting lnlb cluster 10.0.0.14
check_not "adds nothing" grep -q 10.0.0.14 <<<"$(rules)"

before=$(nft_lnlb list ruleset)
refused "contradiction" "another value" add rule ip lnlb prerouting \
	lnlb cluster 10.0.0.12 dev eth0 weight 6
for addr in 0.0.0.0 127.0.0.1 224.0.0.1 255.255.255.255; do
	refused "$addr" address add rule ip lnlb prerouting lnlb cluster "$addr"
done
check "a chain at another hook" nft_lnlb add chain ip lnlb output \
	'{ type filter hook output priority -350; }'
refused "wrong hook" prerouting add rule ip lnlb output lnlb cluster 10.0.0.13
check "a chain that nobody jumps to" nft_lnlb "add chain ip lnlb inner;
	add rule ip lnlb inner lnlb cluster 10.0.0.13"
refused "a jump there from the wrong hook" prerouting \
	add rule ip lnlb output jump inner
nft_lnlb "delete chain ip lnlb inner; delete chain ip lnlb output"
check "a chain too late" nft_lnlb add chain ip lnlb late \
	'{ type filter hook prerouting priority 0; }'
refused "wrong priority" priority add rule ip lnlb late lnlb cluster 10.0.0.13
nft_lnlb delete chain ip lnlb late
check "a table of family arp" nft_lnlb 'add table arp t; add chain arp t c'
refused "wrong family" family add rule arp t c lnlb cluster 10.0.0.13
nft_lnlb delete table arp t
check_eq "nothing was changed" "$before" "$(nft_lnlb list ruleset)"

nft_lnlb flush ruleset
check_not "no cluster is left" grep -q 10.0.0 <<<"$(ns n1 lnlbctl show)"
