#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Trace events lnlb:*: what the core decides, and which frames it refuses.
. "$(dirname "$0")/lib.sh"

tracing=/sys/kernel/tracing
mountpoint -q $tracing || mount -t tracefs tracefs $tracing 2>/dev/null ||
	skip "no tracefs"
# one of its own, so that nothing else is in it
instance=$tracing/instances/lnlb$$
kfree_skb=$instance/events/skb/kfree_skb

trace_stop() {
	echo 0 >"$instance/events/enable"
	rmdir "$instance"
}

# traced PATTERN
traced() { grep -E "$1" "$instance/trace" >/dev/null; }

# traced_count EVENT [PATTERN]: on n1, a bucket only once
traced_count() {
	grep " lnlb_$1: nlb0 " "$instance/trace" |
		sed -nE "s/.*(bucket=[0-9]+).*/\1/p" | sort -u | wc -l
}

# junk: three frames of the cluster's EtherType that are none of its frames; of
# those at most one a second gets as far as the core
junk() {
	ns ev python3 - <<-EOT
		import socket
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		mac = bytes.fromhex("$(cluster_mac)".replace(":", ""))
		for i in range(3):
		    s.send(mac + bytes.fromhex("525400000e008870") + b"junk" * 20)
	EOT
}

# to_vip MAC HEADER [PROTOCOL]: an IPv4 packet from a stranger, the header's first
# byte told; there is nothing in it, which is an echo reply if that is ICMP
to_vip() {
	ns ev python3 - <<-EOT
		import socket
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		s.send(bytes.fromhex("$1".replace(":", "") + "525400000e000800"
		    "$2" "00001c0000000040${3:-11}0000" "0a000042") +
		    socket.inet_aton("$VIP") + bytes(26))
	EOT
}

# to_stalled N: from 10 strangers, of which these are the Nth, while nothing else
# gets to run, for longer than the lease of a node is
to_stalled() {
	ns ev python3 - <<-EOT
		import os, socket, time
		def alone(cpu, seconds):
		    os.sched_setaffinity(0, [cpu])
		    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
		    os.write(w, b".")
		    end = time.monotonic() + seconds
		    while time.monotonic() < end:
		        pass
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		r, w = os.pipe()
		for cpu in range(1, os.cpu_count()):
		    if not os.fork():
		        alone(cpu, 0.85)
		        os._exit(0)
		    os.read(r, 1)
		alone(0, 0.7)
		for i in range(10):
		    s.send(bytes.fromhex("$(cluster_mac)".replace(":", "") +
		        "525400000e000800450000" "1c00000000401100000a0009") +
		        bytes([10 * $1 + i]) + socket.inet_aton("$VIP") + bytes(26))
	EOT
}

# decided COUNTER TIMES: of pings of the client
decided() {
	[ "$(grep -c "lnlb_decision: nlb0 client=10.0.0.100 protocol=1 len=84 $1" \
		"$instance/trace")" = "$2" ]
}

passed_by() {
	ns cl ping -qc2 -i0.2 -W2 "$VIP" >/dev/null &&
		traced "client=10.0.0.100 .* rx_passed_by"
}

fenced() { traced "client=10.0.9.[0-9]* protocol=17 .* rx_fenced"; }

# dropped CAUSE TIMES: by the name of the place that the kernel shows
dropped() {
	[ "$(sed -n "s/.*\] lnlb_drop_$1 .*hitcount: *//p" \
		"$kfree_skb/hist")" = "$2" ]
}

# check_dropped WHY CAUSE [TIMES]: as often as a decision says that, if not told
check_dropped() {
	[ -z "$histogram" ] || check "$1" busywait 2000 dropped "$2" \
		"${3:-$(grep -c "lnlb_decision: .* rx_$2" "$instance/trace")}"
}

refuses_more() { [ "$(counter n1 frame_magic)" -ge $((refused + 3)) ]; }

# n1 gets them, and n2
junk_is_told() {
	[ "$(grep -c "lnlb_frame_rejected: nlb0 from=52:54:00:00:0e:00 frame_magic" \
		"$instance/trace")" -eq 6 ]
}

modprobe nf_lnlb || die "modprobe failed"
mkdir "$instance" || die "no instance of tracefs"
trap 'trace_stop 2>/dev/null; finish' EXIT
check "there are trace events" test -d "$instance/events/lnlb"
lan_setup 2
setup_ns ev
plug ev 52:54:00:00:0e:00 10.0.0.66/16
cluster_up n1
set_weight n1 100
wait_active 1 || die "no cluster"
check_eq "nothing is told of that nobody asked for" 0 \
	"$(grep -vc '^#' "$instance/trace")"

echo 1 >"$instance/events/lnlb/enable"
cluster_up n2
set_weight n2 100
check "two nodes share the buckets" wait_active 2
check "a node that comes" traced "lnlb_node_up: nlb0 node=$(node_mac 2) joined"
digest=$(show n1 .digest)
check "the view, by the digest that show has" \
	traced "lnlb_view: nlb0 digest=$digest nodes=2"
# n1 has let go of them, n2 has taken them
check_le "each bucket that is released" "$(show n2 '.nodes[0].claims')" \
	"$(traced_count release)"
check_le "and claimed" "$(show n2 '.nodes[0].claims')" "$(traced_count claim)"
junk
check "each frame that is refused, and why" busywait 2000 junk_is_told

# ---- decisions, and where the kernel says that packets were dropped ----

histogram=hist:keys=location.sym
# a user-mode kernel has none
echo $histogram 2>/dev/null >"$kfree_skb/trigger" || {
	note "no histograms in this kernel: places of drops not tried"
	histogram=
}
check "the client pings" ns cl ping -qc3 -i0.1 -W5 "$VIP"
check "three decisions to take a ping" busywait 2000 decided rx_mine 3
check "and three not to" busywait 2000 decided rx_foreign 3
check_dropped "dropped as another node's" foreign 3
to_vip "$(node_mac 1)" 45
check "one with a wrong MAC address is a decision, too" \
	busywait 2000 traced \
	"lnlb_decision: nlb0 client=10.0.0.66 protocol=17 len=.* rx_wrong_mac"
check_dropped "dropped as it came with that" wrong_mac 1
to_vip "$(cluster_mac)" 44
check "and one that nobody can read" busywait 2000 traced \
	"lnlb_decision: nlb0 client=10.0.0.66 protocol=17 len=.* rx_malformed"
check_dropped "dropped for that, by both" malformed 2
to_vip "$(cluster_mac)" 45 01
check "an answer that nobody has asked for is one, too" \
	busywait 2000 traced \
	"lnlb_decision: nlb0 client=10.0.0.66 protocol=1 len=.* rx_orphan"
check_dropped "dropped as one" orphan 1
# the client has its session with it
holder=n$((2 - $(show n1 .sessions)))
ns "$holder" lnlbctl drain nlb0
check "pings that are left to the node that has the session" \
	busywait 15000 passed_by
check_dropped "dropped as such" passed_by
ns "$holder" lnlbctl resume nlb0
wait_active 2 || die "$holder does not come back"

kill_node n2
check "n2 is dead" wait_active 1
check "which is told" traced "lnlb_node_down: nlb0 node=$(node_mac 2) dead"
for try in 1 2 3; do
	to_stalled $try
	! busywait 1000 fenced || break
done
check "what came when n1 stood still" fenced
check_dropped "dropped for that" fenced
if [ -n "$histogram" ]; then
	grep lnlb_drop "$kfree_skb/hist" | sed 's/^/# /'
	echo "!$histogram" >"$kfree_skb/trigger"
fi
echo 0 >"$instance/events/lnlb/enable"
lines=$(wc -l <"$instance/trace")
refused=$(counter n1 frame_magic)
junk
check "n1 refuses frames again" busywait 5000 refuses_more
check_eq "of which nothing is told, as they are switched off" "$lines" \
	"$(wc -l <"$instance/trace")"
