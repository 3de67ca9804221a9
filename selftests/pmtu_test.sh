#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A router says that a packet was too big: its ICMP error reaches the node
# that sent the packet, not the one that the router's address would lead to, nor
# with affinity connection one that the packet's client alone would lead to; nor,
# when buckets have moved, the one that has the client's bucket now.
. "$(dirname "$0")/lib.sh"
require nft-lnlb

readonly MTU=1280
readonly SIZE=1000000

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

# clients FROM TO: their addresses
clients() { seq -f '192.0.2.%.0f' "$1" "$2"; }

# slow NAME: downloads by the clients on stdin, of which most is to come
slow() { probe_start "$1" out tcp.py pull "$VIP" 80 $SIZE; }

# narrow NAME WHAT COUNT ERRORS: the link becomes so, and they come to their end
narrow() {
	capture_start "$1" cl eth0 'icmp[0] = 3 and icmp[1] = 4'
	ns rt ip link set eth1 mtu $MTU
	probe_stop "$1" >"$tmp/$1"
	capture_stop "$1"
	check_eq "$2: so many downloads are complete" "$3" \
		"$(awk -v size=$SIZE '$2 == size && $3 < size / 2' "$tmp/$1" | wc -l)"
	check_le "$2: the router had to say so" "$4" "$(capture_count "$1")"
	ns rt ip link set eth1 mtu 1500
}

# apart FROM TO: how many of these clients are with another node than their bucket
apart() {
	local i

	for i in 1 2 3; do
		clients "$1" "$2" | sed 's/^/owner -j nlb0 /' |
			ns "n$i" lnlbctl -b | jq -r --arg self "$(node_mac $i)" \
			'select(.by == "session" and .node != $self).client'
	done | sort -u | wc -l
}

# n2 drains, and the others have all buckets
n2_drains() {
	ns n2 lnlbctl drain nlb0
	busywait 10000 show n1 '([.nodes[] | select(.state == "active") |
		.claims] | add) == .buckets' >/dev/null || die "n2 keeps buckets"
}

lan_setup 3
for node in n1 n2 n3; do
	start_web $node
done
clusters_up 3

# what the client sends fits, what it is sent does not; its MSS is no help
ns rt ip link set eth1 mtu $MTU
clients 11 72 | sed 's,.*,addr add &/24 dev eth0,' | ip_ns out -batch -

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

# ---- while buckets move ----

ns rt ip link set eth1 mtu 1500
slow drained < <(clients 24 47)
n2_drains
check_le "n2 drains, and keeps clients without their buckets" 1 "$(apart 24 47)"
narrow drained "n2 drains" 24 24
check_le "and has learnt their path MTU" 1 "$(learnt n2 24 47)"

slow joined < <(clients 48 71)
ns n2 lnlbctl resume nlb0
wait_active 3 || die "n2 does not come back"
check_le "n2 is back, and has buckets of clients of the others" 1 \
	"$(apart 48 71)"
narrow joined "n2 is back" 24 24
check_eq "n2 has learnt nothing that is for others" 0 "$(learnt n2 48 71)"

# ---- by connection ----

by_connection 3
slow connections < <(yes 192.0.2.72 | head -n 24)
n2_drains
narrow connections "by connection, n2 drains" 24 3
check_eq "n2 has learnt this client's path MTU" 1 "$(learnt n2 72 72)"
ns n2 lnlbctl resume nlb0
wait_active 3 || die "n2 does not come back"

ns rt ip link set eth1 mtu $MTU
for port in $(seq 40001 40012); do
	check_eq "a download from port $port of 192.0.2.23" 100000 \
		"$(get 192.0.2.23 --local-port $port)"
done
for node in n1 n2 n3; do
	check_eq "$node has learnt the path MTU of this client" 1 \
		"$(learnt $node 23 23)"
done
