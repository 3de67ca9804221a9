# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the scripts on the host share; sourced.

# nothing in here depends on the clone: clones share it
# shellcheck disable=SC2034
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/nf_lnlb

say() { printf '# %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# packages whose programs the selftests use
# shellcheck disable=SC2034
guest_tools=(nginx-light curl nftables iproute2 iputils-ping iputils-arping
	tcpdump conntrack socat jq procps util-linux mount ethtool mawk kmod
	libjson-c5 libncursesw6 libbpf1 keyutils systemd
	python3 iptables)
