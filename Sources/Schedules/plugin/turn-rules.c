// SPDX-License-Identifier: MIT
#include "turn-rules.h"

#include <inttypes.h>
#include <string.h>

/* Places by number: a rule's own is 2 * rule, the one that it waits for 2 * rule + 1. */
static const struct rule_place *place_of(const struct rules *rules, unsigned int number)
{
	const struct rule *rule = &rules->rule[number / 2];

	return number % 2 ? &rule->until : &rule->at;
}

void rules_init(struct rules *rules)
{
	memset(rules, 0, sizeof(*rules));
	for (unsigned int i = 0; i < RULES_MAX_VCPUS; i++)
		rules->paused[i].rule = -1;
}

static bool read_task(struct rule_task *task, const char *name, int vcpu)
{
	if (strlen(name) >= sizeof(task->name) || vcpu < -1 || vcpu >= RULES_MAX_VCPUS)
		return false;
	strcpy(task->name, strcmp(name, "-") ? name : "");
	task->vcpu = vcpu;
	return true;
}

/*
 *   task OFFSET OFFSET
 *   page ADDRESS
 *   round NAME VCPU ADDRESS
 *   rule NAME VCPU ADDRESS FROM ARRIVAL LIMIT NAME VCPU ADDRESS FROM
 *
 * Addresses and offsets are in hex. A name of - is any task's.
 */
const char *rules_read(struct rules *rules, FILE *plan)
{
	char line[512], name[64], other[64];

	while (fgets(line, sizeof(line), plan)) {
		struct rule *rule = &rules->rule[rules->count];
		int vcpu, other_vcpu;

		if (sscanf(line, "task %" SCNx64 " %" SCNx64, &rules->task_offset, &rules->comm_offset) == 2)
			continue;
		if (rules->page_count < 2 * RULES_MOST &&
		    sscanf(line, "page %" SCNx64, &rules->pages[rules->page_count]) == 1) {
			rules->page_count++;
			continue;
		}
		if (sscanf(line, "round %63s %d %" SCNx64, name, &vcpu, &rules->round_address) == 3) {
			if (!read_task(&rules->round_task, name, vcpu))
				return "a round of no task";
			continue;
		}
		if (rules->count == RULES_MOST)
			return "too many rules";
		if (sscanf(line, "rule %63s %d %" SCNx64 " %" SCNx64 " %" SCNu64 " %" SCNu64 " %63s %d %" SCNx64 " %" SCNx64,
			   name, &vcpu, &rule->at.address, &rule->at.from, &rule->arrival, &rule->limit, other,
			   &other_vcpu, &rule->until.address, &rule->until.from) != 10 ||
		    !rule->at.address || !rule->limit || !read_task(&rule->task, name, vcpu) ||
		    !read_task(&rule->other, other, other_vcpu))
			return "a line that is no rule";
		rules->count++;
	}
	return ferror(plan) ? "it cannot be read" : NULL;
}

uint64_t rules_begins(const struct rules *rules, uint64_t start)
{
	uint64_t places = rules->round_address == start ? ROUND_PLACE : 0;

	for (unsigned int i = 0; i < 2 * rules->count; i++)
		if (place_of(rules, i)->address == start)
			places |= UINT64_C(1) << i;
	return start ? places : 0;
}

uint64_t rules_calls(const struct rules *rules, uint64_t end)
{
	uint64_t places = 0;

	for (unsigned int i = 0; i < 2 * rules->count; i++)
		if (place_of(rules, i)->from == end)
			places |= UINT64_C(1) << i;
	return end ? places : 0;
}

static bool fits(const struct rule_task *wanted, unsigned int vcpu, const char *name)
{
	size_t length = strlen(wanted->name);

	if (wanted->vcpu >= 0 && wanted->vcpu != (int)vcpu)
		return false;
	if (!length)
		return true;
	if (wanted->name[length - 1] == '*')
		return !strncmp(wanted->name, name, length - 1);
	return !strcmp(wanted->name, name);
}

/* A guest may give its tasks any names. */
static void tell(struct rules *rules, const char *what, unsigned int rule, uint64_t total, unsigned int vcpu,
		 const char *word)
{
	char plain[32];
	size_t i;

	if (!rules->log || rules->lines++ >= RULES_LOG_LINES)
		return;
	for (i = 0; word[i] && i < sizeof(plain) - 1; i++)
		plain[i] = word[i] > ' ' && word[i] < 0x7f ? word[i] : '?';
	plain[i] = '\0';
	fprintf(rules->log, "%s %u %" PRIu64 " %u %s\n", what, rule, total, vcpu, i ? plain : "-");
	/* QEMU is killed, not ended. */
	fflush(rules->log);
}

static void release(struct rules *rules, unsigned int vcpu, uint64_t total, const char *why)
{
	tell(rules, "goes", rules->paused[vcpu].rule, total, vcpu, why);
	rules->paused[vcpu].rule = -1;
}

static int oldest(const struct rules *rules, bool (*is_idle)(void *, unsigned int), void *context)
{
	int found = -1;

	for (unsigned int i = 0; i < RULES_MAX_VCPUS; i++)
		if (rules->paused[i].rule >= 0 && !(is_idle && is_idle(context, i)) &&
		    (found < 0 || rules->paused[i].order < rules->paused[found].order))
			found = i;
	return found;
}

/* The pause of another vCPU that this arrival ends; the oldest of several. */
static int awaited(struct rules *rules, unsigned int vcpu, uint64_t places, const char *name, uint64_t total)
{
	int found = -1;

	for (unsigned int i = 0; i < RULES_MAX_VCPUS; i++) {
		int rule = rules->paused[i].rule;

		if (rule < 0 || i == vcpu || !(places & UINT64_C(1) << (2 * rule + 1)) ||
		    !fits(&rules->rule[rule].other, vcpu, name))
			continue;
		release(rules, i, total, "reached");
		if (found < 0 || rules->paused[i].order < rules->paused[found].order)
			found = i;
	}
	return found;
}

static void pause_at(struct rules *rules, unsigned int vcpu, uint64_t places, const char *name, uint64_t total,
		     bool others)
{
	for (unsigned int i = 0; i < rules->count; i++) {
		struct rule *rule = &rules->rule[i];

		if (!(places & UINT64_C(1) << 2 * i) || !fits(&rule->task, vcpu, name))
			continue;
		if (rules->round_address && rules->rounds != i + 1)
			continue;
		rule->arrivals++;
		tell(rules, "comes", i, total, vcpu, name);
		if ((rule->arrival && rule->arrival != rule->arrivals) || rules->paused[vcpu].rule >= 0)
			continue;
		if (!others) {
			tell(rules, "goes", i, total, vcpu, "alone");
			continue;
		}
		rules->paused[vcpu] = (struct paused_vcpu){ .rule = i, .since = total, .order = ++rules->pauses };
	}
}

/* Those whose call was made, or for which it does not matter how they were come to. */
static uint64_t entered(const struct rules *rules, unsigned int vcpu, uint64_t places)
{
	uint64_t result = places & ROUND_PLACE;

	for (unsigned int i = 0; i < 2 * rules->count; i++) {
		uint64_t bit = UINT64_C(1) << i;

		if (places & bit && (!place_of(rules, i)->from || rules->armed[vcpu] & bit))
			result |= bit;
	}
	return result;
}

int rules_arrive(struct rules *rules, unsigned int vcpu, uint64_t places, uint64_t start, uint64_t total, bool others)
{
	struct running_task task = { 0 };
	int released;

	places = entered(rules, vcpu, places);
	if (!places || !rules->who(rules->context, vcpu, &task))
		return -1;
	if (rules->noted[vcpu] == task.id && rules->noted_at[vcpu] == start)
		return -1;
	rules->noted[vcpu] = task.id;
	rules->noted_at[vcpu] = start;
	if (places & ROUND_PLACE && fits(&rules->round_task, vcpu, task.name))
		rules->rounds++;
	released = awaited(rules, vcpu, places, task.name, total);
	pause_at(rules, vcpu, places, task.name, total, others || released >= 0);
	return released;
}

int rules_expired(struct rules *rules, uint64_t total)
{
	for (unsigned int i = 0; i < RULES_MAX_VCPUS; i++) {
		int rule = rules->paused[i].rule;

		if (rule < 0 || total - rules->paused[i].since < rules->rule[rule].limit)
			continue;
		release(rules, i, total, rules->rule[rule].until.address ? "limit" : "ran");
		return i;
	}
	return -1;
}

int rules_rouse(struct rules *rules, uint64_t total, bool (*is_idle)(void *, unsigned int), void *context)
{
	int found = oldest(rules, is_idle, context);

	if (found >= 0)
		release(rules, found, total, "idle");
	return found;
}

void rules_run(struct rules *rules, unsigned int vcpu, uint64_t start, uint64_t calls)
{
	if (rules->noted[vcpu] && rules->noted_at[vcpu] == start) {
		rules->noted[vcpu] = 0;
		rules->armed[vcpu] = 0;
	}
	rules->armed[vcpu] |= calls;
}
