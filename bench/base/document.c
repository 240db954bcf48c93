/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/document.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "cgbench/array.h"

static const char bom[] = "\xef\xbb\xbf";

/* What is being parsed. */
struct yaml_text {
	const char *path, *text;
	size_t length;
	struct arena *arena;
	const struct node *root; /* once it is parsed */
};

const char *node_kind_name(enum node_kind kind)
{
	static const char *const names[] = {
		[NODE_TEXT] = "a text", [NODE_LIST] = "a list", [NODE_MAP] = "a mapping"};

	return names[kind];
}

int document_fault_va(const char *path, int line, int column, struct err *e, const char *fmt,
		      va_list ap)
{
	size_t used;

	if (!e)
		return -EINVAL;
	snprintf(e->text, sizeof(e->text), "%s:%d:%d: ", path, line, column);
	used = strlen(e->text);
	vsnprintf(e->text + used, sizeof(e->text) - used, fmt, ap);
	return -EINVAL;
}

int document_fault(const char *path, int line, int column, struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	document_fault_va(path, line, column, e, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int mark_line(const yaml_mark_t *m)
{
	return (int)m->line + 1;
}

static int mark_column(const yaml_mark_t *m)
{
	return (int)m->column + 1;
}

static bool continues_character(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* The reader gives no mark, only how many bytes came before. */
static yaml_mark_t mark_of_offset(const struct yaml_text *s, size_t offset)
{
	yaml_mark_t m = {.index = offset};

	for (size_t i = 0; i < offset && i < s->length; i++) {
		if (s->text[i] == '\n') {
			m.line++;
			m.column = 0;
		} else if (!continues_character(s->text[i])) {
			m.column++;
		}
	}
	return m;
}

static int reader_fault(const struct yaml_text *s, const yaml_parser_t *p, struct err *e)
{
	yaml_mark_t m = mark_of_offset(s, p->problem_offset);

	if (p->problem_value < 0)
		return document_fault(s->path, mark_line(&m), mark_column(&m), e,
				      "%s; a suite file is text in UTF-8", p->problem);
	if (p->problem_value == 0)
		return document_fault(s->path, mark_line(&m), mark_column(&m), e,
				      "a NUL byte; a suite file is text in UTF-8");
	return document_fault(s->path, mark_line(&m), mark_column(&m), e,
			      "%s (0x%02x); a suite file is text in UTF-8", p->problem,
			      (unsigned)p->problem_value);
}

/* marks count characters, and so does this. */
static const char *character_at(const struct yaml_text *s, size_t index)
{
	size_t i = 0;

	while (i < s->length && index) {
		for (i++; i < s->length && continues_character(s->text[i]); i++)
			;
		index--;
	}
	return i < s->length ? &s->text[i] : "";
}

/* Faults that people make again and again, and that libyaml names by their symptoms. */
static const char *remedy(const struct yaml_text *s, const yaml_mark_t *where)
{
	const char *at = character_at(s, where->index);

	switch (*at) {
	case '\t':
		return "; YAML indents with spaces and not with tabs";
	case '{':
		if (at > s->text && at[-1] == '$')
			return "; between { } and [ ] a value with ${...} needs quotes";
		return "";
	case ':':
		return "; look at the indentation, and put a value with ': ' in it in quotes";
	case '%':
	case '@':
	case '`':
		return "; a value that begins with %, @ or ` needs quotes";
	default:
		return "";
	}
}

static int parser_fault(const struct yaml_text *s, const yaml_parser_t *p, struct err *e)
{
	const yaml_mark_t *m = &p->problem_mark, *c = &p->context_mark;
	const char *help = remedy(s, m);

	if (!p->context || c->index == m->index)
		return document_fault(s->path, mark_line(m), mark_column(m), e, "%s%s", p->problem,
				      help);
	return document_fault(s->path, mark_line(m), mark_column(m), e, "%s, %s at %d:%d%s",
			      p->problem, p->context, mark_line(c), mark_column(c), help);
}

static int yaml_fault(const struct yaml_text *s, const yaml_parser_t *p, struct err *e)
{
	switch (p->error) {
	case YAML_MEMORY_ERROR:
		return err_set(e, -ENOMEM, "%s: out of memory", s->path);
	case YAML_READER_ERROR:
		return reader_fault(s, p, e);
	default:
		return parser_fault(s, p, e);
	}
}

static int node_fault(const struct yaml_text *s, const yaml_node_t *n, struct err *e,
		      const char *what)
{
	return document_fault(s->path, mark_line(&n->start_mark), mark_column(&n->start_mark), e,
			      "%s", what);
}

static int convert_text(const struct yaml_text *s, const yaml_node_t *from, struct arena *a,
			struct node *to, struct err *e)
{
	const char *bytes = (const char *)from->data.scalar.value;
	size_t length = from->data.scalar.length;

	if (memchr(bytes, '\0', length))
		return node_fault(s, from, e, "a text with a NUL in it");
	to->kind = NODE_TEXT;
	to->quoted = from->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	to->text = arena_text(a, bytes, length);
	return to->text ? 0 : -ENOMEM;
}

static int convert_list(const yaml_node_t *from, struct arena *a, struct node *nodes,
			struct node *to)
{
	const yaml_node_item_t *items = from->data.sequence.items.start;

	to->kind = NODE_LIST;
	to->n = (size_t)(from->data.sequence.items.top - items);
	to->items = arena_array(a, to->n, sizeof(struct node *));
	for (size_t i = 0; to->items && i < to->n; i++)
		to->items[i] = &nodes[items[i] - 1];
	return to->items ? 0 : -ENOMEM;
}

static int convert_map(const yaml_node_t *from, struct arena *a, struct node *nodes,
		       struct node *to)
{
	const yaml_node_pair_t *pairs = from->data.mapping.pairs.start;

	to->kind = NODE_MAP;
	to->n = 2 * (size_t)(from->data.mapping.pairs.top - pairs);
	to->items = arena_array(a, to->n, sizeof(struct node *));
	for (size_t i = 0; to->items && i < to->n; i += 2) {
		to->items[i] = &nodes[pairs[i / 2].key - 1];
		to->items[i + 1] = &nodes[pairs[i / 2].value - 1];
	}
	return to->items ? 0 : -ENOMEM;
}

static bool is_tagged(const yaml_node_t *n)
{
	static const char *const plain[] = {[YAML_SCALAR_NODE] = YAML_DEFAULT_SCALAR_TAG,
					    [YAML_SEQUENCE_NODE] = YAML_DEFAULT_SEQUENCE_TAG,
					    [YAML_MAPPING_NODE] = YAML_DEFAULT_MAPPING_TAG};

	return strcmp((const char *)n->tag, plain[n->type]) != 0;
}

static int convert(const struct yaml_text *s, const yaml_node_t *from, struct arena *a,
		   struct node *nodes, struct node *to, struct err *e)
{
	to->line = mark_line(&from->start_mark);
	to->column = mark_column(&from->start_mark);
	if (is_tagged(from))
		return node_fault(s, from, e, "a tag (!); suite files have none");
	if (from->type == YAML_SCALAR_NODE)
		return convert_text(s, from, a, to, e);
	if (from->type == YAML_SEQUENCE_NODE)
		return convert_list(from, a, nodes, to);
	return convert_map(from, a, nodes, to);
}

/* libyaml keeps all nodes in one array and refers to them by number, from 1, the root being 1. */
static int convert_all(const struct yaml_text *s, yaml_document_t *doc, struct arena *a,
		       const struct node **root, struct err *e)
{
	size_t n = (size_t)(doc->nodes.top - doc->nodes.start);
	struct node *nodes = arena_array(a, n, sizeof(*nodes));
	int r = nodes ? 0 : -ENOMEM;

	if (n == 0)
		return document_fault(
			s->path, 1, 1, e,
			"nothing in it; expected a suite, beginning with 'suite: NAME'");
	for (size_t i = 0; r == 0 && i < n; i++)
		r = convert(s, &doc->nodes.start[i], a, nodes, &nodes[i], e);
	if (r == -ENOMEM)
		return err_set(e, r, "%s: out of memory", s->path);
	if (r == 0)
		*root = nodes;
	return r;
}

static int refuse_second(const struct yaml_text *s, yaml_parser_t *p, struct err *e)
{
	yaml_document_t doc;
	const yaml_node_t *root;
	int r = 0;

	if (!yaml_parser_load(p, &doc))
		return yaml_fault(s, p, e);
	root = yaml_document_get_root_node(&doc);
	if (root)
		r = node_fault(s, root, e, "a second document; a file holds one suite");
	yaml_document_delete(&doc);
	return r;
}

/* 1 into a list or a mapping, -1 out of it. */
static int step_of(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return 1;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return -1;
	default:
		return 0;
	}
}

/*
 * libyaml looks at every open bracket for every token, so the depth is bounded before it builds a
 * document of them.
 */
static int check_depth(struct yaml_text *s, yaml_parser_t *p, struct err *e)
{
	int depth = 0, r = 0;
	bool end = false;

	while (r == 0 && !end) {
		yaml_event_t event;
		if (!yaml_parser_parse(p, &event))
			return yaml_fault(s, p, e);
		depth += step_of(&event);
		end = event.type == YAML_STREAM_END_EVENT;
		if (depth > DOCUMENT_DEPTH_MAX)
			r = document_fault(s->path, mark_line(&event.start_mark),
					   mark_column(&event.start_mark), e,
					   "nested more than %d levels deep, which is no suite",
					   DOCUMENT_DEPTH_MAX);
		yaml_event_delete(&event);
	}
	return r;
}

static int build(struct yaml_text *s, yaml_parser_t *p, struct err *e)
{
	yaml_document_t doc;
	int r;

	if (!yaml_parser_load(p, &doc))
		return yaml_fault(s, p, e);
	r = convert_all(s, &doc, s->arena, &s->root, e);
	yaml_document_delete(&doc);
	return r < 0 ? r : refuse_second(s, p, e);
}

/* A pass over the text from its beginning. */
static int with_parser(struct yaml_text *s,
		       int (*pass)(struct yaml_text *, yaml_parser_t *, struct err *),
		       struct err *e)
{
	yaml_parser_t parser;
	int r;

	if (!yaml_parser_initialize(&parser))
		return err_set(e, -ENOMEM, "%s: out of memory", s->path);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)s->text, s->length);
	r = pass(s, &parser, e);
	yaml_parser_delete(&parser);
	return r;
}

int document_parse(const char *path, const char *text, size_t length, struct arena *arena,
		   const struct node **root, struct err *e)
{
	struct yaml_text s = {.path = path, .text = text, .length = length, .arena = arena};
	int r;

	if (length > DOCUMENT_BYTES_MAX)
		return document_fault(path, 1, 1, e, "more than %d KiB, which is no suite",
				      DOCUMENT_BYTES_MAX / 1024);
	if (length >= strlen(bom) && memcmp(text, bom, strlen(bom)) == 0) {
		s.text += strlen(bom);
		s.length -= strlen(bom);
	}
	r = with_parser(&s, check_depth, e);
	if (r == 0)
		r = with_parser(&s, build, e);
	if (r == 0)
		*root = s.root;
	return r;
}
