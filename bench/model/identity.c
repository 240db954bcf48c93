/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/identity.h"

#include <cap-ng.h>
#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cgbench/array.h"
#include "cgbench/units.h"

enum { WORD_MAX = 256 };

const struct namespace_kind namespace_kinds[IDENTITY_NS_COUNT] = {
	[IDENTITY_PID] = {"pid", "pid", CLONE_NEWPID},
	[IDENTITY_MOUNT] = {"mount", "mnt", CLONE_NEWNS},
	[IDENTITY_NET] = {"net", "net", CLONE_NEWNET},
	[IDENTITY_CGROUP] = {"cgroup", "cgroup", CLONE_NEWCGROUP},
	[IDENTITY_USER] = {"user", "user", CLONE_NEWUSER},
	[IDENTITY_IPC] = {"ipc", "ipc", CLONE_NEWIPC},
	[IDENTITY_UTS] = {"uts", "uts", CLONE_NEWUTS},
};

/* What Docker, Podman and containerd leave to a container unless told otherwise (moby, profiles).
 */
static const int container_caps[] = {
	CAP_CHOWN,      CAP_DAC_OVERRIDE, CAP_FOWNER,           CAP_FSETID,
	CAP_KILL,       CAP_SETGID,       CAP_SETUID,           CAP_SETPCAP,
	CAP_SETFCAP,    CAP_MKNOD,        CAP_NET_BIND_SERVICE, CAP_NET_RAW,
	CAP_SYS_CHROOT, CAP_AUDIT_WRITE,
};

static const struct {
	const char *name;
	int resource;
} rlimits[] = {
	{"as", RLIMIT_AS},
	{"core", RLIMIT_CORE},
	{"cpu", RLIMIT_CPU},
	{"data", RLIMIT_DATA},
	{"fsize", RLIMIT_FSIZE},
	{"memlock", RLIMIT_MEMLOCK},
	{"msgqueue", RLIMIT_MSGQUEUE},
	{"nice", RLIMIT_NICE},
	{"nofile", RLIMIT_NOFILE},
	{"nproc", RLIMIT_NPROC},
	{"rtprio", RLIMIT_RTPRIO},
	{"rttime", RLIMIT_RTTIME},
	{"stack", RLIMIT_STACK},
	{"sigpending", RLIMIT_SIGPENDING},
};

static uint64_t mask_of(const int *caps, size_t n)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < n; i++)
		mask |= UINT64_C(1) << caps[i];
	return mask;
}

static int no_cap(const char *name, struct err *e)
{
	return err_set(e, -EINVAL,
		       "caps: '%s'; expected none, container or all, and capabilities behind it "
		       "as in none+sys_admin+net_admin (capabilities(7), without cap_)",
		       name);
}

/* By libcap-ng's names, which have no cap_ before them. */
static int add_cap(const char *name, uint64_t *mask, struct err *e)
{
	int cap = strncmp(name, "cap_", 4) == 0 ? -1 : capng_name_to_capability(name);

	if (cap < 0 || cap > 63)
		return no_cap(name, e);
	*mask |= UINT64_C(1) << cap;
	return 0;
}

static int parse_caps(char *value, struct identity *to, struct err *e)
{
	char *rest = NULL, *word = strtok_r(value, "+", &rest);
	uint64_t mask = 0;
	int r = 0;

	if (!word || strcmp(word, "none") == 0)
		mask = 0;
	else if (strcmp(word, "container") == 0)
		mask = mask_of(container_caps, array_len(container_caps));
	else if (strcmp(word, "all") == 0)
		mask = UINT64_MAX;
	else
		return no_cap(word, e);
	while (r == 0 && (word = strtok_r(NULL, "+", &rest)))
		r = add_cap(word, &mask, e);
	to->caps = mask;
	to->has_caps = true;
	return r;
}

static int parse_namespaces(const char *key, char *list, int *flags, struct err *e)
{
	char *rest = NULL;

	for (char *word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		size_t i = 0;
		while (i < IDENTITY_NS_COUNT && strcmp(namespace_kinds[i].name, word) != 0)
			i++;
		if (i == IDENTITY_NS_COUNT)
			return err_set(e, -EINVAL,
				       "%s: '%s'; expected pid, mount, net, cgroup, user, ipc or "
				       "uts, with a comma between them",
				       key, word);
		*flags |= namespace_kinds[i].flag;
	}
	return *flags ? 0 : err_set(e, -EINVAL, "%s: expected a namespace, such as pid,net", key);
}

static int parse_ns(char *value, struct identity *to, struct err *e)
{
	return parse_namespaces("ns", value, &to->own, e);
}

static int parse_join(char *value, struct identity *to, struct err *e)
{
	char *colon = strchr(value, ':');

	if (!colon || colon == value || (size_t)(colon - value) >= sizeof(to->join_name))
		return err_set(e, -EINVAL, "join: '%s'; expected GROUP:pid,net", value);
	snprintf(to->join_name, sizeof(to->join_name), "%.*s", (int)(colon - value), value);
	return parse_namespaces("join", colon + 1, &to->joined, e);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the table has its type */
static int parse_no_new_privs(char *value, struct identity *to, struct err *e)
{
	if (value)
		return err_set(e, -EINVAL, "no_new_privs: it has no value");
	to->no_new_privs = true;
	return 0;
}

static int parse_seccomp(char *value, struct identity *to, struct err *e)
{
	if (strcmp(value, "container") != 0)
		return err_set(e, -EINVAL, "seccomp: '%s'; expected container", value);
	to->seccomp = true;
	return 0;
}

static int parse_rlimit(const char *name, const char *value, struct identity *to, struct err *e)
{
	struct identity_rlimit *slot = &to->rlimits[to->n_rlimits];
	size_t i = 0;

	while (i < array_len(rlimits) && strcmp(rlimits[i].name, name) != 0)
		i++;
	if (i == array_len(rlimits) || to->n_rlimits == IDENTITY_RLIMITS_MAX)
		return err_set(e, -EINVAL,
			       "rlimit: '%s'; expected a limit of getrlimit(2), such as "
			       "rlimit.nproc=64",
			       name);
	for (size_t j = 0; j < to->n_rlimits; j++)
		if (to->rlimits[j].resource == rlimits[i].resource)
			return err_set(e, -EINVAL, "rlimit.%s: is there twice", name);
	slot->resource = rlimits[i].resource;
	slot->value = RLIM_INFINITY;
	if (strcmp(value, "unlimited") != 0 &&
	    unit_parse(UNIT_BYTES, value, &slot->value, NULL) < 0)
		return err_set(e, -EINVAL, "rlimit.%s: '%s'; expected a number, or unlimited", name,
			       value);
	to->n_rlimits++;
	return 0;
}

static const struct {
	const char *key;
	bool has_value;
	int (*parse)(char *value, struct identity *to, struct err *e);
} words[] = {
	{"caps", true, parse_caps},
	{"ns", true, parse_ns},
	{"join", true, parse_join},
	{"seccomp", true, parse_seccomp},
	{"no_new_privs", false, parse_no_new_privs},
};

static bool parse_number(const char *text, char **end, unsigned *id)
{
	unsigned long v;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	v = strtoul(text, end, 10);
	*id = (unsigned)v;
	return errno == 0 && v < UINT32_MAX;
}

/* Debian's nobody; it needs no file to be known. */
static int parse_user(const char *word, struct identity *to, struct err *e)
{
	const struct passwd *known;
	unsigned uid = 0, gid;
	char *end = NULL;

	if (to->has_user)
		return err_set(e, -EINVAL, "'%s': a second user", word);
	to->has_user = true;
	if (parse_number(word, &end, &uid)) {
		gid = uid;
		if (*end == ':' && !parse_number(end + 1, &end, &gid))
			end = (char *)word;
		to->uid = uid;
		to->gid = gid;
		if (!*end)
			return 0;
	} else if (strcmp(word, "nobody") == 0 || strcmp(word, "root") == 0) {
		to->uid = to->gid = *word == 'n' ? 65534 : 0;
		return 0;
	} else if ((known = getpwnam(word))) {
		to->uid = known->pw_uid;
		to->gid = known->pw_gid;
		return 0;
	}
	return err_set(e, -EINVAL,
		       "'%s' is no user of this host; expected root, nobody, a name or a number, "
		       "then caps=..., ns=..., join=GROUP:..., no_new_privs, seccomp=container, "
		       "rlimit.NAME=N",
		       word);
}

static int parse_word(char *word, bool *seen, struct identity *to, struct err *e)
{
	char *value = strchr(word, '=');

	if (value)
		*value++ = '\0';
	if (value && strncmp(word, "rlimit.", 7) == 0)
		return parse_rlimit(word + 7, value, to, e);
	for (size_t i = 0; i < array_len(words); i++) {
		if (strcmp(words[i].key, word) != 0)
			continue;
		if (seen[i])
			return err_set(e, -EINVAL, "%s: is there twice", word);
		seen[i] = true;
		if (words[i].has_value && (!value || !*value))
			return err_set(e, -EINVAL, "%s: expected %s=...", word, word);
		return words[i].parse(value, to, e);
	}
	if (value)
		return err_set(e, -EINVAL,
			       "'%s=': expected caps=, ns=, join=, seccomp= or rlimit.NAME=", word);
	return parse_user(word, to, e);
}

/* What the words contradict together. */
static int check(const struct identity *id, struct err *e)
{
	if (id->own & id->joined)
		return err_set(e, -EINVAL, "a namespace is both its own (ns=) and joined (join=)");
	if (id->joined & CLONE_NEWUSER)
		return err_set(e, -EINVAL,
			       "join: a user namespace cannot be joined here; give it one of its "
			       "own with ns=user");
	return 0;
}

int identity_parse(const char *text, struct identity *out, size_t *at, struct err *e)
{
	struct identity id = {.text = text};
	bool seen[array_len(words)] = {false};
	size_t offset = 0, fault = 0;
	int r = 0;

	if (!text[strspn(text, " ")])
		r = err_set(e, -EINVAL, "expected whom to run as, such as nobody");
	while (r == 0) {
		char word[WORD_MAX];
		size_t n;
		offset += strspn(text + offset, " ");
		n = strcspn(text + offset, " ");
		if (!n)
			break;
		fault = offset;
		snprintf(word, sizeof(word), "%.*s", (int)n, text + offset);
		r = n < sizeof(word)
			    ? parse_word(word, seen, &id, e)
			    : err_set(e, -EINVAL, "a word of more than %d bytes", WORD_MAX - 1);
		offset += n;
	}
	if (r == 0)
		r = check(&id, e);
	if (r < 0 && at)
		*at = fault;
	if (r == 0)
		*out = id;
	return r;
}
