/* SPDX-License-Identifier: GPL-3.0-or-later */
/* version: what this program calls itself in host.json and reports. */
#ifndef CGBENCH_VERSION_H
#define CGBENCH_VERSION_H

#define CGBENCH_VERSION "0.1"

#endif
