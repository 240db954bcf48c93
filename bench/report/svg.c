/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/svg.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "report/html.h"

/* What gnuplot's terminal writes (5.4 and 6.0, without mousing). */
static const char *const elements[] = {
	"svg",   "g",        "path",    "rect",        "circle",  "use",   "text",
	"tspan", "polygon",  "defs",    "pattern",     "desc",    "title", "filter",
	"line",  "polyline", "feFlood", "feComposite", "ellipse", NULL,
};
static const char *const attributes[] = {
	"id",
	"class",
	"transform",
	"d",
	"points",
	"x",
	"y",
	"cx",
	"cy",
	"r",
	"rx",
	"ry",
	"x1",
	"y1",
	"x2",
	"y2",
	"width",
	"height",
	"viewBox",
	"fill",
	"fill-opacity",
	"stroke",
	"stroke-width",
	"stroke-linecap",
	"color",
	"stroke-opacity",
	"stroke-dasharray",
	"stroke-linejoin",
	"opacity",
	"font-family",
	"font-size",
	"font-weight",
	"font-style",
	"text-anchor",
	"dominant-baseline",
	"baseline-shift",
	"dy",
	"dx",
	"text-decoration",
	"xml:space",
	"filter",
	"filterUnits",
	"flood-color",
	"flood-opacity",
	"result",
	"in",
	"in2",
	"operator",
	"href",
	"xlink:href",
	"shape-rendering",
	"patternUnits",
	"xmlns",
	"xmlns:xlink",
	"encoding",
	"version",
	"standalone",
	"visibility",
	NULL,
};

struct parser {
	const char *name, *at, *prefix, *label;
	FILE *out;
	struct err *e;
};

static bool listed(const char *const *list, const char *word, size_t n)
{
	for (; *list; list++)
		if (strlen(*list) == n && strncmp(*list, word, n) == 0)
			return true;
	return false;
}

static size_t word_length(const char *p)
{
	size_t n = 0;

	while (isalnum((unsigned char)p[n]) || p[n] == ':' || p[n] == '-' || p[n] == '_')
		n++;
	return n;
}

static int refuse(struct parser *p, const char *what, const char *at, size_t n)
{
	return err_set(p->e, -EINVAL,
		       "%s: %s '%.*s' is none that gnuplot writes; `cgbench plot` draws it anew",
		       p->name, what, (int)(n < 40 ? n : 40), at);
}

static void skip_space(struct parser *p)
{
	p->at += strspn(p->at, " \t\r\n");
}

struct attribute {
	const char *name, *value;
	size_t name_n, value_n;
};

/* One name="value"; -EINVAL for anything else. */
static int parse_attribute(struct parser *p, struct attribute *a)
{
	const char *end;

	a->name = p->at;
	a->name_n = word_length(p->at);
	if (a->name_n == 0 || !listed(attributes, a->name, a->name_n))
		return refuse(p, "attribute", a->name, a->name_n ? a->name_n : 1);
	p->at += a->name_n;
	skip_space(p);
	if (*p->at != '=')
		return refuse(p, "attribute", a->name, a->name_n);
	p->at++;
	skip_space(p);
	end = *p->at == '"' || *p->at == '\'' ? strchr(p->at + 1, *p->at) : NULL;
	if (!end)
		return refuse(p, "attribute", a->name, a->name_n);
	a->value = p->at + 1;
	a->value_n = (size_t)(end - a->value);
	p->at = end + 1;
	return memchr(a->value, '<', a->value_n) ? refuse(p, "value", a->value, a->value_n) : 0;
}

static bool is(const struct attribute *a, const char *name)
{
	return strlen(name) == a->name_n && strncmp(a->name, name, a->name_n) == 0;
}

/* The value as it stands; its quote is chosen so that it can hold the other one. */
static void put_value(const struct parser *p, const char *name, const char *before,
		      const struct attribute *a, size_t skip)
{
	char quote = memchr(a->value, '"', a->value_n) ? '\'' : '"';

	fprintf(p->out, " %s=%c%s%.*s%c", name, quote, before, (int)(a->value_n - skip),
		a->value + skip, quote);
}

/* Ids and references to them get the prefix; the size gives way to that of the page. */
static int put_attribute(struct parser *p, const struct attribute *a, bool root)
{
	static const char url[] = "url(#";
	char before[80], name[32];

	snprintf(name, sizeof(name), "%.*s", (int)a->name_n, a->name);
	if (root && !is(a, "viewBox"))
		return 0;
	if (is(a, "id")) {
		put_value(p, "id", p->prefix, a, 0);
	} else if (is(a, "href") || is(a, "xlink:href")) {
		if (a->value_n == 0 || a->value[0] != '#')
			return refuse(p, "reference", a->value, a->value_n);
		snprintf(before, sizeof(before), "#%s", p->prefix);
		put_value(p, "href", before, a, 1);
	} else if (strncmp(a->value, url, sizeof(url) - 1) == 0) {
		snprintf(before, sizeof(before), "%s%s", url, p->prefix);
		put_value(p, name, before, a, sizeof(url) - 1);
	} else if (memchr(a->value, ':', a->value_n)) {
		return refuse(p, "value", a->value, a->value_n);
	} else {
		put_value(p, name, "", a, 0);
	}
	return 0;
}

static int put_attributes(struct parser *p, bool root)
{
	struct attribute a = {.name = "", .value = ""};
	int r = 0;

	for (skip_space(p); r == 0 && *p->at && *p->at != '>' && *p->at != '/'; skip_space(p)) {
		r = parse_attribute(p, &a);
		if (r == 0)
			r = put_attribute(p, &a, root);
	}
	return r;
}

/* A title or a description: gnuplot's own, "gnuplot_plot_1", which says nothing. */
static int skip_element(struct parser *p, const char *name, size_t n)
{
	char end[16];

	snprintf(end, sizeof(end), "</%.*s>", (int)n, name);
	p->at = strstr(p->at, end);
	if (!p->at)
		return refuse(p, "element", name, n);
	p->at += strlen(end);
	return 0;
}

static int put_tag(struct parser *p)
{
	bool closing = p->at[1] == '/', root;
	const char *name = p->at + 1 + closing;
	size_t n = word_length(name);
	int r;

	if (!listed(elements, name, n))
		return refuse(p, "element", name, n ? n : 1);
	p->at = name + n;
	if (!closing && listed((const char *const[]){"title", "desc", NULL}, name, n))
		return skip_element(p, name, n);
	root = n == 3 && strncmp(name, "svg", n) == 0;
	fprintf(p->out, "<%s%.*s", closing ? "/" : "", (int)n, name);
	if (root && !closing)
		html_put(p->out, " role=\"img\" aria-label=\"@\"", p->label);
	r = put_attributes(p, root);
	if (r < 0)
		return r;
	if (*p->at == '/') {
		putc('/', p->out);
		p->at++;
	}
	if (*p->at != '>')
		return refuse(p, "element", name, n);
	putc('>', p->out);
	p->at++;
	return 0;
}

int svg_inline(const char *name, const char *text, const char *prefix, const char *label, FILE *out,
	       struct err *e)
{
	struct parser p = {name, strstr(text, "<svg"), prefix, label, out, e};
	int r = 0;

	if (!p.at)
		return err_set(e, -EINVAL, "%s: is no SVG", name);
	while (r == 0 && *p.at) {
		size_t plain = strcspn(p.at, "<");
		fwrite(p.at, 1, plain, out);
		p.at += plain;
		if (*p.at)
			r = put_tag(&p);
	}
	return r;
}
