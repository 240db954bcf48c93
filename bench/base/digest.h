/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digest: SHA-256 of files, as hexadecimal text. */
#ifndef CGBENCH_DIGEST_H
#define CGBENCH_DIGEST_H

#include <sha2.h>

#include "cgbench/err.h"

enum { DIGEST_TEXT = SHA256_DIGEST_STRING_LENGTH };

/* Adds what a file holds. Errors: errno of opening and reading. */
int digest_add(SHA2_CTX *sha, const char *path, struct err *e);

/* The digest of one file. Errors as above. */
int digest_file(const char *path, char out[static DIGEST_TEXT], struct err *e);

#endif
