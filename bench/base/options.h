/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * options: what a command takes on its line. One row an option is its help and its parser; argp
 * (glibc) does the rest.
 */
#ifndef CGBENCH_OPTIONS_H
#define CGBENCH_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

/* A list of arguments; v ends with NULL once it has one. */
struct words {
	const char **v;
	size_t n;
};

int words_add(struct words *w, const char *word); /* -ENOMEM */

/* What the field is that a row fills. */
enum option_kind {
	OPTION_FLAG,     /* bool */
	OPTION_TEXT,     /* const char * */
	OPTION_WORDS,    /* struct words: the option may be given again */
	OPTION_NUMBER,   /* double, from min to max */
	OPTION_UNSIGNED, /* unsigned, from min to max */
	OPTION_USEC,     /* uint64_t: a time with its unit; not 0 where min is more */
	OPTION_OWN,      /* whatever `take` makes of it */
};

typedef void option_take(void *options, const char *arg, const struct argp_state *state);

/* The fields are in the order in which a row reads best. */
/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
struct option_row {
	const char *name;
	int key;         /* a letter, or 0 */
	const char *arg; /* NULL: it takes none; "[FILE]": it may be left out, and is "-" then */
	const char *help;
	enum option_kind kind;
	size_t offset; /* of the field, in the command's options */
	double min, max;
	option_take *take;
	int group; /* in which the help lists it, argp's */
};

/* Where a row's value goes. */
#define INTO(kind_, type, field) .kind = (kind_), .offset = offsetof(type, field)

struct command_line {
	const struct option_row *rows; /* end with a row without a name; NULL: none */
	const struct option_row
		*more; /* of another module, whose options lie within the command's */
	size_t more_offset;
	const char *operands; /* "DIR [PLOT...]"; NULL: there are none */
	const char *usage;    /* what the help shows instead; NULL: the operands */
	const char *one;      /* "suite": one operand, a TEXT; NULL: any number, WORDS */
	bool command;         /* the operands are another command's line: a char ** */
	size_t operands_offset;
	const char *missing;       /* what to say when there is none; NULL: there may be none */
	option_take *take_operand; /* instead of TEXT or WORDS */
	void (*check)(void *options, const struct argp_state *state); /* after all were read */
	const char *doc;
	char *(*help_filter)(int key, const char *text, void *input);
	unsigned flags; /* ARGP_IN_ORDER */
};

/* Fills the options; what is wrong ends the program with exit code 2 and a word on how to do it. */
void options_parse(const struct command_line *line, int argc, char **argv, void *options);

#endif
