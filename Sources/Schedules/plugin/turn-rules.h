// SPDX-License-Identifier: MIT
/*
 * Rules of a schedule: a task that comes to a place pauses until another comes to another place, or the others have run
 * so many instructions. Knows nothing of QEMU, as turn-policy.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define RULES_MOST 16
#define RULES_MAX_VCPUS 4
#define RULES_LOG_LINES 20000

/* Bit of the place where a round begins, behind those of the rules' places. */
#define ROUND_PLACE (UINT64_C(1) << 2 * RULES_MOST)

/* Place of the first instruction of a block. */
struct rule_place {
	uint64_t address; /* 0: nowhere */
	uint64_t from; /* the return address of the call that must lead there; 0: it does not matter */
};

struct rule_task {
	char name[17]; /* of the task (task_struct.comm); with a final '*' the beginning of one; empty: any */
	int vcpu; /* that it runs on; -1: any */
};

struct rule {
	struct rule_task task;
	struct rule_place at;
	uint64_t arrival; /* which of its arrivals counts, 1 is the first; 0: each */
	struct rule_task other;
	struct rule_place until; /* nowhere: until `limit` */
	uint64_t limit; /* instructions that the others may run while it pauses */
	uint64_t arrivals;
};

/* A task as the guest's kernel has it. */
struct running_task {
	uint64_t id; /* address of its task_struct; 0 when that is not known */
	char name[17];
};

struct paused_vcpu {
	int rule; /* -1: it does not pause */
	uint64_t since; /* instructions that all vCPUs had run */
	uint64_t order; /* of the pauses, the first is 1 */
};

struct rules {
	unsigned int count;
	struct rule rule[RULES_MOST];
	uint64_t task_offset, comm_offset; /* of the current task in the lowcore, and of its name in it */

	/* The task that a vCPU runs; false where that cannot be known, as in user mode. */
	bool (*who)(void *context, unsigned int vcpu, struct running_task *task);
	void *context;
	FILE *log; /* NULL: none */
	uint64_t lines;

	/* A task that comes here begins a round, and then the nth rule counts in the nth round only; 0: there are none. */
	uint64_t round_address;
	struct rule_task round_task;
	unsigned int rounds; /* begun so far */

	/* Pages in which places are where no block begins by itself: each instruction is to be a block there. */
	uint64_t pages[2 * RULES_MOST];
	unsigned int page_count;

	struct paused_vcpu paused[RULES_MAX_VCPUS];
	uint64_t armed[RULES_MAX_VCPUS]; /* places whose call has been made, a bit each */
	uint64_t noted[RULES_MAX_VCPUS]; /* task whose arrival at the vCPU's block has been dealt with; 0: none */
	uint64_t noted_at[RULES_MAX_VCPUS];
	uint64_t pauses;
};

/* Reads a plan, see rules_read() in turn-rules.c. Returns what is wrong with it, or NULL. */
const char *rules_read(struct rules *rules, FILE *plan);

void rules_init(struct rules *rules);

/* Bits of the places that a block begins with, and of those whose call it ends with. */
uint64_t rules_begins(const struct rules *rules, uint64_t start);
uint64_t rules_calls(const struct rules *rules, uint64_t end);

/* True if a vCPU pauses. */
static inline bool rules_pauses(const struct rules *rules, unsigned int vcpu)
{
	return rules && vcpu < RULES_MAX_VCPUS && rules->paused[vcpu].rule >= 0;
}

/*
 * A vCPU that has the turn has come to a block that begins at places of rules. Deals with the arrival, once: says of
 * which vCPU the pause is over (-1: of none), and makes this one pause where a rule says so.
 */
int rules_arrive(struct rules *rules, unsigned int vcpu, uint64_t places, uint64_t start, uint64_t total, bool others);

/* A vCPU whose pause has lasted for as long as it may; -1 when there is none. */
int rules_expired(struct rules *rules, uint64_t total);

/* Ends the oldest pause because nobody else has anything to run; -1 when there is none. */
int rules_rouse(struct rules *rules, uint64_t total, bool (*is_idle)(void *, unsigned int), void *context);

/* The vCPU runs its block now. */
void rules_run(struct rules *rules, unsigned int vcpu, uint64_t start, uint64_t calls);
