# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks in a machine that "run" has booted, as subtests of one; sourced. It may boot
# again between them: phase says how far it was.
# tmp is a directory of the machine's own, set before:
# shellcheck disable=SC2154 # tmp
mkdir -p "$tmp"
count=$(cat "$tmp/count" 2>/dev/null || echo 0)
failed=$(cat "$tmp/failed" 2>/dev/null || echo 0)
# shellcheck disable=SC2034
phase=$(cat "$tmp/phase" 2>/dev/null)

# result CODE DESCRIPTION [WHY]
result() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "    ok $count $2"
		return
	fi
	failed=$((failed + 1))
	echo "    not ok $count $2"
	head -n 40 <<<"${3-}" | sed 's/^/    # /'
}

check() {
	local what=$1 out rc=0

	shift
	out=$("$@" 2>&1) || rc=$?
	result $rc "$what" "$out"$'\n'"(exit code $rc: $*)"
}

# check_here DESCRIPTION COMMAND...: one that sets variables
check_here() {
	local rc=0

	"${@:2}" >"$tmp/out" 2>&1 || rc=$?
	result $rc "$1" "$(cat "$tmp/out")"$'\n'"(exit code $rc: ${*:2})"
}

check_eq() {
	[ "$2" = "$3" ]
	result $? "$1" "expected: $2"$'\n'"got: $3"
}

# busywait S COMMAND...
busywait() {
	local end=$((SECONDS + $1)) out

	shift
	until out=$("$@" 2>&1); do
		((SECONDS < end)) || { echo "$out"; return 1; }
		sleep 0.2
	done
}

# reboot_into PHASE
reboot_into() {
	echo "$1" >"$tmp/phase"
	echo "$count" >"$tmp/count"
	echo "$failed" >"$tmp/failed"
	sync
	systemctl reboot --force
	sleep 600
}

# end NAME: of all checks
end() { [ "$failed" -eq 0 ] && echo "ok 1 $1" || echo "not ok 1 $1"; }

has_addr() { ip -o addr show dev eth0 | grep -qF " $1/32 "; }
show() { lnlbctl show -j | jq -r "$1"; }
serves() { [ "$(show "map(select(.address == \"$1\"))[0].state")" = active ]; }

# start_unit: says why not
start_unit() {
	systemctl start lnlb && return
	systemctl status --no-pager lnlb
	journalctl -b --no-pager | grep -v audit | tail -n 20
	nft-lnlb -f /etc/lnlb.nft
	modprobe -v nft_lnlb
	/usr/lib/nft-lnlb/lnlb-rules start
	dmesg | tail
	return 1
}

# two_commands: as README.md says
two_commands() {
	sed 's/192\.0\.2\.10/10.0.0.10/' \
		/usr/share/doc/nft-lnlb/examples/lnlb.nft >/etc/lnlb.nft
	check "two commands" start_unit
	check "and it serves" busywait 60 serves 10.0.0.10
}

# signed_by_dkms MODULE...: with the key that dkms has made for this machine
signed_by_dkms() {
	local name module signer

	name=$(openssl x509 -inform der -in /var/lib/dkms/mok.pub -noout \
		-subject -nameopt multiline | sed -n 's/^ *commonName *= //p')
	for module; do
		signer=$(modinfo -F signer "$module")
		[ -n "$signer" ] && [ "$signer" = "$name" ] ||
			{ echo "$module: '$signer', not '$name'"; return 1; }
	done
}

# no_complaints: of the kernel
no_complaints() {
	check_eq "the kernel has not complained" "" \
		"$(dmesg | grep -E -f <(grep -v '^#' "$dir/splats"))"
}
