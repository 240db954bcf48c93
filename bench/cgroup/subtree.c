/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroup/subtree.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include "cgbench/scope.h"
#include "cgroup/cgfile.h"
#include "cgroup/sweep.h"

static const char control[] = "cgroup.subtree_control";
static const char prefix[] = "user.";

enum { WORDS_MAX = 256, ATTRIBUTE_MAX = SWEEP_NAME_MAX + sizeof(prefix) };

/* What the run has noted, as a line of words; "" for nothing. */
static int read_note(const struct cgrp_base *b, const char *attribute, char words[static WORDS_MAX],
		     struct err *e)
{
	ssize_t n = fgetxattr(b->fd, attribute, words, WORDS_MAX - 1);

	words[n > 0 ? n : 0] = '\0';
	if (n < 0 && errno != ENODATA)
		return err_sys(e, "%s/%s: cannot read %s", b->mount, b->below, attribute);
	return 0;
}

/* Appends the word with its sign, unless there is no room, which no list of controllers needs. */
static void append(char words[static WORDS_MAX], const char *sign, const char *word)
{
	size_t used = strlen(words);

	snprintf(words + used, WORDS_MAX - used, "%s%s%s", used ? " " : "", sign, word);
}

static int note(const struct cgrp_base *b, const char *run, const char *const *controllers,
		struct err *e)
{
	char attribute[ATTRIBUTE_MAX], words[WORDS_MAX];
	scope_free char *now = NULL;
	size_t before;
	int r = cgfile_read(b->fd, b->below, control, &now, e);

	snprintf(attribute, sizeof(attribute), "%s%.*s", prefix, SWEEP_NAME_MAX - 1, run);
	if (r == 0)
		r = read_note(b, attribute, words, e);
	if (r < 0)
		return r;
	before = strlen(words);
	for (; *controllers; controllers++)
		if (!cgfile_has_word(now, *controllers) && !cgfile_has_word(words, *controllers))
			append(words, "", *controllers);
	if (strlen(words) > before && fsetxattr(b->fd, attribute, words, strlen(words), 0) < 0)
		return err_sys(e, "%s/%s: cannot note in %s what is to be disabled again", b->mount,
			       b->below, attribute);
	return 0;
}

int subtree_enable(const struct cgrp_base *b, const char *run, const char *const *controllers,
		   struct err *e)
{
	char words[WORDS_MAX] = "";
	int r = note(b, run, controllers, e);

	for (; *controllers; controllers++)
		append(words, "+", *controllers);
	return r < 0 ? r : cgfile_write(b->fd, b->below, control, words, e);
}

static int disable(const struct cgrp_base *b, char *words, struct err *e)
{
	int r = 0;

	for (char *save, *word = strtok_r(words, " ", &save); r == 0 && word;
	     word = strtok_r(NULL, " ", &save)) {
		char text[WORDS_MAX + 1];
		snprintf(text, sizeof(text), "-%s", word);
		r = cgfile_write(b->fd, b->below, control, text, e);
		if (r == -EBUSY)
			r = 0;
	}
	return r;
}

static int pay(const struct cgrp_base *b, const char *attribute, struct err *e)
{
	char words[WORDS_MAX];
	int r = read_note(b, attribute, words, e);

	if (r == 0)
		r = disable(b, words, e);
	if (r == 0 && fremovexattr(b->fd, attribute) < 0 && errno != ENODATA)
		return err_sys(e, "%s/%s: cannot remove %s", b->mount, b->below, attribute);
	return r;
}

static bool is_note(const char *attribute)
{
	return strncmp(attribute, prefix, sizeof(prefix) - 1) == 0 &&
	       sweep_is_name(attribute + sizeof(prefix) - 1);
}

int subtree_restore(const struct cgrp_base *b, const char *run, struct err *e)
{
	char names[XATTR_LIST_MAX];
	scope_fd int quiet = -1;
	ssize_t n = flistxattr(b->fd, names, sizeof(names));
	bool owed = false;
	int r = 0;

	if (n < 0)
		return err_sys(e, "%s/%s: cannot list its attributes", b->mount, b->below);
	for (const char *a = names; a < names + n && !owed; a += strlen(a) + 1)
		owed = is_note(a);
	if (!owed)
		return 0;
	quiet = sweep_last_of_all(b, run);
	if (quiet == -EBUSY)
		return 0;
	if (quiet < 0)
		return err_set(e, quiet, "%s/%s: cannot look for other runs: %s", b->mount,
			       b->below, strerror(-quiet));
	for (const char *a = names; r == 0 && a < names + n; a += strlen(a) + 1)
		if (is_note(a))
			r = pay(b, a, e);
	return r;
}
