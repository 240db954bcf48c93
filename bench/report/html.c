/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/html.h"

#include <math.h>
#include <string.h>

void html_text(FILE *f, const char *text)
{
	static const struct {
		char c;
		const char *escape;
	} escapes[] = {
		{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"},
	};

	while (*text) {
		size_t plain = strcspn(text, "&<>\"'");
		fwrite(text, 1, plain, f);
		text += plain;
		for (size_t i = 0; *text && i < sizeof(escapes) / sizeof(escapes[0]); i++) {
			if (*text == escapes[i].c) {
				fputs(escapes[i].escape, f);
				text++;
				break;
			}
		}
	}
}

void html_put_list(FILE *f, const char *markup, const char *const *texts)
{
	for (;;) {
		size_t plain = strcspn(markup, "@");
		fwrite(markup, 1, plain, f);
		markup += plain;
		if (!*markup)
			return;
		markup++;
		if (*texts)
			html_text(f, *texts++);
	}
}

void html_table_begin(FILE *f, const struct html_table *t)
{
	html_put(f, "<section class=\"scroll@\" tabindex=\"0\" aria-label=\"@\">\n<table",
		 t->whole ? " whole" : "", t->label);
	if (t->id)
		html_put(f, " id=\"@\"", t->id);
	fputs(t->sortable ? " class=\"sortable\">\n" : ">\n", f);
	if (t->caption)
		html_put(f, "<caption><span>@</span></caption>\n", t->caption);
	fputs("<thead><tr>", f);
	for (const char *const *c = t->columns; *c; c++)
		html_put(f, "<th scope=\"col\" class=\"@\">@</th>", **c == '>' ? "num" : "",
			 *c + (**c == '>'));
	fputs("</tr></thead>\n<tbody>\n", f);
}

void html_table_end(FILE *f)
{
	fputs("</tbody></table></section>\n", f);
}

/* Groups of three, apart by a narrow space that does not break (U+202F). */
static const char *group_digits(const char *digits, char buf[static HTML_NUMBER_MAX])
{
	static const char space[] = "\xe2\x80\xaf";
	size_t sign = digits[0] == '-', n = strlen(digits) - sign, used = 0;

	if (sign)
		buf[used++] = '-';
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0) {
			memcpy(buf + used, space, sizeof(space) - 1);
			used += sizeof(space) - 1;
		}
		buf[used++] = digits[sign + i];
	}
	buf[used] = '\0';
	return buf;
}

const char *html_number(double value, char buf[static HTML_NUMBER_MAX])
{
	char digits[HTML_NUMBER_MAX];

	buf[0] = '\0';
	if (isnan(value))
		return buf;
	if (fabs(value) < 9999.5 || fabs(value) >= 1e16) {
		snprintf(buf, HTML_NUMBER_MAX,
			 value == floor(value) && fabs(value) < 1e4 ? "%.0f" : "%.4g", value);
		return buf;
	}
	snprintf(digits, sizeof(digits), "%.0f", value);
	return group_digits(digits, buf);
}
