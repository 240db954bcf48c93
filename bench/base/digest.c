/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/digest.h"

#include <stdint.h>
#include <stdio.h>

#include "base/input.h"
#include "cgbench/scope.h"

int digest_add(SHA2_CTX *sha, const char *path, struct err *e)
{
	scope_file FILE *f = NULL;
	char block[65536];
	size_t n;
	int r = input_file(path, &f, e);

	if (r < 0)
		return r;
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		SHA256Update(sha, (const uint8_t *)block, n);
	return ferror(f) ? err_sys(e, "cannot read %s", path) : 0;
}

int digest_file(const char *path, char out[static DIGEST_TEXT], struct err *e)
{
	SHA2_CTX sha;
	int r;

	SHA256Init(&sha);
	r = digest_add(&sha, path, e);
	if (r == 0)
		SHA256End(&sha, out);
	return r;
}
