# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced by tests of lnlbctl, in their own directory: a network namespace of
# their own, lnlbctl with fake_kernel.so, and results.

if [ -z "${LNLBCTL_TEST_NETNS-}" ]; then
	export LNLBCTL_TEST_NETNS=1
	unshare -n true 2>/dev/null && exec unshare -n "./$(basename "$0")"
	exec unshare -rn "./$(basename "$0")"
fi

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LNLB_FAKE_DIR="$dir"
ctl=../lnlbctl
dev=lo			# any device holds addresses, this one is always there
count=0 failures=0

report() { # REPORT GOOD TEXT
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - lnlbctl: $2"
		return
	fi
	failures=$((failures + 1))
	echo "not ok $count - lnlbctl: $2"
	sed 's/^/# exit code: /' "$dir/code"
	sed 's/^/# stdout: /;20q' "$dir/out"
	sed 's/^/# stderr: /' "$dir/err"
	[ ! -f "$dir/log" ] || sed 's/^/# asked: /' "$dir/log"
}

lnlbctl() { # as typed, with the fake kernel
	timeout 20 env LD_PRELOAD="$PWD/fake_kernel.so" "$ctl" "$@" \
		<"$dir/in" >"$dir/out" 2>"$dir/err"
	code=$?
	: >"$dir/in"
	echo "$code" >"$dir/code"
}

# exits CODE TEXT ARG...: exit code and words on stderr; asks for nothing
exits() {
	want=$1 text=$2
	shift 2
	rm -f "$dir/log"
	lnlbctl "$@"
	[ "$code" -eq "$want" ] && grep -qF -- "$text" "$dir/err" &&
		[ ! -s "$dir/out" ] && [ ! -e "$dir/log" ]
	report $? "'$*' exits with $want and says '$text'"
}

is() { # is TEXT WANTED GOT
	[ "$2" = "$3" ]
	good=$?
	[ $good -eq 0 ] || printf '# wanted: %s\n# got: %s\n' "$2" "$3"
	report $good "$1"
}

reset() {
	rm -f "$dir"/*
	ip addr flush dev "$dev" 2>/dev/null
	: >"$dir/clusters"
	: >"$dir/in"
}
