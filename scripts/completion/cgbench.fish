# SPDX-License-Identifier: GPL-3.0-or-later
# fish completion for cgbench: it asks the program itself, so that it knows what this one has.

# Commands with what they are for, from `cgbench WORDS --help`.
function __cgbench_words
    command $argv --help 2>/dev/null </dev/null | string match -v '  cgbench *' |
        string replace -rf '^  ([a-z][a-z-]*) +(.*)' '$1\t$2'
end

function __cgbench_options
    command $argv --help 2>/dev/null </dev/null |
        string replace -rf '^ +(?:-[A-Za-z?], )?(--[a-z][a-z-]*)\S* *(.*)' '$1\t$2'
end

# The words that make a line of their own: cgbench, the command, and the verb that it may have.
function __cgbench_line
    set -l words (commandline -opc)
    set -l n (count $words)
    set -l most 2
    contains -- "$words[2]" paper history; and set most 3
    test $n -gt $most; and set n $most
    printf '%s\n' $words[1..$n]
end

function __cgbench_complete
    set -l words (commandline -opc)
    set -l line (__cgbench_line)
    if string match -q -- '-*' (commandline -ct)
        __cgbench_options $line
    else if test (count $words) = 1; or begin
            test (count $words) = 2; and contains -- "$words[2]" paper history
        end
        __cgbench_words $line
    else if contains -- "$words[-1]" -l --limit
        command $words[1] list knobs 2>/dev/null | awk 'NR > 1 { print $1 "=" }'
    else if contains -- "$words[2]" run check plan list
        command $words[1] list suites 2>/dev/null | awk 'NR > 1 { print $1 }'
    end
end

complete -c cgbench -a '(__cgbench_complete)'
