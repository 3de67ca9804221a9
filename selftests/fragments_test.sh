#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packets in fragments where their port decides: they are put together whether
# conntrack is there or not, and of those that are not complete nobody speaks
# but the node that they are for.
. "$(dirname "$0")/lib.sh"
require nft-lnlb

# ports FROM TO: "PORT ok" for each UDP packet in fragments that comes back
ports() {
	local port word

	word=$(head -c 3000 /dev/zero | tr '\0' x)
	for port in $(seq "$1" "$2"); do
		[ "$(ns cl timeout 5 socat -t 2 -b 65536 - \
			"UDP4:$VIP:7,sourceport=$port" <<<"$word")" = "$word" ] &&
			echo "$port ok"
	done
}

# expired FILE: time exceeded, as the sender of the packet was told
expired() { capture_count "$1" "src host $VIP and icmp[0] = 11"; }

all_told() { [ "$(expired "$1")" -ge 12 ]; }

# part AFFINITY: the first fragments of 12 packets, nothing else of them
part() {
	capture_start "$1" cl eth0 icmp
	probe cl fragments.py "$VIP" "$(cluster_mac)" < <(client_addrs 1 12)
	# the queues are empty before the last one is told
	busywait 10000 all_expired && busywait 5000 all_told "$1"
	capture_stop "$1"
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
check_eq "4 packets in fragments come back" 4 "$(ports 40001 40004 | wc -l)"

# ---- not to be tracked, as a rule says before they are put together ----

# untracked WHAT
untracked() {
	local node

	for node in n1 n2 n3; do
		ns $node nft -f - <<-EOT || die "no rule on $node"
			table ip early
			delete table ip early
			table ip early {
				chain pre {
					type filter hook prerouting priority -450
					ip daddr $VIP $1 notrack
				}
			}
		EOT
	done
}

untracked ""
check_eq "8 come back that conntrack is not to see" 8 "$(ports 40021 40028 | wc -l)"
untracked "udp dport 7"
check_eq "8 of whose pieces it is to see some" 8 "$(ports 40031 40038 | wc -l)"
for node in n1 n2 n3; do
	ns $node nft delete table ip early
done

# ---- without conntrack ----

rmmod nf_lnlb_conntrack || die "the tracker stays"
check_eq "no tracker is there" null "$(show n1 .tracker)"
check_eq "4 come back without conntrack" 4 "$(ports 40011 40014 | wc -l)"
modprobe nf_lnlb_conntrack
