/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz: what reads bytes that others wrote. bench/tests/fuzz/NAME.c defines
 *
 *	void fuzz_NAME(const uint8_t *bytes, size_t n);
 *
 * and is thereby a target: `make fuzz` hands it what libFuzzer makes of the files in
 * bench/tests/fuzz/corpus/NAME, and the unit tests hand it these files as they are. It returns
 * whatever the bytes are, and leaves nothing allocated. An input that once broke something is kept
 * as a file of the corpus.
 */
#ifndef CGBENCH_TEST_FUZZ_H
#define CGBENCH_TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#define X(name) void fuzz_##name(const uint8_t *bytes, size_t n);
#include "fuzz.def"
#undef X

struct fuzz_target {
	const char *name;
	void (*run)(const uint8_t *bytes, size_t n);
};

extern const struct fuzz_target fuzz_targets[]; /* ends with a row without a name */

/* A folder below $TMPDIR that ends with this process. */
const char *fuzz_folder(void);

/* Puts a file into it, replacing what it was; returns its path, valid until the next call. */
const char *fuzz_file(const char *name, const void *bytes, size_t n);

#endif
