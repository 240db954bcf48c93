/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_leaks: the section of the page that says through which resource neighbours cost victims.
 */
#include <stdio.h>

#include "cgbench/scope.h"
#include "model/leak.h"
#include "report/html.h"
#include "report/report_view.h"
#include "runs/results.h"

/* The values of one group of one trial lie together, those of another group between them. */
static void gather(const struct results *r, const struct result *first, struct leak *out)
{
	leak_init(out);
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].trial == first->trial && r->v[i].group == first->group)
			leak_take(out, r->v[i].metric, r->v[i].value, r->v[i].expected);
}

static void put_leak(const struct view *v, const struct result *of, const struct leak *l)
{
	char cell[CELL_LABEL_MAX], text[LEAK_TEXT_MAX];

	html_put(v->f, "<tr><td class=\"cell\">@</td><td>@ @.</td></tr>\n",
		 view_cell(v, of->trial->cell, cell), of->group, leak_sentence(l, text));
}

int report_put_leaks(const struct view *v, struct err *e)
{
	const struct html_table table = {
		.label = "Leaks",
		.caption = "What a neighbour cost a victim more than 3% of, and through what.",
		.columns = (const char *const[]){"Cell", "What leaked", NULL}};
	struct results losses scope(results_clear) = {0}, all scope(results_clear) = {0};
	const struct dataset *d = v->report->data;
	int r = results_select(d, v->run->run, LEAK_LOSS, &losses, e);

	if (r == 0 && losses.n)
		r = results_select(d, v->run->run, "victim.*", &all, e);
	if (r < 0 || !losses.n)
		return r;
	html_put(v->f, "<h3 id=\"@-leaks\">Which shared resource leaked</h3>\n", v->id);
	html_table_begin(v->f, &table);
	for (size_t i = 0; i < losses.n; i++) {
		struct leak leak;
		gather(&all, &losses.v[i], &leak);
		if (leak_is_worth(&leak))
			put_leak(v, &losses.v[i], &leak);
	}
	html_table_end(v->f);
	return 0;
}
