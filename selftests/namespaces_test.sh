#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Two LANs of namespaces on one host, with the same addresses and cluster: they
# do not see each other.
. "$(dirname "$0")/lib.sh"

# plug_other NAME MAC ADDR: as plug(), into the other bridge
plug_other() {
	ip_ns other -batch - <<-EOT || die "cannot plug in $1"
		link add $1 type veth peer name eth0 address $2 netns $(full_ns "$1")
		link set $1 master br0 up
	EOT
	ip_ns "$1" addr add "$3/16" dev eth0
	ip_ns "$1" link set eth0 up
}

ids() { show "$1" '[.nodes[].id] | sort | join(" ")'; }
served() {
	ns "$1" curl -s -m 15 "http://$VIP/id"
}
# frames that came and were not believed
refused() {
	show "$1" '[.stats | to_entries[] | select(.key | startswith("frame_"))
		| select(.key | IN("frame_tx", "frame_rx") | not) | .value] | add'
}

lan_setup 2
setup_ns other m1 m2 mcl
ip_ns other link add br0 up type bridge stp_state 0 mcast_snooping 0
plug_other m1 52:54:00:00:0a:01 10.0.0.1
plug_other m2 52:54:00:00:0a:02 10.0.0.2
plug_other mcl 52:54:00:00:0a:03 10.0.0.100
for node in n1 n2 m1 m2; do
	start_web $node
	cluster_up $node
done

check "two nodes share all buckets in one LAN" wait_active 2 n1 n2
check "and two in the other" wait_active 2 m1 m2
check_eq "the nodes of one" "$(node_mac 1) $(node_mac 2)" "$(ids n1)"
check_eq "the nodes of the other" "52:54:00:00:0a:01 52:54:00:00:0a:02" \
	"$(ids m1)"
check "a client of one is served there" grep -q '^n' <<<"$(served cl)"
check "a client of the other is served there" \
	grep -q '^m' <<<"$(served mcl)"

digest=$(show m1 .digest)
check "a cluster goes in one" ns n1 lnlbctl delif nlb0
check "the node left there has it alone" wait_active 1 n2
ns n2 lnlbctl weight_mode nlb0 manual
ns n2 lnlbctl set_weight nlb0 7
check_eq "and its weight" 7 "$(show n2 .weight)"
check_eq "the other has not noticed" "$digest" "$(show m1 .digest)"
check_not "nor changed its weight mode" show m1 '.weight_source == "manual"'
for node in n2 m1 m2; do
	check_eq "$node has refused no frame" 0 "$(refused $node)"
done

remove_ns n1 n2
check "the other serves when one is gone" grep -q '^m' <<<"$(served mcl)"
check_eq "and has not noticed that either" "$digest" "$(show m1 .digest)"
