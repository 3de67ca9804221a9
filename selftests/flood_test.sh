#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A flood of frames that a node has to refuse, as many as this machine can send,
# into the cable of one node: each kind is counted as what it is, no node is
# missed, nobody changes its node, no memory is taken, clients get their answers,
# and a node can join.
# FLOOD_MS=3000; HELD= FLOWS= VISITS= clients, a new connection each EVERY ms, a
# word each PAUSE ms
# RATE_MIN= frames in a second that have to be reached; clients then have to get
# 99 % of the answers in a second that they get beside frames that nobody wants
# COST_MS= for so long each kind is sent, beside as many that nobody wants, to
# print what it costs more to refuse one; COST_MAX= nanoseconds that it may cost

# a session keyring of the test's own, which all that it starts has
if [ -z "${LNLB_KEYRING:-}" ] && command -v keyctl >/dev/null; then
	export LNLB_KEYRING=1
	exec keyctl session - "$0" "$@"
fi
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/load.sh"
require keyctl lnlb-flood

FLOOD_MS=${FLOOD_MS:-3000}
HELD=${HELD:-50}
FLOWS=${FLOWS:-50}
VISITS=${VISITS:-50}
EVERY=${EVERY:-50}
PAUSE=${PAUSE:-250}
RATE_MIN=${RATE_MIN:-}
COST_MS=${COST_MS:-}
COST_MAX=${COST_MAX:-500}
# SAMPLES: of each kind one a second is let through, to be named
readonly SECRET=0123456789abcdef0123456789abcdef OTHER_TYPE=88b5 COUNT=2000 \
	EACH=60 SAMPLES=10 OPEN_VIP=10.0.0.20

# flood FILE [ARGS...]: into n1's cable; the thread that takes frames in goes
# first, so that a slice of time has what its own frames cost
flood() { ns sw nice -n 19 lnlb-flood n1 "$tmp/frames/$1" "${@:2}"; }

# burst NAME: 1000 of these, at once: the work that takes frames out of the queue
# may only run where they are sent from, and not before all of them are there.
# ksoftirqd as well goes before it, for if that has begun all frames wait for it.
burst() {
	local mask=/sys/devices/virtual/workqueue/cpumask was pid

	was=$(<$mask)
	pid=$(pgrep -x ksoftirqd/0)
	echo 1 >$mask && chrt --fifo --pid 1 "$pid" ||
		die "work cannot be kept to a processor"
	ns sw chrt --fifo 1 taskset -c 0 lnlb-flood n1 "$tmp/frames/$1" \
		count=1000 >/dev/null
	chrt --other --pid 0 "$pid"
	echo "$was" >$mask
}

# no program: under emulation its start would take as long as many frames
slab_kb() {
	local key kb _

	while read -r key kb _; do
		[ "$key" != SUnreclaim: ] || echo "$kb"
	done </proc/meminfo
}

available_kb() { awk '/^MemAvailable:/ { print $2 }' /proc/meminfo; }

beliefs() {
	show "$1" '[.state, (.nodes | map([.id, .state, .weight, .claims]) | sort)]' |
		tr -d ' \n'
}

believes() { [ "$(beliefs "$1")" = "$2" ]; }

changes() {
	cat "$tmp"/events-n? | grep -cE ' (node_|state|fenced|claims|settled)'
}

# refused NODE: frames, in all
refused() {
	show "$1" '[.stats | to_entries[] | select((.key | startswith("frame_"))
		and (.key | test("^frame_(rx|tx)") | not)) | .value] | add'
}

# flood_over PID: also keeps the most kB of slab that there were
flood_over() {
	slab_kb >>"$tmp/slab"
	! kill -0 "$1" 2>/dev/null
}

# flood_clients FILE: leaves frames in sent, what load says in report, the most
# kB of slab in slab
flood_clients() {
	local try

	# not what clients get while the machine stands still
	for try in 1 2 3; do
		rm -f "$tmp/slab"
		ask report "before-$1-$try" >/dev/null
		ip netns exec "$(full_ns sw)" lnlb-flood n1 "$tmp/frames/$1" \
			"ms=$FLOOD_MS" >"$tmp/sent" 2>&1 &
		busywait $((FLOOD_MS * 10 + 60000)) flood_over $!
		report=$(ask report "$1-$try")
		[ "$(value pauses "$report")" -ne 0 ] || break
	done
	sent=$(value frames "$(<"$tmp/sent")")
	slab=$(sort -n "$tmp/slab" | tail -n 1)
	note "$report"
	note "$1: $(rate) frames a second"
}

rate() { echo $((sent * 1000 / FLOOD_MS)); }

lan_setup 3
setup_ns ev
plug ev 52:54:00:00:0e:00 10.0.0.66/16
add_clients $((250 + FLOWS + VISITS))
sysctl -qw net.core.netdev_max_backlog=10000
printf '%s' "$SECRET" | keyctl padd logon lnlb:a @s >/dev/null ||
	die "cannot add a key"
for node in n1 n2 n3; do
	cluster_up $node "$VIP" --key lnlb:a
	set_weight $node 100 || die "cannot set the weight of $node"
done
wait_active 3 || die "three nodes do not come to an agreement"
echo_start n1 n2 n3
for node in n1 n2 n3; do
	monitor_start $node
done

# ---- what to send ----

mkdir "$tmp/frames"
ip netns exec "$(full_ns ev)" "$(dirname "$0")/flood_frames.py" eth0 "$VIP" \
	"$tmp/frames" $EACH $SECRET "$(node_mac 1)" "$(node_mac 2)" \
	$OPEN_VIP \
	>"$tmp/recorded" 2>&1 &
recorder=$!
busywait 30000 grep -q recording "$tmp/recorded" ||
	die "no recorder: $(cat "$tmp/recorded")"
ns n2 lnlbctl resync nlb0
wait $recorder || die "nothing recorded: $(cat "$tmp/recorded")"
wait_active 3
# the same for nobody, to tell what sending them takes from the clients
sed -E "s/^(\w+ .{24})8870/\1$OTHER_TYPE/" "$tmp/frames/mix" \
	>"$tmp/frames/unwanted"

# ---- each kind by itself ----

# kind NAME COUNTER: such frames are counted as that
kind() {
	local before said grown

	before=$(counter n1 "$2")
	if [ -n "$COST_MS" ]; then
		said=$(flood "$1" "ms=$COST_MS" "other=$OTHER_TYPE")
		note "$1: $(value more "$said") ns more ($said)"
		check_le "$1: refusing one costs little" \
			"$(value more "$said")" "$COST_MAX"
	else
		said=$(flood "$1" "count=$COUNT")
	fi
	grown=$(($(counter n1 "$2") - before))
	check_le "$1: counted as $2" \
		$(($(value frames "$said") * 99 / 100 - SAMPLES)) "$grown"
}

kind magic frame_magic
kind version frame_version
kind address frame_addr
kind truncated frame_truncated
kind spoofed frame_spoofed
kind key frame_key
kind unsigned frame_unsigned
kind keepalive frame_auth
kind state frame_auth
kind stranger frame_auth
kind echo frame_echo
kind replayed frame_replay
kind reordered frame_replay
kind replayed-state frame_replay
kind altered frame_replay

wrong=$(counter n1 frame_auth)
flood missed ms=1000 >/dev/null
check_le "a header is good for one signature" \
	$(($(counter n1 frame_auth) - wrong)) $((EACH + SAMPLES))
over=$(counter n1 frame_overflow)
flood recorded count=1000 >/dev/null
check_le "of a node that is gone few are looked at in a time" 100 \
	$(($(counter n1 frame_overflow) - over))
# until all signatures were looked at, a few in each jiffy
flood gone ms=1000 >/dev/null
kind gone frame_replay
if [ -n "$COST_MS" ]; then
	said=$(flood mix "ms=$((COST_MS * 4))" "other=$OTHER_TYPE")
	note "all kinds: $(value more "$said") ns more ($said)"
fi

# ---- what becomes of the clients ----

load_start "pause=$PAUSE"
all_have_sessions n1 n2 n3
flood_clients unwanted
wait_active 3
believed=$(beliefs n1)
changed=$(changes)
before=$(refused n1)
beside=$report
slab_before=$slab
available=$(available_kb)
missed=$(missed)
began=$(now_ms)
flood_clients mix
check_le "all are refused, and counted" "$((sent * 99 / 100))" \
	"$(($(refused n1) - before))"
check_eq "no node is missed" "$missed" "$(missed)"
# nodes that stood still let go of their buckets for a moment
stood_still "$began" ||
	check_eq "no node's state changes" "$changed" "$(changes)"
check "the node believes what it believed" busywait 2000 believes n1 "$believed"
check_le "clients get 99 % of the answers that they ask for" \
	"$(unanswered "$report")" "$(($(asked "$report") / 100))"
check_eq "no connection is lost" 0 "$(value broken "$report")"
check_eq "no client changes its node" 0 "$(value moved "$report")"
check_eq "every new connection is served" 0 "$(value failed "$report")"
check_le "memory of the kernel does not grow by it" "$slab" \
	$((slab_before + 4096))
check_le "nor is there less afterwards" $((available - 16384)) \
	"$(available_kb)"
note "slab: $slab_before kB before, at most $slab kB; available:" \
	"$available kB, then $(available_kb) kB"
if [ -n "$RATE_MIN" ]; then
	check_le "the flood has $RATE_MIN frames a second" \
		"$RATE_MIN" "$(rate)"
	check_le "clients get 99 % of the answers that they got before" \
		$(($(a_second "$(answered "$beside")" "$beside") * 99 / 100)) \
		"$(a_second "$(answered "$report")" "$report")"
fi

# ---- a node joins ----

ns n3 lnlbctl delif nlb0
wait_active 2 || result 1 "two nodes go on"
ip netns exec "$(full_ns sw)" lnlb-flood n1 "$tmp/frames/mix" ms=60000 \
	>/dev/null &
pid=$!
cluster_up n3 "$VIP" --key lnlb:a
set_weight n3 100
check "a node joins during a flood" wait_active 3
check "which goes on" kill $pid

# ---- a cluster without a key: others cannot take the room of nodes ----

for node in n1 n2; do
	cluster_up $node $OPEN_VIP
done
ADDR=$OPEN_VIP wait_active 2 || die "no cluster without a key"
missed=$(missed)
over=$(counter n1 frame_overflow $OPEN_VIP)
burst crowd
check_le "strangers find no room" 100 \
	$(($(counter n1 frame_overflow $OPEN_VIP) - over))
check_eq "but nodes do, and miss nobody" "$missed" "$(missed)"
