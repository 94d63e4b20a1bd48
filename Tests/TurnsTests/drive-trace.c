// SPDX-License-Identifier: MIT
/*
 * Writes entries of one function after another into a trace, and then one more after the last report.
 *
 *   drive-trace FUNCTIONS TRACE REPORTS ENTRIES
 *
 * Prints which of the addresses 0x10, 0x18 and 0x20 the trace knows.
 */
#include "turn-trace.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct trace trace = { 0 };
	struct trace_entry entry = { .task = 0xb00, .vcpu = 1, .name = "taker" };
	const char *problem;

	if (argc != 5)
		return 64;
	problem = trace_open(&trace, argv[1], argv[2], atoi(argv[3]));
	if (problem) {
		fprintf(stderr, "%s\n", problem);
		return 1;
	}
	for (uint64_t address = 0x10; address <= 0x20; address += 8)
		printf("%d ", trace_knows(&trace, address));
	printf("\n");
	for (int i = 0; i < atoi(argv[4]); i++) {
		entry.total = i;
		entry.address = i % 10 == 9 ? 0x20 : 0x10;
		trace_add(&trace, &entry);
	}
	free(trace.functions);
	return 0;
}
