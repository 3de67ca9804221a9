#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A header that lies in pieces is the same header, and what is not there is not read:
# each node counts such packets as it does those in one piece.
. "$(dirname "$0")/lib.sh"

# cases WHAT COUNT ARGS...: a result for each line that pieces.py says of these
# clients; COUNT at least are expected
cases() {
	local line number=0

	probe cl pieces.py "${@:3}" < <(client_addrs 1 12) >"$tmp/cases" 2>&1
	while read -r line; do
		number=$((number + 1))
		result "$([[ $line == ok* ]]; echo $?)" "$1${line#* }" "$line"
	done <"$tmp/cases"
	check_le "$1all cases were tried" "$2" $number
}

# by_affinity NAME COUNT
by_affinity() {
	cases "affinity $1: " "$2" "$VIP" "$(cluster_mac)" "$1" \
		"$(full_ns n1)" "$(full_ns n2)"
}

# Nobody answers, or clients would answer that. A program has a high port.
quiet() {
	ns "$1" nft -f - <<-EOT || die "no rule on $1"
		table ip quiet {
			chain in {
				type filter hook input priority -150
				ip daddr $VIP drop
			}
		}
	EOT
	start_udp_echo "$1" "$VIP" 50000
}

lan_setup 2
add_clients 12
clusters_up 2
quiet n1
quiet n2
by_affinity client 56

# ---- answers to what a node asks by ARP, and what nodes say ----

client_mac=52:54:00:00:01:00
client_addrs 1 28 |
	sed "s/.*/neigh replace & dev eth0 lladdr $client_mac nud stale/" |
	ip_ns n1 -batch - || die "no neighbours on n1"
reachable() { ip_ns n1 neigh show nud reachable | grep -c '^10\.0\.1\.'; }
check_eq "n1 is not sure of 28 neighbours" 0 "$(reachable)"
probe sw pieces.py arp n1 "$VIP" "$(cluster_mac)" $client_mac \
	< <(client_addrs 1 28)
all_reachable() { [ "$(reachable)" = 28 ]; }
check "it hears their answers by ARP wherever they are cut" \
	busywait 5000 all_reachable
cases "" 2 frames "$VIP" "$(full_ns n1)" "$(full_ns n2)"

# ---- where ports count ----

by_connection 2
by_affinity connection 25
for node in n1 n2; do
	ns $node nft -f - <<<"delete table ip lb"
done
for node in n1 n2; do
	ns $node nft-lnlb -f - <<-EOT || die "no rules on $node"
		table inet lb {
			chain pre {
				type filter hook prerouting priority raw
				meta l4proto udp th dport { 9, 50000 } lnlb cluster $VIP policy connection
				lnlb cluster $VIP dev eth0 weight 100
			}
		}
	EOT
	ip_ns $node addr replace "$VIP/32" dev eth0
done
# segments of no connection are looked at, too
for node in n1 n2; do
	ns $node sysctl -qw net.lnlb.orphan_reset=0
done
wait_active 2 || die "no agreement with policies"
by_affinity mixed 25
