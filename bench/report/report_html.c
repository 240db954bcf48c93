/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * report_html: the page. It is whole without its script, fetches nothing, and says so to the
 * browser: its policy allows the one script by its digest, and no other.
 */
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/version.h"
#include "cgbench/array.h"
#include "report/html.h"
#include "report/report_assets.h"
#include "report/report_view.h"

/* ---- the head ---- */

static void put_base64(FILE *f, const uint8_t *bytes, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		unsigned group = (unsigned)bytes[i] << 16;
		group |= i + 1 < n ? (unsigned)bytes[i + 1] << 8 : 0;
		group |= i + 2 < n ? bytes[i + 2] : 0;
		putc(digits[group >> 18], f);
		putc(digits[group >> 12 & 63], f);
		putc(i + 1 < n ? digits[group >> 6 & 63] : '=', f);
		putc(i + 2 < n ? digits[group & 63] : '=', f);
	}
}

static void put_policy(FILE *f)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	SHA2_CTX c;

	SHA256Init(&c);
	SHA256Update(&c, (const uint8_t *)report_page_js, strlen(report_page_js));
	SHA256Final(digest, &c);
	fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
	      "script-src 'sha256-",
	      f);
	put_base64(f, digest, sizeof(digest));
	fputs("'\">\n", f);
}

static const char *report_suite(const struct report *r, size_t run)
{
	return run_suite(r->data, r->runs[run].run);
}

static bool same_suite(const struct report *r)
{
	for (size_t i = 1; i < r->n; i++)
		if (strcmp(report_suite(r, i), report_suite(r, 0)) != 0)
			return false;
	return true;
}

/* The question of the one run, or what the runs have in common. */
static const char *headline(const struct report *r, char buf[static 256])
{
	const char *question = report_question(&r->runs[0], r->data, 0);

	if (r->n == 1)
		return question[0] ? question : report_title(&r->runs[0], buf);
	snprintf(buf, 256, "%zu runs%s%.200s", r->n, same_suite(r) ? " of " : "",
		 same_suite(r) ? report_suite(r, 0) : "");
	return buf;
}

static void put_head(FILE *f, const struct report *r)
{
	char buf[256];

	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<meta name=\"generator\" content=\"cgbench " CGBENCH_VERSION "\">\n",
	      f);
	put_policy(f);
	html_put(f, "<title>@ - cgbench</title>\n<style>\n", headline(r, buf));
	fputs(report_page_css, f);
	fputs("</style>\n</head>\n<body>\n", f);
}

/* ---- the page ---- */

static void put_nav(FILE *f, const struct report *r)
{
	static const char *const sections[][2] = {
		{"verdicts", "Verdicts"},
		{"plots", "Plots"},
		{"all", "Results"},
		{"environment", "Environment"},
		{"validity", "Limits of validity"},
		{"reproduce", "How to reproduce"},
	};
	char id[32];

	fputs("<nav aria-label=\"Contents\"><ul>\n", f);
	for (size_t i = 0; r->n > 1 && i < r->n; i++) {
		snprintf(id, sizeof(id), "run-%zu", i + 1);
		html_put(f, "<li><a href=\"#@\">@</a></li>\n", id, run_name(r->runs[i].run));
	}
	for (size_t i = 0; r->n == 1 && i < sizeof(sections) / sizeof(sections[0]); i++) {
		if ((i == 0 && r->runs[0].summaries.n_budgets == 0) ||
		    (i == 1 && r->runs[0].n_plots == 0))
			continue;
		html_put(f, "<li><a href=\"#run-1-@\">@</a></li>\n", sections[i][0],
			 sections[i][1]);
	}
	fputs("</ul></nav>\n", f);
}

static void put_unlikes(FILE *f, const struct report *r)
{
	static const char *const heads[] = {"Fact", "The first run", "A later one", NULL};

	if (r->differences.n == 0)
		return;
	fputs("<section class=\"run\"><h2>The runs are of unlike hosts</h2>\n<p>Facts in which a "
	      "run "
	      "differs from the first. A difference between their numbers may come from "
	      "these.</p>\n",
	      f);
	html_table_begin(
		f, &(struct html_table){.label = "Unlike facts", .whole = true, .columns = heads});
	for (size_t i = 0; i < r->differences.n; i++)
		html_put(f,
			 "<tr><td><code>@</code></td><td class=\"words\">@</td>"
			 "<td class=\"words\">@</td></tr>\n",
			 r->differences.v[i].fact, r->differences.v[i].base,
			 r->differences.v[i].head);
	html_table_end(f);
	fputs("</section>\n", f);
}

static int put_run(const struct view *v, struct err *e)
{
	char buf[256];
	int r;

	html_put(v->f,
		 "<section class=\"run\" id=\"@\" aria-labelledby=\"@-title\">\n"
		 "<h2 id=\"@-title\">@</h2>\n",
		 v->id, v->id, v->id, report_title(v->run, buf));
	if (v->report->n > 1)
		html_put(v->f, "<p class=\"soft\">@: @</p>\n", run_name(v->run->run),
			 report_question(v->run, v->report->data, 0));
	report_put_banner(v);
	report_put_budgets(v);
	r = report_put_leaks(v, e);
	if (r == 0)
		r = report_put_plots(v, e);
	report_put_results(v);
	report_put_broken(v);
	report_put_environment(v);
	if (r == 0)
		r = report_put_validity(v, e);
	if (r == 0)
		r = report_put_reproduce(v, e);
	fputs("</section>\n", v->f);
	return r;
}

static int put_page(FILE *f, const struct report *r, struct err *e)
{
	char buf[256];
	int s = 0;

	put_head(f, r);
	html_put(f,
		 "<a class=\"skip\" href=\"#main\">Skip to the results</a>\n<header>\n"
		 "<p class=\"kicker\">cgbench report</p>\n<h1>@</h1>\n",
		 headline(r, buf));
	put_nav(f, r);
	fputs("</header>\n<main id=\"main\">\n", f);
	put_unlikes(f, r);
	for (size_t i = 0; s == 0 && i < r->n; i++) {
		struct view v = {.f = f, .report = r, .run = &r->runs[i]};
		snprintf(v.id, sizeof(v.id), "run-%zu", i + 1);
		s = put_run(&v, e);
	}
	fputs("</main>\n<footer>Made by cgbench " CGBENCH_VERSION
	      ". This page needs nothing but itself.</footer>\n<script>",
	      f);
	fputs(report_page_js, f);
	fputs("</script>\n</body>\n</html>\n", f);
	return s;
}

int report_html(const struct report *r, char **out, size_t *n, struct err *e)
{
	char *page = NULL;
	size_t size;
	FILE *f = open_memstream(&page, &size);
	int s = f ? put_page(f, r, e) : err_sys(e, "out of memory for the page");

	if (f && fclose(f) != 0 && s == 0)
		s = err_sys(e, "out of memory for the page");
	if (s < 0) {
		free(page);
		return s;
	}
	*out = page;
	*n = size;
	return 0;
}
