#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lnlbctl health with live_fake.so in the kernel's place and a server of bad
# answers, in a network namespace of this test's own.

set -u
cd "$(dirname "$0")" || exit 1

if [ -z "${LNLB_TEST_NETNS-}" ]; then
	export LNLB_TEST_NETNS=1
	unshare -n true 2>/dev/null && exec unshare -n "./$(basename "$0")"
	exec unshare -rn "./$(basename "$0")"
fi

dir=$(mktemp -d) || exit 1
export LNLB_FAKE_DIR=$dir
count=0 failures=0 pid='' servers=()

cleanup() {
	# not for a subshell to do
	[ $BASHPID -eq $$ ] || return
	stop
	[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}"
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM
ctl=$PWD/../lnlbctl fake=$PWD/live_fake.so

report() { # report GOOD TEXT
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - health: $2"
		return
	fi
	failures=$((failures + 1))
	echo "not ok $count - health: $2"
	sed 's/^/# stdout: /' "$dir/out"
	sed 's/^/# stderr: /' "$dir/err"
	[ ! -e "$dir/log" ] || sed 's/^/# set: /' "$dir/log"
}

is() { # is TEXT WANTED GOT
	[ "$2" = "$3" ]
	local good=$?
	[ $good -eq 0 ] || printf '# wanted: %s\n# got: %s\n' "$2" "$3"
	report $good "$1"
}

# poll COMMAND...: until it succeeds, half a minute at most
poll() {
	local end=$((SECONDS + 30))

	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.02
	done
}

fails() { # fails CODE TEXT ARG...
	local want=$1 text=$2 code command

	shift 2
	command="health ${*//[^ -~]/?}"
	LD_PRELOAD=$fake timeout 5 $ctl health "$@" >"$dir/out" 2>"$dir/err"
	code=$?
	[ $code -eq "$want" ] && grep -qF -- "$text" "$dir/err"
	report $? "'${command:0:60}' exits with $want and says '$text'"
}

# start ARG...: every 0.2 s, until stop; a busy machine takes its time for a check
start() {
	rm -f "$dir/log"
	LD_PRELOAD=$fake $ctl health --interval 0.2 --timeout 1 --rise 2 \
		--fall 2 "$@" nlb0 >"$dir/out" 2>"$dir/err" &
	pid=$!
}

stop() {
	[ -n "$pid" ] || return 0
	kill -TERM "$pid"
	wait "$pid"
	code=$?
	pid=''
}

# says TEXT, sets TEXT "STATE FLAGS": sooner or later
says() { poll grep -qF -- "$2" "$dir/out"; report $? "$1"; }
set_last() { [ "$(tail -n 1 "$dir/log")" = "nlb0 $1" ]; }
sets() { poll set_last "$2"; report $? "$1"; }
sets_nothing() { [ ! -e "$dir/log" ]; report $? "$1"; }
lines() { grep -cF -- "$1" "$dir/out"; }

# cluster_is "STATE FLAGS": in one step, as it is read meanwhile
cluster_is() {
	echo "$1" >"$dir/nlb0.new"
	mv "$dir/nlb0.new" "$dir/nlb0"
}

# rounds N: so many checks have ended since the call
rounds() {
	: >"$dir/rounds"
	poll eval "[ \$(wc -l <$dir/rounds) -gt $1 ]"
}

ACTIVE=2 DRAINING=3 SUSPENDED=5	# enum lnlb_node_state
OURS=3 PLAIN=1			# enum lnlb_cluster_flags: with LNLB_F_HEALTH
# with "once" it works again after one failure
good="echo >>$dir/rounds; test -e $dir/good ||
	{ mv $dir/once $dir/good 2>/dev/null; false; }"

ip link set lo up
ip address add 192.0.2.10/32 dev lo
ip address add fd00::1/128 dev lo nodad
touch "$dir/out" "$dir/err"
echo "nlb0 192.0.2.10 3" >"$dir/clusters"

# --- what is typed wrong
fails 2 "health: too few arguments" --exec true
fails 2 "one of --exec, --tcp and --http is needed" nlb0
fails 2 "one of --exec, --tcp and --http is needed" --exec true --tcp 80 nlb0
fails 2 "--exec: a command is missing" --exec "" nlb0
for value in 0 65536 x 1.2.3.4 1.2.3.4: :80 '[::1]' '[::1]x' '[::1:80' \
	'a b:80' 'a@b:80' ''; do
	fails 2 "--tcp: '$value' is not a port or ADDR:PORT" --tcp "$value" nlb0
done
for value in 127.0.0.1 http:// http:///x http://a:0/ http://a:x/ \
	'http://u@a/' 'http://a/b c' "http://a/$(printf '\r\nX: y')" \
	"http://a/$(head -c 600 /dev/zero | tr '\0' x)" ftp://a/; do
	fails 2 "is not a URL as in http://127.0.0.1:8080/alive" \
		--http "$value" nlb0
done
fails 2 "no TLS here; use --exec 'curl -fsS -o /dev/null https://a/'" \
	--http https://a/ nlb0
fails 2 "--interval: '0' is not a time" --exec true --interval 0 nlb0
fails 2 "--timeout: 'x' is not a time" --exec true --timeout x nlb0
for value in 0 1001 -1 x 1.5; do
	fails 2 "--rise: '$value' is not a number from 1 to 1000" \
		--exec true --rise "$value" nlb0
	fails 2 "--fall: '$value' is not a number from 1 to 1000" \
		--exec true --fall "$value" nlb0
done
fails 2 "1 to 15 characters" --exec true ""
sets_nothing "what is typed wrong changes nothing"

# --- a command
touch "$dir/good"
start --exec "$good"
rounds 3
sets_nothing "a service that works"
rm "$dir/good"
sets "one that fails has the node drained" "$DRAINING $OURS"
is "after two checks" "1 1" \
	"$(lines 'check failed (1 of 2): exit code 1') $(lines '(2 of 2)')"
says "which is said" "nlb0: taken out (draining)"
rounds 3
is "once" 1 "$(wc -l <"$dir/log")"
touch "$dir/good"
sets "one that works again has it resumed" "$ACTIVE $PLAIN"
is "after two checks" "1 1" \
	"$(lines 'check succeeded (1 of 2)') $(lines 'check succeeded (2 of 2)')"
says "which is said" "nlb0: resumed"

# --- one failure is none
start_count=$(lines 'check failed')
mv "$dir/good" "$dir/once"
poll eval "[ \$(grep -c 'check failed' $dir/out) -gt $start_count ]"
rounds 3
is "a single failure changes nothing" 2 "$(wc -l <"$dir/log")"
stop
is "SIGTERM ends it with code 0" 0 "$code"

# --- whose drain it is
cluster_is "$DRAINING $PLAIN"
rm "$dir/good"
start --exec "$good"
says "a drain of somebody else is left so" "taken out by somebody else already"
touch "$dir/good"
rounds 4
sets_nothing "also when the service works again"
rm "$dir/good"
says "the service failed meanwhile" "(2 of 2)"
rounds 1
cluster_is "$ACTIVE $PLAIN"
sets "who resumes a node whose service fails has it drained again" \
	"$DRAINING $OURS"
# an administrator's drain takes the mark off
cluster_is "$DRAINING $PLAIN"
touch "$dir/good"
says "the service works again" "check succeeded (2 of 2)"
rounds 2
is "a drain of somebody else on top of ours stays" 1 "$(wc -l <"$dir/log")"
stop

# --- another one takes over
cluster_is "$DRAINING $OURS"
rm "$dir/good"
start --exec "$good"
rounds 3
sets_nothing "what one before us has drained stays drained"
stop
is "also when we end" "$DRAINING $OURS" "$(cat "$dir/nlb0")"
touch "$dir/good"
start --exec "$good"
sets "and is resumed by the next one" "$ACTIVE $PLAIN"
stop

# --- suspend
rm "$dir/good" "$dir/nlb0"
start --suspend --exec "$good"
sets "--suspend gives the sessions up" "$SUSPENDED $OURS"
says "says so" "taken out (suspended)"
touch "$dir/good"
sets "and resumes" "$ACTIVE $PLAIN"
stop

# --- what is not there
touch "$dir/absent"
rm "$dir/good" "$dir/clusters" "$dir/nlb0"
start --exec "$good"
says "waits for the module" "kernel module nf_lnlb is not loaded; waiting for it"
rounds 3
is "and says so once" 1 "$(lines 'waiting for it')"
rm "$dir/absent"
says "waits for the cluster" "there is no such cluster; waiting for it"
echo "nlb0 192.0.2.10 3" >"$dir/clusters"
sets "and drains it when it comes" "$DRAINING $OURS"
rm "$dir/clusters" "$dir/nlb0"
says "it goes" "there is no such cluster"
poll eval "[ \$(grep -c 'no such cluster' $dir/out) -eq 2 ]"
report $? "which is said again"
: >"$dir/log"
echo "nlb0 192.0.2.10 3" >"$dir/clusters"
sets "and comes back, drained" "$DRAINING $OURS"
for state in 0 1; do	# waiting, joining
	rm -f "$dir/log"
	cluster_is "$state $PLAIN"
	rounds 2
	sets_nothing "a node that has not joined is left alone ($state)"
done
stop
rm "$dir/nlb0"

echo 1 >"$dir/refused"
fails 1 "cannot take out 'nlb0': needs CAP_NET_ADMIN" --exec false \
	--interval 0.1 --fall 1 nlb0
echo 12 >"$dir/refused"
start --exec false
poll grep -q "cannot take out 'nlb0': Cannot allocate memory" "$dir/err"
report $? "another error is said"
rm "$dir/refused"
sets "and tried again" "$DRAINING $OURS"
stop
rm "$dir/nlb0"

# --- checks that take too long
none_left() { ! pgrep -f "$dir/never"; }
start --exec "tail -f $dir/never /dev/null & wait"
says "a command that takes too long has failed" "(2 of 2): took too long"
start_ms=$(date +%s%3N)
stop
is "SIGTERM ends it while a check runs" "0 0" \
	"$code $((($(date +%s%3N) - start_ms) / 2000))"
poll none_left
report $? "and all that the command started"
rm -f "$dir/nlb0"
start --exec "kill -9 \$\$"
says "a command that is killed has failed" "ended by signal 9 (Killed)"
stop
rm -f "$dir/nlb0"
start --exec "cat; exit 3"
says "a command has nothing to read" "exit code 3"
stop
rm -f "$dir/nlb0"

# --- by network
./http_fake.py 127.0.0.1 >"$dir/server" &
servers+=($!)
./http_fake.py fd00::1 >"$dir/server6" &
servers+=($!)
poll test -s "$dir/server" && poll test -s "$dir/server6"
port=$(head -n 1 "$dir/server") port6=$(head -n 1 "$dir/server6")

# good_check ARG..., bad_check WHY ARG...
good_check() {
	cluster_is "$DRAINING $OURS"
	start "$@"
	sets "$* is good" "$ACTIVE $PLAIN"
	stop
}

bad_check() {
	local why=$1

	shift
	rm -f "$dir/nlb0"
	start "$@"
	says "$* is bad: $why" "check failed (2 of 2): $why"
	stop
}

good_check --tcp "127.0.0.1:$port"
good_check --tcp "[fd00::1]:$port6"
bad_check "Connection refused" --tcp "127.0.0.1:1"
bad_check "Connection refused" --tcp 1
# not on the cluster address
bad_check "Connection refused" --tcp "$port"
ip address add 192.0.2.11/32 dev lo
python3 -c 'import socket, sys
server = socket.create_server(("192.0.2.11", 7))
while True: server.accept()' &
servers+=($!)
echo "nlb0 192.0.2.11 3" >"$dir/clusters"
good_check --tcp 7
bad_check "Network is unreachable" --tcp "203.0.113.1:80"
for status in 200 204 301 399; do
	good_check --http "http://127.0.0.1:$port/status$status"
done
for status in 100 199 400 404 500 503; do
	bad_check "HTTP status $status" \
		--http "http://127.0.0.1:$port/status$status"
done
good_check --http "http://127.0.0.1:$port/endless-body"
bad_check "took too long" --http "http://127.0.0.1:$port/hang"
bad_check "took too long" --http "http://127.0.0.1:$port/slow"
bad_check "the answer is not HTTP" --http "http://127.0.0.1:$port/endless"
bad_check "the answer is not HTTP" --http "http://127.0.0.1:$port/garbage"
bad_check "the answer is not HTTP" --http "http://127.0.0.1:$port/short"
bad_check "no answer" --http "http://127.0.0.1:$port/empty"
good_check --http "http://[fd00::1]:$port6/status200?a=b#c"
is "what is asked of the server" \
	"GET /status200?a=b HTTP/1.0 | Host: [fd00::1]:$port6" \
	"$(tail -n 1 "$dir/server6" | tr -d '\r')"
bad_check "HTTP status 404" --http "http://127.0.0.1:$port/status404"
bad_check "no answer" --http "http://127.0.0.1:$port"
is "without a path it is asked for /" \
	"GET / HTTP/1.0 | Host: 127.0.0.1:$port" \
	"$(tail -n 1 "$dir/server" | tr -d '\r')"

echo "1..$count"
[ $failures -eq 0 ]
