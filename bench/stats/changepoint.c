/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/changepoint.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"

enum {
	STEP = CHANGEPOINT_WINDOW / 2, /* from one window to the next */
	/* Shuffles: short stretches are cheap to shuffle, and their tails the least regular. */
	SHUFFLES_MIN = 2000,
	SHUFFLES_MAX = 20000,
	SHUFFLES_WORK = 4000000, /* shuffles times the length squared */
	COUNTED_MIN = 20, /* more extreme shuffles than this are counted, fewer extrapolated */
	TAIL_PARTS = 20,  /* the tail is what the greatest 1/20 of the shuffles show */
	EDGE_MAX = 10,    /* a part of so few values is judged by the sum of its ranks too */
	PLACE_REACH = 10, /* how far a change may be placed from its best split */
	ROUNDS_MAX = 8,   /* of moving what moves its neighbours' stretches; two are usual */
};

/* A candidate needs no more than this to be looked at again between its neighbours. */
static const double WEAK_CHANCE = 0.05;

/* What shuffled stretches of one length show. */
struct null {
	double *greatest; /* distances, in falling order */
	size_t n;
	double scale; /* of the tail: the mean by which its values exceed its first */
	/* sums[k][w]: the chance that k of the ranks, drawn blindly, add up to w or more. */
	double *sums[EDGE_MAX + 1];
};

struct rank_key {
	double value;
	uint64_t tie;
	size_t place;
};

struct changepoint_finder {
	struct changepoint_options options;
	struct null nulls[CHANGEPOINT_WINDOW + 1]; /* by length; empty until asked for */
	double inverse[CHANGEPOINT_WINDOW + 1];    /* 1/n; 0 for 0 */
	/* Room for one stretch. */
	int ranks[CHANGEPOINT_WINDOW];
	double left_mean[CHANGEPOINT_WINDOW + 1]; /* A/(m-1) of the first m values */
	double right[CHANGEPOINT_WINDOW + 1];     /* B of those from i on, up to a moving end */
	struct rank_key keys[CHANGEPOINT_WINDOW];
};

/* A place under examination, and the stretch of values around it that it is judged by. */
struct candidate {
	size_t at, first, end;
	size_t best; /* where that stretch splits best */
	double chance;
};

struct candidates {
	struct candidate *list;
	size_t n;
};

struct split {
	double distance;
	size_t at;
};

/* A split, and the chance of one as clear where nothing changed. */
struct verdict {
	double chance;
	size_t at;
};

/* splitmix64 (Steele et al. 2014): every state is a good one, so seeds can be small numbers. */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Uniform below n; the bias of the remainder is below n / 2^64. */
static size_t random_below(uint64_t *state, size_t n)
{
	return (size_t)(random_next(state) % n);
}

/*
 * The greatest energy distance between two neighbouring stretches that together begin at the start,
 * Q of the paper's (5) maximised over both the split and the end of the second stretch.
 *
 * With A and B the sums of |x - y| within the two stretches of m and n values, C the sum between
 * them, and T = A + B + C,
 *
 *	Q = mn/(m+n) * (2C/mn - 2A/m(m-1) - 2B/n(n-1))
 *	  = 2/(m+n) * (T - (m+n-1) * (A/(m-1) + B/(n-1)))
 *
 * so that for each end the best split is where A/(m-1) + B/(n-1) is least. As the end moves on by
 * one value, B of every split grows by that value's distance to the values behind the split: all
 * splits and ends take n^2/2 steps.
 */
static struct split best_split(struct changepoint_finder *f, size_t n)
{
	const int *x = f->ranks;
	const double *inverse = f->inverse;
	double *a = f->left_mean, *b = f->right;
	struct split best = {.distance = -INFINITY};

	memset(b, 0, (n + 1) * sizeof(*b));
	for (size_t end = 1; end <= n; end++) {
		double least = INFINITY, total, q;
		size_t at = 0;
		int sum = 0;
		for (size_t i = end - 1; i-- > 0;) {
			sum += abs(x[i] - x[end - 1]);
			b[i] += sum;
		}
		total = b[0];
		a[end] = total * inverse[end - 1];
		for (size_t i = CHANGEPOINT_SEGMENT; i + CHANGEPOINT_SEGMENT <= end; i++) {
			double within = a[i] + b[i] * inverse[end - i - 1];
			if (within < least) {
				least = within;
				at = i;
			}
		}
		q = 2 * inverse[end] * (total - (double)(end - 1) * least);
		if (q > best.distance)
			best = (struct split){.distance = q, .at = at};
	}
	return best;
}

static int compare_falling(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x < y) - (x > y);
}

static void shuffle(int *x, size_t n, uint64_t *state)
{
	for (size_t i = n; i-- > 1;) {
		size_t k = random_below(state, i + 1);
		int swap = x[i];
		x[i] = x[k];
		x[k] = swap;
	}
}

static size_t shuffles_for(size_t n)
{
	size_t wanted = SHUFFLES_WORK / (n * n);

	if (wanted < SHUFFLES_MIN)
		return SHUFFLES_MIN;
	return wanted > SHUFFLES_MAX ? SHUFFLES_MAX : wanted;
}

static int shuffle_null(struct changepoint_finder *f, size_t n, struct null *null)
{
	size_t shuffles = shuffles_for(n), tail = shuffles / TAIL_PARTS;
	uint64_t state = f->options.seed ^ (n << 32);

	null->greatest = calloc(shuffles, sizeof(double));
	if (!null->greatest)
		return -ENOMEM;
	null->n = shuffles;
	for (size_t i = 0; i < n; i++)
		f->ranks[i] = (int)i;
	for (size_t i = 0; i < shuffles; i++) {
		shuffle(f->ranks, n, &state);
		null->greatest[i] = best_split(f, n).distance;
	}
	qsort(null->greatest, shuffles, sizeof(double), compare_falling);
	for (size_t i = 0; i < tail; i++)
		null->scale += (null->greatest[i] - null->greatest[tail]) / (double)tail;
	return 0;
}

static size_t edge_max(size_t n)
{
	return n / 2 < EDGE_MAX ? n / 2 : EDGE_MAX;
}

/*
 * Counts the sets of k of the ranks 0 to n-1 by their sum: a set either has the next rank, or not.
 * Numbers stay below 2^53, so they are exact.
 */
static void count_sums(struct null *null, size_t n)
{
	null->sums[0][0] = 1;
	for (size_t rank = 0; rank < n; rank++)
		for (size_t k = edge_max(n); k > 0; k--)
			for (size_t sum = 0; sum <= (k - 1) * (n - 1); sum++)
				null->sums[k][sum + rank] += null->sums[k - 1][sum];
	for (size_t k = 1; k <= edge_max(n); k++) {
		for (size_t sum = k * (n - 1); sum-- > 0;)
			null->sums[k][sum] += null->sums[k][sum + 1];
		/* Every set has a sum of 0 or more. */
		for (size_t sum = k * (n - 1) + 1; sum-- > 0;)
			null->sums[k][sum] /= null->sums[k][0];
	}
}

static int sum_null(size_t n, struct null *null)
{
	for (size_t k = 0; k <= edge_max(n); k++) {
		null->sums[k] = calloc(k * (n - 1) + 1, sizeof(double));
		if (!null->sums[k])
			return -ENOMEM;
	}
	count_sums(null, n);
	return 0;
}

static void clear_null(struct null *null)
{
	free(null->greatest);
	for (size_t k = 0; k <= EDGE_MAX; k++)
		free(null->sums[k]);
	*null = (struct null){0};
}

/* Uses the room for ranks. NULL: out of memory. */
static const struct null *null_of(struct changepoint_finder *f, size_t n)
{
	struct null *null = &f->nulls[n];

	if (null->n)
		return null;
	if (sum_null(n, null) == 0 && shuffle_null(f, n, null) == 0)
		return null;
	clear_null(null);
	return NULL;
}

/* How many shuffles showed at least this distance. */
static size_t null_above(const struct null *null, double distance)
{
	size_t low = 0, high = null->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (null->greatest[middle] >= distance)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static double distance_chance(const struct null *null, double distance)
{
	size_t above = null_above(null, distance), tail = null->n / TAIL_PARTS;

	if (above > COUNTED_MIN)
		return (double)(above + 1) / (double)(null->n + 1);
	return exp((null->greatest[tail] - distance) / null->scale) / TAIL_PARTS;
}

/* Of the sum of the ranks of k values, too great or too small. */
static double sum_chance(const struct null *null, size_t n, size_t k, size_t sum)
{
	size_t mirrored = k * (n - 1) - sum;
	return 2 * null->sums[k][sum > mirrored ? sum : mirrored];
}

/*
 * The clearest split near an edge by the rank sum test (Wilcoxon 1945), exact and corrected for the
 * number of splits. The energy distance weighs a few values lightly, however clear they are: by it
 * alone the newest runs would be believed twice as late.
 */
static struct verdict judge_edges(const struct changepoint_finder *f, const struct null *null,
				  size_t n)
{
	struct verdict best = {.chance = 1};
	size_t splits = 0, left = 0, right = 0;

	for (size_t k = 1; k <= edge_max(n); k++) {
		double chance;
		left += (size_t)f->ranks[k - 1];
		right += (size_t)f->ranks[n - k];
		if (k < CHANGEPOINT_SEGMENT)
			continue;
		splits += 2;
		chance = sum_chance(null, n, k, left);
		if (chance < best.chance)
			best = (struct verdict){.chance = chance, .at = k};
		chance = sum_chance(null, n, k, right);
		if (chance < best.chance)
			best = (struct verdict){.chance = chance, .at = n - k};
	}
	best.chance *= (double)splits;
	return best;
}

/* The clearer of the two, corrected for having asked both. */
static struct verdict judge_ranks(struct changepoint_finder *f, const struct null *null, size_t n)
{
	struct split split = best_split(f, n);
	struct verdict best = {.chance = distance_chance(null, split.distance), .at = split.at};
	struct verdict edge = judge_edges(f, null, n);

	if (edge.chance < best.chance)
		best = edge;
	best.chance *= 2;
	return best;
}

static int compare_keys(const void *a, const void *b)
{
	const struct rank_key *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return (x->tie > y->tie) - (x->tie < y->tie);
}

/* Ties fall the same way in every stretch that a value is looked at in: by its place. */
static void rank(struct changepoint_finder *f, const double *values, size_t first, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t state = f->options.seed ^ (first + i);
		f->keys[i] = (struct rank_key){
			.value = values[first + i], .tie = random_next(&state), .place = i};
	}
	qsort(f->keys, n, sizeof(f->keys[0]), compare_keys);
	for (size_t i = 0; i < n; i++)
		f->ranks[f->keys[i].place] = (int)i;
}

/* The best split of a stretch, and its chance; the place stays. Returns 0 or -ENOMEM. */
static int judge(struct changepoint_finder *f, const double *values, size_t first, size_t end,
		 struct candidate *c)
{
	const struct null *null = null_of(f, end - first);
	struct verdict v;

	if (!null)
		return -ENOMEM;
	rank(f, values, first, end - first);
	v = judge_ranks(f, null, end - first);
	c->first = first;
	c->end = end;
	c->best = first + v.at;
	c->chance = v.chance;
	return 0;
}

/* Splits a stretch as long as its parts show weak candidates. */
static int gather(struct changepoint_finder *f, const double *values, size_t first, size_t end,
		  struct candidates *found)
{
	struct candidate c, *added;
	int r;

	if (end - first < 2 * CHANGEPOINT_SEGMENT)
		return 0;
	r = judge(f, values, first, end, &c);
	if (r < 0 || c.chance > WEAK_CHANCE)
		return r;
	added = array_push(found->list, found->n);
	if (!added)
		return -ENOMEM;
	c.at = c.best;
	*added = c;
	r = gather(f, values, first, c.at, found);
	return r < 0 ? r : gather(f, values, c.at, end, found);
}

static int compare_places(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->chance > y->chance) - (x->chance < y->chance);
}

static void drop(struct candidates *c, size_t i)
{
	c->n--;
	memmove(&c->list[i], &c->list[i + 1], (c->n - i) * sizeof(c->list[0]));
}

/* Overlapping windows find the same change twice. */
static void sort_unique(struct candidates *c)
{
	size_t kept = 0;

	if (c->n == 0)
		return;
	qsort(c->list, c->n, sizeof(c->list[0]), compare_places);
	for (size_t i = 1; i < c->n; i++)
		if (c->list[i].at != c->list[kept].at)
			c->list[++kept] = c->list[i];
	c->n = kept + 1;
}

/*
 * Judges a candidate again by the values between its neighbours: as many as a window holds, half on
 * either side, and more on one side where the other has fewer.
 */
static int judge_again(struct changepoint_finder *f, const double *values, size_t n,
		       struct candidates *c, size_t i)
{
	size_t at = c->list[i].at;
	size_t low = i > 0 ? c->list[i - 1].at : 0;
	size_t high = i + 1 < c->n ? c->list[i + 1].at : n;
	size_t end = high - at > STEP ? at + STEP : high;
	size_t first = end - low > CHANGEPOINT_WINDOW ? end - CHANGEPOINT_WINDOW : low;
	size_t room = first + CHANGEPOINT_WINDOW;

	end = high < room ? high : room;
	if (end - first < 2 * CHANGEPOINT_SEGMENT) {
		c->list[i].chance = 1;
		return 0;
	}
	return judge(f, values, first, end, &c->list[i]);
}

static int judge_all(struct changepoint_finder *f, const double *values, size_t n,
		     struct candidates *c)
{
	int r = 0;

	for (size_t i = 0; i < c->n && r == 0; i++)
		r = judge_again(f, values, n, c, i);
	return r;
}

static size_t weakest(const struct candidates *c)
{
	size_t worst = 0;

	for (size_t i = 1; i < c->n; i++)
		if (c->list[i].chance > c->list[worst].chance)
			worst = i;
	return worst;
}

/*
 * Drops the weakest candidate, and judges its neighbours anew, until all of them hold. None moves
 * meanwhile: two that stand on either side of one change would flee from each other, and it be
 * lost.
 */
static int prune(struct changepoint_finder *f, const double *values, size_t n, double chance,
		 struct candidates *c)
{
	int r = judge_all(f, values, n, c);

	while (r == 0 && c->n > 0) {
		size_t i = weakest(c);
		if (c->list[i].chance <= chance)
			break;
		drop(c, i);
		if (i > 0)
			r = judge_again(f, values, n, c, i - 1);
		if (r == 0 && i < c->n)
			r = judge_again(f, values, n, c, i);
	}
	return r;
}

/* Moves each candidate to the best split of its stretch; returns whether any moved. */
static bool settle(struct candidates *c)
{
	bool moved = false;

	for (size_t i = 0; i < c->n; i++) {
		moved |= c->list[i].at != c->list[i].best;
		c->list[i].at = c->list[i].best;
	}
	sort_unique(c);
	return moved;
}

static size_t window_count(size_t n)
{
	return n <= CHANGEPOINT_WINDOW ? 1 : (n - CHANGEPOINT_WINDOW + STEP - 1) / STEP + 1;
}

/* The chance that one test may have, so that all of the family together have its significance. */
static double test_chance(const struct changepoint_finder *f, size_t n)
{
	size_t series = f->options.series ? f->options.series : 1;
	return f->options.significance / (double)series / (double)window_count(n);
}

/* The last window ends where the series does: what is new is seen with all that fits before it. */
static int gather_all(struct changepoint_finder *f, const double *values, size_t n,
		      struct candidates *found)
{
	size_t windows = window_count(n);
	int r = 0;

	for (size_t i = 0; i < windows && r == 0; i++) {
		size_t after = i * STEP; /* from the end */
		size_t end = n - after;
		size_t first = end > CHANGEPOINT_WINDOW ? end - CHANGEPOINT_WINDOW : 0;
		r = gather(f, values, first, end, found);
	}
	sort_unique(found);
	return r;
}

static double median(const double *values, size_t n)
{
	double copy[CHANGEPOINT_WINDOW];

	memcpy(copy, values, n * sizeof(*copy));
	qsort(copy, n, sizeof(*copy), compare_falling);
	return n % 2 ? copy[n / 2] : (copy[n / 2 - 1] + copy[n / 2]) / 2;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;
	return least < c ? least : c;
}

/*
 * Ranks tell that there is a change better than where: how far the two levels are apart is lost to
 * them. Near by, the place is where each value is nearest to its side's median, in sum.
 */
static size_t place(const double *values, const struct candidate *c)
{
	double before = median(values + c->first, c->at - c->first);
	double after = median(values + c->at, c->end - c->at);
	/* Half way to the stretch's ends: its neighbours do the same, and none gets past another.
	 */
	size_t reach = smallest(PLACE_REACH, (c->at - c->first) / 2, (c->end - c->at) / 2);
	size_t best = c->at - reach;
	double sum = 0, least = 0;

	for (size_t i = c->at - reach; i < c->at + reach; i++) {
		sum += fabs(values[i] - before) - fabs(values[i] - after);
		if (sum < least) {
			least = sum;
			best = i + 1;
		}
	}
	return best;
}

static int report(const double *values, const struct candidates *c, struct changepoint **out,
		  size_t *n_out)
{
	scope_free struct changepoint *list = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct candidate *from = &c->list[i];
		size_t at = place(values, from);
		double before = median(values + from->first, at - from->first);
		double after = median(values + at, from->end - at);
		struct changepoint *p;
		/* A change of spread alone has no direction, and is not what is looked for. */
		if (before == after)
			continue;
		p = array_push(list, n);
		if (!p)
			return -ENOMEM;
		*p = (struct changepoint){
			.at = at, .before = before, .after = after, .chance = from->chance};
	}
	*out = steal_ptr(&list);
	*n_out = n;
	return 0;
}

int changepoint_find(struct changepoint_finder *f, const double *values, size_t n,
		     struct changepoint **out, size_t *n_out, struct err *e)
{
	double chance = test_chance(f, n);
	struct candidates found = {0};
	int r = gather_all(f, values, n, &found);

	for (int round = 0; round < ROUNDS_MAX && r == 0; round++) {
		r = prune(f, values, n, chance, &found);
		if (r == 0 && !settle(&found))
			break;
	}
	if (r == 0)
		r = report(values, &found, out, n_out);
	free(found.list);
	return r < 0 ? err_set(e, r, "out of memory") : 0;
}

int changepoint_find_exact(const double *values, size_t n, struct changepoint **out, size_t *n_out,
			   struct err *e)
{
	scope_free struct changepoint *list = NULL;
	size_t found = 0;

	for (size_t i = 1; i < n; i++) {
		struct changepoint *p;
		if (values[i] == values[i - 1])
			continue;
		p = array_push(list, found);
		if (!p)
			return err_no_memory(e);
		*p = (struct changepoint){.at = i, .before = values[i - 1], .after = values[i]};
	}
	*out = steal_ptr(&list);
	*n_out = found;
	return 0;
}

size_t changepoint_values_min(struct changepoint_finder *f)
{
	for (size_t n = 2 * CHANGEPOINT_SEGMENT; n <= CHANGEPOINT_WINDOW; n++) {
		const struct null *null = null_of(f, n);
		if (!null)
			break;
		for (size_t i = 0; i < n; i++)
			f->ranks[i] = (int)i; /* nothing is clearer than rising ranks */
		if (judge_ranks(f, null, n).chance <= test_chance(f, n))
			return n;
	}
	return CHANGEPOINT_WINDOW;
}

int changepoint_finder_new(const struct changepoint_options *o, struct changepoint_finder **out,
			   struct err *e)
{
	struct changepoint_finder *f;

	if (!(o->significance > 0 && o->significance < 1))
		return err_set(e, -EINVAL, "significance %g: expected more than 0 and less than 1",
			       o->significance);
	f = calloc(1, sizeof(*f));
	if (!f)
		return err_no_memory(e);
	f->options = *o;
	for (size_t i = 1; i <= CHANGEPOINT_WINDOW; i++)
		f->inverse[i] = 1.0 / (double)i;
	*out = f;
	return 0;
}

void changepoint_finder_free(struct changepoint_finder *f)
{
	for (size_t i = 0; f && i <= CHANGEPOINT_WINDOW; i++)
		clear_null(&f->nulls[i]);
	free(f);
}
