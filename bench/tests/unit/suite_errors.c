/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong with a suite, said at the place where it is wrong. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "suite/expand.h"
#include "tests/test.h"

extern const struct command command_check, command_plan, command_run;

/* How most suites here begin, and the shortest groups that are right. */
#define HEAD "suite: s\nquestion: q\n"
#define SPIN "groups: [{name: g, run: {workload: spin}}]\n"

/* What a part may say, as messages list it. */
#define PART_KEYS                                                                             \
	"repeats, duration, warmup, sample_every, timeout, when, quick, axes, zip, exclude, " \
	"host, templates, groups, end, actions, own, read, expect"

#define ZIPPED                              \
	"axes: {n: [1, 2], q: [1, 2, 3]}\n" \
	"groups: [{name: g, run: {workload: spin, threads: \"${n}${q}\"}}]\n"
#define THREADS               \
	"axes: {n: [1, 2]}\n" \
	"groups: [{name: g, run: {workload: spin, threads: \"${n}\"}}]\n"

/* A text with its length, since some have a NUL in them. */
#define TEXT(s) s, sizeof(s) - 1

struct row {
	const char *text;
	size_t length;
	const char *fault; /* all of it, but for the file's name */
};

static const struct row yaml[] = {
	{TEXT(""), "1:1: nothing in it; expected a suite, beginning with 'suite: NAME'"},
	{TEXT("# nothing\n"), "1:1: nothing in it; expected a suite, beginning with 'suite: NAME'"},
	{TEXT("---\n"),
	 "2:1: the suite is empty; expected a mapping that begins with 'suite: NAME'"},
	{TEXT("suite: s\n"
	      "\tquestion: q\n"),
	 "2:1: found a tab character that violates indentation, while scanning a plain scalar at "
	 "1:8; YAML indents with spaces and not with tabs"},
	{TEXT(HEAD "groups:\n"
		   "\t- name: g\n"),
	 "4:1: found character that cannot start any token; YAML indents with spaces and not with "
	 "tabs"},
	{TEXT("suite: [s\n"),
	 "2:1: did not find expected ',' or ']', while parsing a flow sequence at 1:8"},
	{TEXT("suite: \"s\n"),
	 "2:1: found unexpected end of stream, while scanning a quoted scalar at 1:8"},
	{TEXT(HEAD "  groups: []\n"),
	 "3:9: mapping values are not allowed in this context; look at the indentation, and put a "
	 "value with ': ' in it in quotes"},
	{TEXT("{suite: s, question: q\n"),
	 "2:1: did not find expected ',' or '}', while parsing a flow mapping at 1:1"},
	{TEXT(HEAD "groups: [{name: g, limits: {cpu.max: ${q}}}]\n"),
	 "3:39: did not find expected ',' or '}', while parsing a flow mapping at 3:28; between { "
	 "} and [ ] a value with ${...} needs quotes"},
	{TEXT(HEAD "axes: {quota: [%20]}\n" SPIN),
	 "3:16: found character that cannot start any token; a value that begins with %, @ or ` "
	 "needs quotes"},
	{TEXT(HEAD "duration: @10s\n" SPIN), "3:11: found character that cannot start any token; a "
					     "value that begins with %, @ or ` needs quotes"},
	{TEXT(HEAD "groups: *g\n"), "3:9: found undefined alias"},
	{TEXT(HEAD "axes: {a: &x [1]}\n"
		   "warmup: &x 1s\n" SPIN),
	 "4:9: second occurrence, found duplicate anchor; first occurrence at 3:11"},
	{TEXT(HEAD SPIN "---\n"
			"suite: t\n"),
	 "5:1: a second document; a file holds one suite"},
	{TEXT(HEAD SPIN "...\n"
			"rubbish\n"),
	 "5:1: did not find expected <document start>"},
	{TEXT("- suite\n"),
	 "1:1: the suite is a list; expected a mapping that begins with 'suite: NAME'"},
	{TEXT("suite\n"),
	 "1:1: the suite is a text; expected a mapping that begins with 'suite: NAME'"},
	{TEXT("suite: s: t\n"), "1:9: mapping values are not allowed in this context; look at the "
				"indentation, and put a value with ': ' in it in quotes"},
	{TEXT("suite: s\n"
	      "suite: t\n"
	      "question: q\n" SPIN),
	 "2:1: key 'suite' is there twice; first in line 1"},
	{TEXT("? [a]\n"
	      ": b\n"),
	 "1:3: a key is a name, and not a list"},
	{TEXT("'': b\n"), "1:1: a key is a name, and not empty"},
	{TEXT("suite: s\n"
	      "question: caf\xe9\n"),
	 "2:14: incomplete UTF-8 octet sequence; a suite file is text in UTF-8"},
	{TEXT("suite: s\x01\n"),
	 "1:9: control characters are not allowed (0x01); a suite file is text in UTF-8"},
	{TEXT("suite: a\x00"
	      "b\n"),
	 "1:9: a NUL byte; a suite file is text in UTF-8"},
	{TEXT("suite: \"a\\0b\"\n"
	      "question: q\n" SPIN),
	 "1:8: a text with a NUL in it"},
	{TEXT("\xff\xfes\x00u\x00"),
	 "1:1: invalid leading UTF-8 octet (0xff); a suite file is text in UTF-8"},
	{TEXT("suite: s\n"
	      "question: \xc3\xa4\xc3\xb6 \xed\xa0\x80\n"),
	 "2:14: invalid Unicode character (0xd800); a suite file is text in UTF-8"},
};

static const struct row shape[] = {
	{TEXT(SPIN), "1:1: the suite lacks 'suite'; expected a name of letters, digits, - and _"},
	{TEXT("suite: s\n" SPIN),
	 "1:1: the suite lacks 'question'; expected the question that its numbers answer"},
	{TEXT(HEAD),
	 "1:1: the suite has no groups; expected 'groups' with at least one, or 'parts'"},
	{TEXT(HEAD "groups: []\n"),
	 "1:1: the suite has no groups; expected 'groups' with at least one, or 'parts'"},
	{TEXT(HEAD "groups: {name: g}\n"), "3:9: 'groups' is a mapping; expected a list of groups"},
	{TEXT(HEAD "groups: spin\n"), "3:9: 'groups' is a text; expected a list of groups"},
	{TEXT(HEAD "groups:\n"), "3:8: 'groups' is empty; expected a list of groups"},
	{TEXT(HEAD "grups: []\n" SPIN),
	 "3:1: the suite has no key 'grups' (did you mean 'groups'?); expected suite, question, "
	 "cases, paper, parts, " PART_KEYS},
	{TEXT(HEAD "xyz: 1\n" SPIN), "3:1: the suite has no key 'xyz'; expected suite, question, "
				     "cases, paper, parts, " PART_KEYS},
	{TEXT(HEAD "duration:\n" SPIN),
	 "3:10: 'duration' is empty; expected a duration such as 10s"},
	{TEXT(HEAD "duration: ''\n" SPIN),
	 "3:11: 'duration' is empty; expected a duration such as 10s"},
	{TEXT(HEAD "duration: [10s]\n" SPIN),
	 "3:11: 'duration' is a list; expected a duration such as 10s"},
	{TEXT(HEAD "axes: [quota]\n" SPIN),
	 "3:7: 'axes' is a list; expected a mapping such as {quota: [20%, 50%], threads: [1, 4]}"},
	{TEXT(HEAD "axes: {quota: 5%}\n" SPIN),
	 "3:15: 'quota' is a text; expected a list such as [1, 2, 4]"},
	{TEXT(HEAD "axes: {quota: []}\n" SPIN),
	 "3:15: 'quota' is an empty list; expected a list such as [1, 2, 4]"},
	{TEXT(HEAD "axes: {quota: [[5%]]}\n" SPIN),
	 "3:16: 'quota[0]' is a list; expected one value"},
	{TEXT(HEAD "axes: {quota: [5%, '']}\n" SPIN),
	 "3:20: 'quota[1]' is empty; expected one value"},
	{TEXT(HEAD "groups: [spin]\n"), "3:10: a group is a text; expected a mapping such as "
					"{name: subject, run: {workload: spin}}"},
	{TEXT(HEAD "groups: [{run: {workload: spin}}]\n"),
	 "3:10: a group lacks 'name'; expected a name of letters, digits, - and _"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limit: {}\n"),
	 "5:3: a group has no key 'limit' (did you mean 'limits'?); expected name, like, count, "
	 "depth, children, oom_score_adj, sched, as, nice, start, limits, place, run"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: [cpu.max]\n"),
	 "5:11: 'limits' is a list; expected a mapping such as {memory.max: 64M, pids.max: 64}"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {cpu.max: }\n"),
	 "5:21: 'cpu.max' is empty; expected one value"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {cpu.max: [1]}\n"),
	 "5:21: 'cpu.max' is a list; expected one value"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {cpu.max: 20%, memory.max: 1M, cpu.max: 30%}\n"
		   "  run: {workload: spin}\n"),
	 "5:42: key 'cpu.max' is there twice; first in line 5"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  place: spread\n"
		   "  run: {workload: spin}\n"),
	 "5:10: 'place' is a text; expected a mapping such as {cpus: 2, where: spread}"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  place: {where: spread}\n"
		   "  run: {workload: spin}\n"),
	 "5:10: 'place' lacks 'cpus'; expected how many CPUs, such as 2"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  place: {cpus: 1, on: 2}\n"
		   "  run: {workload: spin}\n"),
	 "5:20: 'place' has no key 'on'; expected cpus, where, beside"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: spin\n"),
	 "5:8: 'run' is a text; expected a mapping such as {workload: spin, threads: 2} or {exec: "
	 "[sleep, \"1\"]}"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {}\n"),
	 "4:9: group 'g' has neither 'run' nor 'children': it would stay empty"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {threads: 2}\n"),
	 "5:18: 'run' of group 'g' has parameters but no workload; expected {workload: NAME, ...} "
	 "or {exec: [PROGRAM, ...]}"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {kind: anon}\n"),
	 "5:9: 'run' of group 'g' has parameters but no workload; expected {workload: NAME, ...} "
	 "or {exec: [PROGRAM, ...]}"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {workload: spin, exec: [true]}\n"),
	 "5:32: group 'g' has both a workload and a program; expected one"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {exec: true}\n"),
	 "5:15: 'exec' is a text; expected a program and its arguments, such as [stress-ng, --cpu, "
	 "\"1\"]"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {exec: []}\n"),
	 "5:15: 'exec' is an empty list; expected a program and its arguments, such as [stress-ng, "
	 "--cpu, \"1\"]"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {workload: spin}\n"
		   "  children: [{name: h, run: {workload: spin}}]\n"),
	 "4:9: group 'g' has both 'run' and 'children'; cgroup v2 wants processes in leaves only, "
	 "so give it a child that runs this"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  children: []\n"),
	 "4:9: group 'g' has neither 'run' nor 'children': it would stay empty"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  children: {name: h}\n"),
	 "5:13: 'children' is a mapping; expected a list of groups"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {workload: spin}\n"
		   "- name: g\n"
		   "  run: {workload: spin}\n"),
	 "6:9: group 'g' is there twice; first in line 4. Rows are told apart by the group's name, "
	 "nested ones included"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  children:\n"
		   "  - {name: h, run: {workload: spin}}\n"
		   "- name: h\n"
		   "  run: {workload: spin}\n"),
	 "7:9: group 'h' is there twice; first in line 6. Rows are told apart by the group's name, "
	 "nested ones included"},
	{TEXT(HEAD "groups: &g [{name: a, children: *g}]\n"),
	 "3:13: nested more than 512 deep; is there an anchor inside itself?"},
	{TEXT(HEAD "groups: [{name: a b, run: {workload: spin}}]\n"),
	 "3:17: 'a b' is no name for a group; expected letters, digits and any of '-_', at most 48 "
	 "of them, beginning with a letter or digit"},
	{TEXT(HEAD "groups: [{name: cgroup.procs, run: {workload: spin}}]\n"),
	 "3:17: 'cgroup.procs' is no name for a group; expected letters, digits and any of '-_', "
	 "at most 48 of them, beginning with a letter or digit"},
	{TEXT(HEAD "groups: [{name: '${x}', run: {workload: spin}}]\n"),
	 "3:17: '${x}' is no name for a group; expected letters, digits and any of '-_', at most "
	 "48 of them, beginning with a letter or digit"},
	{TEXT("suite: my suite\n"
	      "question: q\n" SPIN),
	 "1:8: 'my suite' is no name for a suite; expected letters, digits and any of '-_.', at "
	 "most 60 of them, beginning with a letter or digit"},
	{TEXT("suite: ../x\n"
	      "question: q\n" SPIN),
	 "1:8: '../x' is no name for a suite; expected letters, digits and any of '-_.', at most "
	 "60 of them, beginning with a letter or digit"},
	{TEXT(HEAD "axes: {metric: [1]}\n" SPIN),
	 "3:8: an axis cannot be called 'metric': results.csv and trials.csv have columns of their "
	 "own, and this is one"},
	{TEXT(HEAD "axes: {a.b: [1]}\n" SPIN),
	 "3:8: 'a.b' is no name for an axis; expected letters, digits and any of '-_', at most 32 "
	 "of them, beginning with a letter or digit"},
	{TEXT(HEAD "axes: {n: [1, 2, 1]}\n" SPIN),
	 "3:18: value '1' is on axis 'n' twice; each makes a cell of its own"},
	{TEXT(HEAD SPIN "actions: {at: 1s}\n"), "4:10: 'actions' is a mapping; expected a list "
						"such as [{at: 2s, group: subject, kill: true}]"},
	{TEXT(HEAD SPIN "actions: [{group: g, kill: true}]\n"),
	 "4:11: an action lacks 'at'; expected a time from the start, such as 2s"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, kill: true}]\n"),
	 "4:16: the action lacks 'group'; expected a group's name"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: g}]\n"),
	 "4:16: the action does nothing; expected one of write, file, kill, freeze, thaw, move, "
	 "run, cpu_offline, cpu_online or segment"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: g, kill: yes}]\n"),
	 "4:36: 'kill' is 'yes'; expected true, or no such action"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: g, kill: true, thaw: true}]\n"),
	 "4:48: one action does one thing; make it two"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: g, write: {}}]\n"),
	 "4:16: the action does nothing; expected one of write, file, kill, freeze, thaw, move, "
	 "run, cpu_offline, cpu_online or segment"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: g, wirte: {cpu.max: max}}]\n"),
	 "4:30: an action has no key 'wirte' (did you mean 'write'?); expected at, group, write, "
	 "every, until, file, kill, freeze, thaw, move, run, cpu_offline, cpu_online, segment"},
	{TEXT(HEAD SPIN "read: [{name: x}]\n"),
	 "4:8: a file to read lacks 'file'; expected an interface file such as memory.stat"},
	{TEXT(HEAD SPIN "read: [{name: x, file: a.b, when: after}]\n"),
	 "4:29: a file to read has no key 'when'; expected name, file, key, as, group, take, unit"},
	{TEXT(HEAD SPIN "read:\n- {name: x, file: a.b}\n- {name: x, file: a.c}\n"),
	 "6:10: 'x' is read twice; first in line 5. Each has a name of its own"},
	{TEXT("suite: s\nquestion: q\nread: [{name: x, file: a.b}]\nparts:\n- part: p\n  "
	      "question: q\n  groups: [{name: g, run: {workload: spin}}]\n  read: [{name: x, file: "
	      "c.d}]\n"),
	 "8:17: 'x' is read twice; first in line 3. Each has a name of its own"},
	{TEXT(HEAD SPIN "expect: [{within: 3%}]\n"),
	 "4:10: a budget lacks 'metric'; expected a metric such as cpu.usage_error"},
	{TEXT(HEAD SPIN "expect: [{metric: cpu.usage_error}]\n"),
	 "4:19: the budget of 'cpu.usage_error' says nothing; expected within, min, max or equals"},
	{TEXT(HEAD SPIN "expect: [{metric: cpu.usage_error, withn: 3%}]\n"),
	 "4:36: a budget has no key 'withn' (did you mean 'within'?); expected metric, that, "
	 "name, group, within, min, max, equals, when"},
	{TEXT(HEAD SPIN "expect: [{that: g:pids.peak, metric: pids.peak, max: 1}]\n"),
	 "4:17: a budget has either 'metric' or 'that'; make it two"},
	{TEXT(HEAD SPIN "expect: [{that: g:pids.peak}]\n"),
	 "4:17: the budget of 'g:pids.peak' says nothing; expected within, min, max or equals"},
	{TEXT(HEAD SPIN "expect: [{that: g:pids.peak, within: 3%}]\n"),
	 "4:38: within a percentage of what? A relation has no theory: expected 'equals' beside "
	 "it"},
	{TEXT(HEAD SPIN "expect: [{metric: pids.peak, name: x, max: 1}]\n"),
	 "4:36: 'name' is for a relation ('that'); a metric has its own"},
	{TEXT(HEAD SPIN "expect: [{that: g:pids.peak, name: a-b, max: 1}]\n"),
	 "4:36: 'a-b' is no name for a value; expected letters, digits and any of '_.', at most 48 "
	 "of them, beginning with a letter or digit"},
	{TEXT(HEAD SPIN "expect:\n- {that: g:pids.peak, name: x, max: 1}\n"
			"- {that: g:pids.peak, name: x, max: 2}\n"),
	 "6:29: relation 'x' is there twice; first in line 5"},
	{TEXT(HEAD SPIN
	      "parts: [{part: a, question: q, groups: [{name: g, run: {workload: spin}}]}]\n"),
	 "3:17: the suite has parts, so axes, zip, exclude, groups, end, actions and expect "
	 "belong into them"},
	{TEXT(HEAD "parts: []\n"),
	 "1:1: the suite has no groups; expected 'groups' with at least one, or 'parts'"},
	{TEXT(HEAD "parts: [{part: a, question: q}]\n"),
	 "3:16: part 'a' has no groups; expected 'groups' with at least one"},
	{TEXT(HEAD "parts: [{question: q, groups: [{name: g, run: {workload: spin}}]}]\n"),
	 "3:9: a part lacks 'part'; expected a name of letters, digits, - and _"},
	{TEXT(HEAD "parts: [{part: a, groups: [{name: g, run: {workload: spin}}]}]\n"),
	 "3:9: a part lacks 'question'; expected the question that its numbers answer"},
	{TEXT(HEAD "parts:\n"
		   "- {part: a, question: q, groups: [{name: g, run: {workload: spin}}]}\n"
		   "- {part: a, question: q, groups: [{name: g, run: {workload: spin}}]}\n"),
	 "5:10: part 'a' is there twice; first in line 4"},
	{TEXT(HEAD "axes: {n: [1]}\n"
		   "parts:\n"
		   "- {part: a, question: q, groups: [{name: g, run: {workload: spin}}]}\n"),
	 "3:8: the suite has parts, so axes, zip, exclude, groups, end, actions and expect "
	 "belong into them"},
	{TEXT(HEAD "parts:\n"
		   "- {part: a, question: q, parts: []}\n"),
	 "4:26: a part has no key 'parts' (did you mean 'part'?); expected part, "
	 "question, " PART_KEYS},
};

static const struct row meaning[] = {
	{TEXT(HEAD "duration: 10\n" SPIN),
	 "3:11: duration: '10' has no unit; expected a duration such as 100ms (us ms s m h)"},
	{TEXT(HEAD "duration: 0s\n" SPIN),
	 "3:11: duration: 0us is out of range; expected 1ms to 24h"},
	{TEXT(HEAD "duration: 25h\n" SPIN),
	 "3:11: duration: 25h is out of range; expected 1ms to 24h"},
	{TEXT(HEAD "warmup: -1s\n" SPIN),
	 "3:9: warmup: '-1s' is no duration; expected a duration such as 100ms (us ms s m h)"},
	{TEXT(HEAD "sample_every: 1us\n" SPIN),
	 "3:15: sample_every: 1us is out of range; expected 100us to 1h"},
	{TEXT(HEAD "timeout: 5s\n" SPIN), "3:10: timeout: 5s is out of range; expected 10s to 48h"},
	{TEXT(HEAD "repeats: 0\n" SPIN), "3:10: repeats: 0 is out of range; expected 1 to 10000"},
	{TEXT(HEAD "repeats: five\n" SPIN),
	 "3:10: repeats: 'five' is no count; expected a count such as 64 (digits only)"},
	{TEXT(HEAD "axes: {n: [1]}\n"
		   "repeats: ${n}\n" SPIN),
	 "4:10: repeats: '${n}': the number is the same for all cells; expected a count such as 5"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {cpu.mx: 20%}\n"
		   "  run: {workload: spin}\n"),
	 "5:12: knob 'cpu.mx' is unknown (did you mean 'cpu.max'?); `cgbench list knobs` shows "
	 "them"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {cpu.max: 20}\n"
		   "  run: {workload: spin}\n"),
	 "5:21: cpu.max: '20' of 100ms is 20us; the kernel takes at least 1ms (a bare number is in "
	 "microseconds)"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {memory.max: 64MB}\n"
		   "  run: {workload: spin}\n"),
	 "5:24: memory.max: '64MB' is not a size such as 64M (K M G T, of 1024 each, or plain "
	 "bytes), or max"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {pids.max: lots}\n"
		   "  run: {workload: spin}\n"),
	 "5:22: pids.max: 'lots' is not a count such as 64 (digits only), or max"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  place: {cpus: 0}\n"
		   "  run: {workload: spin}\n"),
	 "5:17: place: cpus: 0 is out of range; expected 1 to 1024"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  place: {cpus: 2, where: same-socket}\n"
		   "  run: {workload: spin}\n"),
	 "5:27: place 'same-socket' is unknown; expected any, same-core, same-l3, spread, "
	 "other-package, node:N (as node:0), p-core or e-core"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {workload: spinn}\n"),
	 "5:19: workload 'spinn' is unknown (did you mean 'spin'?); `cgbench list workloads` shows "
	 "them"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {workload: spin, threads: 65}\n"),
	 "5:34: threads: 65 is out of range; expected 1 to 64"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {workload: spin, bytes: 1M}\n"),
	 "5:25: workload 'spin' has no parameter 'bytes'; `cgbench list workloads` shows them"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {workload: touch, byts: 1M}\n"),
	 "5:26: workload 'touch' has no parameter 'byts' (did you mean 'bytes'?); `cgbench list "
	 "workloads` shows them"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {workload: touch, kind: disk}\n"),
	 "5:32: kind: 'disk' is unknown; expected one of anon, file, shmem, hole"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {workload: touch, bytes: 64}\n"
		   "  start: 10s\n"),
	 "6:10: start: 10s is not before the end of the trial, 10s"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {workload: duty, busy: 1us}\n"),
	 "5:31: busy: '1us' is too small; it is at least 100us"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {exec: ['']}\n"),
	 "5:16: the program's name is empty"},
	{TEXT(HEAD "axes: {quota: [5%]}\n" SPIN),
	 "3:8: axis 'quota' is not used; expected ${quota} in some value"},
	{TEXT(HEAD "axes: {quota: [5%]}\n"
		   "groups:\n"
		   "- name: g\n"
		   "  limits: {cpu.max: '${qota}'}\n"
		   "  run: {workload: spin}\n"),
	 "6:21: '${qota}': there is no axis 'qota' (did you mean 'quota'?)"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {cpu.max: '${'}\n"
		   "  run: {workload: spin}\n"),
	 "5:21: '${': expected ${axis}; a plain ${ is written $${"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {cpu.max: '${}'}\n"
		   "  run: {workload: spin}\n"),
	 "5:21: '${}': expected ${axis}; a plain ${ is written $${"},
	{TEXT(HEAD "axes:\n"
		   "  quota: [20%, 2O%]\n"
		   "  period: [10ms]\n"
		   "groups:\n"
		   "- name: g\n"
		   "  limits: {cpu.max: '${quota} ${period}'}\n"
		   "  run: {workload: spin}\n"),
	 "8:21: cpu.max: '2O%' is not a quota and a period, such as 20% 100ms, 20ms 100ms or max "
	 "100ms (from '${quota} ${period}', quota=2O% in line 4, period=10ms in line 5)"},
	{TEXT(HEAD "axes: {quota: [20%, 50%], n: [1]}\n"
		   "exclude: [{qouta: 20%}]\n" SPIN),
	 "4:12: there is no axis 'qouta' to exclude from (did you mean 'quota'?)"},
	{TEXT(HEAD "axes: {quota: [20%, 50%], n: [1]}\n"
		   "exclude: [{quota: 21%}]\n" SPIN),
	 "4:19: axis 'quota' has no value '21%' to exclude; it has 20%, 50%"},
	{TEXT(HEAD "axes: {n: [1]}\n"
		   "exclude: [{n: 1}]\n"
		   "groups:\n"
		   "- name: g\n"
		   "  run: {workload: spin, threads: '${n}'}\n"),
	 "4:12: nothing is left: every combination is excluded"},
	{TEXT(HEAD "repeats: 10000\n"
		   "axes: {n: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}\n"
		   "groups:\n"
		   "- name: g\n"
		   "  run: {workload: spin, threads: '${n}'}\n"),
	 "3:10: 11 cells and their repeats make 110000 trials; expected at most 100000"},
	{TEXT(HEAD SPIN "actions: [{at: 10s, group: g, kill: true}]\n"),
	 "4:16: at: 10s is not before the end of the trial, 10s"},
	{TEXT(HEAD SPIN "actions: [{at: 1, group: g, kill: true}]\n"),
	 "4:16: at: '1' has no unit; expected a duration such as 100ms (us ms s m h)"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: h, kill: true}]\n"),
	 "4:27: there is no group 'h'"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: g, write: {cpu.mox: 1%}}]\n"),
	 "4:38: knob 'cpu.mox' is unknown (did you mean 'cpu.max'?); `cgbench list knobs` shows "
	 "them"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: g, kill: true, segment: Af ter}]\n"),
	 "4:51: 'Af ter' is no name of a segment; expected at most 24 of a-z, 0-9 and _"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: g, kill: true, segment: start}]\n"),
	 "4:51: 'start' is the time before the first segment"},
	{TEXT(HEAD SPIN "actions:\n"
			"- {at: 1s, group: g, freeze: true, segment: a}\n"
			"- {at: 2s, group: g, thaw: true, segment: a}\n"),
	 "6:43: segment 'a' begins twice"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: g, kill: true, segment: after}]\n"
			"expect: [{metric: cpu.usage_usec@aftr, max: 1s}]\n"),
	 "5:19: no action begins a segment 'aftr' (did you mean 'after'?)"},
	{TEXT(HEAD SPIN "expect: [{metric: cpu.usage_usec@after, max: 1s}]\n"),
	 "4:19: no action begins a segment 'after'"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: g, move: g}]\n"),
	 "4:36: group 'g' is moved to itself"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: g, move: h}]\n"), "4:36: there is no group 'h'"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  children: [{name: a, run: {workload: spin}}, {name: b}]\n"
		   "actions: [{at: 1s, group: a, move: g}]\n"),
	 "6:36: group 'g' has children, and so takes no processes"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  children: [{name: a, run: {workload: spin}}, {name: b}]\n"
		   "actions: [{at: 1s, group: g, move: b}]\n"),
	 "6:27: group 'g' has children, and so no processes that could be moved"},
	{TEXT(HEAD SPIN "expect: [{metric: cpu.usage_eror, within: 3%}]\n"),
	 "4:19: metric 'cpu.usage_eror' is unknown (did you mean 'cpu.usage_error'?); `cgbench "
	 "list metrics` shows them"},
	{TEXT(HEAD SPIN "expect: [{metric: cpu.usage_error, within: 3}]\n"),
	 "4:44: within: '3' has no unit; expected a percentage such as 20%"},
	{TEXT(HEAD SPIN "expect: [{metric: cpu.usage_error, group: h, within: 3%}]\n"),
	 "4:43: there is no group 'h'"},
	{TEXT(HEAD SPIN "expect: [{metric: memory.peak_bytes, max: 64MB}]\n"),
	 "4:43: '64MB' is no value of memory.peak_bytes, whose unit is bytes"},
	{TEXT(HEAD SPIN "expect: [{metric: pids.peak, equals: many}]\n"),
	 "4:38: 'many' is no value of pids.peak, whose unit is count"},
	{TEXT(HEAD SPIN "expect: [{metric: pids.peak, min: 2, max: 1}]\n"),
	 "4:35: min is greater than max: nothing can pass"},
	{TEXT(HEAD SPIN "own: {a-b: ms}\n"),
	 "4:7: 'a-b' is no name for a value; expected letters, digits and any of '_.', at most 48 "
	 "of them, beginning with a letter or digit"},
	{TEXT(HEAD SPIN "own: {p99: milli seconds}\n"),
	 "4:12: 'milli seconds' is no unit; expected a word of at most 15 letters, such as bytes, "
	 "usec or count"},
	{TEXT(HEAD SPIN "own: {p99: ms}\nexpect: [{metric: own.p99, max: 1s}]\n"),
	 "5:33: '1s' is no value of own.p99, whose unit is ms"},
	{TEXT(HEAD ZIPPED "zip: [[n]]\n"),
	 "5:8: a zip of one axis; expected two or more, such as [quota, threads]"},
	{TEXT(HEAD ZIPPED "zip: [[n, quota]]\n"), "5:11: there is no axis 'quota' to zip"},
	{TEXT(HEAD ZIPPED "zip: [[n, q, n]]\n"), "5:8: axis 'n' is zipped twice"},
	{TEXT(HEAD ZIPPED "zip: [[n, q], [q, n]]\n"), "5:8: axis 'n' is zipped twice"},
	{TEXT(HEAD ZIPPED "zip: [[n, q]]\n"),
	 "5:11: axis 'q' has 3 values and 'n' has 2; zipped, each goes with one of the other"},
	{TEXT(HEAD THREADS "when: n == 3\n"), "5:12: axis 'n' has no value '3'"},
	{TEXT(HEAD THREADS "when: m == 1\n"),
	 "5:7: there is no axis 'm'; expected AXIS == VALUE, has FILE, "
	 "feature NAME, online N or lab"},
	{TEXT(HEAD THREADS "when: n = 1\n"), "5:9: expected == or != behind the axis 'n'"},
	{TEXT(HEAD THREADS "when: n == 1 n == 2\n"),
	 "5:14: expected 'and', 'or' or the end, and not 'n == 2'"},
	{TEXT(HEAD THREADS "when: n == 1 and\n"),
	 "5:17: expected AXIS == VALUE, has FILE, feature NAME, online N or lab"},
	{TEXT(HEAD THREADS "when: (n == 1\n"), "5:7: expected ')' for this bracket"},
	{TEXT(HEAD THREADS "quick: n == 3\n"), "5:13: axis 'n' has no value '3'"},
	{TEXT(HEAD THREADS "quick: n == 1 and n == 2\n"),
	 "5:8: quick: no cell is left; expected 'no', or values that go together in a cell"},
	{TEXT(HEAD THREADS "when: online two\n"),
	 "5:14: 'two' is no number of CPUs; expected one such as 2"},
	{TEXT(HEAD THREADS "when: has\n"),
	 "5:10: expected an interface file such as cpu.stat.local"},
	{TEXT(HEAD THREADS "when: has ../x.y\n"),
	 "5:11: '../x.y' is no interface file of a group; expected one such as cpu.stat.local"},
	{TEXT(HEAD THREADS "when: n == 1 and n == 2\n"),
	 "5:7: nothing is left: every combination is excluded"},
	{TEXT(HEAD THREADS "exclude: [{n: 1, when: n = 1}]\n"),
	 "5:26: expected == or != behind the axis 'n'"},
	{TEXT(HEAD THREADS "expect: [{metric: pids.peak, max: 1, when: has x}]\n"),
	 "5:48: 'x' is no interface file of a group; expected one such as cpu.stat.local"},
	{TEXT(HEAD SPIN "read: [{name: x, file: ../cgroup.stat}]\n"),
	 "4:24: '../cgroup.stat' is no interface file of a group; expected one such as "
	 "memory.stat"},
	{TEXT(HEAD SPIN "read: [{name: x, file: cgroup.kill}]\n"),
	 "4:24: 'cgroup.kill' is no interface file of a group; expected one such as memory.stat"},
	{TEXT(HEAD SPIN "read: [{name: x, file: a.b, take: aftr}]\n"),
	 "4:35: take: 'aftr' (did you mean 'after'?); expected one of after, before, end, delta, "
	 "peak, sample"},
	{TEXT(HEAD SPIN "read: [{name: x, file: a.b, as: words}]\n"),
	 "4:33: as: 'words'; expected one of number, list, lines"},
	{TEXT(HEAD SPIN "read: [{name: x, file: a.b, as: list, key: k}]\n"),
	 "4:44: a key is where a number stands; 'as' counts the whole file"},
	{TEXT(HEAD SPIN "read: [{name: x, file: a.b, key: a b c}]\n"),
	 "4:34: 'a b c' is no key; expected one word as in \"slab 4096\", or two as in \"8:0 "
	 "rbytes\" for \"8:0 rbytes=4096\" (\"* rbytes\" for all lines)"},
	{TEXT(HEAD SPIN "read: [{name: x, file: a.b, unit: big bytes}]\n"),
	 "4:35: 'big bytes' is no unit; expected a word of at most 15 letters, such as bytes, usec "
	 "or count"},
	{TEXT(HEAD SPIN "read: [{name: x, file: a.b, group: h}]\n"), "4:36: there is no group 'h'"},
	{TEXT(HEAD SPIN "read: [{name: slab, file: a.b}]\nexpect: [{metric: read.slob, max: 1}]\n"),
	 "5:19: metric 'read.slob' is unknown (did you mean 'read.slab'?); `cgbench list metrics` "
	 "shows them"},
	{TEXT(HEAD SPIN "expect:\n- {that: \"g:pids.peak / h:pids.peak\", max: 1}\n"),
	 "5:25: no group is called 'h'"},
	{TEXT(HEAD SPIN "expect:\n- that: g:pids.peak / g:pids.paek\n  max: 1\n"),
	 "5:25: metric 'pids.paek' is unknown (did you mean 'pids.peak'?); `cgbench list metrics` "
	 "shows them"},
	/* Folded and escaped, the file's letters are others: the place is that of the text. */
	{TEXT(HEAD SPIN "expect:\n- that: >\n    g:pids.peak / \n    h:pids.peak\n  max: 1\n"),
	 "5:9: no group is called 'h'"},
	{TEXT(HEAD SPIN "axes: {who: [h]}\nexpect:\n- {that: \"g:pids.peak / "
			"${who}:pids.peak\", max: 1}\n"),
	 "6:10: no group is called 'h' (from 'g:pids.peak / "
	 "${who}:pids.peak', who=h in line 4)"},
	{TEXT(HEAD SPIN "expect:\n- {that: g:cpu.usage_usec + g:pids.peak, max: 1}\n"),
	 "5:27: usec and count do not add up; divide them, or take metrics of one unit"},
	{TEXT(HEAD SPIN "expect: [{that: g:pids.peak / 2, group: g, max: 1}]\n"),
	 "4:41: every metric of 'g:pids.peak / 2' has a group already; 'group' is for metrics "
	 "without one"},
	{TEXT(HEAD SPIN "expect: [{that: g:pids.peak / 2, equals: 0, within: 1%}]\n"),
	 "4:53: a percentage of 0 is 0; expected min and max around it"},
	{TEXT(HEAD SPIN "expect: [{that: g:pids.peak / 2, equals: 64M}]\n"),
	 "4:42: '64M' is no value of g:pids.peak / 2, whose unit is count"},
	{TEXT(HEAD SPIN "expect: [{metric: relation.x, equals: 1}]\n"),
	 "4:19: 'relation.x' is a relation, and no metric; its budget stands beside its 'that'"},
	{TEXT(HEAD SPIN "expect: [{metric: work.nothing, min: 2}]\n"),
	 "4:19: metric 'work.nothing' is unknown; `cgbench list metrics` shows them"},
};

static const struct row bombs[] = {
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  run: {workload: forkbomb}\n"),
	 "4:9: group 'g' runs forkbomb, a bomb, without pids.max; expected pids.max and "
	 "memory.max, and not max, on it or on a group above it"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {pids.max: 64}\n"
		   "  run: {workload: forkbomb}\n"),
	 "4:9: group 'g' runs forkbomb, a bomb, without memory.max; expected pids.max and "
	 "memory.max, and not max, on it or on a group above it"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {memory.max: 64M}\n"
		   "  run: {workload: forkbomb}\n"),
	 "4:9: group 'g' runs forkbomb, a bomb, without pids.max; expected pids.max and "
	 "memory.max, and not max, on it or on a group above it"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {pids.max: max, memory.max: 64M}\n"
		   "  run: {workload: forkbomb}\n"),
	 "4:9: group 'g' runs forkbomb, a bomb, without pids.max; expected pids.max and "
	 "memory.max, and not max, on it or on a group above it"},
	{TEXT(HEAD "axes: {m: [64M, max]}\n"
		   "groups:\n"
		   "- name: g\n"
		   "  limits: {pids.max: 9, memory.max: '${m}'}\n"
		   "  run: {workload: forkbomb}\n"),
	 "5:9: group 'g' runs forkbomb, a bomb, without memory.max; expected pids.max and "
	 "memory.max, and not max, on it or on a group above it"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {pids.max: 9, memory.max: 64M}\n"
		   "  run: {workload: forkbomb}\n"
		   "actions: [{at: 1s, group: g, write: {pids.max: max}}]\n"),
	 "7:48: raises pids.max of group 'g' from 9 to max; group 'g' runs forkbomb, a bomb, and "
	 "its fence stays as it is until the trial is over"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {pids.max: 9, memory.max: 64M}\n"
		   "  run: {workload: forkbomb}\n"
		   "actions: [{at: 1s, group: g, write: {pids.max: 4194304}}]\n"),
	 "7:48: raises pids.max of group 'g' from 9 to 4194304; group 'g' runs forkbomb, a bomb, "
	 "and its fence stays as it is until the trial is over"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {pids.max: 9, memory.max: 64M}\n"
		   "  children: [{name: b, run: {workload: forkbomb}}]\n"
		   "actions: [{at: 1s, group: g, write: {memory.max: max}}]\n"),
	 "7:50: raises memory.max of group 'g' from 67108864 to max; group 'b' runs forkbomb, a "
	 "bomb, and its fence stays as it is until the trial is over"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {pids.max: 9, memory.max: 64M}\n"
		   "  run: {workload: forkbomb}\n"
		   "- {name: free}\n"
		   "actions: [{at: 1s, group: g, move: free}]\n"),
	 "4:9: group 'g' runs forkbomb, a bomb, and is moved to 'free', which has no pids.max on "
	 "it or on a group above it"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: &f {pids.max: 9, memory.max: 64M}\n"
		   "  run: {workload: forkbomb}\n"
		   "- {name: a, limits: *f}\n"
		   "- {name: free}\n"
		   "actions: [{at: 2s, group: a, move: free}, {at: 1s, group: g, move: a}]\n"),
	 "4:9: group 'g' runs forkbomb, a bomb, and is moved to 'free', which has no pids.max on "
	 "it or on a group above it"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {pids.max: 9, memory.max: 64M}\n"
		   "  run: {workload: forkbomb}\n"
		   "actions: [{at: 1s, group: g, file: {cgroup.subtree_control: -pids}}]\n"),
	 "7:37: a trial that runs a bomb writes no cgroup.subtree_control: the bomb stays in its "
	 "fence"},
	{TEXT(HEAD "groups:\n"
		   "- name: g\n"
		   "  limits: {pids.max: 9, memory.max: 64M}\n"
		   "  run: {workload: forkbomb}\n"
		   "actions: [{at: 1s, run: [sh, -c, echo 99 > /x/g/pids.max]}]\n"),
	 "7:34: a command of a trial that runs a bomb names pids.max: the bomb's fence stays as it "
	 "is until the trial is over"},
};

static const struct row many[] = {
	{TEXT(HEAD SPIN "end: {exit: h}\n"), "4:13: there is no group 'h'"},
	{TEXT(HEAD SPIN "end: {exit: g, empty: g}\n"),
	 "4:23: 'end' has both exit and empty; expected one of them"},
	{TEXT(HEAD "groups: [{name: p, children: [{name: g, run: {workload: spin}}]}]\n"
		   "end: {exit: p}\n"),
	 "4:13: group 'p' runs nothing whose end could be waited for"},
	{TEXT(HEAD "groups: [{name: g, oom_score_adj: 1001, run: {workload: spin}}]\n"),
	 "3:35: oom_score_adj: '1001'; expected -1000 to 1000"},
	{TEXT(HEAD "groups: [{name: g, nice: -21, run: {workload: spin}}]\n"),
	 "3:26: nice: '-21'; expected -20 to 19"},
	{TEXT(HEAD "groups: [{name: g, sched: fifo, run: {workload: spin}}]\n"),
	 "3:27: sched: 'fifo'; expected fifo:1 to fifo:99, rr:1 to rr:99, batch, idle or other"},
	{TEXT(HEAD "groups: [{name: g, sched: rr:0, run: {workload: spin}}]\n"),
	 "3:27: sched: 'rr:0'; expected fifo:1 to fifo:99, rr:1 to rr:99, batch, idle or other"},
	{TEXT(HEAD "groups: [{name: g, sched: batch:3, run: {workload: spin}}]\n"),
	 "3:27: sched: 'batch:3'; expected fifo:1 to fifo:99, rr:1 to rr:99, batch, idle or "
	 "other"},
	{TEXT(HEAD "groups: [{name: g, count: 0, run: {workload: spin}}]\n"),
	 "3:27: count: 0 is out of range; expected 1 to 4096"},
	{TEXT(HEAD "groups:\n"
		   "- name: p\n"
		   "  count: 64\n"
		   "  children: [{name: g, depth: 65, run: {workload: spin}}]\n"),
	 "6:21: 4224 groups; expected at most 4096"},
	{TEXT(HEAD "groups:\n"
		   "- {name: g1, run: {workload: spin}}\n"
		   "- {name: g, count: 2, run: {workload: spin}}\n"),
	 "5:10: with their numbers, two groups are called 'g1'"},
	{TEXT(HEAD "groups: [{name: g, count: 3, run: {workload: spin}}]\n"
		   "actions: [{at: 1s, group: g, kill: true}]\n"),
	 "4:27: there is no group 'g' (did you mean 'g1'?)"},
	{TEXT(HEAD "groups: [{name: g, count: 3, run: {workload: spin}}]\n"
		   "actions: [{at: 1s, group: h*, kill: true}]\n"),
	 "4:27: no group matches 'h*'"},
	{TEXT(HEAD "groups: [{name: g, count: 3, run: {workload: spin}}]\n"
		   "actions: [{at: 1s, group: g1, move: g*}]\n"),
	 "4:37: 'g*' is 3 groups; expected one"},
};

static const struct row acts[] = {
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: g, cpu_offline: 1}]\n"),
	 "4:27: a CPU is of the machine, and not of a group"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, cpu_offline: all}]\n"),
	 "4:33: CPU: 'all' is no count; expected a count such as 64 (digits only)"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, run: [\"\"]}]\n"), "4:26: the program's name is empty"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, until: 2s, group: g, kill: true}]\n"),
	 "4:27: 'until' ends a series; expected 'every' too"},
	{TEXT(HEAD SPIN "actions: [{at: 2s, every: 1s, until: 1s, group: g, kill: true}]\n"),
	 "4:38: 'until' is before 'at'"},
	{TEXT(HEAD SPIN "actions: [{at: 0s, every: 0s, group: g, kill: true}]\n"),
	 "4:27: every: 0us is out of range; expected 1ms to 18446744073709551615us"},
	{TEXT(HEAD SPIN "duration: 1h\nactions: [{at: 0s, every: 1ms, group: g, freeze: true}]\n"),
	 "5:16: the trial has more than 20000 actions"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: g, file: {pids.max: 3}}]\n"),
	 "4:37: 'pids.max' is a limit; expected write: {pids.max: ...}, which is read back"},
	{TEXT(HEAD SPIN "actions: [{at: 1s, group: g, file: {../cgroup.procs: 3}}]\n"),
	 "4:37: '../cgroup.procs' is no file of a group; expected a name such as memory.reclaim"},
};

static const struct row host[] = {
	{TEXT(HEAD "host: {swap: lots}\n" SPIN),
	 "3:14: swap: 'lots' is no size; expected a size such as 64M (K M G T, of 1024 each, or "
	 "plain bytes)"},
	{TEXT(HEAD "host: {swap: 4K}\n" SPIN),
	 "3:14: swap: '4K' is out of range; expected 1M to 1T"},
	{TEXT(HEAD "host: {swap: 64M zrma}\n" SPIN),
	 "3:14: swap: 'zrma' (did you mean 'zram'?); expected one of zram, null_blk"},
	{TEXT(HEAD "host: {disk: {kind: loop}}\n" SPIN),
	 "3:14: 'disk' lacks 'size'; expected a size such as 256M"},
	{TEXT(HEAD "host: {disk: {size: 64M, kind: floppy}}\n" SPIN),
	 "3:32: disk: kind: 'floppy'; expected one of null_blk, loop"},
	{TEXT(HEAD "host: {disk: {size: 64M, kind: loop, rate: 1M}}\n" SPIN),
	 "3:21: disk: a loop device has no latency, rate or depth of its own; null_blk has"},
	{TEXT(HEAD "host: {sysctl: {swappiness: 1}}\n" SPIN),
	 "3:17: 'swappiness' is no sysctl; expected a name such as vm.swappiness"},
	{TEXT(HEAD "host: {sysctl: {vm..swappiness: 1}}\n" SPIN),
	 "3:17: 'vm..swappiness' is no sysctl; expected a name such as vm.swappiness"},
	{TEXT(HEAD "host: {file: {/etc/passwd: x}}\n" SPIN),
	 "3:15: '/etc/passwd' is no setting of the host; expected a file below /sys or /proc/sys"},
	{TEXT(HEAD "host: {file: {/sys/../etc/passwd: x}}\n" SPIN),
	 "3:15: '/sys/../etc/passwd' is no setting of the host; expected a file below /sys or "
	 "/proc/sys"},
	{TEXT(HEAD "host: {iocost: {qos: enable=1}}\n" SPIN),
	 "3:17: iocost is of the trial's disk; expected 'disk' too"},
	{TEXT(HEAD "host: {cgroup2: [favourdynmods]}\n" SPIN),
	 "3:18: cgroup2: 'favourdynmods' (did you mean 'favordynmods'?); expected one of "
	 "favordynmods, memory_hugetlb_accounting, memory_localevents, memory_recursiveprot, "
	 "pids_localevents, nsdelegate"},
	{TEXT(HEAD "host: {ram: 1G}\n" SPIN),
	 "3:8: 'host' has no key 'ram'; expected swap, disk, sysctl, file, iocost, cgroup2"},
};

static void check_rows(const struct row *rows, size_t n)
{
	static const char path[] = "dir/my.yaml:";
	unsigned wrong = 0;

	for (size_t i = 0; i < n; i++) {
		struct suite *s = NULL;
		struct plan *p = NULL;
		struct err e = {""};
		int r = suite_parse("dir/my.yaml", rows[i].text, rows[i].length, &s, &e);
		if (r == 0)
			r = plan_expand(s, &(struct plan_options){0}, &p, &e);
		if (r != -EINVAL || p || strncmp(e.text, path, strlen(path)) != 0 ||
		    strcmp(e.text + strlen(path), rows[i].fault) != 0) {
			printf("%s\ngave     %s\nexpected %s%s\n\n", rows[i].text, e.text, path,
			       rows[i].fault);
			wrong++;
		}
		plan_free(p);
		suite_free(s);
	}
	assert_int_equal(wrong, 0);
}

static void test_what_is_no_yaml(void **state)
{
	(void)state;
	check_rows(yaml, array_len(yaml));
}

static void test_what_has_the_wrong_shape(void **state)
{
	(void)state;
	check_rows(shape, array_len(shape));
}

static void test_what_no_host_lends(void **state)
{
	(void)state;
	check_rows(host, array_len(host));
}

static void test_what_means_nothing(void **state)
{
	(void)state;
	check_rows(meaning, array_len(meaning));
}

static void test_bombs_without_a_fence(void **state)
{
	(void)state;
	check_rows(bombs, array_len(bombs));
}

static void test_many_groups(void **state)
{
	(void)state;
	check_rows(many, array_len(many));
}

static void test_actions(void **state)
{
	(void)state;
	check_rows(acts, array_len(acts));
}

/* A text that is made, and the fault that it is to end in. */
static void assert_fault(FILE *f, char **text, const size_t *size, const char *fault)
{
	struct suite *s = NULL;
	struct plan *p = NULL;
	struct err e = {""};
	int r;

	assert_int_equal(fclose(f), 0);
	r = suite_parse("t", *text, *size, &s, &e);
	if (r == 0)
		r = plan_expand(s, &(struct plan_options){0}, &p, &e);
	assert_int_equal(r, -EINVAL);
	assert_string_equal(e.text, fault);
	suite_free(s);
	free(*text);
}

/* Small files that mean much: each is refused before it costs memory or time. */
static void test_files_that_explode(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *f;
	(void)state;

	/* Each list holds the one before it twice: half a million groups. */
	f = open_memstream(&text, &size);
	fputs(HEAD "groups:\n- &n0 {name: g, run: {workload: spin}}\n", f);
	for (int i = 1; i < 20; i++)
		fprintf(f, "- &n%d {name: g%d, children: [*n%d, *n%d]}\n", i, i, i - 1, i - 1);
	assert_fault(f, &text, &size,
		     "t:6:28: the suite comes to more than 100000 values; are there anchors that "
		     "multiply?");

	f = open_memstream(&text, &size);
	fputs(HEAD "groups:\n", f);
	for (int i = 0; i < 4097; i++)
		fprintf(f, "- {name: g%d, run: {workload: spin}}\n", i);
	assert_fault(f, &text, &size, "t:4:10: 4097 groups; expected at most 4096");

	f = open_memstream(&text, &size);
	fputs(HEAD SPIN "axes:\n", f);
	for (int i = 0; i < 64; i++)
		fprintf(f, "  a%d: [1, 2]\n", i);
	assert_fault(f, &text, &size,
		     "t:5:3: the axes make more than 100000 combinations; split the suite");

	f = open_memstream(&text, &size);
	fputs(HEAD SPIN "axes:\n", f);
	for (int i = 0; i < 1001; i++)
		fprintf(f, "  a%d: [1]\n", i);
	assert_fault(f, &text, &size, "t:5:3: a mapping of more than 1000 keys");

	f = open_memstream(&text, &size);
	fputs("suite: ", f);
	for (int i = 0; i < 1000; i++)
		fputc('[', f);
	assert_fault(f, &text, &size,
		     "t:1:507: nested more than 500 levels deep, which is no suite");

	f = open_memstream(&text, &size);
	for (int i = 0; i < 1 << 20; i++)
		fputc('#', f);
	fputc('\n', f);
	assert_fault(f, &text, &size, "t:1:1: more than 1024 KiB, which is no suite");
}

/* Brackets, dashes and keys: half a million of each once took minutes. */
static void test_nesting_takes_no_time(void **state)
{
	static const char *const openings[] = {"[", "{a: ", "- ", "? ", "[{"};
	(void)state;

	test_timeout(20);
	for (size_t i = 0; i < array_len(openings); i++) {
		char *text = NULL, fault[ERR_TEXT_MAX];
		size_t size = 0;
		FILE *f = open_memstream(&text, &size);
		struct suite *s = NULL;
		struct err e = {""};
		while (ftell(f) < (1 << 20) - 8)
			fputs(openings[i], f);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(suite_parse("t", text, size, &s, &e), -EINVAL);
		snprintf(fault, sizeof(fault), "%s", e.text);
		if (!strstr(fault, "nested more than 500 levels deep"))
			fail_msg("%s...: %s", openings[i], fault);
		free(text);
	}
}

/* The error stream of a command, and its exit code. */
static int run_command(const struct command *c, const char **argv, char *output, size_t size)
{
	int argc = 0, saved = dup(STDERR_FILENO), code;
	scope_file FILE *f = tmpfile();
	ssize_t n;

	while (argv[argc])
		argc++;
	fflush(stderr);
	dup2(fileno(f), STDERR_FILENO);
	code = c->run(argc, (char **)argv);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	n = pread(fileno(f), output, size - 1, 0);
	output[n > 0 ? n : 0] = '\0';
	return code;
}

static size_t count_files(const char *folder)
{
	scope_dir DIR *dir = opendir(folder);
	size_t n = 0;

	while (readdir(dir))
		n++;
	return n - 2; /* . and .. */
}

static void test_commands_say_so_and_make_nothing(void **state)
{
	static const struct command *const commands_[] = {&command_check, &command_plan,
							  &command_run};
	char folder[] = "/tmp/cgtest-fault-XXXXXX", path[4096], expected[8192], output[8192];
	(void)state;

	assert_non_null(realpath(test_fixture("suites/misspelt.yaml"), path));
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	snprintf(expected, sizeof(expected),
		 "%s:9:23: cpu.max: '2O%%' is not a quota and a period, such as 20%% 100ms, 20ms "
		 "100ms or max 100ms (from '${quota}', quota=2O%% in line 5)\n",
		 path);
	for (size_t i = 0; i < array_len(commands_); i++) {
		const char *argv[] = {"cgbench", path, NULL};
		assert_int_equal(run_command(commands_[i], argv, output, sizeof(output)),
				 EXIT_USAGE);
		/* Some put their name before it. */
		assert_true(strlen(output) >= strlen(expected));
		assert_string_equal(output + strlen(output) - strlen(expected), expected);
		assert_int_equal(count_files(folder), 0);
	}
	assert_int_equal(rmdir(folder), 0);
}

/* One wrong file among several: the others are still checked. */
static void test_check_goes_on_after_a_fault(void **state)
{
	char good[4096], bad[4096], output[8192];
	const char *argv[] = {"cgbench check", bad, good, "no-such", NULL};
	(void)state;

	snprintf(good, sizeof(good), "%s", test_fixture("suites/everything.yaml"));
	snprintf(bad, sizeof(bad), "%s", test_fixture("suites/misspelt.yaml"));
	assert_int_equal(run_command(&command_check, argv, output, sizeof(output)), EXIT_USAGE);
	assert_non_null(strstr(output, "misspelt.yaml:9:23: "));
	assert_non_null(strstr(output, "no suite 'no-such' ships with cgbench"));
	assert_null(strstr(output, "everything.yaml"));
	argv[1] = good;
	argv[2] = NULL;
	assert_int_equal(run_command(&command_check, argv, output, sizeof(output)), EXIT_PASS);
	assert_string_equal(output, "");
}

const struct CMUnitTest tests_unit_suite_errors[] = {
	cmocka_unit_test(test_nesting_takes_no_time),
	cmocka_unit_test(test_what_is_no_yaml),
	cmocka_unit_test(test_what_has_the_wrong_shape),
	cmocka_unit_test(test_what_means_nothing),
	cmocka_unit_test(test_what_no_host_lends),
	cmocka_unit_test(test_bombs_without_a_fence),
	cmocka_unit_test(test_many_groups),
	cmocka_unit_test(test_actions),
	cmocka_unit_test(test_files_that_explode),
	cmocka_unit_test(test_commands_say_so_and_make_nothing),
	cmocka_unit_test(test_check_goes_on_after_a_fault),
	{0},
};
