/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_about: the sections of the page that tell where numbers come from and how far they reach.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "report/html.h"
#include "report/report_view.h"

/* What a reader looks for first; the rest is one click away. */
static const struct {
	const char *key, *label;
} key_facts[] = {
	{"run", "Run"},
	{"where", "Where"},
	{"kernel", "Kernel"},
	{"cpu_model", "CPU"},
	{"topology", "Topology"},
	{"memory_total_bytes", "Memory, bytes"},
	{"hz", "Timer ticks a second"},
	{"governor", "Frequency governor"},
	{"turbo", "Turbo"},
	{"smt", "SMT"},
	{"thp", "Transparent huge pages"},
	{"virtualisation", "Virtualisation"},
	{"lab_qemu", "QEMU"},
	{"lab_shift", "Virtual time: 2^N ns an instruction, N"},
	{"cmdline", "Kernel command line"},
	{"seed", "Seed (0: in the suite's order)"},
	{"suite_digest", "SHA-256 of the suite"},
	{"cgbench", "cgbench"},
};

static void put_value(FILE *f, const json_t *value);

static void put_object(FILE *f, const json_t *object)
{
	const char *key, *comma = "";
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		html_put(f, "@@: ", comma, key);
		put_value(f, value);
		comma = ", ";
	}
}

static void put_array(FILE *f, const json_t *array)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		fputs(i ? " " : "", f);
		put_value(f, json_array_get(array, i));
	}
}

/* A fact in words: nested ones as "cores: 4, cpus: 8". */
static void put_value(FILE *f, const json_t *value)
{
	char number[HTML_NUMBER_MAX];

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		put_object(f, value);
		break;
	case JSON_ARRAY:
		put_array(f, value);
		break;
	case JSON_STRING:
		html_text(f, json_string_value(value));
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		html_text(f, html_number(json_number_value(value), number));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		fputs(json_is_true(value) ? "yes" : "no", f);
		break;
	case JSON_NULL:
		fputs("<i>not known</i>", f);
		break;
	}
}

static void put_all_facts(const struct view *v)
{
	const char *key;
	json_t *value;

	fputs("<details><summary>Every fact of host.json</summary>\n", v->f);
	html_table_begin(v->f, &(struct html_table){
				       .label = "Facts",
				       .whole = true,
				       .columns = (const char *const[]){"Fact", "Value", NULL}});
	json_object_foreach(v->run->run->host, key, value)
	{
		html_put(v->f, "<tr><td><code>@</code></td><td class=\"words\">", key);
		put_value(v->f, value);
		fputs("</td></tr>\n", v->f);
	}
	html_table_end(v->f);
	fputs("</details>\n", v->f);
}

void report_put_environment(const struct view *v)
{
	html_put(v->f, "<h3 id=\"@-environment\">Environment</h3>\n<dl class=\"facts\">\n", v->id);
	for (size_t i = 0; i < array_len(key_facts); i++) {
		const json_t *value = json_object_get(v->run->run->host, key_facts[i].key);
		if (!value || json_is_null(value))
			continue;
		html_put(v->f, "<div><dt>@</dt><dd>", key_facts[i].label);
		put_value(v->f, value);
		fputs("</dd></div>\n", v->f);
	}
	fputs("</dl>\n", v->f);
	put_all_facts(v);
}

int report_put_validity(const struct view *v, struct err *e)
{
	const char **sentences = report_validity(v->run);

	if (!sentences)
		return err_no_memory(e);
	html_put(v->f, "<h3 id=\"@-validity\">Limits of validity</h3>\n<ul>\n", v->id);
	for (size_t i = 0; sentences[i]; i++)
		html_put(v->f, "<li>@</li>\n", sentences[i]);
	fputs("</ul>\n", v->f);
	free(sentences);
	return 0;
}

int report_put_reproduce(const struct view *v, struct err *e)
{
	scope_free char *commands = report_reproduce(v->run);

	if (!commands)
		return err_no_memory(e);
	html_put(v->f,
		 "<h3 id=\"@-reproduce\">How to reproduce</h3>\n<pre tabindex=\"0\"><code>@</code>"
		 "</pre>\n",
		 v->id, commands);
	if (host_is_exact(v->run->run->host))
		fputs("<p>With the same kernel package, QEMU and binaries of cgbench these lines "
		      "give "
		      "the same rows byte for byte, however often: <code>cmp</code> the CSV files. "
		      "To give the last digits of this very run it takes its command line, too, "
		      "whose digest is in host.json.</p>\n",
		      v->f);
	return 0;
}
