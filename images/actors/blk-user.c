// SPDX-License-Identifier: Apache-2.0
/*
 * Writes to the disk of a function and reads back, several requests at a time, while the function comes and goes; each
 * time it is back, and at the end, everything that the disk acknowledged must be there.
 */
#define _GNU_SOURCE
#include "actor.h"
#include "disk-pattern.h"
#include "function-child.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS 4
#define THREAD_BLOCKS 256 /* 1 MiB: all of them want a disk of 4 MiB */
#define REST_US 1000
/* The function must be back so long after the others have had their time. */
#define PATIENCE_NS (UINT64_C(20) * 1000000000)
#define READ_BACK_EVERY 4

enum { FID, SECONDS, SEED };

/* One thread has a part of the disk for itself. */
struct part {
	pthread_t thread;
	uint64_t fid, seed, end;
	uint64_t first; /* block */
	struct random random;
	int fd;
	void *buffer; /* aligned, as direct I/O wants it */
	uint64_t opens, writes, reads, checks;
	struct errno_count errors;
	bool verified; /* at the end, as a whole */
	struct block_state blocks[THREAD_BLOCKS];
};

/* The first complaint; others only follow from it. */
static atomic_bool corrupt;
static char corruption[256];

static void complain(uint64_t block, const char *what)
{
	if (!atomic_exchange(&corrupt, true))
		snprintf(corruption, sizeof(corruption), "data corruption: block %" PRIu64 ", %s", block, what);
}

/* Whether a request went well; if not, the disk is given up until the next open. */
static bool went_well(struct part *part, ssize_t length)
{
	if (length == BLOCK_BYTES)
		return true;
	count_errno(&part->errors, length < 0 ? errno : EIO);
	close(part->fd);
	part->fd = -1;
	return false;
}

static bool write_block(struct part *part, uint64_t index)
{
	struct block_state *state = &part->blocks[index];
	uint64_t number = part->first + index;

	fill_block(part->buffer, part->seed, number, ++state->tried);
	if (!went_well(part, pwrite(part->fd, part->buffer, BLOCK_BYTES, number * BLOCK_BYTES)))
		return false;
	state->acknowledged = state->tried;
	part->writes++;
	return true;
}

static bool read_block(struct part *part, uint64_t index)
{
	uint64_t number = part->first + index;
	char what[160];

	if (!went_well(part, pread(part->fd, part->buffer, BLOCK_BYTES, number * BLOCK_BYTES)))
		return false;
	part->reads++;
	if (!check_block(part->buffer, part->seed, number, &part->blocks[index], what, sizeof(what)))
		complain(number, what);
	return true;
}

/* Reads all that was ever written; false when the disk went away meanwhile. */
static bool verify(struct part *part)
{
	for (uint64_t index = 0; index < THREAD_BLOCKS; index++)
		if (part->blocks[index].acknowledged && !read_block(part, index))
			return false;
	part->checks++;
	return true;
}

static bool open_disk(struct part *part)
{
	char name[32], path[48];

	if (!function_child(part->fid, "block", name, sizeof(name)))
		return false;
	snprintf(path, sizeof(path), "/dev/%s", name);
	part->fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (part->fd < 0) {
		count_errno(&part->errors, errno);
		return false;
	}
	part->opens++;
	return true;
}

/* One step: get the disk back and look whether all is there, or one request. */
static void step(struct part *part)
{
	if (part->fd < 0) {
		if (!open_disk(part) || !verify(part))
			sleep_us(REST_US);
		return;
	}
	uint64_t index = random_up_to(&part->random, THREAD_BLOCKS - 1);

	if (random_up_to(&part->random, READ_BACK_EVERY - 1) || !part->blocks[index].acknowledged)
		write_block(part, index);
	else
		read_block(part, index);
}

static void *drive(void *argument)
{
	struct part *part = argument;

	while (monotonic_ns() < part->end && !corrupt)
		step(part);
	/* Anew, so that it is the disk that answers. */
	if (part->fd >= 0)
		close(part->fd);
	part->fd = -1;
	while (monotonic_ns() < part->end + PATIENCE_NS && !part->verified && !corrupt) {
		part->verified = open_disk(part) && verify(part);
		if (!part->verified)
			sleep_us(REST_US);
	}
	return NULL;
}

static bool start(struct part *part, unsigned int number, const struct option_spec *options, uint64_t end)
{
	part->fid = options[FID].number;
	part->seed = options[SEED].number;
	part->end = end;
	part->first = number * THREAD_BLOCKS;
	part->fd = -1;
	random_seed(&part->random, part->seed + number);
	return !posix_memalign(&part->buffer, BLOCK_BYTES, BLOCK_BYTES) &&
	       !pthread_create(&part->thread, NULL, drive, part);
}

static void add(struct part *sum, const struct part *part)
{
	sum->opens += part->opens;
	sum->writes += part->writes;
	sum->reads += part->reads;
	sum->checks += part->checks;
	sum->verified &= part->verified;
	for (int code = 0; code < ERRNO_LIMIT; code++)
		sum->errors.counts[code] += part->errors.counts[code];
}

static int finish(const struct part *sum)
{
	printf("{\"actor\": \"blk-user\", \"opens\": %" PRIu64 ", \"writes\": %" PRIu64 ", \"reads\": %" PRIu64
	       ", \"checks\": %" PRIu64 ", \"errors\": ",
	       sum->opens, sum->writes, sum->reads, sum->checks);
	print_errors(&sum->errors);
	printf("}\n");
	if (corrupt) {
		fprintf(stderr, "blk-user: %s\n", corruption);
		return EXIT_WRONG;
	}
	if (sum->verified && sum->writes)
		return 0;
	if (sum->verified)
		fprintf(stderr, "blk-user: the disk was never there long enough for a write\n");
	else
		fprintf(stderr, "blk-user: the disk was not there at the end, after %" PRIu64 " writes\n", sum->writes);
	return EXIT_UNDONE;
}

static int blk_user_main(int argc, char **argv)
{
	struct option_spec options[] = {
		[FID] = { .name = "--fid", .kind = OPTION_HEX, .max = UINT32_MAX },
		[SECONDS] = { .name = "--seconds", .kind = OPTION_DECIMAL, .max = 86400 },
		[SEED] = { .name = "--seed", .kind = OPTION_DECIMAL, .max = UINT64_MAX },
	};
	static struct part parts[THREADS];
	static struct part sum = { .verified = true };
	uint64_t end;

	parse_options(argc, argv, options, sizeof(options) / sizeof(*options));
	if (!options[FID].given || !options[SECONDS].given || !options[SEED].given)
		usage_error("--fid, --seconds and --seed are needed");
	end = monotonic_ns() + options[SECONDS].number * 1000000000u;
	for (unsigned int i = 0; i < THREADS; i++)
		if (!start(&parts[i], i, options, end)) {
			fprintf(stderr, "blk-user: cannot start a thread\n");
			return EXIT_UNDONE;
		}
	for (unsigned int i = 0; i < THREADS; i++) {
		pthread_join(parts[i].thread, NULL);
		add(&sum, &parts[i]);
	}
	return finish(&sum);
}

ACTOR(blk_user, "blk-user", "--fid HEX --seconds N --seed N", blk_user_main);
