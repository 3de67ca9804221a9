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
# Results, time and namespaces are here, the network in lan.sh.
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

# limit_ms MS: what to allow where MS is promised. A machine that is emulated, or
# has other things to do, is late itself: three times as long, unless STRICT=1
limit_ms() { echo $((${STRICT:-0} ? $1 : 3 * $1)); }

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

# busywait MS COMMAND...: repeat until it succeeds; prints the last output
busywait() {
	local end=$((${EPOCHREALTIME/./} / 1000 + $1)) out

	shift
	while true; do
		if out=$("$@" 2>&1); then
			[ -z "$out" ] || echo "$out"
			return 0
		fi
		if ((${EPOCHREALTIME/./} / 1000 >= end)); then
			echo "$out"
			return 1
		fi
		sleep 0.02
	done
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
