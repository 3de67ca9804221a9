#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A flood of 64 byte packets of other nodes' clients, as many as this machine can
# send: they leave nothing behind, take no memory, and the node's own clients get
# their answers.
# FLOOD_MS=2000; HELD= FLOWS= VISITS= clients, a new connection each EVERY ms, a
# word each PAUSE ms
# SHARE= percent of the answers in a second that clients have to get, of those
# that they get in peace
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/load.sh"
require lnlb-flood

FLOOD_MS=${FLOOD_MS:-2000}
HELD=${HELD:-50}
FLOWS=${FLOWS:-50}
VISITS=${VISITS:-50}
EVERY=${EVERY:-50}
PAUSE=${PAUSE:-250}
SHARE=${SHARE:-}
readonly STRANGERS=1000

# strangers: "ADDRESS ID" lines, who has the bucket of each
strangers() {
	awk -v n=$STRANGERS 'BEGIN {
		for (; i < n; i++)
			printf "owner -j nlb0 11.0.%d.%d\n", i / 250, i % 250
	}' | ns n1 lnlbctl -b | jq -r '.client + " " + .node'
}

# frames FILE: packets of the clients on stdin, for lnlb-flood
frames() {
	python3 -c '
import socket, struct, sys
import probe
dest = socket.inet_aton(sys.argv[1])
ether = probe.parse_mac(sys.argv[2]) + bytes.fromhex("5254000001000800")
for line in sys.stdin:
	source = socket.inet_aton(line.strip())
	head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 46, 0, 0, 64, 17, 0,
			   source, dest)
	head = head[:10] + struct.pack("!H", probe.checksum(head)) + head[12:]
	udp = struct.pack("!HHHH", 4000, 9, 26, 0) + bytes(18)
	print("same", (ether + head + udp).hex())' "$VIP" "$(cluster_mac)" \
		>"$tmp/$1"
}

# of the flood's clients, in conntrack of n1
entries() { ns n1 conntrack -L -s 11.0.0.0 --mask-src 255.0.0.0 2>/dev/null | wc -l; }

slab_kb() { awk '/^SUnreclaim:/ { print $2 }' /proc/meminfo; }

lan_setup 3
add_clients $((250 + FLOWS + VISITS))
sysctl -qw net.core.netdev_max_backlog=10000
clusters_up 3
echo_start n1 n2 n3
strangers >"$tmp/strangers"
check_eq "the owners of all are known" $STRANGERS "$(wc -l <"$tmp/strangers")"
grep -v "$(node_mac 1)" "$tmp/strangers" | cut -d ' ' -f 1 | head -n 500 |
	PYTHONPATH=$(dirname "$0") frames foreign
grep "$(node_mac 1)" "$tmp/strangers" | cut -d ' ' -f 1 |
	PYTHONPATH=$(dirname "$0") frames own
load_start "pause=$PAUSE"
all_have_sessions n1 n2 n3

ask report begin >/dev/null
sleep "$((FLOOD_MS / 1000))"
peace=$(ask report peace)
sessions=$(show n1 .sessions)
# not what clients get while the machine stands still
for try in 1 2 3; do
	foreign=$(counter n1 rx_foreign)
	slab=$(slab_kb)
	ask report "begin-$try" >/dev/null
	said=$(ns sw nice -n 19 lnlb-flood n1 "$tmp/foreign" "ms=$FLOOD_MS")
	flooded=$(ask report "flooded-$try")
	[ "$(value pauses "$flooded")" -ne 0 ] || break
done
sent=$(value frames "$said")
grown=$(($(slab_kb) - slab))
note "$peace"
note "$flooded"
note "$((sent * 1000 / FLOOD_MS)) packets in a second, slab $slab kB and $grown"

check_le "all are counted as another node's" $((sent * 99 / 100)) \
	$(($(counter n1 rx_foreign) - foreign))
check_eq "conntrack has none of them" 0 "$(entries)"
check_eq "nor is there a session" "$sessions" "$(show n1 .sessions)"
check_le "memory of the kernel does not grow by it" "$grown" 4096
check_le "clients get 99 % of the answers that they ask for" \
	"$(unanswered "$flooded")" $(($(asked "$flooded") / 100))
check_eq "no connection is lost" 0 "$(value broken "$flooded")"
check_eq "no client changes its node" 0 "$(value moved "$flooded")"
check_eq "every new connection is served" 0 "$(value failed "$flooded")"
if [ -n "$SHARE" ]; then
	check_le "clients get $SHARE % of the answers of peace" \
		$(($(a_second "$(answered "$peace")" "$peace") * SHARE / 100)) \
		"$(a_second "$(answered "$flooded")" "$flooded")"
fi

# the same of clients of its own
ns sw lnlb-flood n1 "$tmp/own" count=500 >/dev/null
check_le "those of its own clients are in conntrack" 1 "$(entries)"
