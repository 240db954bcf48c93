/* SPDX-License-Identifier: GPL-3.0-or-later */
/* version: what this program calls itself in host.json and reports. */
#ifndef CGBENCH_VERSION_H
#define CGBENCH_VERSION_H

#include <stdio.h>

#define CGBENCH_VERSION "0.1"

/* "cgbench 0.1 (commit ...)", the licence, and the libraries that it runs with. */
void version_print(FILE *f);

#endif
