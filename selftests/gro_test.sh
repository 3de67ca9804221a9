#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packets that go through a node as one, and are many: what the sender's kernel
# left in one piece, and what the node's put together. The client's node takes
# all of it, once, and the others none.
. "$(dirname "$0")/lib.sh"

# feature NODE FEATURE on|off
feature() {
	ns "$1" ethtool -K eth0 "$2" "$3" >/dev/null || die "no $2 $3 on $1"
}

taken() {
	echo $(($(counter n1 rx_mine) + $(counter n2 rx_mine) +
		$(counter n1 rx_session) + $(counter n2 rx_session)))
}

# aggregates HOW UDP MAX: 6 clients send 150 kB by TCP and 51 datagrams each. Each
# in a packet of its own that would be 155 of a client; MAX are to be taken.
# UDP, or no: datagrams are in few pieces, too
aggregates() {
	local before kind began

	for _ in 1 2 3; do
		port=$((port + 1))
		before=$(taken)
		began=$(now_ms)
		capture_start big n1 eth0 "dst host $VIP and greater 3000"
		probe cl gro.py send "$VIP" $port < <(client_addrs 1 6) \
			>"$tmp/sent"
		capture_stop big
		# what was sent twice, or lost, is other packets
		stood_still "$began" || break
	done
	for kind in tcp udp; do
		check_eq "$1: all that 6 clients sent by $kind came once" 6 \
			"$(grep -c " $kind n[12]$" "$tmp/sent")"
		[ $kind = udp ] && [ "$2" = no ] && continue
		check "$1: $kind was in few pieces" \
			test "$(capture_count big $kind)" -gt 5
		check_eq "$1: both nodes served by $kind" 2 \
			"$(grep " $kind n" "$tmp/sent" | cut -d ' ' -f 3 |
			sort -u | wc -l)"
	done
	check_le "$1: they were taken as few" $(($(taken) - before)) $((6 * $3))
	note "$1: $((($(taken) - before) / 6)) packets of a client"
	grep ' - ' "$tmp/sent" | sed 's/^/# /'
}

# both AFFINITY
both() {
	local node

	aggregates "affinity $1, by the sender" udp 60
	# veth only puts together what its peer could not send in one piece
	for node in n1 n2; do
		feature $node gro on
		ns sw ethtool -K $node tso off >/dev/null
	done
	feature cl tso off
	feature cl gso off
	aggregates "affinity $1, put together" no 125
	feature cl tso on
	feature cl gso on
	for node in n1 n2; do
		feature $node gro off
		ns sw ethtool -K $node tso on >/dev/null
	done
}

port=40000
lan_setup 2
add_clients 6
clusters_up 2
for node in n1 n2; do
	probe_start "serve-$node" $node gro.py serve "$VIP" $node </dev/null
done
both client
by_connection 2
both connection
