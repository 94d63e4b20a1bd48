// SPDX-License-Identifier: MIT
/*
 * Stops a guest at a question to the host, until the host has done what it was asked for, so that all of it reaches the
 * guest at one instruction. Knows nothing of QEMU, as turn-policy.h.
 *
 * The two sides tell each other by files PREFIX.NUMBER.WORD, where NUMBER counts the questions from 1:
 *
 *   still  the host: stand still
 *   held   the plugin: no vCPU runs, and none takes an interrupt
 *   go     the host: what I sent has arrived, go on
 *
 * Before `still` the vCPUs leave their loops again and again, so that QEMU can do what needs that they have left them
 * (its RCU callbacks, which free an unplugged device). After it the one that asked waits where it is: interrupts that come
 * meanwhile are taken by whoever would take them after its next block, whenever they came.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct hold {
	const char *prefix; /* NULL: the guest does not stop */
	uint64_t number; /* of the question, from 1 */
	unsigned int vcpu; /* that asked */
	bool lasts;
	uint64_t since_ms;
};

/* A host that is gone, or was not asked, does not keep a guest for longer. */
#define HOLD_MOST_MS 60000

/* A vCPU has asked the host. */
void hold_begin(struct hold *hold, unsigned int vcpu);

/* Whether a vCPU may go on; waits where it is the one that asked. If not, it must leave, and will be asked again. */
bool hold_ends(struct hold *hold, unsigned int vcpu);
