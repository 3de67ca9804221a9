#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A router says that a packet was too big: its ICMP error reaches the node
# that sent the packet, not the one that the router's address would lead to.
. "$(dirname "$0")/lib.sh"

lan_setup 3
for node in n1 n2 n3; do
	start_web $node
done
clusters_up 3

# what the client sends fits, what it is sent does not; its MSS is no help
ns rt ip link set eth1 mtu 1000
for i in $(seq 11 22); do
	ns out ip addr add "192.0.2.$i/24" dev eth0
done
get() { ns out curl -sf --interface "$1" -m 10 -r 0-99999 -o /dev/null \
	-w '%{size_download}' "http://$VIP/big"; }

capture_start errors cl eth0 'icmp[0] = 3 and icmp[1] = 4'
for i in $(seq 11 22); do
	check_eq "a download by 192.0.2.$i" 100000 "$(get "192.0.2.$i")"
done
capture_stop errors
check_le "the router had to say so" 12 "$(capture_count errors)"

nodes=0
for node in n1 n2 n3; do
	learnt=0
	for i in $(seq 11 22); do
		ns $node ip route get "192.0.2.$i" from "$VIP" |
			grep -q 'mtu 1000' && learnt=$((learnt + 1))
	done
	note "$node has learnt of $learnt clients' path"
	nodes=$((nodes + (learnt > 0)))
done
check_eq "every node has learnt the path MTU of its clients" 3 $nodes
