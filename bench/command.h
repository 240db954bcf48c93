/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command: a subcommand as a table row. bench/commands/NAME.c defines
 * `const struct command command_NAME` and is thereby part of the program.
 */
#ifndef CGBENCH_COMMAND_H
#define CGBENCH_COMMAND_H

struct command {
	const char *name;
	const char *summary; /* one line for `cgbench --help` */
	int order;           /* place in the help: the first things to try come first */
	int (*run)(int argc, char **argv); /* argv[0] is "cgbench NAME"; returns enum exit_code */
};

extern const struct command *const commands[]; /* ends with NULL */

#endif
