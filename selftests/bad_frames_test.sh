#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Frames that must not be believed: each is counted by its reason, and neither
# the list of nodes nor who owns what changes; at most one line is logged.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/reports.sh"

log_lines() { dmesg | grep -ci 'lnlb: '; }

lan_setup 2
setup_ns ev
plug ev 52:54:00:00:0e:00 10.0.0.66/16
for node in n1 n2; do
	cluster_up $node
	ns $node lnlbctl weight_mode nlb0 manual
	ns $node lnlbctl set_weight nlb0 100
done
wait_active 2 || die "two nodes do not share the buckets"
ns n1 lnlbctl monitor -j >"$tmp/events" 2>/dev/null &
logged=$(log_lines)

reports "bad frames" ns ev "$(dirname "$0")/bad_frames.py" eth0 "$VIP" \
	"$(full_ns n1)" "$(node_mac 1)" "$(full_ns n2)" "$(node_mac 2)"

check "two nodes share all buckets" wait_active 2
check "the address answers" again ns cl ping -qc3 -i0.2 -W2 "$VIP"
check_le "at most one line in the kernel log" \
	$(($(log_lines) - logged)) 1
for cause in "uses this node's id" "has another number of buckets" \
	"has another affinity" "has another mode" "has another bucket hash key" \
	"speaks another version" "our own frames come back" \
	"came twice, or too late" "there are too many nodes"; do
	check_eq "\"$cause\" is reported, once" 1 \
		"$(grep '"rejected"' "$tmp/events" | grep -c "$cause")"
done
