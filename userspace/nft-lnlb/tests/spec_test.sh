#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The netlink spec, the uapi header and the kernel's policy say the same.

cd "$(dirname "$0")" || exit 1
exec python3 spec_check.py ../../..
