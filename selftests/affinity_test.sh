#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What decides on the node: the client's connection, or its network.
. "$(dirname "$0")/lib.sh"
require nft-lnlb

# rules N AFFINITY: on n1 … nN; the address has to be there as with addif
rules() {
	local i

	for ((i = 1; i <= $1; i++)); do
		ns "n$i" nft-lnlb -f - <<-EOT || die "no rule on n$i"
			table ip lb {
				chain pre {
					type filter hook prerouting priority raw
					lnlb cluster $VIP dev eth0 weight 100 $2
				}
			}
		EOT
		ip_ns "n$i" addr replace "$VIP/32" dev eth0
		[[ " ${cluster_nodes[*]} " == *" n$i "* ]] ||
			cluster_nodes+=("n$i")
	done
	wait_active "$1" || die "no agreement with $2"
}

no_rules() {
	local node

	for node in n1 n2 n3; do
		ip_ns $node addr del "$VIP/32" dev eth0
		ns $node nft-lnlb flush ruleset
	done
	busywait 5000 no_clusters || die "clusters stay"
}

no_clusters() {
	local node

	for node in n1 n2 n3; do
		[ "$(ns $node lnlbctl show -j | jq length)" = 0 ] || return
	done
}

lan_setup 3
add_clients 6
patient_tcp cl n1 n2 n3
for node in n1 n2 n3; do
	patient $node
	start_web $node
done

# ---- connection ----

rules 3 "affinity connection"
check_eq "the rule's affinity is shown" connection "$(show n1 .affinity)"
for node in n1 n2 n3; do
	start_udp_echo $node
done
capture_start answers cl eth0 tcp
visits 1 1 60 >"$tmp/connection"
capture_stop answers
note "one client, 60 connections: $(awk '{ print $2 }' "$tmp/connection" |
	sort | uniq -c | awk '{ printf "%s %s  ", $2, $1 }')"
check_eq "60 connections of one client are answered" 60 \
	"$(grep -c ' n[123]$' "$tmp/connection")"
check_eq "by all nodes" 3 "$(sort -u "$tmp/connection" | wc -l)"
check_eq "without a RST" "" "$(refusals answers)"
check_eq "6 UDP packets in fragments come back" 6 "$(fragments_back 40001 40006)"

# before anything puts packets together
count_seen -450 n1 n2 n3
for port in {41001..41008}; do
	ask_udp cl "$VIP:7,sourceport=$port" hello
done >"$tmp/said"
check_eq "8 datagrams of one client come back" 8 "$(grep -c hello "$tmp/said")"
check_eq "ingress lets none pass but to its node" 8 "$(seen n1 n2 n3)"
no_rules

# ---- network ----

# networks COUNT LEN: "ADDRESS NETWORK", the first one of each network, the last
# and one between; those of 10.0.0.0 to 10.0.10.255, which has the nodes, left out
networks() {
	awk -v count="$1" -v size=$((1 << (32 - $2))) 'BEGIN {
		first = int((11 * 256 + size - 1) / size)
		for (n = first; n < first + count; n++)
			for (i = 0; i < 3; i++) {
				host = n * size + int(i * (size - 1) / 2)
				printf "10.0.%d.%d %d\n", host / 256, host % 256, n
			}
	}'
}

# by_network COUNT LEN: the clients of so many networks, one beside the other; by
# ping, and by TCP, about which ingress decides in another way
by_network() {
	rules 3 "affinity network $2"
	check_eq "the prefix length is shown, $2" "network $2" \
		"$(show n1 '"\(.affinity) \(.affinity_len)"')"
	networks "$1" "$2" >"$tmp/networks"
	cut -d ' ' -f 1 "$tmp/networks" >"$tmp/addrs"
	sed 's,.*,addr replace &/32 dev eth0,' "$tmp/addrs" | ip_ns cl -batch -
	watch_start networks 300 <"$tmp/addrs"
	check "a session for each network of length $2" \
		busywait 10000 sessions_are "$1" n1 n2 n3
	probe_stop networks >"$tmp/pings"
	probe cl tcp.py visit "$VIP" 80 1 <"$tmp/addrs" >"$tmp/visits"
	# "NETWORK NODE"
	awk '{ file += FNR == 1 }
		file == 1 { network[$1] = $2 }
		file == 2 && !$4 && !$6 && $7 != "-" {
			print network[$1], "n" substr($7, 17)
		}
		file == 3 && $2 != "-" { print network[$1], $2 }' \
		"$tmp/networks" "$tmp/pings" "$tmp/visits" >"$tmp/seen"
	check_eq "$((3 * $1)) clients are answered, both times" $((6 * $1)) \
		"$(wc -l <"$tmp/seen")"
	check_eq "those of a network by the same node" "$1" \
		"$(sort -u "$tmp/seen" | wc -l)"
	check_eq "the networks by all nodes" 3 \
		"$(awk '{ print $2 }' "$tmp/seen" | sort -u | wc -l)"
	check_eq "$1 networks are as many sessions" "$1" \
		"$(sessions_of n1 n2 n3)"
	no_rules
}

by_network 30 24
by_network 14 20
by_network 30 28
