#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the documentation says in tables and numbers is what the code has.

cd "$(dirname "$0")" || exit 1
exec python3 docs_check.py ../../..
