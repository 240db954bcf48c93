#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# clang-format, clang-tidy and cppcheck over the whole tree; anything they find is an error.
set -eu
cd "$(dirname "$0")/.."

sh scripts/deps.sh --dev
sources=$(git ls-files '*.c')
clang-format --dry-run --Werror $sources $(git ls-files '*.h')
make -s all
flags="-std=gnu17 -D_GNU_SOURCE -Iinclude -Ibench -Ibuild/release/gen
	$(pkg-config --cflags smartcols) -DLIBCGROUP_VERSION=\"0\""
# One file a process: in its second, clang-tidy 14 takes every va_list for uninitialised.
printf '%s\n' $sources | xargs -P "$(nproc)" -n 1 sh -c '
	flags=$1; shift
	exec clang-tidy --quiet "$@" -- $flags' sh "$flags"
cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability --inline-suppr \
	--std=c11 -D_GNU_SOURCE '-DLIBCGROUP_VERSION="0"' -Iinclude -Ibench \
	-Ibuild/release/gen --suppress=missingIncludeSystem $sources
echo "tidy: clean"
