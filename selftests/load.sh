# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Many clients of the cluster all the time: lnlb-load on cl, lnlb-echo on the
# nodes. Sourced after lib.sh, which sets this:
# shellcheck disable=SC2154 # tmp
#
# Who sources it sets how many clients there are: HELD= connections, FLOWS= of
# datagrams, VISITS= that open connections, one each EVERY ms.

# echo_start NODE...: answer with the node's name at port 7
echo_start() {
	local node

	for node in "$@"; do
		ip netns exec "$(full_ns "$node")" lnlb-echo "$VIP" 7 "$node" \
			>"$tmp/echo-$node" 2>&1 &
		busywait 5000 grep -q ready "$tmp/echo-$node" ||
			die "echo on $node: $(cat "$tmp/echo-$node")"
	done
}

# load_start ARG...: of lnlb-load, beside these
load_start() {
	mkfifo "$tmp/load.in"
	exec 9<>"$tmp/load.in"
	ip netns exec "$(full_ns cl)" lnlb-load "$VIP" 7 eth0 "held=$HELD" \
		"flows=$FLOWS" "visits=$VISITS" "every=$EVERY" "$@" <&9 \
		>"$tmp/load.out" 2>&1 &
	busywait 60000 grep -q ready "$tmp/load.out" ||
		die "load: $(cat "$tmp/load.out")"
}

tell() { echo "$*" >&9; }

# ask COMMAND NAME ARG...: what load answers
ask() {
	tell "$@"
	busywait 20000 grep "^$2 [a-z]*=" "$tmp/load.out"
}

# value KEY ANSWER: a number, also of what lnlb-flood says
value() { sed -E "s/(.* )?$1=(-?[0-9]+).*/\2/" <<<"$2"; }

# asked REPORT, answered REPORT: by clients, to them
asked() {
	echo $(($(value words "$1") + $(value datagrams "$1") +
		$(value opened "$1")))
}

answered() {
	echo $(($(value answered "$1") + $(value datagrams "$1") -
		$(value lost "$1") + $(value served "$1")))
}

# unanswered REPORT: what is lost, not what is on its way
unanswered() { echo $(($(asked "$1") - $(answered "$1") - $(value waiting "$1"))); }

# a_second COUNT REPORT: so many in its time
a_second() { echo $(($1 * 1000 / $(value ms "$2"))); }

# all_have_sessions NODE...: connections are those of 250 clients at most
all_have_sessions() {
	check "all clients have sessions" busywait 60000 sessions_are \
		$(((HELD < 250 ? HELD : 250) + FLOWS + VISITS)) "$@"
}
