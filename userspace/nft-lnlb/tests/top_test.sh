#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lnlbctl top as a user sees it: on a terminal of tmux, with keys, at several
# sizes, with live_fake.so in the kernel's place.

set -u
cd "$(dirname "$0")" || exit 1

dir=$(mktemp -d) || exit 1
export LNLB_FAKE_DIR=$dir
count=0 failures=0
ctl=$PWD/../lnlbctl fake=$PWD/live_fake.so

tm() { tmux -L "lnlb-$$" -f /dev/null "$@"; }

cleanup() {
	tm kill-server 2>/dev/null
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

report() { # report GOOD TEXT
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - top: $2"
		return
	fi
	failures=$((failures + 1))
	echo "not ok $count - top: $2"
	tm capture-pane -p 2>&1 | sed 's/^/# |/'
}

screen() { tm capture-pane -p; }

# poll COMMAND...: until it succeeds, ten seconds at most
poll() {
	local end=$((SECONDS + 10))

	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

has() { screen | grep -qE -- "$1"; }
lacks() { ! screen | grep -qE -- "$1"; }
row() { screen | sed -n "${1}p" | grep -qE -- "$2"; }

# shows TEXT REGEX, loses TEXT REGEX, shows_row TEXT ROW REGEX: sooner or later
shows() { poll has "$2"; report $? "$1"; }
loses() { poll lacks "$2"; report $? "$1"; }
shows_row() { poll row "$2" "$3"; report $? "$1"; }

is() { # is TEXT WANTED GOT
	[ "$2" = "$3" ]
	local good=$?
	[ $good -eq 0 ] || printf '# wanted: %s\n# got: %s\n' "$2" "$3"
	report $good "$1"
}

keys() { tm send-keys "$@"; }

# a shell of its own in the terminal, as a user has it
terminal() { # terminal COLS ROWS
	tm kill-server 2>/dev/null
	poll stopped
	tm new-session -d -x "$1" -y "$2" "PS1='\$ ' exec bash --norc -i"
	poll has '^\$ $'
}

stopped() { ! tm list-sessions; }

# start [ENV...] [-- ARGS...]: top on that terminal
start() {
	local env=()

	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		env+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	keys "clear; stty -a >$dir/before; LD_PRELOAD=$fake ${env[*]} $ctl top $*; echo code \$?; stty -a >$dir/after" Enter
}

# what a shell needs to go on
restored() {
	poll has '^code 0$' && poll test -s "$dir/after" &&
		cmp -s "$dir/before" "$dir/after" &&
		[ "$(tm display -p '#{alternate_on} #{cursor_flag}')" = "0 1" ]
}

pid_of_top() { pgrep -P "$(tm display -p '#{pane_pid}')" -x lnlbctl; }

fails() { # fails CODE TEXT ARG...: without a terminal
	local want=$1 text=$2 code

	shift 2
	LD_PRELOAD=$fake $ctl top "$@" >"$dir/out" 2>"$dir/err" </dev/null
	code=$?
	[ $code -eq "$want" ] && grep -qF -- "$text" "$dir/err" &&
		[ ! -s "$dir/out" ] && [ "$(wc -l <"$dir/err")" -le 2 ]
	report $? "'top $*' exits with $want and says '$text'"
	rm -f "$dir/out" "$dir/err"
}

command -v tmux >/dev/null || {
	echo "not ok 1 - top: needs tmux"
	echo 1..1
	exit 1
}
mkfifo "$dir/events"
printf 'nlb0 192.0.2.10 3\nweb 192.0.2.11 5\n' >"$dir/clusters"

# --- what cannot be shown
fails 1 "top needs a terminal"
fails 1 "no cluster is named 'nope' (there are: nlb0, web)" nope
fails 2 "'a-name-that-is-too-long' cannot be the name" a-name-that-is-too-long
fails 2 "too many arguments, from 'web' on" nlb0 web
for time in 0 0.05 -1 1.2345 x 86401 .5 5. 1.x; do
	fails 2 "'$time' is not a time" --interval "$time"
done
touch "$dir/absent"
fails 1 "kernel module nf_lnlb is not loaded (try: modprobe lnlb)"
rm "$dir/absent"

# --- content at 80x24
terminal 80 24
start -- --interval 0.5
shows_row "title and cluster" 1 \
	'^lnlbctl top - nlb0: 192\.0\.2\.10 on eth0, active +cluster 1 of 2  [0-9:]{8}$'
shows_row "sums" 2 '^3 nodes, 123k sessions here, (599|600|601) packets/s taken by all'
shows_row "heads of all columns" 3 \
	'^NODE +WANT MEAS  SESS TAKEN  PASS WEIGHT HEARD STATE     SOURCE$'
shows_row "a node, its numbers and rates" 4 \
	'^A 52:54:00:00:00:01 33\.3 16\.[67]  1000 +(99|100|101) (1999|2000)[0-9]    999  0\.1s active    loadavg15$'
shows_row "this node is marked and was not heard" 5 \
	'^B\*52:54:00:00:00:02 33\.3 33\.[34]  2000 .* -  *active'
shows_row "a node with another view is marked" 6 \
	'^C!52:54:00:00:00:03 33\.3 (50\.0|49\.9|50\.1)  3000 '
shows_row "heads of the buckets" 7 \
	'^BUCKETS, nobody \(\.\) has 1, several \(!\) have 1'
shows_row "who has them" 8 '^![ABC]{79}$'
shows_row "in two rows" 9 '^[ABC]{80}$'
shows_row "heads of the events" 10 '^EVENTS'
shows_row "keys" 24 '^q quit  \? help  Tab next cluster  sorted by node'

# --- events
echo "nlb0 8 silent for 700 ms" >"$dir/events"
shows_row "an event" 11 \
	'^[0-9:]{8} nlb0 node_leave 52:54:00:00:00:03: silent for 700 ms$'
echo lost >"$dir/events"
shows "a loss of events" '^[0-9:]{8} - lost: too many'
for i in $(seq 20); do
	echo "web 13 number $i" >"$dir/events"
done
shows_row "the newest events are kept" 23 'web fenced .*: number 20$'
row 11 'number 8$'
report $? "as many as there are rows"

# --- keys
keys '?'
shows_row "help" 1 '^lnlbctl top - any key but q goes back'
shows "help explains columns" '^MEAS    percent of the packets'
keys x
shows_row "back from help" 3 '^NODE '
keys t
shows_row "sorted by packets taken" 4 '^C!'
shows_row "says so" 24 'sorted by packets taken$'
keys r
shows_row "reversed" 4 '^A '
shows_row "says so" 24 'sorted by packets taken, reversed$'
keys r '>' '>'
shows_row "the key > goes two columns on" 24 'sorted by weight$'
shows_row "sorted by weight" 4 '^A .* 999 '
keys '<'
shows_row "the key < goes back" 24 'sorted by packets passed by$'
keys n
shows_row "sorted by node" 24 'sorted by node$'
keys Tab
shows_row "the next cluster" 1 '^lnlbctl top - web: 192\.0\.2\.11 .* 2 of 2'
shows_row "has five nodes" 8 '^E 52:54:00:00:00:05 20\.0 '
shows_row "one that says nothing, so there are no shares" 8 \
	'^E 52:54:00:00:00:05 20\.0    -     -     -     -    995 '
shows_row "nor for the others" 7 '^D 52:54:00:00:00:04 20\.0    -  4000 +(399|400|401) '
keys BTab
shows_row "back to the first" 1 'nlb0'

# --- sizes
tm resize-window -x 100 -y 30
shows_row "wider: two more columns" 3 'SOURCE    CLAIMS KEY'
shows_row "higher: the foot is the last row" 30 '^q quit'
tm resize-window -x 60 -y 12
shows_row "narrower: columns that fit" 3 'HEARD$'
shows_row "lower: no strip, but events" 7 '^EVENTS'
tm resize-window -x 30 -y 5
shows "too small is said" '^too small: at least 40x8'
tm resize-window -x 80 -y 24
shows_row "and back" 4 '^A 52:54'

# --- more nodes than rows
echo 'nlb0 192.0.2.10 64' >"$dir/clusters"
shows_row "64 nodes" 2 '^64 nodes, .*; rows 1 to 12$'
keys Down Down
shows_row "down" 4 '^C!'
keys PPage
shows_row "up" 4 '^A '
keys NPage NPage NPage NPage NPage NPage NPage NPage NPage
shows_row "to the end" 15 '^= 52:54:00:00:00:40'

# --- what goes away
echo 'web 192.0.2.11 5' >"$dir/clusters"
shows_row "a cluster that was deleted" 2 "^! there is no cluster 'nlb0' any more"
keys Tab
shows_row "leaves the others" 1 'web'
: >"$dir/clusters"
shows_row "and none" 2 "^! no clusters; create one: lnlbctl addif"
touch "$dir/absent"
shows_row "a module that was unloaded" 2 '^! kernel module nf_lnlb is not loaded'
printf 'nlb0 192.0.2.10 3\nweb 192.0.2.11 5\n' >"$dir/clusters"
rm "$dir/absent"
shows_row "all is back" 4 '^A 52:54'
echo "web 13 again" >"$dir/events"
shows "events, too" 'web fenced .*: again$'
touch "$dir/plain"
shows_row "a kernel that does not tell whose the buckets are" 9 \
	'^BUCKETS: not known'
rm "$dir/plain"

# --- the ways out
keys q
restored
report $? "q ends it with code 0, and the terminal is as it was"
start
shows_row "started again" 4 '^A 52:54'
keys C-c
restored
report $? "so does Ctrl-C"
for signal in TERM INT QUIT HUP; do
	start -- web
	shows_row "with a name" 1 'web'
	kill -$signal "$(pid_of_top)"
	restored
	report $? "so does SIG$signal"
done
start
shows_row "started again" 4 '^A 52:54'
keys C-z
shows "Ctrl-Z gives the terminal back" 'Stopped'
keys "clear; fg" Enter
shows_row "and fg takes it again" 4 '^A 52:54'
pid=$(pid_of_top)
tm kill-server
gone() { ! kill -0 "$pid"; }
poll gone
report $? "it ends with its terminal"

# --- terminals
terminal 80 24
start TERM=vt100
shows_row "vt100" 8 '^![ABC]{79}$'
[ "$(tm capture-pane -pe | grep -c '\[[34]8\?;\?[0-9;]*[1-7]m[ABC]')" -eq 0 ]
report $? "has no colours"
keys q
shows "vt100: ends" '^code 0'
start TERM=screen-256color
shows_row "256 colours" 8 '^![ABC]{79}$'
tm capture-pane -pe | sed -n 8p | grep -q '48;5;'
report $? "has colours"
keys q
poll has '^code 0'
start TERM=screen-256color NO_COLOR=1
shows_row "NO_COLOR" 8 '^![ABC]{79}$'
[ "$(tm capture-pane -pe | grep -c '48;5;')" -eq 0 ]
report $? "has none"
keys q
poll has '^code 0'
start TERM=nonsense
shows "an unknown terminal is said" \
	"^lnlbctl: the terminal type 'nonsense' is not known here"
shows "and fails" '^code 1'

echo "1..$count"
[ $failures -eq 0 ]
