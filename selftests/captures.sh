# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What was on the wire. Sourced by lib.sh, which sets this:
# shellcheck disable=SC2154 # tmp

# capture_start NAME NS IFACE [FILTER...]: until capture_stop NAME
capture_start() {
	local name=$1 where=$2 iface=$3

	shift 3
	# not by ns(): the job is to be tcpdump itself. A place in its buffer is
	# as big as the longest frame it keeps.
	ip netns exec "$(full_ns "$where")" tcpdump -Z root -B 8192 -s 256 -U -n \
		--immediate-mode -i "$iface" -w "$tmp/$name.pcap" "$@" 2>"$tmp/$name.log" &
	eval "capture_$name=$!"
	busywait 10000 grep -q 'listening on' "$tmp/$name.log" ||
		die "tcpdump: $(cat "$tmp/$name.log")"
}

capture_stop() {
	local pid=capture_$1

	# what is under way is to be in the file
	sleep 0.2
	kill -TERM "${!pid}" 2>/dev/null
	wait "${!pid}" 2>/dev/null
	grep -q '^0 packets dropped by kernel' "$tmp/$1.log" ||
		die "capture $1 has lost packets"
}

# capture_show NAME [FILTER...], capture_count NAME [FILTER...]
capture_show() { tcpdump -Z root -enr "$tmp/$1.pcap" "${@:2}" 2>/dev/null; }
capture_count() { capture_show "$@" | wc -l; }

# refusals NAME: RSTs from the cluster in a capture of all TCP, or of its SYN, FIN and
# RST, each behind what was said in that connection. Not those of the node that has
# sent its FIN, where that ends: what comes twice finds no socket of what is over, as
# with any server
refusals() {
	# $2: the node's MAC; $10, $12: from, to; $14, $16: "[F.]," "seq," or "seq:end,"
	tcpdump -Z root -eSnr "$tmp/$1.pcap" 2>/dev/null \
		"src host $VIP and tcp[tcpflags] & (tcp-syn | tcp-fin | tcp-rst) != 0" |
		awk '
		{ said[$10, $12] = said[$10, $12] $0 "\n" }
		{ split($16, seq, /[:,]/) }
		$14 ~ /F/ {
			end = ((seq[2] ? seq[2] : seq[1]) + 1) % 4294967296
			over[sprintf("%s %s %s %.0f", $2, $10, $12, end)]
		}
		$14 ~ /R/ && !($2 " " $10 " " $12 " " seq[1] in over) {
			printf "%s", said[$10, $12]
		}'
}
