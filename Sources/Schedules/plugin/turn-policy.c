// SPDX-License-Identifier: MIT
#include "turn-policy.h"

#include <string.h>

/* SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014). */
static uint64_t draw(struct turns *turns)
{
	uint64_t z = turns->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void turns_init(struct turns *turns, unsigned int vcpus, uint64_t seed, bool (*is_idle)(void *, unsigned int),
		void *context)
{
	memset(turns, 0, sizeof(*turns));
	turns->vcpus = vcpus;
	turns->random = seed;
	turns->is_idle = is_idle;
	turns->context = context;
	turns->holder = -1;
}

static void begin_turn(struct turns *turns, int vcpu)
{
	turns->handovers += turns->holder != vcpu;
	turns->holder = vcpu;
	turns->used = 0;
	turns->quantum = UINT32_C(1) << (TURNS_SHORTEST + draw(turns) % (TURNS_LONGEST - TURNS_SHORTEST + 1));
}

static bool can_run(const struct turns *turns, unsigned int vcpu)
{
	return !rules_pauses(turns->rules, vcpu) && !turns->is_idle(turns->context, vcpu);
}

/* One of those that can run, other than `except`; -1 when there is none. */
static int choose(struct turns *turns, int except)
{
	int able[TURNS_MAX_VCPUS];
	unsigned int count = 0;

	for (unsigned int i = 0; i < turns->vcpus; i++)
		if ((int)i != except && can_run(turns, i))
			able[count++] = i;
	if (!count)
		return -1;
	return able[count == 1 ? 0 : draw(turns) % count];
}

/*
 * A block that goes on where the last one ended may be the rest of one that QEMU cut, for a timer or an access to a
 * device, and need not begin there in another run. Where a branch led, a block begins always.
 */
static bool is_cut(const struct turns *turns, unsigned int vcpu, const struct turn_block *block)
{
	return block->start == turns->last_end[vcpu];
}

static bool has_turn(struct turns *turns, int vcpu, const struct turn_block *block)
{
	int next;

	if (vcpu != turns->holder) {
		if (turns->holder >= 0 && can_run(turns, turns->holder))
			return false;
		/* Who asks first is the host's doing; so all that could are asked. */
		next = choose(turns, turns->holder);
		if (next < 0 && turns->rules)
			next = rules_rouse(turns->rules, turns->total, turns->is_idle, turns->context);
		begin_turn(turns, next < 0 ? vcpu : next);
	} else if (turns->used >= turns->quantum && !is_cut(turns, vcpu, block)) {
		next = choose(turns, vcpu);
		begin_turn(turns, next < 0 ? vcpu : next);
	}
	return turns->holder == vcpu;
}

bool turns_has_other(const struct turns *turns, unsigned int vcpu)
{
	for (unsigned int i = 0; i < turns->vcpus; i++)
		if (i != vcpu && can_run(turns, i))
			return true;
	return false;
}

/* Applies the rules to a block of the vCPU that has the turn; true if it keeps it. */
static bool keeps_turn(struct turns *turns, unsigned int vcpu, const struct turn_block *block)
{
	struct rules *rules = turns->rules;
	int released = -1, next;

	if (block->places)
		released = rules_arrive(rules, vcpu, block->places, block->address, turns->total,
					turns_has_other(turns, vcpu));
	if (released < 0 && !is_cut(turns, vcpu, block))
		released = rules_expired(rules, turns->total);
	next = released;
	if (next < 0 && rules_pauses(rules, vcpu))
		next = choose(turns, vcpu);
	if (next < 0 || next == (int)vcpu)
		return true;
	begin_turn(turns, next);
	return false;
}

bool turns_may_run(struct turns *turns, unsigned int vcpu, const struct turn_block *block)
{
	if (vcpu >= turns->vcpus)
		return true;
	if (!has_turn(turns, vcpu, block))
		return false;
	if (turns->rules) {
		if (!keeps_turn(turns, vcpu, block))
			return false;
		rules_run(turns->rules, vcpu, block->address, block->calls);
	}
	turns->used += block->instructions;
	turns->total += block->instructions;
	turns->last_end[vcpu] = block->end;
	return true;
}
