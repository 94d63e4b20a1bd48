// SPDX-License-Identifier: MIT
/*
 * The last functions of the kernel that tasks entered, in a file that outlives QEMU: a header, then a ring of entries.
 * Numbers are in the host's byte order. Knows nothing of QEMU, as turn-policy.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_ENTRIES (1u << 17)

struct trace_entry {
	uint64_t total; /* instructions that all vCPUs had run */
	uint64_t address; /* of the function */
	uint64_t task; /* address of its task_struct */
	uint16_t vcpu;
	uint16_t others; /* 1: another vCPU had something to run */
	char name[16]; /* of the task */
	uint32_t stack; /* the low half of its stack pointer, before the function makes room for itself */
};

struct trace_header {
	uint64_t count; /* of all entries that were written; the ring holds the last of them */
	char reserved[40];
};

struct trace_function {
	uint64_t address;
	bool is_report; /* the kernel reports something by it */
	unsigned int entered;
};

struct trace {
	struct trace_header *file; /* NULL: no trace */
	struct trace_function *functions; /* by address, ascending */
	size_t count, room;
	unsigned int reports_left; /* nothing is written after so many reports have begun */
	unsigned int limit; /* entries of one function that are written; 0: all */
};

/*
 * Reads the functions, an address in hex on each line, ascending, with ` report` behind those that report, and makes the
 * file. A line `limit N` says how many entries of one function are written. Returns what is wrong, or NULL.
 */
const char *trace_open(struct trace *trace, const char *functions, const char *path, unsigned int reports);

/* True if a function that is traced begins at an address. */
bool trace_knows(const struct trace *trace, uint64_t address);

void trace_add(struct trace *trace, const struct trace_entry *entry);
