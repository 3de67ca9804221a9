# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The contestants, each set up from nothing and taken away again. Sourced by
# measure. VIP is the address, eth0 of n1 the device, OTHER_MAC nobody's.
# shellcheck disable=SC2154 # of lib.sh

# shellcheck disable=SC2034 # of measure
readonly PORT=9 BURST=500 CLIENT=10.0.1.1 OTHER_MAC=02:00:00:00:00:99

own_mac() { node_mac 1; }

# What the others do with frames for an address of their own.
address_add() { ip_ns n1 addr add "$VIP/32" dev eth0; }
address_del() { ip_ns n1 addr del "$VIP/32" dev eth0; }

# The stack, without anybody's help: a frame for another machine.
measure_floor() {
	contest floor 0 eth0 $OTHER_MAC "$VIP" $CLIENT
}

# The cheapest hook there can be.
measure_hook() {
	ip netns exec "$(full_ns n1)" modprobe lnlb_bench
	contest hook 0 eth0 "$(own_mac)" "$VIP" $CLIENT
	modprobe -r lnlb_bench
}

# conntrack_on: without a chain that costs something
conntrack_on() {
	modprobe nf_conntrack
	ns n1 nft -f - <<-EOT
		table ip unused {
			chain no_hook {
				ct state new
			}
		}
	EOT
}

nft_off() { ns n1 nft flush ruleset; }

# A packet that is delivered, with conntrack on and nobody to balance.
measure_delivery() {
	address_add
	conntrack_on
	sink_start "$VIP" eth0 "$(own_mac)" $CLIENT
	contest delivery 1 eth0 "$(own_mac)" "$VIP" $CLIENT
	sink_stop
	nft_off
	address_del
}

# nft_drops NAME FAMILY HOOK...: the rule of the recipes, in that place. Of one
# node all are another's, whatever the hash.
nft_drops() {
	local name=$1 family=$2

	shift 2
	address_add
	[ "$name" != nft_conntrack ] || conntrack_on
	ns n1 nft -f - <<-EOT
		table $family bench {
			chain c {
				type filter hook $*
				ip daddr $VIP jhash ip saddr mod 1 seed 0x5eed 0 drop
			}
		}
	EOT
	contest "$name" 0 eth0 "$(own_mac)" "$VIP" $CLIENT
	nft_off
	address_del
}

measure_nft_ingress() {
	nft_drops nft_ingress netdev "ingress device eth0 priority -500;"
}
measure_nft_raw() { nft_drops nft_raw ip "prerouting priority raw;"; }
measure_nft_conntrack() {
	nft_drops nft_conntrack ip "prerouting priority mangle;"
}

measure_xt_cluster() {
	address_add
	ns n1 iptables-legacy -t mangle -A PREROUTING -d "$VIP" -m cluster \
		--cluster-total-nodes 1 --cluster-local-node 1 \
		--cluster-hash-seed 0x5eed -j DROP
	contest xt_cluster 0 eth0 "$(own_mac)" "$VIP" $CLIENT
	ns n1 iptables-legacy -t mangle -F
	modprobe -r xt_cluster iptable_mangle
	address_del
}

# It has no hash of an address: two nodes, by its last bit.
measure_tc() {
	address_add
	ns n1 tc qdisc add dev eth0 clsact
	ns n1 tc filter add dev eth0 ingress protocol ip u32 \
		match ip dst "$VIP/32" match u32 1 1 at 12 action drop
	contest tc 0 eth0 "$(own_mac)" "$VIP" $CLIENT
	ns n1 tc qdisc del dev eth0 clsact
	address_del
}

# ---- ours ----

# client_of NODE: one that this node takes, as n1 sees it
client_of() {
	local mac address

	mac=$(node_mac "${1#n}")
	for address in $(client_addrs 1 40); do
		ns n1 lnlbctl owner "$address" | grep -q "^$mac" || continue
		echo "$address"
		return
	done
	die "no client of $1"
}

# Two nodes; n1 is measured.
ours_up() {
	[ -z "${ours:-}" ] || return 0
	ours=1
	modprobe lnlb
	clusters_up 2
	client_here=$(client_of n1)
	client_there=$(client_of n2)
}

ours_foreign() {
	contest "$1" 0 eth0 "$(cluster_mac)" "$VIP" "$client_there"
}

ours_mine() {
	sink_start "$VIP" eth0 "$(cluster_mac)" "$client_here"
	contest "$1" 1 eth0 "$(cluster_mac)" "$VIP" "$client_here"
	sink_stop
}

measure_foreign() { ours_up; ours_foreign foreign; }
measure_mine() { ours_up; ours_mine mine; }

# With 63 more of them on the device.
measure_clusters() {
	local i

	ours_up
	ns n1 sysctl -qw net.lnlb.dead_interval_ms=10000
	ns n1 sysctl -qw net.lnlb.keepalive_interval_ms=1000
	for ((i = 1; i < 64; i++)); do
		ns n1 lnlbctl addif "10.0.200.$i" eth0 >/dev/null ||
			die "cluster $i"
	done
	wait_active 2 || die "the nodes do not agree"
	ours_foreign foreign_64_clusters
	ours_mine mine_64_clusters
	for ((i = 1; i < 64; i++)); do
		ns n1 lnlbctl delif "nlb$i" || die "cluster $i does not go"
	done
}

# ---- devices without a cluster ----

# bystander NAME: a packet to another address, by another device of n1
bystander() {
	ip_ns n1 link add by0 type dummy
	ip_ns n1 link set by0 address 52:54:00:00:03:01 up
	ip_ns n1 addr add 10.1.0.1/16 dev by0
	conntrack_on
	sink_start 10.1.0.1 by0 52:54:00:00:03:01 10.1.0.2
	contest "$1" 1 by0 52:54:00:00:03:01 10.1.0.1 10.1.0.2
	sink_stop
	nft_off
	ip_ns n1 link del by0
}

measure_bystander() {
	[ -z "${ours:-}" ] || die "bystander is first measured without ours"
	bystander bystander_before
}
measure_bystander_ours() { ours_up; bystander bystander; }
