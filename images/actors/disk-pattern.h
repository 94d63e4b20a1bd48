/* SPDX-License-Identifier: Apache-2.0 */
/* What a disk's blocks ought to hold: each sector says which block, sector and writing it is of. */
#ifndef ZLAB_DISK_PATTERN_H
#define ZLAB_DISK_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#define BLOCK_BYTES 4096
#define SECTOR_BYTES 512
#define BLOCK_SECTORS (BLOCK_BYTES / SECTOR_BYTES)

/*
 * A block's writings are counted from 1. After one that failed nobody knows which of its sectors arrived: they may be
 * of any writing from the last that succeeded to the last that was tried.
 */
struct block_state {
	uint64_t acknowledged, tried;
};

/* Fills a block with its pattern for one writing. */
void fill_block(void *block, uint64_t seed, uint64_t number, uint64_t writing);

/* Whether each sector is of a writing that it may be of; if not, says what is wrong, in one line. */
bool check_block(const void *block, uint64_t seed, uint64_t number, const struct block_state *state, char *complaint,
		 unsigned int size);

#endif
