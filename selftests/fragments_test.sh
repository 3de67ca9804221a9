#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packets in fragments where their port decides: they are put together whether
# conntrack is there or not, and of those that are not complete nobody speaks
# but the node that they are for.
. "$(dirname "$0")/lib.sh"
require nft-lnlb

# expired FILE: time exceeded, as the sender of the packet was told
expired() { capture_count "$1" "src host $VIP and icmp[0] = 11"; }

all_told() { [ "$(expired "$1")" -ge 12 ]; }

# part AFFINITY: the first fragments of 12 packets, nothing else of them
part() {
	local began

	for _ in 1 2 3; do
		began=$(now_ms)
		capture_start "$1" cl eth0 icmp
		probe cl fragments.py "$VIP" "$(cluster_mac)" < <(client_addrs 1 12)
		# the queues are empty before the last one is told
		busywait 10000 all_expired && busywait 5000 all_told "$1"
		capture_stop "$1"
		all_told "$1" || ! stood_still "$began" || continue
		break
	done
	check_eq "affinity $1: each sender is told once that it is missing" 12 \
		"$(expired "$1")"
}

# the queues of all nodes are empty
all_expired() {
	local node

	for node in n1 n2 n3; do
		ns $node grep -q '^FRAG: inuse 0 ' /proc/net/sockstat || return
	done
}

rules() {
	local node

	for node in n1 n2 n3; do
		ns $node nft-lnlb -f - <<-EOT || die "no rule on $node"
			table ip lb {
				chain pre {
					type filter hook prerouting priority raw
					lnlb cluster $VIP dev eth0 weight 100 $1
				}
			}
		EOT
		ip_ns $node addr replace "$VIP/32" dev eth0
		[[ " ${cluster_nodes[*]} " == *" $node "* ]] ||
			cluster_nodes+=("$node")
	done
	wait_active 3 || die "no agreement with $1"
}

lan_setup 3
add_clients 12
for node in n1 n2 n3; do
	patient $node
	ns $node sysctl -qw net.ipv4.ipfrag_time=1 net.ipv4.icmp_ratelimit=0
done

rules "affinity client"
part client
for node in n1 n2 n3; do
	ns $node nft-lnlb flush ruleset
	ns $node conntrack -F >/dev/null 2>&1
done
rules "affinity connection"
part connection

for node in n1 n2 n3; do
	ns $node sysctl -qw net.ipv4.ipfrag_time=30
	start_udp_echo $node
done
count_seen raw n1 n2 n3
check_eq "4 packets in fragments come back" 4 "$(fragments_back 40001 40004)"
check_eq "a node's rules see whole ones, of its own clients" 4 \
	"$(seen n1 n2 n3)"

# ---- not to be tracked, as a rule says before they are put together ----

for node in n1 n2 n3; do
	untracked $node
done
check_eq "8 come back that conntrack is not to see" 8 \
	"$(fragments_back 40021 40028)"
for node in n1 n2 n3; do
	untracked $node "udp dport 7"
done
check_eq "8 of whose pieces it is to see some" 8 "$(fragments_back 40031 40038)"
for node in n1 n2 n3; do
	ns $node nft delete table ip early
done

# ---- without conntrack ----

rmmod nf_lnlb_conntrack || die "the tracker stays"
check_eq "no tracker is there" null "$(show n1 .tracker)"
check_eq "4 come back without conntrack" 4 "$(fragments_back 40011 40014)"
modprobe nf_lnlb_conntrack
