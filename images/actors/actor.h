/* SPDX-License-Identifier: Apache-2.0 */
/* What the actors share. An actor is a file with one ACTOR() line. */
#ifndef ZLAB_ACTOR_H
#define ZLAB_ACTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* By sysexits.h. Any end but 0 makes a trial without a finding a miss, and never a pass. */
#define EXIT_USAGE 64 /* the command line is wrong */
#define EXIT_WRONG 65 /* the kernel did wrong, and standard error says what: a finding, though it printed none */
#define EXIT_UNAVAILABLE 69 /* the kernel lacks what the actor needs */
#define EXIT_UNDONE 75 /* the actor did not get to do what it is for, or not as often as it was told */

struct actor {
	const char *name;
	const char *usage; /* what follows the name */
	int (*main)(int argc, char **argv);
};

/* Puts an actor into the table that main() looks through. */
#define ACTOR(id, name_, usage_, main_)                                        \
	static const struct actor actor_##id = { name_, usage_, main_ };       \
	static const struct actor *const actor_entry_##id                      \
		__attribute__((used, section("actors"))) = &actor_##id

enum option_kind { OPTION_FLAG, OPTION_DECIMAL, OPTION_HEX, OPTION_TEXT, OPTION_CHOICE };

/* One option of an actor; `given` and one value are filled by parse_options(). */
struct option_spec {
	const char *name; /* with its dashes */
	enum option_kind kind;
	uint64_t max;
	const char *const *choices; /* ends with NULL; `number` is an index into it, 0 when not given */
	bool given;
	uint64_t number;
	const char *text;
};

/* Fills the options from argv[1...]; a wrong line prints the usage and exits 64. */
void parse_options(int argc, char **argv, struct option_spec *options, size_t count);

/* Prints what is wrong, then the usage, and exits 64. */
__attribute__((noreturn, format(printf, 1, 2))) void usage_error(const char *format, ...);

/* A stream of numbers that only the seed decides (xorshift64*, seeded by splitmix64). */
struct random {
	uint64_t state;
};

void random_seed(struct random *random, uint64_t seed);
uint64_t random_next(struct random *random);
/* Uniform in 0...max. */
uint64_t random_up_to(struct random *random, uint64_t max);

/* Nanoseconds of a clock that never jumps. */
uint64_t monotonic_ns(void);
void sleep_us(uint64_t microseconds);

/* Opens, writes, closes; 0 or the errno of what failed. */
int write_sysfs(const char *path, const char *text);
/* Reads up to size - 1 bytes without the line's end; 0 or an errno. */
int read_sysfs(const char *path, char *text, size_t size);

/* How often each errno was met. */
#define ERRNO_LIMIT 256
struct errno_count {
	uint64_t counts[ERRNO_LIMIT];
};

void count_errno(struct errno_count *errors, int code);
/* Prints {"EIO": 3, ...} to standard output. */
void print_errors(const struct errno_count *errors);
/* Prints "step": {"EIO": 3, ...} when there were any, after what separates it from the one before. */
void print_step_errors(const char *step, const struct errno_count *errors, const char **separator);

/* Prints "raced": 18, "not-back": 1 of those that were counted at all. */
void print_tally(FILE *to, const char *const *names, const uint64_t *counts, size_t size);

#endif
