#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the documentation names, in running text as well, is there.

cd "$(dirname "$0")" || exit 1
exec python3 words_check.py ../../..
