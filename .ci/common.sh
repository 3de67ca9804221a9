# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the scripts on the host share; sourced.

# nothing in here depends on the clone: clones share it
# shellcheck disable=SC2034
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/nf_lnlb

say() { printf '# %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# stand_back: this process and what it starts get the processor time that nothing
# else wants. Where sessions share it out first (autogroup), a process's rank is
# one within its session: the session should be one of its own, and has a rank, too.
stand_back() {
	renice -n 19 $BASHPID >/dev/null
	chrt --idle --pid 0 $BASHPID 2>/dev/null
	echo 19 2>/dev/null >/proc/self/autogroup
}

# packages whose programs the selftests use
# shellcheck disable=SC2034
guest_tools=(nginx-light curl nftables iproute2 iputils-ping iputils-arping
	tcpdump conntrack socat jq procps util-linux mount ethtool mawk kmod
	libjson-c5 libncursesw6 libbpf1 keyutils systemd
	python3 iptables)
