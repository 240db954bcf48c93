/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scx: a hog that first puts the whole machine under a scheduler of its own: the least that
 * sched_ext takes (Documentation/scheduler/sched-ext.rst, Linux 6.12), a table of operations of
 * which only the name is set, so that all ordinary tasks wait in one queue. Such a scheduler knows
 * nothing of cpu.max. It is loaded by raw bpf(2) calls and bound to a link, whose descriptor is the
 * only thing that holds it: however this process ends, the kernel goes back to its own.
 *
 *	/sys/kernel/btf/vmlinux   where `name` lies in the kernel's struct sched_ext_ops
 *	BPF_BTF_LOAD              a type description of one int, which every such map must have
 *	BPF_MAP_CREATE, _UPDATE   the table, as a map of one element
 *	BPF_LINK_CREATE           from here on it schedules
 *
 * Since it is about every task of the machine it runs in a lab only.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgbench/chain.h"
#include "cgbench/scope.h"

static const char btf_path[] = "/sys/kernel/btf/vmlinux";
static const char table_type[] = "bpf_struct_ops_sched_ext_ops";

enum { BTF_BYTES_MAX = 64 << 20, BTF_BYTES_FIRST = 1 << 20 };
/* linux/bpf.h of older systems lacks these. */
enum { F_LINK = 1 << 13, ATTACH_STRUCT_OPS = 44 };

struct scx {
	uint64_t x, batch;
	int map_fd, link_fd;
};

/* What the kernel tells of the table. */
struct layout {
	unsigned type;      /* its number */
	size_t bytes, name; /* of the whole; where the name is in it */
};

/* A kernel's description of its types, as it lies in the file. */
struct types {
	const char *names;
	const char *at, *end;
};

static int read_all(char **text, size_t *bytes, struct err *e)
{
	scope_fd int fd = open(btf_path, O_RDONLY | O_CLOEXEC);
	scope_free char *buf = NULL;
	size_t room = 0, used = 0;
	ssize_t n = 1;

	if (fd < 0)
		return err_sys(e, "scx: %s (is the kernel built with CONFIG_DEBUG_INFO_BTF?)",
			       btf_path);
	while (n > 0) {
		if (used == room) {
			char *more;
			room = room ? 2 * room : BTF_BYTES_FIRST;
			more = room > BTF_BYTES_MAX ? NULL : realloc(buf, room);
			if (!more)
				return err_no_memory(e);
			buf = more;
		}
		n = read(fd, buf + used, room - used);
		if (n < 0)
			return err_sys(e, "scx: %s", btf_path);
		used += (size_t)n;
	}
	*bytes = used;
	*text = steal_ptr(&buf);
	return 0;
}

/* How much lies behind a type's three words (Documentation/bpf/btf.rst). */
static size_t rest_bytes(unsigned kind, unsigned members)
{
	switch (kind) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return members * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return members * sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return members * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return members * sizeof(struct btf_var_secinfo);
	case BTF_KIND_ENUM64:
		return members * sizeof(struct btf_enum64);
	default:
		return 0;
	}
}

/* The struct of that name, and its number; NULL: there is none. */
static const struct btf_type *find_struct(const struct types *all, const char *name,
					  unsigned *number)
{
	const char *at = all->at;

	for (*number = 1; at + sizeof(struct btf_type) <= all->end; ++*number) {
		const struct btf_type *t = (const void *)at;
		unsigned kind = BTF_INFO_KIND(t->info);
		if (kind == BTF_KIND_STRUCT && strcmp(all->names + t->name_off, name) == 0)
			return t;
		at += sizeof(*t) + rest_bytes(kind, BTF_INFO_VLEN(t->info));
	}
	return NULL;
}

/* Where a member begins, in bytes; false: there is no such member. */
static bool find_member(const struct types *all, const struct btf_type *t, const char *name,
			size_t *offset)
{
	const struct btf_member *m = (const void *)(t + 1);

	for (unsigned i = 0; i < BTF_INFO_VLEN(t->info); i++) {
		if (strcmp(all->names + m[i].name_off, name) != 0)
			continue;
		*offset = (BTF_INFO_KFLAG(t->info) ? BTF_MEMBER_BIT_OFFSET(m[i].offset)
						   : m[i].offset) /
			  8;
		return true;
	}
	return false;
}

static int find_layout(struct layout *out, struct err *e)
{
	scope_free char *text = NULL;
	const struct btf_type *table, *ops;
	const struct btf_header *h;
	struct types all;
	size_t bytes = 0, data, name;
	unsigned unused;
	int r = read_all(&text, &bytes, e);

	if (r < 0)
		return r;
	h = (const void *)text;
	if (bytes < sizeof(*h) || h->magic != BTF_MAGIC ||
	    (uint64_t)h->hdr_len + h->str_off + h->str_len > bytes)
		return err_set(e, -EINVAL, "scx: %s is not what Linux documents", btf_path);
	all = (struct types){.at = text + h->hdr_len + h->type_off,
			     .end = text + h->hdr_len + h->type_off + h->type_len,
			     .names = text + h->hdr_len + h->str_off};
	table = find_struct(&all, table_type, &out->type);
	ops = find_struct(&all, "sched_ext_ops", &unused);
	if (!table || !ops || !find_member(&all, table, "data", &data) ||
	    !find_member(&all, ops, "name", &name))
		return err_set(e, -ENOSYS,
			       "scx: this kernel has no sched_ext (CONFIG_SCHED_CLASS_EXT, Linux "
			       "6.12)");
	out->bytes = table->size;
	out->name = data + name;
	return 0;
}

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* One type, an int, in one section of names. */
static int load_types(struct err *e)
{
	static const char names[] = "\0int";
	struct {
		struct btf_header header;
		struct btf_type type;
		uint32_t of_int;
		char names[sizeof(names)];
	} blob = {
		.header = {.magic = BTF_MAGIC,
			   .version = BTF_VERSION,
			   .hdr_len = sizeof(struct btf_header),
			   .type_len = sizeof(struct btf_type) + sizeof(uint32_t),
			   .str_off = sizeof(struct btf_type) + sizeof(uint32_t),
			   .str_len = sizeof(names)},
		.type = {.name_off = 1, .info = BTF_KIND_INT << 24, .size = sizeof(int)},
		.of_int = BTF_INT_SIGNED << 24 | 8 * sizeof(int),
	};
	union bpf_attr attr = {.btf = (uintptr_t)&blob, .btf_size = sizeof(blob)};
	int fd;

	memcpy(blob.names, names, sizeof(names));
	attr.btf_size =
		(uint32_t)(sizeof(struct btf_header) + blob.header.type_len + sizeof(names));
	fd = bpf(BPF_BTF_LOAD, &attr);
	return fd < 0 ? err_sys(e, "scx: BPF_BTF_LOAD (it takes CAP_BPF)") : fd;
}

static int make_map(const struct layout *l, struct err *e)
{
	scope_fd int types = load_types(e);
	union bpf_attr attr = {.map_type = BPF_MAP_TYPE_STRUCT_OPS};
	int fd;

	if (types < 0)
		return types;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = (uint32_t)l->bytes;
	attr.max_entries = 1;
	attr.map_flags = F_LINK;
	attr.btf_fd = (uint32_t)types;
	attr.btf_vmlinux_value_type_id = l->type;
	fd = bpf(BPF_MAP_CREATE, &attr);
	return fd < 0 ? err_sys(e, "scx: BPF_MAP_CREATE of %s", table_type) : fd;
}

static int fill_map(int map, const struct layout *l, struct err *e)
{
	static const char name[] = "cgwork";
	scope_free char *value = calloc(1, l->bytes);
	uint32_t key = 0;
	union bpf_attr attr = {.map_fd = (uint32_t)map};

	if (!value)
		return err_no_memory(e);
	memcpy(value + l->name, name, sizeof(name));
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)value;
	return bpf(BPF_MAP_UPDATE_ELEM, &attr) < 0 ? err_sys(e, "scx: BPF_MAP_UPDATE_ELEM") : 0;
}

static int attach(struct scx *s, struct err *e)
{
	/* In newer headers this word is called map_fd, too. */
	union bpf_attr attr = {
		.link_create = {.prog_fd = (uint32_t)s->map_fd, .attach_type = ATTACH_STRUCT_OPS}};

	s->link_fd = bpf(BPF_LINK_CREATE, &attr);
	return s->link_fd < 0 ? err_sys(e, "scx: the scheduler is refused") : 0;
}

static int load(struct scx *s, struct err *e)
{
	struct layout l;
	int r = find_layout(&l, e);

	if (r < 0)
		return r;
	r = make_map(&l, e);
	if (r < 0)
		return r;
	s->map_fd = r;
	r = fill_map(s->map_fd, &l, e);
	return r < 0 ? r : attach(s, e);
}

static void scx_free(struct scx *s)
{
	scope_close_fd(&s->link_fd);
	scope_close_fd(&s->map_fd);
	free(s);
}

static int scx_setup(struct work *w, struct err *e)
{
	struct scx *s;
	int r = 0;

	if (!getenv("CGBENCH_LAB"))
		return err_set(e, -EPERM,
			       "scx puts the whole machine under another scheduler: in a lab only "
			       "(scripts/lab)");
	s = malloc(sizeof(*s));
	if (!s)
		return err_set(e, -ENOMEM, "scx: out of memory");
	*s = (struct scx){.x = CHAIN_SEED + w->thread,
			  .batch = chain_calibrate(),
			  .map_fd = -1,
			  .link_fd = -1};
	if (w->thread == 0)
		r = load(s, e);
	if (r < 0)
		scx_free(s);
	else
		w->state = s;
	return r;
}

static uint64_t scx_step(struct work *w)
{
	struct scx *s = w->state;

	s->x = chain_run(s->x, s->batch);
	return s->batch;
}

static void scx_teardown(struct work *w)
{
	scx_free(w->state);
}

const struct workload workload_scx = {
	.name = "scx",
	.summary = "a hog under a sched_ext scheduler that it loads (lab only)",
	.setup = scx_setup,
	.step = scx_step,
	.teardown = scx_teardown,
};
