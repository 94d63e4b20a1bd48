// SPDX-License-Identifier: Apache-2.0
/* Reads /dev/hwrng, which a virtio-rng function feeds, while that comes and goes. */
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define DEVICE "/dev/hwrng"
#define MOST_BYTES 4096
#define REST_US 1000

enum { SECONDS, SEED };

struct reading {
	struct random random;
	uint64_t opens, reads, bytes;
	struct errno_count errors;
};

/* Reads a few times, then opens anew: who holds the file keeps no generator. */
static void read_some(struct reading *reading, uint64_t end)
{
	uint64_t times = random_up_to(&reading->random, 31) + 1;
	int fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	char buffer[MOST_BYTES];
	ssize_t length = 1;

	if (fd < 0) {
		count_errno(&reading->errors, errno);
		sleep_us(REST_US);
		return;
	}
	for (reading->opens++; times && length > 0 && monotonic_ns() < end; times--) {
		length = read(fd, buffer, random_up_to(&reading->random, sizeof(buffer) - 1) + 1);
		if (length > 0) {
			reading->reads++;
			reading->bytes += length;
		}
	}
	if (length < 0) {
		count_errno(&reading->errors, errno);
		sleep_us(REST_US);
	}
	close(fd);
}

static int rng_user_main(int argc, char **argv)
{
	struct option_spec options[] = {
		[SECONDS] = { .name = "--seconds", .kind = OPTION_DECIMAL, .max = 86400 },
		[SEED] = { .name = "--seed", .kind = OPTION_DECIMAL, .max = UINT64_MAX },
	};
	struct reading reading = { 0 };
	uint64_t end;

	parse_options(argc, argv, options, sizeof(options) / sizeof(*options));
	if (!options[SECONDS].given || !options[SEED].given)
		usage_error("--seconds and --seed are needed");
	if (access(DEVICE, F_OK)) {
		fprintf(stderr, "rng-user: the kernel has no %s (HW_RANDOM)\n", DEVICE);
		return EXIT_UNAVAILABLE;
	}
	random_seed(&reading.random, options[SEED].number);
	end = monotonic_ns() + options[SECONDS].number * 1000000000u;
	while (monotonic_ns() < end)
		read_some(&reading, end);
	printf("{\"actor\": \"rng-user\", \"opens\": %" PRIu64 ", \"reads\": %" PRIu64 ", \"bytes\": %" PRIu64
	       ", \"errors\": ",
	       reading.opens, reading.reads, reading.bytes);
	print_errors(&reading.errors);
	printf("}\n");
	if (reading.reads)
		return 0;
	fprintf(stderr, "rng-user: nothing came from %s\n", DEVICE);
	return EXIT_UNDONE;
}

ACTOR(rng_user, "rng-user", "--seconds N --seed N", rng_user_main);
