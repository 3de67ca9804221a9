#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Several rules, and lnlbctl beside them, hold one cluster together; what
# contradicts is refused; the last one to go takes it down.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/reports.sh"

nft_lnlb() { ns n1 nft-lnlb "$@"; }
add() { nft_lnlb add rule ip lnlb "$@"; }
doors_are() { show n1 ".doors == [$1]"; }
is_gone() { ! show n1 .name "${1:-$VIP}" >/dev/null; }
state_is() { show n1 ".state == \"$1\"" "${2:-$VIP}"; }

# refused WHAT PATTERN COMMAND...: with that message, and nothing changes
refused() {
	local what=$1 pattern=$2 out rc=0 before now

	shift 2
	before=$(config n1; nft_lnlb list ruleset)
	out=$("$@" 2>&1) && rc=1
	now=$(config n1; nft_lnlb list ruleset)
	grep -qiE -- "$pattern" <<<"$out" || rc=1
	[ "$before" = "$now" ] || rc=1
	result $rc "$what" "$out"$'\n'"before: $before"$'\n'"now: $now"
}

delete_rule() {
	nft_lnlb delete rule ip lnlb "$1" handle "$(nft_lnlb -a list chain \
		ip lnlb "$1" | sed -n 's/.*lnlb cluster.* # handle //p' |
		head -n 1)"
}

require nft-lnlb
lan_setup 1
nft_lnlb -f - <<-EOT || die "no chains"
	table ip lnlb {
		chain a { type filter hook prerouting priority -350; }
		chain b { type filter hook prerouting priority -340; }
	}
EOT
ip_ns n1 addr add "$VIP/32" dev eth0
ip_ns n1 link add eth5 type dummy
cluster_nodes=(n1)
capture_start leave cl eth0 'ether proto 0x8870 and ether[19] = 3'

check "a rule" add a "lnlb cluster $VIP dev eth0 weight 100"
check "makes a cluster" wait_active 1
check "that it holds" doors_are '"nft"'
check "a second rule that says the same" \
	add b "lnlb cluster $VIP dev eth0 weight 100"
check "a third one that leaves things open" add b "lnlb cluster $VIP"
check "a fourth one that adds something" \
	add b "lnlb cluster $VIP timeout 10m"
check_eq "are one cluster" 1 "$(ns n1 lnlbctl show -j | jq length)"
check "with what they say together" busywait 3000 \
	show n1 '.timeout == 600 and .weight == 100 and .device == "eth0"'
another="another value"
refused "another weight" "$another" add b "lnlb cluster $VIP weight 101"
refused "another weight source" "$another" \
	add b "lnlb cluster $VIP weight auto"
refused "another device" "$another" add b "lnlb cluster $VIP dev lo"
refused "another timeout" "$another" add b "lnlb cluster $VIP timeout 11m"
refused "another affinity than one said in the same batch" "$another" \
	nft_lnlb "add rule ip lnlb b lnlb cluster $VIP affinity client;
	add rule ip lnlb b lnlb cluster $VIP affinity connection"
refused "lnlbctl cannot take out what rules hold" "held by nft rules" \
	ns n1 lnlbctl delif nlb0
refused "another device by lnlbctl" "$another" \
	ns n1 lnlbctl addif "$VIP" eth5

check "lnlbctl holds it, too" ns n1 lnlbctl addif "$VIP" eth0
check "that is both doors" doors_are '"lnlbctl", "nft"'
refused "but once only" "in a cluster already" \
	ns n1 lnlbctl addif "$VIP" eth0
check "lnlbctl lets go" ns n1 lnlbctl delif nlb0
check "the rules hold it" doors_are '"nft"'
check_eq "the address is still there" 1 \
	"$(ip_ns n1 -o addr show dev eth0 to "$VIP" | wc -l)"
check "lnlbctl holds it again" ns n1 lnlbctl addif "$VIP" eth0
check "one rule goes" delete_rule a
check "the others go" nft_lnlb flush chain ip lnlb b
check "lnlbctl holds it alone" busywait 3000 doors_are '"lnlbctl"'
check "a rule again" add a "lnlb cluster $VIP"
check "lnlbctl lets go again" ns n1 lnlbctl delif nlb0
capture_stop leave
check_eq "all that time it never left" "" "$(capture_show leave)"

capture_start last cl eth0 'ether proto 0x8870 and ether[19] = 3'
check "the last rule goes" delete_rule a
check "and the cluster with it" busywait 3000 is_gone
capture_stop last
check_le "with a LEAVE" 1 "$(capture_count last)"

check "a rule for a device that is not there" \
	add a "lnlb cluster 10.0.0.20 dev eth7"
check "the cluster waits" busywait 3000 state_is waiting 10.0.0.20
ip_ns n1 link add eth7 type veth peer name eth8
ip_ns n1 link set eth8 up
ip_ns n1 link set eth7 up
check "and starts when it comes" busywait 10000 state_is active 10.0.0.20
check "a rule without device" add a "lnlb cluster 10.0.7.7"
check "takes the one whose network it is in" busywait 3000 \
	show n1 '.device == "eth0"' 10.0.7.7
ip_ns n1 addr add 10.0.7.7/32 dev eth0
check "serves all clients of it" again ns cl ping -qc3 -i0.2 -W2 10.0.7.7
check_eq "under a MAC address made of its own" "$(cluster_mac 10.0.7.7)" \
	"$(ns cl ip neigh show to 10.0.7.7 | awk '{ print $5 }')"
check "a table that sleeps" nft_lnlb add table ip lnlb '{ flags dormant; }'
check "and wakes up" nft_lnlb add table ip lnlb
check "a namespace goes with all of it" remove_ns n1
