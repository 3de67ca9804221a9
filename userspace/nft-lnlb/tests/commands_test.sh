#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# All commands of the documentation are run by some test, or it is said why not.

cd "$(dirname "$0")" || exit 1
exec python3 ../../../selftests/docs/blocks.py check ../../..
