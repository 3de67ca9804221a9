#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The expression lnlb in every family, at every hook, in base chains and in
# chains that are jumped to: what is not meant for it is EOPNOTSUPP.
. "$(dirname "$0")/lib.sh"

helper=$(dirname "$0")/bad_nft.py

# family, hook, priority and what the kernel is to say
hooks() {
	local family hook

	for family in ip ip6 inet; do
		echo "$family prerouting -300 0"
		echo "$family prerouting -151 0"
		echo "$family prerouting -150 EOPNOTSUPP"
		echo "$family prerouting 0 EOPNOTSUPP"
		for hook in input forward output postrouting; do
			echo "$family $hook -300 EOPNOTSUPP"
		done
	done
	echo "inet ingress -300 EOPNOTSUPP"
	for hook in prerouting input forward output postrouting; do
		echo "bridge $hook -300 EOPNOTSUPP"
	done
	echo "arp input -300 EOPNOTSUPP"
	echo "arp output -300 EOPNOTSUPP"
	echo "netdev ingress -300 0"
	echo "netdev egress -300 EOPNOTSUPP"
}

# chain NAME HOOK PRIORITY RULE
chain() {
	local device=

	case $2 in ingress|egress) device="device eth0" ;; esac
	echo "chain $1 {"
	echo "type filter hook $2 $device priority $3; policy accept; $4"
	echo "}"
}

# for each line of hooks(): a base chain b, another one j that jumps to c, an
# empty chain, and d, which nobody jumps to
ruleset() {
	local no=0 family hook priority

	while read -r family hook priority _; do
		no=$((no + 1))
		echo "table $family t$no {"
		echo "chain c { }"
		echo "chain d { }"
		chain b "$hook" "$priority" ""
		chain j "$hook" "$priority" "jump c"
		echo "}"
	done < <(hooks)
}

# add CHAIN: a rule in that chain of each table; the errors' names
add() {
	hooks | awk -v chain="$1" '{ print $1, "t" NR, chain }' |
		ns n1 "$helper" add | awk '{ print $NF }'
}

# compare CHAIN WHAT EXPECTED: a line for each table; WHAT goes into the names
compare() {
	local family hook priority expected got

	while read -r family hook priority expected got; do
		check_eq "$family $hook $priority, $2" "$expected" "$got"
	done < <(paste -d ' ' <(hooks | sed "$3") <(add "$1"))
}

no_cluster() { [ "$(ns "$1" lnlbctl show -j | jq length)" = 0 ]; }

setup_ns n1
ip_ns n1 link add eth0 type dummy
ip_ns n1 addr add 10.0.0.1/16 dev eth0
ip_ns n1 link set eth0 up
ruleset >"$tmp/ruleset"
ns n1 nft -f "$tmp/ruleset" || die "no ruleset"

compare b "base chain" ""
compare c "chain that is jumped to" ""
# where no family goes, the rule itself is refused; else the later jump
compare d "chain nobody jumps to" '/^arp\|^bridge/!s/[^ ]*$/0/'

no=0
while read -r family hook priority expected; do
	no=$((no + 1))
	case $family in arp|bridge) continue ;; esac
	out=$(ns n1 nft add rule "$family" "t$no" b jump d 2>&1) && out=0
	[[ $out != *"Operation not supported"* ]] || out=EOPNOTSUPP
	check_eq "$family $hook $priority, a jump there later" \
		"$expected" "$out"
done < <(hooks)

ns n1 nft flush ruleset
check "no cluster is left" busywait 3000 no_cluster n1
