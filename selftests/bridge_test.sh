#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A cluster on a bridge that leads to another node, a virtual machine say, while
# br_netfilter has rules see all that is bridged: this node's verdicts are about what
# comes to itself.
. "$(dirname "$0")/lib.sh"

modprobe -q br_netfilter || skip "no br_netfilter"

# others' bridges would do the same
eval "the_rest_of_$(declare -f cleanup)"
cleanup() {
	the_rest_of_cleanup
	modprobe -r br_netfilter
}

# cluster_by_rule NODE DEVICE AFFINITY [WORD...]
cluster_by_rule() {
	local node=$1 device=$2

	shift 2
	ns "$node" nft-lnlb -f - <<-EOT || die "no rule on $node"
		table ip lb
		delete table ip lb
		table ip lb {
			chain pre {
				type filter hook prerouting priority raw
				lnlb cluster $VIP dev "$device" weight 100 affinity $*
			}
		}
	EOT
	ip_ns "$node" addr replace "$VIP/32" dev "$device"
}

# served AFFINITY [POLICY]: by whom of both; the rule's policy at the bridge
served() {
	cluster_by_rule n1 br0 "$1" ${2:+policy "$2"}
	cluster_by_rule n2 eth0 "$1"
	check "$*: both nodes agree" wait_active 2
	watch_start pings 200 < <(client_addrs 1 40)
	who_serves 40 3 >"$tmp/served"
	probe_stop pings >"$tmp/pings"
	check_eq "$*: every connection is answered" 0 \
		"$(grep -c ' -$' "$tmp/served")"
	check_eq "$*: by both nodes" "n1 n2" \
		"$(awk '{ print $2 }' "$tmp/served" | sort -u | xargs)"
	check_eq "$*: every ping, too, and once" "" \
		"$(awk '$3 || $4' "$tmp/pings")"
}

lan_setup 1
setup_ns n2
ip_ns n1 -batch - <<-EOT || die "no bridge"
	addr flush dev eth0
	link add br0 address $(node_mac 1) type bridge mcast_snooping 0
	link set eth0 master br0
	link set br0 up
	addr add $(node_addr 1)/16 dev br0
	link add vm type veth peer name eth0 address $(node_mac 2) netns $(full_ns n2)
	link set vm master br0 up
EOT
ip_ns n2 -batch - <<-EOT || die "no second node"
	link set eth0 up
	addr add $(node_addr 2)/16 dev eth0
EOT
for node in n1 n2; do
	patient $node
	cluster_nodes+=("$node")
	start_web $node
done
add_clients 40
check_eq "rules see what is bridged" 1 \
	"$(ns n1 cat /proc/sys/net/bridge/bridge-nf-call-iptables)"
served client
# the rule has seen what is bridged, and is not asked again
served client connection
served connection

# with affinity connection still
for node in n1 n2; do
	start_udp_echo $node
done
check_eq "packets in fragments come back" 10 "$(fragments_back 40001 40010)"
untracked n1
untracked n2
check_eq "so they do if conntrack is not to see them" 10 \
	"$(fragments_back 40011 40020)"
