// SPDX-License-Identifier: Apache-2.0
#include "disk-pattern.h"
#include "actor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WORDS (SECTOR_BYTES / sizeof(uint64_t))

enum { PLACE, WRITING, FIRST_RANDOM };

/* Another disk's or run's sectors differ in everything behind the head. */
static void fill_sector(uint64_t words[WORDS], uint64_t seed, uint64_t place, uint64_t writing)
{
	struct random random;

	random_seed(&random, seed ^ (place << 32) ^ writing);
	words[PLACE] = place;
	words[WRITING] = writing;
	for (unsigned int i = FIRST_RANDOM; i < WORDS; i++)
		words[i] = random_next(&random);
}

void fill_block(void *block, uint64_t seed, uint64_t number, uint64_t writing)
{
	uint64_t *words = block;

	for (unsigned int i = 0; i < BLOCK_SECTORS; i++)
		fill_sector(words + i * WORDS, seed, number * BLOCK_SECTORS + i, writing);
}

static bool check_sector(const uint64_t *words, uint64_t seed, uint64_t place, const struct block_state *state,
			 char *complaint, unsigned int size)
{
	uint64_t expected[WORDS];
	unsigned int i = 0;

	if (words[PLACE] != place) {
		snprintf(complaint, size, "holds 0x%" PRIx64 " in place of its own number", words[PLACE]);
		return false;
	}
	if (words[WRITING] < state->acknowledged || words[WRITING] > state->tried) {
		snprintf(complaint, size, "is of writing %" PRIu64 ", not of %" PRIu64 " to %" PRIu64, words[WRITING],
			 state->acknowledged, state->tried);
		return false;
	}
	fill_sector(expected, seed, place, words[WRITING]);
	while (i < WORDS && words[i] == expected[i])
		i++;
	if (i < WORDS)
		snprintf(complaint, size, "is of writing %" PRIu64 " but wrong from byte %zu on", words[WRITING],
			 i * sizeof(*words));
	return i == WORDS;
}

bool check_block(const void *block, uint64_t seed, uint64_t number, const struct block_state *state, char *complaint,
		 unsigned int size)
{
	const uint64_t *words = block;
	char what[128];

	/* Nothing is known of a block that was never written with success. */
	for (unsigned int i = 0; state->acknowledged && i < BLOCK_SECTORS; i++) {
		uint64_t place = number * BLOCK_SECTORS + i;

		if (check_sector(words + i * WORDS, seed, place, state, what, sizeof(what)))
			continue;
		snprintf(complaint, size, "sector %" PRIu64 " %s", place, what);
		return false;
	}
	return true;
}
