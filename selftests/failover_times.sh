#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# From a node's crash to the first new connection that another node serves in
# its place: the distribution, at default settings and with keepalives of 10 ms.
# And that nobody is taken for dead who is not. Not in make check: under
# emulation this many clients are too many, and the limits are for a machine
# that has nothing else to do.
# RUNS=30: crashes for each; PHASES="default fast": which settings;
# PEACE=SECONDS of load before the first crash, with BURN=N busy programs
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/load.sh"

# the timers as they are
STRICT=1

RUNS=${RUNS:-30}
PHASES=${PHASES:-default fast}
PEACE=${PEACE:-0}
BURN=${BURN:-0}
# so many that a client's session has ended when it comes again: n3 has its
# share of them soon after it came back
VISITS=${VISITS:-1700}
EVERY=${EVERY:-2}

# a pipe of its own, see hear()
tell() { echo "$*" >&6; }

# hear SECONDS NAME KEY: what load says by that name. Waits without a process of
# its own, which would take the time that is measured.
hear() {
	local line end=$((SECONDS + $1))

	while ((SECONDS < end)); do
		read -r -t "$1" -u 7 line || return
		[ "${line%% *}" != "$2" ] || { echo "${line##* "$3"=}"; return; }
		note "load: $line" >&2
	done
	return 1
}

# All clients were there since load was told to forget them, and n3 has its
# part. Those that came shortly before a crash come again only later: were some
# not known to be n3's, its clients would come in clusters, and the gaps be
# measured.
n3_serves() {
	local counts

	tell clients now n3
	counts=$(hear 10 now served)
	[[ $counts =~ ^([0-9]+)\ clients=([0-9]+)\  ]] &&
		((BASH_REMATCH[1] == VISITS && BASH_REMATCH[2] > VISITS / 4))
}

# crash NAME: sets $began and $took, ms. A process that is there already cuts
# the cable, so that its start is not measured.
crash() {
	local served

	tell lost "$1" n3
	began=$(now_ms)
	echo "link set n3 down" >&8
	served=$(hear 20 "$1" at) || return
	took=$((served - began))
}

# events NODE FROM [PATTERN]: what that node has seen since it had seen FROM
events() { tail -n "+$(($2 + 1))" "$tmp/events-$1" | grep -E "${3:-}"; }

seen() { wc -l <"$tmp/events-$1"; }

# one_crash NAME: adds its time to $times; n3 is back when this returns
one_crash() {
	local began took n1 n2

	n1=$(seen n1)
	n2=$(seen n2)
	crash "$1" || { result 1 "$1 is noticed"; return 1; }
	echo "$took" >>"$times"
	wait_active 2 || { result 1 "$1: two nodes go on"; return 1; }
	if [ "$took" -gt "$slowest" ]; then
		slowest=$took
		note "$1 took $took ms from $(date -d "@$((began / 1000))" +%T)," \
			"$((began % 1000)) ms on"
		events n1 "$n1" | sed 's/^/#   n1 /'
		events n2 "$n2" | sed 's/^/#   n2 /'
	fi
	revive_node n3
	wait_active 3 || { result 1 "$1: n3 comes back"; return 1; }
	tell forget
	busywait 30000 n3_serves || { result 1 "$1: n3 serves again"; return 1; }
}

# alarms NODE FROM: nodes that it took for dead; fences: when it stepped aside
alarms() { events "$1" "$2" 'node_dead .*not heard'; }
fences() { events "$1" "$2" ' fenced:'; }

# peace TITLE: nobody crashes, so nobody is to be taken for dead, however busy
# the machine is
peace() {
	local burners=() from=() i node

	for node in n1 n2 n3; do
		from+=("$(seen $node)")
	done
	for ((i = 0; i < BURN; i++)); do
		burn &
		burners+=($!)
	done
	sleep "$PEACE"
	[ "$BURN" -eq 0 ] || kill "${burners[@]}"
	for i in 0 1 2; do
		node=n$((i + 1))
		check_eq "$1: $PEACE s of peace, alarms of $node" "" \
			"$(alarms $node "${from[i]}"; fences $node "${from[i]}")"
	done
}

burn() { while :; do :; done; }

# crashes TITLE MEDIAN MAX: limits in ms
crashes() {
	local title=$1 times=$tmp/times-${1// /-} slowest=0 run n1 n2 dead

	[ "$PEACE" -eq 0 ] || peace "$title"
	n1=$(seen n1)
	n2=$(seen n2)
	: >"$times"
	for ((run = 1; run <= RUNS; run++)); do
		one_crash "${title// /-}-$run" || break
	done
	sort -n -o "$times" "$times"
	note "$title, ms: $(xargs <"$times")"
	check_eq "$title: $RUNS crashes" "$RUNS" "$(wc -l <"$times")"
	[ "$RUNS" -eq 0 ] || {
		check_le "$title: median, ms" "$(median <"$times")" "$2"
		check_le "$title: longest, ms" "$(tail -n 1 "$times")" "$3"
	}
	dead=$(alarms n1 "$n1"; alarms n2 "$n2")
	check_eq "$title: nobody else is taken for dead" "" \
		"$(grep -v "$(node_mac 3)" <<<"$dead")"
	check_eq "$title: n3 is so at each crash, and never else" $((2 * RUNS)) \
		"$(grep -c "$(node_mac 3)" <<<"$dead")"
	note "$title: n1 and n2 stepped aside" \
		"$({ fences n1 "$n1"; fences n2 "$n2"; } | wc -l) times"
}

median() { awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] + 0 }'; }

modprobe nf_lnlb_conntrack conntrack_idle_timeout=1 || die "modprobe failed"
lan_setup 3
add_clients $((250 + VISITS))
clusters_up 3
echo_start n1 n2 n3
for node in n1 n2 n3; do
	monitor_start $node
done
mkfifo "$tmp/cable"
ip_ns sw -force -batch "$tmp/cable" 2>"$tmp/cable.log" &
exec 8>"$tmp/cable"
coproc load {
	exec ip netns exec "$(full_ns cl)" lnlb-load "$VIP" 7 eth0 held=0 \
		flows=0 "visits=$VISITS" "every=$EVERY" 2>&1
}
exec 6>&"${load[1]}" 7<&"${load[0]}"
read -r -t 30 -u 7 line
[ "$line" = ready ] || die "load: ${line:-says nothing}"
check "n3 has clients" busywait 30000 n3_serves

for phase in $PHASES; do
	if [ "$phase" = default ]; then
		crashes "defaults" 700 1000
		continue
	fi
	# a node with a short dead interval wants all to say more
	for setting in keepalive_interval_ms=10 "dead_interval_ms=${DEAD:-30}"; do
		for node in n1 n2 n3; do
			ns $node sysctl -qw "net.lnlb.$setting"
		done
	done
	wait_active 3 || die "no agreement with short intervals"
	crashes "keepalive 10 ms" 60 150
done
for node in n1 n2 n3; do
	check_eq "$node has had room for all frames" 0 \
		"$(counter $node frame_overflow)"
done
