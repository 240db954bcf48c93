#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes a man page for cgbench and for each of its commands from what --help prints.
#
#   scripts/man.sh PROGRAM FOLDER
set -eu

program=$1 folder=$2
version=$("$program" --version | sed -n '1s/^cgbench //p')
command -v help2man >/dev/null || {
	echo "man: help2man is missing, there will be no man pages (scripts/deps.sh installs it)" >&2
	exit 0
}
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Words beside a command in columns would be taken for options.
cat >"$work/cgbench" <<-END
	#!/bin/sh
	"$program" "\$@" | sed '/^  cgbench /s/   */ - /2'
END
chmod +x "$work/cgbench"

# Examples line by line, and sections where the help has a word and a colon.
sections='
	/^\.PP$/ && !block { held = 1; next }
	/^\.SS "Things to try first:"$/ { held = 0; print ".SH EXAMPLES"; block = 1; print ".nf"; next }
	/^EXAMPLES$/ { held = 0; print ".SH EXAMPLES"; block = 1; print ".nf"; next }
	/^Exit codes: / { held = 0; print ".SH EXIT STATUS"; sub(/^Exit codes: */, ""); print; next }
	block && /^\.IP$/ { next }
	block && /^\.(PP|SH)/ { print ".fi"; block = 0; if (/^\.PP/) { held = 1; next } }
	held { print ".PP"; held = 0 }
	{ print }
'

# page NAME SUMMARY WORDS...: what `PROGRAM WORDS --help` prints, as NAME.1.
page() {
	name=$1 summary=$2
	shift 2
	cat >"$work/see" <<-END
		[name]
		$name \- $summary

		[>see also]
		$also
	END
	# help2man runs one program; the words between it and --help are an option of its own.
	help2man --no-info --section 1 --manual "cgbench" --source "cgbench" \
		--version-string "$version" --help-option "$* --help" --include "$work/see" \
		--output "$work/page" "$work/cgbench"
	# Its title is the program's; a command's page is called by its own name.
	upper=$(echo "$name" | tr a-z A-Z)
	sed "s/^\.TH CGBENCH /.TH $upper /" "$work/page" | awk "$sections" >"$folder/$name.1"
}

commands=$("$program" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p')
also=
for command in $commands; do
	also="$also${also:+, }\\fBcgbench-$command\\fR(1)"
done
page cgbench "how exactly, and how safely, does this kernel hold a workload to its limits?"
also="\\fBcgbench\\fR(1)"
for command in $commands; do
	page "cgbench-$command" "$("$program" --help | sed -n "s/^  $command  *//p")" "$command"
done
