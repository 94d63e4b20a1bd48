// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "turn-trace.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *read_functions(struct trace *trace, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[64], word[8];
	uint64_t address;
	int words;

	if (!file)
		return "the list of functions cannot be opened";
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "limit %u", &trace->limit) == 1)
			continue;
		words = sscanf(line, "%" SCNx64 " %7s", &address, word);
		if (words < 1)
			continue;
		if (trace->count == trace->room) {
			trace->room = trace->room ? 2 * trace->room : 4096;
			trace->functions = realloc(trace->functions, trace->room * sizeof(*trace->functions));
			if (!trace->functions)
				abort();
		}
		trace->functions[trace->count++] =
			(struct trace_function){ address, words == 2 && !strcmp(word, "report"), 0 };
	}
	fclose(file);
	return trace->count ? NULL : "the list of functions is empty";
}

const char *trace_open(struct trace *trace, const char *functions, const char *path, unsigned int reports)
{
	size_t size = sizeof(struct trace_header) + TRACE_ENTRIES * sizeof(struct trace_entry);
	const char *problem = read_functions(trace, functions);
	void *map = MAP_FAILED;
	int fd;

	if (problem)
		return problem;
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	/* All of it now: a store to a page that a full disk has no room for is a SIGBUS. */
	if (fd >= 0 && !posix_fallocate(fd, 0, size))
		map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	if (map == MAP_FAILED)
		return "the trace cannot be written";
	trace->file = map;
	trace->reports_left = reports;
	return NULL;
}

static struct trace_function *find(const struct trace *trace, uint64_t address)
{
	size_t low = 0, high = trace->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (trace->functions[middle].address == address)
			return &trace->functions[middle];
		if (trace->functions[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool trace_knows(const struct trace *trace, uint64_t address)
{
	return trace->file && find(trace, address);
}

void trace_add(struct trace *trace, const struct trace_entry *entry)
{
	struct trace_function *function = find(trace, entry->address);
	struct trace_entry *ring = (struct trace_entry *)(trace->file + 1);

	if (!trace->reports_left)
		return;
	if (function && trace->limit && function->entered++ >= trace->limit)
		return;
	ring[trace->file->count++ % TRACE_ENTRIES] = *entry;
	if (function && function->is_report)
		trace->reports_left--;
}
