#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every test: unit tests (any machine, no root), the same under ASan and UBSan and built by clang, and
# the live tests on real kernels in the exact lab. The last line is `N passed, N failed, N skipped`.
set -eu
cd "$(dirname "$0")/.."

sh scripts/deps.sh
make -s -j"$(nproc)" all
exec build/release/cgtest -j "$(nproc)" unit,lab
