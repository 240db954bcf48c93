/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sockets: data sent to somebody who does not receive.
 *
 *	unix   socket pairs: buffers are kernel memory as slabs and pages are (GFP_KERNEL_ACCOUNT)
 *	tcp    connections over the loopback device: charged as `sock`, in advance of their use, and
 *	       a charge that fails is no OOM kill: the sender is told to wait (tcp.c, EAGAIN)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hoard.h"

enum { PARAM_KIND = HOARD_PARAMS };
enum { KIND_UNIX, KIND_TCP };
enum { CHUNK_BYTES = 16 << 10 };

static const char chunk[CHUNK_BYTES] = {1};

struct listener {
	int fd;
	struct sockaddr_in address;
};

static int keep_pair(struct hoard *h, int from, int to)
{
	int r = hoard_keep_fd(h, to);

	if (r < 0) {
		close(from);
		return r;
	}
	return hoard_keep_fd(h, from);
}

static int open_unix(struct hoard *h)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
		return -errno;
	return keep_pair(h, fds[0], fds[1]);
}

static int open_tcp(struct hoard *h)
{
	const struct listener *l = h->own;
	int from = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), to, r;

	if (from < 0)
		return -errno;
	/* Over the loopback device a connection stands when connect() returns. */
	to = connect(from, (const struct sockaddr *)&l->address, sizeof(l->address)) < 0
		     ? -1
		     : accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
	if (to < 0) {
		r = -errno;
		close(from);
		return r;
	}
	return keep_pair(h, from, to);
}

/* Sends to the hoard's last socket. Less than a chunk fits: that socket is full, too. */
static ssize_t fill(const struct hoard *h)
{
	ssize_t n = h->n_fds ? send(h->fds[h->n_fds - 1], chunk, CHUNK_BYTES,
				    MSG_DONTWAIT | MSG_NOSIGNAL)
			     : 0;

	if (n >= 0 && n < CHUNK_BYTES)
		errno = EAGAIN;
	return n < CHUNK_BYTES ? -1 : n;
}

static int make_with(struct hoard *h, int (*open)(struct hoard *h))
{
	int r;

	if (fill(h) > 0)
		return 0;
	if (errno != EAGAIN)
		return -errno;
	r = open(h);
	if (r < 0)
		return r;
	return fill(h) > 0 ? 0 : -errno;
}

static int make_unix(struct hoard *h)
{
	return make_with(h, open_unix);
}

static int make_tcp(struct hoard *h)
{
	return make_with(h, open_tcp);
}

static int listen_somewhere(struct listener *l, struct err *e)
{
	socklen_t size = sizeof(l->address);
	struct sockaddr *address = (struct sockaddr *)&l->address;

	l->address = (struct sockaddr_in){.sin_family = AF_INET,
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0 || bind(l->fd, address, size) < 0 || listen(l->fd, 1) < 0 ||
	    getsockname(l->fd, address, &size) < 0)
		return err_sys(e, "sockets: cannot listen on the loopback device (is it up? "
				  "`ip link set lo up`)");
	return 0;
}

static int begin_tcp(struct hoard *h, struct err *e)
{
	struct listener *l = calloc(1, sizeof(*l));

	if (!l)
		return err_set(e, -ENOMEM, "sockets: out of memory");
	l->fd = -1;
	h->own = l;
	return listen_somewhere(l, e);
}

static void end_tcp(struct hoard *h)
{
	struct listener *l = h->own;

	if (l && l->fd >= 0)
		close(l->fd);
	free(l);
}

static const struct hoard_kind kinds[] = {
	[KIND_UNIX] = {.bytes = CHUNK_BYTES, .by_file = true, .make = make_unix},
	[KIND_TCP] = {.bytes = CHUNK_BYTES,
		      .by_file = true,
		      .begin = begin_tcp,
		      .make = make_tcp,
		      .end = end_tcp},
};

static int sockets_setup(struct work *w, struct err *e)
{
	return hoard_setup(w, &kinds[w->param[PARAM_KIND]], e);
}

static const struct param sockets_params[] = {
	HOARD_PARAM_ROWS,
	[PARAM_KIND] = {.name = "kind",
			.summary = "which sockets",
			.choices =
				(const char *const[]){
					[KIND_UNIX] = "unix", [KIND_TCP] = "tcp", NULL},
			.fallback = "unix"},
	{0},
};

const struct workload workload_sockets = {
	.name = "sockets",
	.summary = "sends through sockets to somebody who does not receive",
	.params = sockets_params,
	.counters = {HOARD_COUNTER_ROWS},
	.setup = sockets_setup,
	.step = hoard_step,
	.teardown = hoard_teardown,
};
