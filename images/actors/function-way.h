/* SPDX-License-Identifier: Apache-2.0 */
/* The ways in which a PCI function can be taken away and brought back, each by its name. */
#ifndef ZLAB_FUNCTION_WAY_H
#define ZLAB_FUNCTION_WAY_H

#include "pci-function.h"

#include <stdbool.h>
#include <stdint.h>

/* A function on its way out and back. */
struct target {
	uint64_t fid;
	uint64_t spare; /* of the function that takes its place, way `swap` */
	const char *override; /* the driver that way `override` asks for */
	char driver[64]; /* the one that it had when it was last taken from it */
};

struct function_way {
	const char *name;
	int (*out)(struct target *function); /* 0 or an errno */
	int (*back)(struct target *function); /* NULL when nothing is to be undone */
	bool by_host; /* what was granted comes true without being asked for again */
};

/* Ends with one that has no name. */
extern const struct function_way function_ways[];

#endif
