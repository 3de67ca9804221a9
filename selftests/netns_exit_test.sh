#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# 50 namespaces with live clusters go, under traffic, five at a time: clusters
# made by lnlbctl, by a rule, by both, joined already or not.
. "$(dirname "$0")/lib.sh"

rule() {
	ns "$1" nft-lnlb -f - <<-EOT
		table ip lnlb {
			chain c {
				type filter hook prerouting priority -350;
				lnlb cluster $VIP dev eth0
			}
		}
	EOT
}
addif() { ns "$1" lnlbctl addif "$VIP" eth0 >/dev/null; }

# come NUMBER: a namespace with a cluster
come() {
	ip netns add "$(full_ns "x$1")"
	plug "x$1" "52:54:00:00:58:0$1" "10.0.0.8$1/16"
	case $1 in
	1|4) addif "x$1" ;;
	2|5) rule "x$1" ;;
	3) rule "x$1" && addif "x$1" ;;
	esac
}

# a namespace is gone for good when the other end of its cable is
unplugged() { ! ip_ns sw -br link | grep -q '^x'; }

lan_setup 1
add_clients 20
cluster_up n1
wait_active 1 || die "no cluster"
namespaces+=(x1 x2 x3 x4 x5)
watch_start traffic 100 < <(client_addrs 1 20)
took=$(now_ms)
bad=
for round in {1..10}; do
	for i in {1..5}; do
		come "$i" || bad+=" x$i in round $round;"
	done
	((round % 4)) || busywait 10000 in_order 6 n1 >/dev/null ||
		bad+=" not joined in round $round;"
	for i in {1..5}; do
		ip netns del "$(full_ns "x$i")"
	done
	busywait 20000 unplugged || die "namespaces of round $round stay"
done
check_eq "50 namespaces with live clusters have gone" "" "$bad"
note "50 in $(($(now_ms) - took)) ms"
check "the node that stays has all buckets" wait_active 1
probe_stop traffic >"$tmp/traffic"
check_eq "and has served on" "" "$(awk '$2 - $3 < 10' "$tmp/traffic")"
