#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A cluster on a VLAN device, its frames with the tag beside them or in them, and
# one on the device below it: each has the frames of its own VLAN and no others. The
# same with a VLAN in that of a provider (802.1ad).
. "$(dirname "$0")/lib.sh"

readonly TAGGED=10.5.0.10 OUTER=10.10.0.10 INNER=10.20.0.10

# tag_in DEVICE on|off: with off the VLAN device writes the tag into the frame
tag_in() { ns "$1" ethtool -K eth0 txvlan "$2" rxvlan "$2" >/dev/null; }

# clients ADDR FIRST LAST: of the VLAN where that cluster is
clients() { seq -f "${1%.*}.%.0f" $((100 + $2)) $((100 + $3)); }

# pings DEVICE ADDR: how many of three are answered; fails if not all are
pings() {
	ns cl ping -qc3 -i0.1 -W1 -I "$1" "$2" |
		awk '/transmitted/ { print $4; exit $4 != 3 }'
}

# answers DEVICE ADDR: how many of three pings by this device are answered
answers() {
	ip_ns cl neigh replace "$2" lladdr "$(cluster_mac "$2")" nud permanent \
		dev "$1"
	again pings "$1" "$2"
	ip_ns cl neigh del "$2" dev "$1"
}

# shared HOW DEVICE ADDR FIRST: 20 clients from that one on, all of them new, as it is
# by their sessions that one sees when they have been answered: each once, by one of
# all nodes
shared() {
	local last=$(($4 + 19))

	IFACE=$2 probe_start "watch" cl probe.py watch "$3" \
		"$(cluster_mac "$3")" 200 < <(clients "$3" "$4" $last)
	ADDR=$3 busywait 10000 sessions_are $last n1 n2 n3
	sleep 0.5
	probe_stop watch >"$tmp/shared"
	check_eq "$1: 20 clients are answered, each time by the same node" 20 \
		"$(awk '$2 > $3 && !$4 && !$6' "$tmp/shared" | wc -l)"
	check_eq "$1: by all nodes" 3 \
		"$(awk '{ print $7 }' "$tmp/shared" | sort -u | wc -l)"
}

lan_setup 3
for name in n1 n2 n3 cl; do
	i=${name#n}
	ip_ns $name -batch - <<-EOT || die "no VLAN on $name"
		link add link eth0 name eth0.5 type vlan id 5
		link set eth0.5 up
		addr add 10.5.0.${i/cl/100}/24 dev eth0.5
		link add link eth0 name eth0.10 type vlan proto 802.1ad id 10
		link set eth0.10 up
		addr add 10.10.0.${i/cl/100}/24 dev eth0.10
		link add link eth0.10 name eth0.10.20 type vlan id 20
		link set eth0.10.20 up
		addr add 10.20.0.${i/cl/100}/24 dev eth0.10.20
	EOT
done
{
	clients $TAGGED 1 40 | sed 's,.*,addr add &/32 dev eth0.5,'
	clients $INNER 1 20 | sed 's,.*,addr add &/32 dev eth0.10.20,'
} | ip_ns cl -batch -
ip_ns cl -batch - <<-EOT || die "no other VLAN on the client"
	link add link eth0 name eth0.6 type vlan id 6
	link set eth0.6 up
	link add link eth0 name eth0.20 type vlan id 20
	link set eth0.20 up
EOT
for node in n1 n2 n3; do
	cluster_up $node
	for where in $TAGGED:eth0.5 $OUTER:eth0.10 $INNER:eth0.10.20; do
		ns $node lnlbctl addif "${where%:*}" "${where#*:}" >/dev/null ||
			die "addif on $node, ${where#*:}"
	done
done
for addr in "$VIP" $TAGGED $OUTER $INNER; do
	ADDR=$addr wait_active 3 || die "no agreement about $addr"
done

shared "tag beside the frame" eth0.5 $TAGGED 1
capture_start inner cl eth0.10 vlan 20 and icmp
shared "two tags" eth0.10.20 $INNER 1
capture_stop inner
check_le "all of them had the inner one, too" 40 "$(capture_count inner)"
for name in n1 n2 n3 cl; do
	tag_in $name off
done
capture_start tagged cl eth0 vlan 5 and icmp
shared "tag in the frame" eth0.5 $TAGGED 21
capture_stop tagged
check_le "all of them had the tag" 40 "$(capture_count tagged)"

check_eq "the other cluster answers without a tag" 3 "$(answers eth0 "$VIP")"
check_eq "not with that of another's VLAN" 0 "$(answers eth0.5 "$VIP")"
check_eq "not with that of nobody's" 0 "$(answers eth0.6 "$VIP")"
check_eq "that of the VLAN does not without it" 0 "$(answers eth0 $TAGGED)"
check_eq "but with it" 3 "$(answers eth0.5 $TAGGED)"

check_eq "that of the provider's VLAN answers in it" 3 "$(answers eth0.10 $OUTER)"
check_eq "not with a tag behind that" 0 "$(answers eth0.10.20 $OUTER)"
check_eq "that of two tags does not with the outer one" 0 \
	"$(answers eth0.10 $INNER)"
check_eq "nor with the inner one" 0 "$(answers eth0.20 $INNER)"
