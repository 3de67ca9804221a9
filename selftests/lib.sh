# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced by every *_test.sh. A test runs in a guest of its own making, as
# root, with the project's modules found by modprobe, and nft-lnlb and lnlbctl
# in the PATH:
#
#	. "$(dirname "$0")/lib.sh"
#	lan_setup 3
#	check "nodes reach each other" ns n1 ping -c1 -W2 10.0.0.2
#
# Whatever way a test ends, namespaces and processes are cleaned up and the
# KTAP plan is printed.
#
# Results, time and namespaces are here, the network in lan.sh, captures in captures.sh.
set -u

readonly KTAP_SKIP=4
tmp=$(mktemp -d /tmp/lnlb.XXXXXX)
test_no=0
failed=0

# ---- results ----

# check DESCRIPTION COMMAND...: one line of KTAP; its output only if it failed
check() {
	local what=$1 out rc=0

	shift
	out=$("$@" 2>&1) || rc=$?
	result "$rc" "$what" "$out${out:+$'\n'}(exit code $rc: $*)"
}

# check_not DESCRIPTION COMMAND...: passes if the command fails
check_not() {
	local what=$1 out rc=0

	shift
	out=$("$@" 2>&1) || rc=$?
	result $((rc == 0)) "$what" "$out${out:+$'\n'}(succeeded: $*)"
}

# check_eq DESCRIPTION EXPECTED GOT
check_eq() {
	local differ=0

	[ "$2" = "$3" ] || differ=1
	result $differ "$1" "expected: $2"$'\n'"got: $3"
}

# check_le DESCRIPTION SMALL BIG, integers
check_le() {
	local more=1

	[[ $2 =~ ^-?[0-9]+$ && $3 =~ ^-?[0-9]+$ ]] && (($2 <= $3)) && more=0
	result $more "$1" "expected at most: $3"$'\n'"got: $2"
}

# limit_ms MS [SINCE_MS]: what to allow where MS is promised. A machine that is
# emulated, or has other things to do, is late itself: three times as long, unless
# STRICT=1; and since then it may have stood still
limit_ms() {
	echo $(((${STRICT:-0} ? $1 : 3 * $1) + ($# < 2 ? 0 : $(lost_ms "${2:-0}"))))
}

# result CODE DESCRIPTION WHY: for checks that need more than a command
result() {
	test_no=$((test_no + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $test_no $2"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $test_no $2"
	head -n 40 <<<"${3:-}" | sed 's/^/# /'
}

note() { printf '# %s\n' "$*"; }

# the test cannot go on
die() {
	result 1 "$*"
	exit 1
}

skip() {
	echo "1..0 # SKIP $*"
	skipping=1
	exit $KTAP_SKIP
}

finish() {
	local rc=$?

	trap - EXIT
	if [ -n "${skipping:-}" ]; then
		cleanup
		exit $KTAP_SKIP
	fi
	if [ $rc -ne 0 ] && [ $failed -eq 0 ]; then
		result 1 "ran to its end" "exit code $rc"
	fi
	[ $failed -eq 0 ] || diagnose
	cleanup
	echo "1..$test_no"
	exit $((failed > 0))
}
trap finish EXIT
trap 'exit 1' INT TERM

# what every failure's log should have; a test may replace it
diagnose() {
	local name

	for name in "${cluster_nodes[@]}"; do
		note "lnlbctl show on $name:"
		ns "$name" timeout 5 lnlbctl show 2>&1 | sed 's/^/#   /'
		note "counted on $name:" "$(ns "$name" timeout 5 lnlbctl show -j |
			jq -r '.[] | .address, (.stats | to_entries[] |
				select(.value != 0) | "\(.key)=\(.value)")' 2>&1 |
			tr '\n' ' ')"
	done
	[ ! -s "$tmp/still" ] || note "the machine stood still for so many ms:" \
		"$(awk '{ print $2 - $1 }' "$tmp/still" | xargs)"
	# a queue that was full: the second column, hexadecimal, a line for each CPU
	note "packets dropped before any node saw them:" \
		"$(awk '{ print $2 }' /proc/net/softnet_stat | tr '\n' ' ')"
	grep -H '^#' "$tmp"/*.probe 2>/dev/null | sed "s,^$tmp/,# ,"
}

require() {
	local tool

	for tool in "$@"; do
		command -v "$tool" >/dev/null || skip "no $tool"
	done
}

# ---- time ----

now_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }

# busywait MS COMMAND...: repeat until it succeeds; prints the last output. While
# the machine stands still, time does not count.
busywait() {
	local start=$((${EPOCHREALTIME/./} / 1000)) end out

	end=$((start + $1))
	shift
	while true; do
		if out=$("$@" 2>&1); then
			[ -z "$out" ] || echo "$out"
			return 0
		fi
		if ((${EPOCHREALTIME/./} / 1000 >= end)) &&
			((${EPOCHREALTIME/./} / 1000 >= end + $(lost_ms $start))); then
			echo "$out"
			return 1
		fi
		sleep 0.02
	done
}

# ---- a machine that stands still ----

# The timers of nodes are the ones of a machine that runs. One that stands still for
# longer than half the dead interval, see patient(), wakes up with nodes that listen
# for as long as that before they take anything, as they should: what is sent until
# then may be lost. Pauses are noted, for tests that look for what is promised.

# nodes with patience bear half a second, and may be late as it is; what they may take
# nothing for after more, until they agree again
readonly STILL_MS=350 LISTEN_MS=1500

# still_watch: "FROM TO" into the file still when nothing ran from then to then
still_watch() {
	mkfifo "$tmp/never" && : >"$tmp/still" || die "cannot write to $tmp"
	export LNLB_STILL=$tmp/still
	still_loop <>"$tmp/never" >"$tmp/still" 2>/dev/null &
}

# no program: a fork each time would be seen under emulation
still_loop() {
	local before=${EPOCHREALTIME/./} now

	while [ -e "$tmp/still" ]; do
		read -rt 0.1
		now=${EPOCHREALTIME/./}
		((now - before < STILL_MS * 1000)) ||
			echo "$((before / 1000)) $((now / 1000))"
		before=$now
	done
}

# lost_ms SINCE_MS: for how long nodes may have taken nothing since then
lost_ms() {
	local from to sum=0

	# who has to note it wakes up now, too
	sleep 0.15
	while read -r from to; do
		((to < $1)) || sum=$((sum + to - (from > $1 ? from : $1) + LISTEN_MS))
	done <"${LNLB_STILL:-/dev/null}"
	echo $sum
}

# stood_still SINCE_MS: so that what was sent since then may be lost; returns when
# that is over
stood_still() {
	(($(lost_ms $(($1 - LISTEN_MS))) > 0)) && sleep $((LISTEN_MS / 1000 + 1))
}

# again COMMAND...: once more where it failed because the machine stood still
again() {
	local try since out rc

	for try in 1 2 3 4; do
		since=$(now_ms) rc=0
		out=$("$@") || rc=$?
		((rc)) && stood_still "$since" || break
	done
	[ -z "$out" ] || echo "$out"
	return $rc
}

# ---- namespaces ----

namespaces=()

# full_ns NAME: what "ip netns" calls it
full_ns() { echo "lnlb$$-$1"; }

# ns NAME COMMAND...: run in that namespace
ns() {
	local name=lnlb$$-$1

	shift
	ip netns exec "$name" "$@"
}

# ip_ns NAME ARGS...: ip(8) on that namespace; quicker than ns NAME ip
ip_ns() {
	local name=lnlb$$-$1

	shift
	ip -n "$name" "$@"
}

# setup_ns NAME...: with lo up; IPv6 is off until a test switches it on
setup_ns() {
	local name

	for name in "$@"; do
		ip netns add "lnlb$$-$name" || die "cannot add namespace $name"
		namespaces+=("$name")
		ip_ns "$name" link set lo up
	done
}

kill_ns() {
	local pids

	pids=$(ip netns pids "lnlb$$-$1" 2>/dev/null) || return 0
	# shellcheck disable=SC2086
	[ -z "$pids" ] || kill -9 $pids 2>/dev/null
	return 0
}

# Does no connection that a program has left wait for its other end any more? It
# would keep its namespace, and our modules, for a minute after the network is gone.
tcp_has_ended() { grep -q '^TCP:.* orphan 0 ' /proc/net/sockstat; }

# remove_ns NAME...: with everything that runs in it, the last one first: the
# bridge, which comes first in lan_setup, is there as long as others use it
remove_ns() {
	local i name other left=()

	for name in "$@"; do
		kill_ns "$name"
	done
	busywait 2000 tcp_has_ended
	for ((i = $#; i > 0; i--)); do
		ip netns del "lnlb$$-${!i}" 2>/dev/null
	done
	for other in "${namespaces[@]}"; do
		[[ " $* " == *" $other "* ]] || left+=("$other")
	done
	namespaces=("${left[@]}")
}

cleanup() {
	local pid

	for pid in $(jobs -p); do
		kill "$pid" 2>/dev/null
	done
	remove_ns "${namespaces[@]}"
	wait
	rm -rf "$tmp"
}

# shellcheck source=selftests/lan.sh
. "$(dirname "${BASH_SOURCE[0]}")/lan.sh"
# shellcheck source=selftests/captures.sh
. "$(dirname "${BASH_SOURCE[0]}")/captures.sh"
