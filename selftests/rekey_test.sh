#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Keys in rules: files of rules are loaded anew, node by node, each in one
# transaction, and the keys change without a lost packet or a node that leaves.
# What cannot be is refused and leaves the old rules.

# a session keyring of the test's own, which all that it starts has
if [ -z "${LNLB_KEYRING:-}" ] && command -v keyctl >/dev/null; then
	export LNLB_KEYRING=1
	exec keyctl session - "$0" "$@"
fi
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/reports.sh"
require keyctl nft-lnlb

# add_key DESCRIPTION SECRET
add_key() { printf '%s' "$2" | keyctl padd logon "$1" @s >/dev/null; }

# load NODE PARAMETERS...: its rules, as from a file that has changed
load() {
	local node=$1

	shift
	ns "$node" nft-lnlb -f - <<-EOT
		flush ruleset
		table ip lnlb {
			chain prerouting {
				type filter hook prerouting priority -350;
				lnlb cluster $VIP dev eth0 weight 100 $*
			}
		}
	EOT
}

# keys_are NODE WORDS: uses and descriptions, and "permissive"
keys_are() {
	show "$1" "([.keys[] | .use, .description] + if .permissive
		then [\"permissive\"] else [] end | join(\" \")) == \"$2\""
}

believed() {
	show "$1" '.stats | .frame_rx + .frame_rx_unsigned +
		.frame_rx_unverified'
}

# hears NODE N: more than N frames were believed
hears() { [ "$(believed "$1")" -gt "$2" ]; }

# rekey WORDS PARAMETERS...: on all nodes, one after the other; each has what it
# says in WORDS, and all believe each other for longer than the dead interval
rekey() {
	local node words=$1 n

	shift
	for node in n1 n2 n3; do
		load $node hash "lnlb:h" "$@" &&
			busywait 3000 keys_are $node "$words" || return
	done
	for node in n1 n2 n3; do
		n=$(believed $node)
		busywait 5000 hears $node $((n + 24)) || return
	done
}

# refused WHAT PARAMETERS...: as new rules of n1, and nothing changes
refused() {
	local what=$1 out rc=0 before

	shift
	before=$(config n1; ns n1 nft-lnlb list ruleset)
	out=$(load n1 "$@" 2>&1) && rc=1
	grep -q -- "$what" <<<"$out" || rc=1
	[ "$before" = "$(config n1; ns n1 nft-lnlb list ruleset)" ] || rc=1
	result $rc "$* is refused: $what" "$out"
}

lan_setup 3
add_clients 30
add_key lnlb:a 0123456789abcdef0123456789abcdef || die "cannot add a key"
add_key lnlb:b another-secret-of-32-bytes-length
add_key lnlb:h one-more-of-some-bytes
for node in n1 n2 n3; do
	patient $node
	ip_ns $node addr add "$VIP/32" dev eth0
	load $node hash lnlb:h key lnlb:a || die "no rules on $node"
	cluster_nodes+=("$node")
done
wait_active 3 || die "three nodes do not share the buckets"
for node in n1 n2 n3; do
	monitor_start $node
done
capture_start leave cl eth0 'ether proto 0x8870 and ether[19] = 3'
watch_start rotation 200 < <(client_addrs 1 30)
digest=$(show n1 .digest)

h="hash lnlb:h"
check "the same rules again" rekey "key lnlb:a $h" key lnlb:a
check "the new key as a second one" \
	rekey "key lnlb:a next lnlb:b $h" key lnlb:a next lnlb:b
check "the new one signs" \
	rekey "key lnlb:b next lnlb:a $h" key lnlb:b next lnlb:a
check "which the rules say" grep -q 'key "lnlb:b" next "lnlb:a" hash "lnlb:h"' \
	<<<"$(ns n1 nft-lnlb list ruleset)"
check "the old one goes" rekey "key lnlb:b $h" key lnlb:b
check "permissive" rekey "key lnlb:b $h permissive" key lnlb:b permissive
check "no key" rekey "$h"
check "permissive, as in a roll-out" \
	rekey "key lnlb:a $h permissive" key lnlb:a permissive
check "strict" rekey "key lnlb:a $h" key lnlb:a

refused "no logon key of this description" hash lnlb:h key lnlb:a next lnlb:none
refused "next goes with key" hash lnlb:h next lnlb:b
refused "has a colon" hash lnlb:h key lnlb:a next b
out=$(ns n1 nft-lnlb add rule ip lnlb prerouting lnlb cluster "$VIP" \
	key lnlb:b 2>&1)
check_eq "another rule with another key is refused" 1 $?
check "as one that contradicts" grep -q "another value" <<<"$out"
check "one that adds something is not" ns n1 nft-lnlb add rule ip lnlb \
	prerouting lnlb cluster "$VIP" key lnlb:a next lnlb:b permissive
check "and is in force" busywait 3000 \
	keys_are n1 "key lnlb:a next lnlb:b $h permissive"
check "lnlbctl has the last word" ns n1 lnlbctl key nlb0 lnlb:a
check "until it is reloaded" keys_are n1 "key lnlb:a $h"
check "by rules that say something else" rekey "key lnlb:a next lnlb:b $h" \
	key lnlb:a next lnlb:b

check "all the time three nodes shared" wait_active 3
check_eq "and were the same" "$digest" "$(show n1 .digest)"
capture_stop leave
check_eq "no LEAVE was sent" "" "$(capture_show leave)"
check_eq "no node was missed, or fenced" 0 "$(missed)"
probe_stop rotation >"$tmp/rotation"
note "pings: $(awk '{ n += $2 } END { print n }' "$tmp/rotation")"
check_eq "no ping was lost, no client changed its node" "" \
	"$(awk '$3 || $4 || $6' "$tmp/rotation")"
