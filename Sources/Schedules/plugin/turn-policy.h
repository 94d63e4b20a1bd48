// SPDX-License-Identifier: MIT
/*
 * Which vCPU runs next, when all run on one thread (QEMU's round-robin TCG). Knows nothing of QEMU: the plugin feeds it
 * the translation blocks that are about to run, and so does Tests/TurnsTests/drive-policy.c.
 *
 * Every decision follows from the seed, from instructions that were run and from which vCPUs are idle; never from how
 * often, or when, the host happens to ask.
 */
#pragma once

#include "turn-rules.h"

#include <stdbool.h>
#include <stdint.h>

#define TURNS_MAX_VCPUS 4

/* A translation block that is about to run. */
struct turn_block {
	uint32_t start; /* address of its first instruction, modulo 2^24 halfwords */
	uint32_t end; /* address behind its last one, likewise */
	uint32_t instructions;
	/* Of the rules, see rules_begins() and rules_calls(). */
	uint64_t places, calls;
	uint64_t address; /* the whole address of its first instruction, where it has places or calls */
};

struct turns {
	unsigned int vcpus;
	/* Whether a vCPU has nothing to run: waits, or is stopped. */
	bool (*is_idle)(void *context, unsigned int vcpu);
	void *context;
	struct rules *rules; /* NULL: none */

	int holder; /* the vCPU that has the turn; -1 before the first block */
	uint64_t random; /* state of SplitMix64 */
	uint32_t quantum; /* instructions that the holder may run while others wait */
	uint32_t used; /* of these */
	uint64_t total; /* instructions run by all vCPUs */
	uint64_t handovers;
	uint32_t last_end[TURNS_MAX_VCPUS];
};

/* The shortest and the longest quantum, as powers of two. Drawn anew for each turn. */
#define TURNS_SHORTEST 10
#define TURNS_LONGEST 15

void turns_init(struct turns *turns, unsigned int vcpus, uint64_t seed, bool (*is_idle)(void *, unsigned int),
		void *context);

/* Whether another vCPU than this one has something to run, and does not pause. */
bool turns_has_other(const struct turns *turns, unsigned int vcpu);

/* Whether a vCPU may run the block that it has come to. If not, it must not, and will be asked again. */
bool turns_may_run(struct turns *turns, unsigned int vcpu, const struct turn_block *block);
