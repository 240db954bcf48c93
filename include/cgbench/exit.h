/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exit: the exit codes that every subcommand and script shares. */
#ifndef CGBENCH_EXIT_H
#define CGBENCH_EXIT_H

enum exit_code {
	EXIT_PASS = 0,
	EXIT_GATE = 1,         /* a gate failed, or something regressed */
	EXIT_USAGE = 2,        /* the command line or the suite file is wrong */
	EXIT_INCONCLUSIVE = 3, /* no verdict: too few repeats, unlike hosts, a trial that broke */
	EXIT_CANNOT = 77,      /* this host cannot run it; the message names the remedy */
};

#endif
