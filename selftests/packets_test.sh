#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packets that are seldom or wrong: fragments in any order, options, VLAN tags,
# protocols without ports, cut headers. The client's node answers, once; nobody
# answers what is broken.
. "$(dirname "$0")/lib.sh"

# of 6 clients a packet each
readonly portless="gre esp sctp 253"

# count_portless: how many of these the nodes take, table seen
count_portless() {
	local node

	for node in n1 n2; do
		ns $node nft -f - <<-EOT || die "no rule on $node"
			table ip seen
			delete table ip seen
			table ip seen {
				chain in {
					type filter hook input priority 0
					$(for protocol in $portless; do
						echo "ip protocol $protocol counter comment \"$protocol\""
					done)
				}
			}
		EOT
	done
}

# taken PROTOCOL: by both nodes together
taken() {
	for node in n1 n2; do
		ns $node nft -j list table ip seen
	done | jq -s --arg protocol "$1" '[.[].nftables[].rule |
		select(.comment == $protocol).expr[].counter.packets // 0] | add'
}

# packets AFFINITY: all cases, from clients of both nodes
packets() {
	local line protocol

	count_portless
	probe cl packets.py "$VIP" "$(cluster_mac)" < <(client_addrs 1 6) \
		>"$tmp/packets" 2>&1
	while read -r line; do
		result "$([[ $line == ok* ]]; echo $?)" \
			"affinity $1: ${line#* }" "$line"
	done < <(cut -d ';' -f 1 "$tmp/packets")
	check "affinity $1: all cases were tried" \
		test "$(wc -l <"$tmp/packets")" -ge 48
	for protocol in $portless; do
		check_eq "affinity $1: 6 packets of protocol $protocol are taken once each" \
			6 "$(taken "$protocol")"
	done
}

lan_setup 2
add_clients 6
clusters_up 2
for node in n1 n2; do
	start_udp_echo $node
	ns $node sysctl -qw net.ipv4.icmp_ratelimit=0
done
packets client
malformed=$(($(counter n1 rx_malformed) + $(counter n2 rx_malformed)))
check_eq "both nodes count the headers of no use, two of each client" 24 \
	$malformed

by_connection 2
packets connection
check_le "what has no ports is counted as malformed" $((malformed + 1)) \
	$(($(counter n1 rx_malformed) + $(counter n2 rx_malformed)))
