#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Hundreds of sessions that stayed with a node in buckets of another one end at
# a time: the other one hears of each, and serves those clients when they come
# again.
. "$(dirname "$0")/lib.sh"

readonly CLIENTS=500
timeout=/sys/module/nf_lnlb_conntrack/parameters/conntrack_idle_timeout

elsewhere() { show n2 .sessions_foreign; }
elsewhere_is() { [ "$(elsewhere)" -ge "$1" ] && [ "$(elsewhere)" -le "$2" ]; }

modprobe nf_lnlb_conntrack conntrack_idle_timeout=40 || die "modprobe failed"
lan_setup 2
add_clients $CLIENTS
for node in n1 n2; do
	start_web $node
	# a flow that conntrack has keeps its session
	ns $node sysctl -qw net.netfilter.nf_conntrack_icmp_timeout=1
done
clusters_up 1
watch_start ping 1000 < <(client_addrs 1 $CLIENTS)
check "one node serves $CLIENTS clients" \
	busywait 20000 sessions_are $CLIENTS n1
cluster_up n2
set_weight n2 1
set_weight n1 65535
check "a second one takes nearly all buckets" wait_active 2
check "and knows of the sessions that stay" \
	busywait 10000 elsewhere_is $((CLIENTS - 10)) $CLIENTS
probe_stop ping >"$tmp/ping"
check_eq "no client has changed its node" "" "$(awk '$6' "$tmp/ping")"

began=$(now_ms)
echo 1 >"$timeout"
# not heard of again they would be forgotten after 100 s
check "all end at a time, and the second one is told of each" \
	busywait 20000 elsewhere_is 0 0
note "after $(($(now_ms) - began)) ms"
check_eq "it has had room for all frames" 0 "$(counter n2 frame_overflow)"
visits 1 $CLIENTS 1 >"$tmp/visits"
check_eq "it serves them when they come again" 0 \
	"$(grep -c ' -$' "$tmp/visits")"
check_le "nearly all of them" $((CLIENTS - 10)) \
	"$(grep -c ' n2$' "$tmp/visits")"

