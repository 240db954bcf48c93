/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <string.h>

/* How many bytes follow the first, and which bits of that belong to the character. */
static size_t follow(unsigned char first, uint32_t *bits)
{
	size_t n = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;

	*bits = first & (n ? 0x3fU >> n : 0xffU);
	return n;
}

uint32_t text_next(const char **at)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	const unsigned char *c = (const unsigned char *)*at;
	uint32_t character;
	size_t n = follow(*c, &character), k = 0;
	bool stray = *c >= 0x80 && n == 0;

	if (*c == '\0')
		return 0;
	for (c++; k < n && (*c & 0xc0) == 0x80; k++)
		character = character << 6 | (*c++ & 0x3fU);
	*at = (const char *)c;
	if (stray || k < n || character < least[n] || character > 0x10ffff ||
	    (character >= 0xd800 && character <= 0xdfff))
		return TEXT_NO_CHARACTER;
	return character;
}

bool text_is_xml(uint32_t character)
{
	return character >= 0x20
		       ? character < TEXT_NO_CHARACTER && character != 0xfffe && character != 0xffff
		       : character == '\t' || character == '\n' || character == '\r';
}

void text_line(char *out, size_t size, const char *text)
{
	size_t used = 0;

	while (*text) {
		const char *from = text;
		uint32_t character = text_next(&text);
		const char *as = character < ' ' ? " " : text_is_xml(character) ? from : "?";
		size_t n;
		/* The end of a CDATA section must not stand in a text; gnuplot writes it as it is.
		 */
		if (character == '>' && used >= 2 && memcmp(out + used - 2, "]]", 2) == 0)
			as = "?";
		n = as == from ? (size_t)(text - from) : 1;
		if (used + n >= size)
			break;
		memcpy(out + used, as, n);
		used += n;
	}
	out[used] = '\0';
}
