// SPDX-License-Identifier: MIT
/*
 * A made-up machine under the policy: vCPUs that run blocks and sometimes wait, and a host that asks in any order, cuts
 * blocks and interrupts at any time. Prints a line for each stretch of instructions that one vCPU ran.
 *
 *   drive-policy VCPUS SEED HOST INSTRUCTIONS [PLAN LOG]
 *
 * With a plan for rules: vCPU V runs the task actorV, and one in some 200 of its blocks is at 0x1000 * (V + 1), come to
 * by a call that returns to 0x1000 * (V + 1) - 0x10.
 *
 * HOST is the seed of all that the host does, which must not show; 0 is a host that does nothing of it.
 */
#include "turn-policy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t clock_now; /* instructions, and the waiting of all */
static uint64_t wakes_at[TURNS_MAX_VCPUS];
static uint64_t block_number[TURNS_MAX_VCPUS];
static uint32_t done_of_block[TURNS_MAX_VCPUS];
static uint64_t host;
static uint64_t most; /* instructions that are still to be run */

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t z = (a + 1) * 0x9e3779b97f4a7c15u + b * 0xd1b54a32d192ed03u;

	z = (z ^ (z >> 29)) * 0xbf58476d1ce4e5b9u;
	return z ^ (z >> 32);
}

/* One time in `odds`, for a host that does such things. */
static bool host_does(uint64_t odds)
{
	if (!host)
		return false;
	host = mix(host, odds);
	return host % odds == 0;
}

static bool is_idle(void *context, unsigned int vcpu)
{
	(void)context;
	return wakes_at[vcpu] > clock_now;
}

/* A line when another vCPU runs than the last time; none for what goes beyond `most`. */
static void report(unsigned int vcpu, uint64_t instructions)
{
	static unsigned int last;
	static uint64_t stretch;

	if (instructions > most)
		instructions = most;
	if (vcpu != last && stretch) {
		printf("%u %" PRIu64 "\n", last, stretch);
		stretch = 0;
	}
	most -= instructions;
	stretch += instructions;
	last = vcpu;
	if (!most)
		printf("%u %" PRIu64 "\n", last, stretch);
}

static bool who(void *context, unsigned int vcpu, struct running_task *task)
{
	(void)context;
	task->id = vcpu + 1;
	snprintf(task->name, sizeof(task->name), "actor%u", vcpu);
	return true;
}

/* Places and calls of a whole block; one that the host has cut begins elsewhere. */
static void mark(struct turns *turns, unsigned int vcpu, uint64_t number, struct turn_block *block)
{
	uint64_t place = 0x1000 * (vcpu + 1), next = mix(vcpu, block_number[vcpu] + 1);

	if (!turns->rules)
		return;
	if (number % 193 == 0 && !done_of_block[vcpu]) {
		block->address = place;
		block->places = rules_begins(turns->rules, place);
	}
	if (next % 193 == 0)
		block->calls = rules_calls(turns->rules, place - 0x10);
}

/* Runs one vCPU as QEMU's loop does: until it waits, is not let run, or the host wants something. */
static void visit(struct turns *turns, unsigned int vcpu)
{
	while (most && !is_idle(NULL, vcpu)) {
		uint64_t number = mix(vcpu, block_number[vcpu]);
		uint32_t length = 1 + number % 20, rest = length - done_of_block[vcpu];
		uint32_t base = (number >> 32 & 0xfffff) << 4, start = base + done_of_block[vcpu];
		struct turn_block block = { .start = start, .instructions = rest };

		if (rest > 1 && host_does(5))
			block.instructions = 1 + host % (rest - 1);
		block.end = start + block.instructions;
		mark(turns, vcpu, number, &block);
		if (!turns_may_run(turns, vcpu, &block))
			return;
		clock_now += block.instructions;
		report(vcpu, block.instructions);
		done_of_block[vcpu] += block.instructions;
		if (done_of_block[vcpu] == length) {
			done_of_block[vcpu] = 0;
			block_number[vcpu]++;
			/* Rules are about vCPUs that run; those that wait end every pause. */
			if (number % (turns->rules ? 97 * 40 : 97) == 0)
				wakes_at[vcpu] = clock_now + number % 50000;
		}
		if (host_does(30))
			return;
	}
}

static void skip_waiting(unsigned int vcpus)
{
	uint64_t first = wakes_at[0];

	for (unsigned int i = 1; i < vcpus; i++)
		if (wakes_at[i] < first)
			first = wakes_at[i];
	if (first > clock_now)
		clock_now = first;
}

int main(int argc, char **argv)
{
	unsigned int vcpus = argc == 5 || argc == 7 ? strtoul(argv[1], NULL, 10) : 0, next = 0;
	static struct rules rules;
	struct turns turns;
	FILE *plan;

	if (vcpus < 1 || vcpus > TURNS_MAX_VCPUS)
		return 64;
	host = strtoull(argv[3], NULL, 10);
	most = strtoull(argv[4], NULL, 10);
	turns_init(&turns, vcpus, strtoull(argv[2], NULL, 10), is_idle, NULL);
	if (argc == 7) {
		rules_init(&rules);
		plan = fopen(argv[5], "r");
		rules.log = fopen(argv[6], "w");
		if (!plan || !rules.log || rules_read(&rules, plan))
			return 65;
		fclose(plan);
		rules.who = who;
		turns.rules = &rules;
	}
	while (most) {
		skip_waiting(vcpus);
		visit(&turns, next);
		next = host_does(3) ? host % vcpus : (next + 1) % vcpus;
	}
	return 0;
}
