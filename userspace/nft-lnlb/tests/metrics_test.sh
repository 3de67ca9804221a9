#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# lnlbctl metrics, as text, by HTTP, and its systemd units. With promtool in the
# PATH, that has to be content, too; metrics_check.py is as strict.

set -u
cd "$(dirname "$0")" || exit 1

. ./ctl.sh

is_valid() { # is_valid TEXT FILE
	python3 metrics_check.py <"$2" >"$dir/wrong" 2>&1
	good=$?
	[ $good -eq 0 ] || sed 's/^/# /' "$dir/wrong"
	report $good "$1"
	command -v promtool >/dev/null || return
	promtool check metrics <"$2" >"$dir/out" 2>&1
	report $? "$1, says promtool"
}

# request TEXT: by HTTP from stdin; as printf has it
request() {
	# shellcheck disable=SC2059 # a format
	printf "$1" >"$dir/in"
	lnlbctl metrics --http
	status=$(head -n 1 "$dir/out" | tr -d '\r')
}

body() { sed '1,/^\r$/d' "$dir/out"; }

reset
ip link set lo up
lnlbctl metrics
is "without a cluster" "0 lnlb_clusters 0" "$code $(grep -v '^#' "$dir/out")"
is_valid "without a cluster" "$dir/out"
printf 'a 10.0.0.1 lo 4 77 1 1\nb"\\ 10.0.0.2 lo 0 1 0 3\n' >"$dir/clusters"
lnlbctl metrics
cp "$dir/out" "$dir/metrics"
is_valid "two clusters" "$dir/metrics"
grep -qF 'lnlb_cluster_info{cluster="b\"\\",' "$dir/metrics"
report $? "a strange name is quoted"
for line in 'lnlb_clusters 2' 'lnlb_cluster_weight{cluster="a"} 77' \
	'lnlb_cluster_unclaimed_buckets{cluster="a"} 24' \
	'lnlb_cluster_state{cluster="a",state="active"} 1' \
	'lnlb_cluster_state{cluster="a",state="draining"} 0' \
	'lnlb_cluster_sessions{cluster="a"} 18446744073709551615' \
	'lnlb_node_claimed_buckets{cluster="a",node="52:54:00:00:00:02"} 1000' \
	'lnlb_node_heard_seconds{cluster="a",node="52:54:00:00:00:02"} 1.500' \
	'lnlb_rejected_frames_total{cluster="a",reason="version"} 5' \
	'# HELP lnlb_rx_mine_total Packets taken' \
	'# TYPE lnlb_rx_mine_total counter' \
	'lnlb_rx_mine_total{cluster="a"} 4242'; do
	grep -qxF "$line" "$dir/metrics"
	report $? "$line"
done
! grep -q 'lnlb_node_heard_seconds{cluster="a",node="52:54:00:00:00:01"}' \
	"$dir/metrics"
report $? "this node is not heard"
missing=$(sed -n 's/^ \* @LNLB_STAT_\([A-Z_]*\):.*/\1/p' \
	../../../include/uapi/linux/netfilter/nf_lnlb.h |
	grep -vxE 'UNSPEC|PAD' | tr '[:upper:]' '[:lower:]' |
	while read -r stat; do
		grep -q "^lnlb_${stat}_total{" "$dir/metrics" || echo "$stat"
	done)
is "all counters are there" "" "$missing"
is "lnlbctl(8) has the others" \
	"$(sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' "$dir/metrics" |
		grep -vE '^lnlb_(rx|arp|session|frame)_.*_total$' | sort | xargs)" \
	"$(sed -n 's/^\(lnlb_[a-z_]*\).*/\1/p' ../lnlbctl.8 | grep -v '_$' |
		sort | xargs)"

# --- HTTP
request 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'
is "GET /metrics" "0 HTTP/1.0 200 OK" "$code $status"
body | diff - "$dir/metrics" >"$dir/wrong"
report $? "the body is what metrics prints"
is "it is as long as said" "Content-Length: $(wc -c <"$dir/metrics")" \
	"$(grep Content-Length "$dir/out" | tr -d '\r')"
grep -q '^Content-Type: text/plain; version=0.0.4; charset=utf-8.$' "$dir/out"
report $? "and of the type that Prometheus wants"
request 'GET /metrics?a=b HTTP/1.0\n\n'
is "a query and bare line ends" "HTTP/1.0 200 OK" "$status"
request 'HEAD /metrics HTTP/1.0\r\n\r\n'
is "HEAD has no body" "HTTP/1.0 200 OK " "$status $(body)"
for case in "404|GET / HTTP/1.0" "404|GET /metricsx HTTP/1.0" \
	"404|GET /metrics/ HTTP/1.0" "405|POST /metrics HTTP/1.0" \
	"405|get /metrics HTTP/1.0" "400|GET /metrics" "400|GET" "400|" \
	"400|GET metrics HTTP/1.0" "400|GET /metrics HTTP/2.0" \
	"400|GET /metrics HTTP/1.0 x" "400|\\001\\002\\377"; do
	request "${case#*|}\r\n\r\n"
	is "${case#*|}" "0 ${case%%|*}" "$code $(echo "$status" | cut -d' ' -f2)"
done
request 'GET /metrics HTTP/1.0\r\n'
is "a request without an end" "HTTP/1.0 400 Bad Request" "$status"
request "GET /metrics HTTP/1.0\r\nX: $(head -c 3000 /dev/zero | tr '\0' x)\r\n\r\n"
is "a line too long" "HTTP/1.0 400 Bad Request" "$status"
request "GET /metrics HTTP/1.0\r\n$(yes 'X: y' | head -n 200)\r\n\r\n"
is "too many lines" "HTTP/1.0 400 Bad Request" "$status"
request ''
is "no request" "HTTP/1.0 400 Bad Request" "$status"
: >"$dir/absent"
request 'GET /metrics HTTP/1.0\r\n\r\n'
is "without the module" "1 HTTP/1.0 503 Service Unavailable" "$code $status"
grep -q "nf_lnlb is not loaded" "$dir/err"
report $? "the reason is on stderr"
rm "$dir/absent"
printf 'metrics --http\n' >"$dir/in"
lnlbctl -b
is "not in a batch from stdin" 2 "$code"
exits 2 "unknown option '-j'" metrics -j
exits 2 "too many arguments, from 'a' on" metrics a

# --- by a socket, as systemd does it
port=8870
LD_PRELOAD="$PWD/fake_kernel.so" socat "TCP-LISTEN:$port,reuseaddr,fork" \
	"EXEC:$ctl metrics --http" 2>"$dir/err" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$dir"' EXIT
i=0
until curl -s -m 5 "http://127.0.0.1:$port/metrics" >"$dir/out"; do
	i=$((i + 1))
	[ $i -lt 200 ] || break
	sleep 0.05
done
diff "$dir/out" "$dir/metrics" >"$dir/wrong"
report $? "curl gets it"
is "and 404 elsewhere" 404 \
	"$(curl -s -m 5 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/")"
kill $server

# --- units
make -s -C .. install DESTDIR="$dir/root" PREFIX=/usr >"$dir/out" 2>"$dir/err"
is "make install installs them" \
	"lnlb-metrics.socket lnlb-metrics@.service" \
	"$(find "$dir/root/usr/lib/systemd/system" -name 'lnlb-metrics*' \
		-printf '%f\n' | sort | paste -sd' ')"
grep -qx 'ExecStart=/usr/sbin/lnlbctl metrics --http' \
	"$dir/root/usr/lib/systemd/system/lnlb-metrics@.service"
report $? "with the path of lnlbctl"
if command -v systemd-analyze >/dev/null; then
	cp "$dir/root/usr/lib/systemd/system/lnlb-metrics@.service" \
		"$dir/lnlb-metrics@1.service"
	sed -i "s,=/usr/sbin,=$(realpath ..)," "$dir/lnlb-metrics@1.service"
	systemd-analyze verify --man=no "$dir/lnlb-metrics@1.service" \
		"$dir/root/usr/lib/systemd/system/lnlb-metrics.socket" \
		>"$dir/out" 2>&1
	! grep -F lnlb-metrics "$dir/out" >"$dir/err"
	report $? "systemd-analyze has nothing to say"
else
	report 0 "systemd-analyze has nothing to say # SKIP not installed"
fi

echo "1..$count"
[ "$failures" -eq 0 ]
