/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The entry that libFuzzer calls: the program's name, fuzz-NAME, says which target it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *argc __attribute__((unused)), char ***argv)
{
	const char *name = strstr(basename((*argv)[0]), "fuzz-");

	for (target = fuzz_targets; name && target->name; target++)
		if (strcmp(name + strlen("fuzz-"), target->name) == 0)
			return 0;
	fprintf(stderr, "%s: no such target\n", (*argv)[0]);
	exit(EXIT_FAILURE);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	target->run(bytes, n);
	return 0;
}
