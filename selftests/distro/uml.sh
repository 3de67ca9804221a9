# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Machines with a user-mode kernel and this tree's modules; sourced. They are up
# in a second, and as real as others to the network. Who sources it sets these:
# shellcheck disable=SC2154 # top, cache, work

# make_uml DIR: what such machines boot
make_uml() {
	local mods=$1/modules uml

	mkdir -p "$1/bin" "$mods/updates" "$1/depmod/lib/modules"
	uml=$("$top/selftests/uml_kernel" "$1/uml") || return
	ln -s "$uml/linux" "$1/linux"
	cp "$1"/uml/kernel/nf_lnlb/*.ko "$mods/updates/"
	cp "$uml"/modules.{order,builtin,builtin.modinfo} "$mods/"
	ln -s "$mods" \
		"$1/depmod/lib/modules/$(cat "$uml/include/config/kernel.release")"
	depmod -b "$1/depmod" "$(ls "$1/depmod/lib/modules")" || return
	cp "$top"/userspace/nft-lnlb/{nft-lnlb,lnlbctl,systemd/lnlb.nft} \
		"$1/bin/" || return
	ln -s "$("$top/selftests/make_root")" "$1/root"
}

# uml_machine READY EXCHANGE TAP MAC: execs it, for a background job, in a process
# group of its own. It runs EXCHANGE/command, which finds what is in READY there.
uml_machine() {
	cp -r "$1"/{modules,bin} "$2/"
	cat >"$2/command-1" <<-EOT
		mkdir -p /usr/lib/modules
		cp -r $2/modules /usr/lib/modules/\$(uname -r)
		export PATH=$2/bin:\$PATH
		$2/command >$2/output 2>&1
		echo \$? >$2/rc
	EOT
	HOME=$work exec setsid ip netns exec "$(full_ns sw)" \
		"$1/linux" "mem=${MEMORY:-256M}" "ubd0=$2/cow,$1/root" \
		root=/dev/ubda rw init=/uml_init "exchange=$2" guest=1 \
		"eth0=tuntap,$3,$4" con=null con0=null,fd:1 quiet \
		</dev/null >"$2/console" 2>&1
}
