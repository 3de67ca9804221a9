# SPDX-License-Identifier: GPL-2.0-only
#
# Targets for people. What kbuild reads is kernel/nf_lnlb/Kbuild.

# the running kernel's headers, else the newest installed
KDIR ?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) \
	$(shell ls -d /lib/modules/*/build /usr/src/linux-headers-*-amd64 \
		2>/dev/null | sort -rV))
DESTDIR ?=
PREFIX ?= /usr/local

KERNEL_SRC := $(CURDIR)/kernel/nf_lnlb
TOOLS := userspace/nft-lnlb
TEST_TOOLS := selftests/tools
DEB_TOOLS := build-essential debhelper dh-dkms fakeroot lintian systemd
DISTROS := bookworm trixie trixie-backports sid
SHELL_SCRIPTS = $(shell grep -rlE '^\#!/bin/(ba)?sh|^\# shellcheck shell=' \
	.ci debian kernel kunit selftests userspace)
C_FILES = $(shell find kernel kunit userspace include selftests -name '*.[ch]' \
	! -name '*.mod.c')

.PHONY: all modules tools check sim sim-mutants sim-coverage fuzz demo bench \
	nft-suite nft-differ sparse shellcheck format-check install dist deb \
	rpm check-packages check-docs check-machines check-distro check-distros html clean setup help

all: modules tools

modules:
	$(MAKE) -C "$(KERNEL_SRC)" KDIR="$(KDIR)"

tools:
	$(MAKE) -C $(TOOLS)
	$(MAKE) -C $(TEST_TOOLS)

setup:
	.ci/setup

# one line at the end: N passed, N failed
check: setup
	.ci/check $(TESTS)

# SEEDS=N or SEEDS=A-B, or STEPS=N: as long as you like
sim:
	@SEEDS='$(SEEDS)' STEPS='$(STEPS)' SEED='$(SEED)' selftests/sim/run

# faults of the core that the simulator has to notice
sim-mutants:
	@selftests/sim/mutate

sim-coverage:
	@selftests/sim/coverage

# SECONDS=N for each target
fuzz:
	@selftests/fuzz/run $(SECONDS)

# what a packet costs: tables and plots, build/bench/; KEEP=1: stored, too
bench:
	.ci/setup gnuplot-nox
	@echo '# building modules and tools'
	@.ci/quiet build/make.log $(MAKE) all
	@selftests/bench/run $(if $(KEEP),--keep)

# nftables' own shell tests: fetched by apt, or SUITE_DIR=DIR
nft-suite: setup all
	@selftests/nft_suite $(SUITE_DIR)

# nft-lnlb against nft, on input that chance makes up; SECONDS=N
nft-differ: setup tools
	@$(TOOLS)/tests/nft_differ.py $(SECONDS)

demo: setup
	@echo '# building modules and tools'
	@.ci/quiet build/make.log $(MAKE) all
	@selftests/demo/run

sparse:
	$(MAKE) -C "$(KERNEL_SRC)" KDIR="$(KDIR)" sparse

shellcheck:
	shellcheck -S warning $(SHELL_SCRIPTS)

# advice, not law: the readable form wins
format-check:
	clang-format --dry-run $(C_FILES)

install: all
	$(MAKE) -C "$(KERNEL_SRC)" KDIR="$(KDIR)" DESTDIR="$(DESTDIR)" install
	$(MAKE) -C $(TOOLS) install DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)"

dist:
	.ci/package dist

deb:
	.ci/setup --build $(DEB_TOOLS)
	.ci/package deb

rpm:
	.ci/setup --build rpm
	.ci/package rpm

check-packages:
	.ci/setup $(DEB_TOOLS) rpm
	.ci/check_packages

# DISTRO=bookworm, trixie, trixie-backports or sid; TESTS="NAME...": these selftests
check-distro: setup
	$(MAKE) -C $(TEST_TOOLS)
	.ci/setup debootstrap $(DEB_TOOLS) rpm expect ovmf
	selftests/distro/run $(DISTRO)

# all, whatever one of them says
check-distros:
	failed=; for distro in $(DISTROS); do \
		$(MAKE) check-distro DISTRO=$$distro || failed="$$failed $$distro"; \
	done; \
	$(MAKE) check-machines KINDS="$(filter-out sid,$(DISTROS))" || \
		failed="$$failed machines"; \
	[ -z "$$failed" ] || { echo "failed:$$failed"; false; }

# the commands of Documentation/ for developers that make check has not
check-docs: setup all
	@log=$$(mktemp); { printf 'KTAP version 1\n1..1\n'; \
		selftests/docs/blocks.py here . $(PAGES); } | tee $$log; \
		.ci/ktap $$log; code=$$?; rm $$log; exit $$code

# KINDS="DISTRO...": these in virtual machines, not user-mode kernels
check-machines: setup all
	.ci/setup debootstrap $(DEB_TOOLS) rpm
	selftests/distro/guests $(or $(KINDS),uml)

html:
	.ci/setup python3-sphinx
	$(MAKE) -C Documentation html

clean:
	$(MAKE) -C "$(KERNEL_SRC)" KDIR="$(KDIR)" clean
	$(MAKE) -C $(TOOLS) clean
	$(MAKE) -C $(TEST_TOOLS) clean
	rm -f $(addprefix selftests/bench/,*.o *.ko *.mod *.mod.c .*.cmd \
		Module.symvers modules.order)
	rm -rf build

help:
	@echo 'make            kernel modules and user-space tools'
	@echo '                KDIR=DIR: headers of another kernel'
	@echo 'make demo       three nodes and a client in a virtual machine'
	@echo 'make check      everything: build, sparse, KUnit, selftests'
	@echo '                TESTS="NAME...": these selftests only'
	@echo 'make install    modules and tools of this machine'
	@echo 'make sim        the protocol, in a simulated network'
	@echo '                SEEDS=N, SEEDS=A-B: these seeds of each kind'
	@echo 'make sim-mutants | sim-coverage  can it fail? what does it reach?'
	@echo 'make fuzz       look for inputs that break the core; SECONDS=60'
	@echo 'make bench      what a packet costs, us and the others'
	@echo 'make nft-suite  the shell tests of nftables; SUITE_DIR=DIR'
	@echo 'make nft-differ  nft-lnlb against nft on random input; SECONDS=60'
	@echo 'make dist | deb | rpm  tarball and packages, into build/'
	@echo 'make html       Documentation/ as web pages, into build/html'
	@echo 'make check-docs  commands for developers that make check has not; PAGES='
	@echo 'make check-machines  a stopped and a killed one of three; KINDS='
	@echo 'make check-packages, check-distro DISTRO=NAME, check-distros:'
	@echo '                packages, installed on Debian releases; all in one cluster'
	@echo 'make sparse | shellcheck | format-check | clean'
