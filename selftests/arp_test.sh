#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# All the LAN sees is the cluster MAC for the cluster address, whoever speaks,
# and the switch never learns where that MAC is. What others say of the address
# is not believed, but reported.
. "$(dirname "$0")/lib.sh"

mac=$(cluster_mac)
# ARP packets that say the cluster address is at another MAC than the cluster's
other_mac='arp[14:4] = 0x0a00000a and
	(arp[8:4] != 0x02000a00 or arp[12:2] != 0x000a)'
announcement='arp[6:2] = 1 and arp[14:4] = arp[24:4] and arp[14:4] = 0x0a00000a'
request='arp[6:2] = 1 and arp[14:4] != arp[24:4] and arp[14:4] = 0x0a00000a'
reply='arp[6:2] = 2 and arp[14:4] = 0x0a00000a'

# sources NAME FILTER: who sent it
sources() { capture_show "$@" | awk '{ print $2 }' | sort -u | xargs; }

all_nodes="$(node_mac 1) $(node_mac 2) $(node_mac 3)"

lan_setup 3
capture_start wire cl eth0 arp or ip
ip netns exec "$(full_ns sw)" bridge monitor fdb >"$tmp/fdb" 2>&1 &
for name in cl rt; do
	ip netns exec "$(full_ns $name)" ip monitor neigh >"$tmp/neigh-$name" &
done
clusters_up 3
all_announced() { [ "$(sources wire "$announcement")" = "$all_nodes" ]; }
check "each node announces the address, from its own MAC" \
	busywait 5000 all_announced

for name in cl rt; do
	# a node that does not have $name's bucket gets no echo; ARP is the point
	for node in n1 n2 n3; do
		ns $node ip neigh flush dev eth0
		addr=10.0.0.100
		[ $name = cl ] || addr=10.0.0.254
		ns $node ping -qc2 -i0.2 -W1 -I "$VIP" $addr >/dev/null
		check "$node finds $name's MAC when it asks from the cluster address" \
			grep -q "$addr dev eth0 lladdr 52:54" \
			<(ns $node ip neigh show)
	done
	check "$name is answered" again ns $name ping -qc3 -i0.2 -W2 "$VIP"
	ns $name ip neigh flush to "$VIP"
	check "$name is answered when it has to ask" \
		again ns $name ping -qc3 -i0.2 -W2 "$VIP"
	check_eq "$name knows the cluster MAC" "$mac" \
		"$(ns $name ip neigh show to "$VIP" | awk '{ print $5 }')"
done
capture_stop wire

check_eq "requests come from the nodes' own MACs" "$all_nodes" \
	"$(sources wire "$request")"
check_eq "so do replies, of all nodes" "$all_nodes" "$(sources wire "$reply")"
check_eq "no ARP packet has the address at another MAC" "" \
	"$(capture_show wire "$other_mac")"
check_eq "nothing has the cluster MAC as its Ethernet source" "" \
	"$(capture_show wire ether src "$mac" | head -n3)"

# ---- what others say ----

# nobody but the nodes and the client has seen it: rt keeps what it knows.
# n3 could believe it: it does not have the address, and learns from everybody.
monitor_start n1
ip_ns n3 addr del "$VIP/32" dev eth0
ns n3 sysctl -qw net.ipv4.conf.all.arp_accept=1 net.ipv4.conf.eth0.arp_accept=1
conflicts() {
	local node

	for node in n1 n2 n3; do
		[ "$(counter $node arp_conflict)" -ge "$1" ] || return
	done
}
check_eq "no conflict so far" "0 0 0" \
	"$(for node in n1 n2 n3; do counter $node arp_conflict; done | xargs)"
ns cl ip link set eth0 arp off
probe rt probe.py claim "$VIP" 52:54:00:00:02:00
check "a claim of the address is counted on every node" \
	busywait 5000 conflicts 1
check "and reported" busywait 5000 \
	grep -q 'addr_conflict node 52:54:00:00:02:00' "$tmp/events-n1"
probe rt probe.py claim "$VIP" 52:54:00:00:02:00
check "each claim is counted" busywait 5000 conflicts 2
check_eq "but not each is reported" 1 "$(grep -c addr_conflict "$tmp/events-n1")"
check_eq "no node believes it" "" "$(for node in n1 n2 n3; do
	ns $node ip neigh show to "$VIP"; done)"
ns cl ip link set eth0 arp on
ip_ns n3 addr add "$VIP/32" dev eth0
check "the cluster answers as before" again ns cl ping -qc2 -i0.2 -W2 "$VIP"

# ---- a second device in the same segment ----

ip_ns sw -batch - <<-EOT
	link add n1b type veth peer name eth1 address 52:54:00:00:77:01 netns $(full_ns n1)
	link set n1b master br0 up
EOT
ip_ns n1 link set eth1 up
dropped=$(counter n1 arp_dropped)
dropped_more() { [ "$(counter n1 arp_dropped)" -gt "$dropped" ]; }
capture_start second cl eth0 arp
ns cl ip neigh flush to "$VIP"
check "the client asks again" again ns cl ping -qc2 -i0.2 -W2 "$VIP"
check "the second device does not answer" busywait 5000 dropped_more
capture_stop second
check_eq "nobody has heard its MAC for the address" "" \
	"$(capture_show second "$other_mac")"

# ---- all the time ----

check "the switch learns the nodes' MACs" grep -q "$(node_mac 2)" \
	<(cat "$tmp/fdb"; ns sw bridge fdb show br br0)
check_eq "it never learns the cluster MAC" "" "$(grep -h "$mac" "$tmp/fdb")"
check_eq "nor has it now" "" "$(ns sw bridge fdb show br br0 | grep "$mac")"
for name in cl rt; do
	check "$name's table has been watched" grep -q "$VIP .*$mac" \
		"$tmp/neigh-$name"
	check_eq "$name has never had the address at a node's own MAC" "" \
		"$(grep "$VIP .*52:54:00:00:00:" "$tmp/neigh-$name")"
done
