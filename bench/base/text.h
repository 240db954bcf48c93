/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text: bytes from strangers as characters, for formats that do not take every one. */
#ifndef CGBENCH_TEXT_H
#define CGBENCH_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The character at *at, which then points behind it; 0 at the end, where it stays. Bytes that are
 * not UTF-8 (overlong and surrogates included) give TEXT_NO_CHARACTER, as many as belong together.
 */
enum { TEXT_NO_CHARACTER = 0x110000 };
uint32_t text_next(const char **at);

/* Whether XML 1.0, and so SVG, has a way to write it: no controls, no U+FFFE and U+FFFF. */
bool text_is_xml(uint32_t character);

/*
 * Copies a text as one line that every format takes: controls become spaces, what XML cannot write
 * becomes "?". What does not fit in size bytes is left out, whole characters at a time.
 */
void text_line(char *out, size_t size, const char *text);

#endif
