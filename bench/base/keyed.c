/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/keyed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool single_u64(const char *text, uint64_t *value)
{
	char *end;
	uint64_t v;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || (*end && *end != '\n' && *end != ' '))
		return false;
	*value = v;
	return true;
}

bool keyed_u64(const char *text, const char *key, uint64_t *value)
{
	size_t length = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) == 0 && line[length] == ' ')
			return single_u64(line + length + 1, value);
	}
	return false;
}
