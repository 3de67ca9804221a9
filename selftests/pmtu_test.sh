#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A router says that a packet was too big: its ICMP error reaches the node
# that sent the packet, not the one that the router's address would lead to, nor
# with affinity connection one that the packet's client alone would lead to.
. "$(dirname "$0")/lib.sh"
require nft-lnlb

readonly MTU=1280

# get CLIENT [ARG...]: bytes of a download
get() { ns out curl -sf --interface "$@" -m 10 -r 0-99999 -o /dev/null \
	-w '%{size_download}' "http://$VIP/big"; }

# learnt NODE FROM TO: how many of these clients' path it knows
learnt() {
	local i

	for i in $(seq "$2" "$3"); do
		ns "$1" ip route get "192.0.2.$i" from "$VIP"
	done | grep -c "mtu $MTU"
}

lan_setup 3
for node in n1 n2 n3; do
	start_web $node
done
clusters_up 3

# what the client sends fits, what it is sent does not; its MSS is no help
ns rt ip link set eth1 mtu $MTU
for i in $(seq 11 23); do
	ns out ip addr add "192.0.2.$i/24" dev eth0
done

capture_start errors cl eth0 'icmp[0] = 3 and icmp[1] = 4'
for i in $(seq 11 22); do
	check_eq "a download by 192.0.2.$i" 100000 "$(get "192.0.2.$i")"
done
capture_stop errors
check_le "the router had to say so" 12 "$(capture_count errors)"

nodes=0
for node in n1 n2 n3; do
	count=$(learnt $node 11 22)
	note "$node has learnt of $count clients' path"
	nodes=$((nodes + (count > 0)))
done
check_eq "every node has learnt the path MTU of its clients" 3 $nodes

# ---- by connection ----

by_connection 3
for port in $(seq 40001 40012); do
	check_eq "a download from port $port of 192.0.2.23" 100000 \
		"$(get 192.0.2.23 --local-port $port)"
done
for node in n1 n2 n3; do
	check_eq "$node has learnt the path MTU of this client" 1 \
		"$(learnt $node 23 23)"
done
