# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The network of the tests: topology, clusters, services, probes. Sourced by
# lib.sh, which sets this:
# shellcheck disable=SC2154 # tmp
#
#	 outside            router               bridge br0, namespace sw
#	 out ── 192.0.2.0/24 ── rt ── 10.0.0.254 ──┬── n1 10.0.0.1
#	 192.0.2.2        192.0.2.1                ├── n2 10.0.0.2
#	                        cl 10.0.0.100 ─────┴── …
#
# All LAN interfaces are eth0 of their namespace; their bridge ports in sw are
# named like the namespace.
readonly VIP=${VIP:-10.0.0.10}
cluster_nodes=()

# ---- topology ----

# node_addr I, node_mac I
node_addr() { echo "10.0.0.$1"; }
node_mac() { printf '52:54:00:00:00:%02x\n' "$1"; }

# client_addr I: address of client I, I >= 1
client_addr() { client_addrs "$1" "$1"; }

# client_addrs FROM TO: a line each. One process for all of them: under
# emulation a fork takes as long as fifty requests.
client_addrs() {
	awk -v i="$1" -v to="$2" 'BEGIN {
		for (; i <= to; i++)
			printf "10.0.%d.%d\n", 1 + (i - 1) / 250,
				1 + (i - 1) % 250
	}'
}

# plug NAME MAC [ADDR/LEN]: eth0 in that namespace, its cable in the bridge
plug() {
	ip_ns sw -batch - <<-EOT || die "cannot plug in $1"
		link add $1 type veth peer name eth0 address $2 netns lnlb$$-$1
		link set $1 master br0 up
	EOT
	ip_ns "$1" -batch - <<-EOT || die "cannot configure $1"
		${3:+addr add $3 dev eth0}
		link set eth0 up
	EOT
}

# lan_setup N: bridge, N nodes, client, router, outside; see the picture above
lan_setup() {
	local i

	[ "$1" -le 9 ] || die "lan_setup: at most 9 nodes"
	still_watch
	setup_ns sw cl rt out
	ip_ns sw link add br0 up type bridge stp_state 0 mcast_snooping 0 ||
		die "cannot add the bridge"
	for ((i = 1; i <= $1; i++)); do
		setup_ns "n$i"
		plug "n$i" "$(node_mac "$i")" "$(node_addr "$i")/16"
		ip_ns "n$i" route add default via 10.0.0.254
	done
	plug cl 52:54:00:00:01:00 10.0.0.100/16
	ip_ns cl route add default via 10.0.0.254
	plug rt 52:54:00:00:02:00 10.0.0.254/16
	ip_ns rt -batch - <<-EOT || die "cannot configure rt"
		link add eth1 type veth peer name eth0 netns lnlb$$-out
		addr add 192.0.2.1/24 dev eth1
		link set eth1 up
	EOT
	ip_ns out -batch - <<-EOT || die "cannot configure out"
		addr add 192.0.2.2/24 dev eth0
		link set eth0 up
		route add default via 192.0.2.1
	EOT
	ns rt sysctl -qw net.ipv4.ip_forward=1
	busywait 10000 ns out ping -qc1 -W1 10.0.0.100 >/dev/null ||
		die "the outside does not reach the client"
}

# patient_tcp NAMESPACE...: nothing is sent twice for want of an answer within a
# second. Under emulation a FIN would be, and what answers it may find no socket.
patient_tcp() {
	local name route

	for name in "$@"; do
		route=$(ip_ns "$name" route show 10.0.0.0/16 dev eth0)
		# shellcheck disable=SC2086 # words
		ip_ns "$name" route change $route dev eth0 rto_min 1s ||
			die "no patience in $name"
		ns "$name" sysctl -qw net.ipv4.tcp_early_retrans=0
	done
}

# add_clients COUNT: client_addr 1 … COUNT on cl
add_clients() {
	client_addrs 1 "$1" | sed 's,.*,addr add &/32 dev eth0,' |
		ip_ns cl -batch - || die "cannot add client addresses"
}

# kill_node NAME: cut its cable; nobody says good-bye. revive_node mends it.
kill_node() { ip_ns sw link set "$1" down; }
revive_node() { ip_ns sw link set "$1" up; }

# mute_node NAME: the bridge forwards nothing from or to it, carrier stays
mute_node() { ns sw bridge link set dev "$1" state 0; }
unmute_node() { ns sw bridge link set dev "$1" state 3; }

# ---- cluster ----

# patient NODE: a machine that is emulated stands still for longer than half a
# second now and then. All nodes do so at once then, and answer nobody for another
# dead interval, as they should; most tests are about something else. STRICT=1:
# the timers as they are.
patient() {
	((${STRICT:-0})) && return
	[ -d /proc/sys/net/lnlb ] || modprobe -q nf_lnlb
	ns "$1" sysctl -qw net.lnlb.dead_interval_ms=1000
}

# cluster_up NODE [ADDR [ARGS...]]
cluster_up() {
	local node=$1 addr=${2:-$VIP}

	[[ " ${cluster_nodes[*]} " == *" $node "* ]] || patient "$node"
	shift $(($# < 2 ? $# : 2))
	ns "$node" lnlbctl addif "$addr" eth0 "$@" >/dev/null ||
		die "lnlbctl addif $addr on $node"
	[[ " ${cluster_nodes[*]} " == *" $node "* ]] || cluster_nodes+=("$node")
}

# show NODE FILTER [ADDR]: apply a jq filter to the cluster of that address
show() {
	ns "$1" lnlbctl show -j | jq -er --arg addr "${3:-$VIP}" \
		".[] | select(.address == \$addr) | $2"
}

# in_order N NODE [ADDR]: this node sees N active ones that claim all buckets
in_order() {
	show "$2" "([.nodes[] | select(.state == \"active\")] | length) == $1
		and ([.nodes[].claims] | add) == .buckets
		and all(.nodes[]; .claims == .target)" "${3:-$VIP}"
}

# wait_active N [NODE...]: until N nodes share all buckets, as seen by n1 … nN
# or by those named. ADDR= another cluster, WAIT_MS= another deadline.
wait_active() {
	local count=$1 node end

	shift
	if [ $# -eq 0 ]; then
		# shellcheck disable=SC2046
		set -- $(seq -f 'n%.0f' "$count")
	fi
	end=$(($(now_ms) + ${WAIT_MS:-15000}))
	for node in "$@"; do
		busywait $((end - $(now_ms))) \
			in_order "$count" "$node" "${ADDR:-$VIP}" >/dev/null ||
			return 1
	done
}

# cluster_mac [ADDR]: of a cluster in unicast mode
# shellcheck disable=SC2120
cluster_mac() {
	# shellcheck disable=SC2046,SC2183
	printf '02:00:%02x:%02x:%02x:%02x\n' $(tr . ' ' <<<"${1:-$VIP}")
}

# set_weight NODE N: by hand, on the node's first cluster
set_weight() {
	ns "$1" lnlbctl weight_mode nlb0 manual &&
		ns "$1" lnlbctl set_weight nlb0 "$2"
}

# clusters_up N: the cluster on n1 … nN, weights set to 100 by hand, in order
clusters_up() {
	local i

	for ((i = 1; i <= $1; i++)); do
		cluster_up "n$i"
		set_weight "n$i" 100 || die "cannot set the weight of n$i"
	done
	wait_active "$1" || die "$1 nodes do not come to an agreement"
}

# by_rule N [WORD...]: on n1 … nN, a rule with these words in the place of what
# clusters_up has made
by_rule() {
	local count=$1 i

	shift
	for ((i = 1; i <= count; i++)); do
		ns "n$i" lnlbctl delif nlb0
		ns "n$i" nft-lnlb -f - <<-EOT || die "no rule on n$i"
			table ip lb {
				chain pre {
					type filter hook prerouting priority raw
					lnlb cluster $VIP dev eth0 weight 100 $*
				}
			}
		EOT
		ip_ns "n$i" addr replace "$VIP/32" dev eth0
	done
	wait_active "$count" || die "no agreement with a rule: $*"
}

# by_connection N: likewise
by_connection() { by_rule "$1" affinity connection; }

# counter NODE NAME [ADDR]
counter() { show "$1" ".stats.$2" "${3:-$VIP}"; }

# monitor_start NODE: its events go to the file events-NODE from now on
monitor_start() {
	ip netns exec "$(full_ns "$1")" lnlbctl monitor \
		>"$tmp/events-$1" 2>&1 &
	# a listener shows in the list of netlink sockets by its group
	busywait 10000 monitor_listens "$1" $! >/dev/null ||
		die "lnlbctl monitor on $1: $(cat "$tmp/events-$1")"
}

# columns: sk Eth Pid Groups …; Eth 16 is generic netlink
monitor_listens() {
	ns "$1" awk -v pid="$2" \
		'$2 == 16 && $3 == pid && $4 !~ /^0*$/ { found = 1 }
		END { exit !found }' /proc/net/netlink
}

# missed: how often a node was, and how often one fenced itself, not as it stood still
missed() {
	cat "$tmp"/events-n? | grep -vF 'this node stood still' |
		grep -cE ' node_(dead|leave|join) | fenced'
}

# event_ms NODE PATTERN: when the last such event was, as now_ms
event_ms() {
	date -d "$(grep -E "$2" "$tmp/events-$1" | tail -n1 |
		cut -d' ' -f1,2)" +%s%3N
}

# ---- services ----

# start_web NODE [PORT]: nginx; /id says NODE, /big is 100 MB
start_web() {
	local dir=$tmp/web-$1-${2:-80} big=$tmp/big

	[ -e "$big" ] || truncate -s 100M "$big"
	mkdir -p "$dir/logs"
	ln -sf "$big" "$dir/big"
	cat >"$dir/nginx.conf" <<-EOT
		user root;
		worker_processes 1;
		pid $dir/pid;
		events { worker_connections 1024; }
		http {
			access_log off;
			keepalive_timeout 0;
			sendfile on;
			client_body_temp_path $dir/body;
			proxy_temp_path $dir/proxy;
			fastcgi_temp_path $dir/fastcgi;
			uwsgi_temp_path $dir/uwsgi;
			scgi_temp_path $dir/scgi;
			server {
				listen ${2:-80} reuseport backlog=1024;
				location = /id { return 200 "$1\n"; }
				location / { root $dir; }
			}
		}
	EOT
	ns "$1" nginx -p "$dir" -e "$dir/logs/error.log" -c "$dir/nginx.conf" ||
		die "nginx on $1: $(cat "$dir/logs/error.log")"
}

# web_id [ARGS...]: which node answers an HTTP request of the client. A SYN that was
# lost comes again after one second, three and seven.
# shellcheck disable=SC2120
web_id() { ns cl curl -s -m 15 "$@" "http://${ADDR:-$VIP}/id"; }

# who_serves COUNT [TIMES [URL]]: COUNT clients, TIMES new connections each;
# prints "ADDRESS NODE" lines, NODE is - where nobody answered
who_serves() {
	local url=${3:-http://${ADDR:-$VIP}/id}

	rm -rf "$tmp/who"
	mkdir "$tmp/who"
	client_addrs 1 "$1" | awk -v times="${2:-1}" -v dir="$tmp/who" \
		-v url="$url" '{
		for (n = 1; n <= times; n++) {
			file = dir "/" $1 "-" n
			print file, $1 >dir "/files"
			printf "%sinterface = %s\nurl = %s\noutput = %s\n",
				next_one, $1, url, file
			print "connect-timeout = 10\nmax-time = 30"
			next_one = "next\n"
		}
	}' >"$tmp/who/conf"
	# all at once: curl would wait for the first answer otherwise
	ns cl curl -s --no-progress-meter --parallel --parallel-immediate \
		--parallel-max 50 -K "$tmp/who/conf" 2>/dev/null
	awk '{
		node = "-"
		getline node <$1
		close($1)
		print $2, node
	}' "$tmp/who/files"
}

# fragments_back FROM TO: how many UDP packets in fragments, one from each of these
# ports and clients 1 and on, come back from port 7 of the cluster
fragments_back() {
	local port word

	word=$(head -c 3000 /dev/zero | tr '\0' x)
	{
		for ((port = $1; port <= $2; port++)); do
			comes_back "$(client_addr $((port - $1 + 1))):$port" "$word" &
		done
		wait
	} | wc -l
}

# comes_back FROM WORD: says so. A machine that stood still for a moment takes nothing
# new at first.
comes_back() {
	local try

	for try in 1 2; do
		[ "$(ask_udp cl "$VIP:7,bind=$1" "$2")" != "$2" ] ||
			{ echo "$1, $try"; return; }
	done
}

# count_seen PRIORITY NODE...: rules there count what comes to the cluster
count_seen() {
	local node

	for node in "${@:2}"; do
		ns "$node" nft -f - <<-EOT || die "no rule on $node"
			table ip seen {
				chain pre {
					type filter hook prerouting priority $1
					ip daddr $VIP counter
				}
			}
		EOT
	done
}

# seen NODE...: by them
seen() {
	local node

	for node in "$@"; do
		ns "$node" nft list table ip seen
	done | awk '$4 == "counter" { sum += $6 } END { print sum }'
}

# untracked NODE [WHAT]: conntrack is not to see that of what comes to the cluster,
# says a rule before packets are put together; table early
untracked() {
	ns "$1" nft -f - <<-EOT || die "no rule on $1"
		table ip early
		delete table ip early
		table ip early {
			chain pre {
				type filter hook prerouting priority -450
				ip daddr $VIP ${2-} notrack
			}
		}
	EOT
}

# start_udp_echo NODE [ADDR [PORT]]: answers from ADDR itself. (socat, with a process
# for each datagram, may wait for one of them for ever.)
start_udp_echo() {
	local log=$tmp/echo-$1-${3:-7}

	ip netns exec "$(full_ns "$1")" \
		"$(dirname "${BASH_SOURCE[0]}")/udp.py" serve "${2:-$VIP}" "${3:-7}" \
		>"$log" 2>&1 &
	busywait 20000 grep -q ready "$log" ||
		die "udp echo on $1: $(<"$log")"
}

# udp_listens NODE PORT
udp_listens() { [ -n "$(ns "$1" ss -Hlun "sport = :$2")" ]; }

# ask_udp NODE ADDR:PORT[,OPTION...] WORD: send it and print the answer, which is as
# long; options are socat's. New ones of it end with an empty datagram, if not told.
ask_udp() { again ask_udp_once "$@"; }
ask_udp_once() {
	ns "$1" timeout 10 socat -t 5 -b 65536 - \
		"UDP4:$2,shut-none,readbytes=$((${#3} + 1))" <<<"$3" | grep .
}

# ---- probes ----

declare -A probe_pid

# probe NS SCRIPT ARGS...: probe.py, tcp.py or udp.py, see there; clients from stdin
probe() {
	local where=$1 script=$2

	shift 2
	ns "$where" "$(dirname "${BASH_SOURCE[0]}")/$script" "$@"
}

# probe_start NAME NS SCRIPT ARGS...: until probe_stop NAME. Not behind a pipe,
# where it would be another shell's: < <(client_addrs 1 300)
probe_start() {
	local name=$1 where=$2 script=$3

	shift 3
	# not by ns(): the job is to be the probe itself
	ip netns exec "$(full_ns "$where")" \
		"$(dirname "${BASH_SOURCE[0]}")/$script" "$@" \
		>"$tmp/$name.probe" 2>&1 <&0 &
	probe_pid[$name]=$!
	busywait 60000 grep -q '^ready' "$tmp/$name.probe" ||
		die "probe $name: $(cat "$tmp/$name.probe")"
}

# probe_stop NAME: prints its report, a line each client; the rest is in the
# file NAME.probe. Not before a pipe either: only its own shell can wait for it
probe_stop() {
	kill -TERM "${probe_pid[$1]}"
	wait "${probe_pid[$1]}"
	[ $? -ne 127 ] || die "probe $1 is not this shell's"
	grep -E '^[0-9]+\.' "$tmp/$1.probe"
}

# watch_start NAME MS: ping the cluster from the clients on stdin
watch_start() {
	probe_start "$1" cl probe.py watch "$VIP" "$(cluster_mac "$VIP")" "$2"
}

# chat_server NODE: TCP port 7 of the cluster
chat_server() {
	probe_start "serve-$1" "$1" tcp.py serve "$VIP" 7 "$1" </dev/null
}

# chat_start NAME MS: TCP connections from the clients on stdin
chat_start() { probe_start "$1" cl tcp.py chat "$VIP" 7 "$2"; }

# sessions_of NODE...: how many those have together. ADDR= another cluster
sessions_of() {
	local sum=0 node

	for node in "$@"; do
		sum=$((sum + $(show "$node" .sessions "${ADDR:-$VIP}")))
	done
	echo $sum
}

# sessions_are N NODE...: those nodes have N or more sessions together
sessions_are() { [ "$(sessions_of "${@:2}")" -ge "$1" ]; }

# visits FIRST LAST TIMES: HTTP requests of these clients, a new connection
# each; prints "ADDRESS NODE" lines, NODE is - where nobody answered
visits() { probe cl tcp.py visit "$VIP" 80 "$3" < <(client_addrs "$1" "$2"); }
