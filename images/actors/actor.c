// SPDX-License-Identifier: Apache-2.0
/* One binary for all actors: the name it is called by, or its first argument, picks one. */
#define _GNU_SOURCE
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The linker's names for the ends of the section that ACTOR() fills. */
extern const struct actor *const __start_actors[];
extern const struct actor *const __stop_actors[];

static const struct actor *current;

void usage_error(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", current->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nusage: %s%s%s\n", current->name, *current->usage ? " " : "", current->usage);
	exit(EXIT_USAGE);
}

static void parse_number(struct option_spec *option, const char *text)
{
	bool hex = option->kind == OPTION_HEX;
	char *end;

	/* strtoull would accept signs and spaces. */
	if (!strchr(hex ? "0123456789abcdefABCDEF" : "0123456789", *text) || !*text)
		usage_error("%s wants a %s number, not `%s`", option->name, hex ? "hexadecimal" : "decimal", text);
	errno = 0;
	option->number = strtoull(text, &end, hex ? 16 : 10);
	if (*end)
		usage_error("%s wants a %s number, not `%s`", option->name, hex ? "hexadecimal" : "decimal", text);
	if (errno || option->number > option->max)
		usage_error("%s is too big: %s", option->name, text);
}

static void parse_choice(struct option_spec *option, const char *text)
{
	for (option->number = 0; option->choices[option->number]; option->number++)
		if (!strcmp(option->choices[option->number], text))
			return;
	usage_error("%s does not know `%s`", option->name, text);
}

static struct option_spec *find_option(const char *name, struct option_spec *options, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(name, options[i].name))
			return &options[i];
	usage_error("unknown option `%s`", name);
}

void parse_options(int argc, char **argv, struct option_spec *options, size_t count)
{
	for (int i = 1; i < argc; i++) {
		struct option_spec *option = find_option(argv[i], options, count);

		if (option->given)
			usage_error("%s is given twice", option->name);
		option->given = true;
		if (option->kind == OPTION_FLAG)
			continue;
		if (++i == argc)
			usage_error("%s wants a value", option->name);
		option->text = argv[i];
		if (option->kind == OPTION_CHOICE)
			parse_choice(option, argv[i]);
		else if (option->kind != OPTION_TEXT)
			parse_number(option, argv[i]);
	}
}

void random_seed(struct random *random, uint64_t seed)
{
	uint64_t z = seed + 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	random->state = z ? z : 1; /* xorshift stays at 0 */
}

uint64_t random_next(struct random *random)
{
	uint64_t x = random->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	random->state = x;
	return x * 0x2545f4914f6cdd1du;
}

uint64_t random_up_to(struct random *random, uint64_t max)
{
	/* The bias of the remainder is below max / 2^64. */
	return max == UINT64_MAX ? random_next(random) : random_next(random) % (max + 1);
}

uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + now.tv_nsec;
}

void sleep_us(uint64_t microseconds)
{
	struct timespec rest = { microseconds / 1000000, microseconds % 1000000 * 1000 };

	while (microseconds && nanosleep(&rest, &rest) && errno == EINTR)
		;
}

int write_sysfs(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int code = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		code = errno;
	close(fd);
	return code;
}

int read_sysfs(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;
	int code;

	if (fd < 0)
		return errno;
	length = read(fd, text, size - 1);
	code = errno;
	close(fd);
	if (length < 0)
		return code;
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

void count_errno(struct errno_count *errors, int code)
{
	errors->counts[code > 0 && code < ERRNO_LIMIT ? code : 0]++;
}

void print_errors(const struct errno_count *errors)
{
	const char *separator = "";

	printf("{");
	for (int code = 0; code < ERRNO_LIMIT; code++) {
		const char *name = strerrorname_np(code);

		if (!errors->counts[code])
			continue;
		printf("%s\"%s\": %llu", separator, code && name ? name : "other",
		       (unsigned long long)errors->counts[code]);
		separator = ", ";
	}
	printf("}");
}

void print_step_errors(const char *step, const struct errno_count *errors, const char **separator)
{
	for (int code = 0; code < ERRNO_LIMIT; code++) {
		if (!errors->counts[code])
			continue;
		printf("%s\"%s\": ", *separator, step);
		print_errors(errors);
		*separator = ", ";
		return;
	}
}

void print_tally(FILE *to, const char *const *names, const uint64_t *counts, size_t size)
{
	const char *separator = "";

	for (size_t i = 0; i < size; i++) {
		if (!counts[i])
			continue;
		fprintf(to, "%s\"%s\": %llu", separator, names[i], (unsigned long long)counts[i]);
		separator = ", ";
	}
}

static const struct actor *find_actor(const char *name)
{
	for (const struct actor *const *actor = __start_actors; actor < __stop_actors; actor++)
		if (!strcmp((*actor)->name, name))
			return *actor;
	return NULL;
}

static int list_actors(void)
{
	fprintf(stderr, "usage: zlab-actor NAME [OPTION...]\n");
	for (const struct actor *const *actor = __start_actors; actor < __stop_actors; actor++)
		fprintf(stderr, "  %s %s\n", (*actor)->name, (*actor)->usage);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;

	if (!argc)
		return EXIT_USAGE;
	current = find_actor(slash ? slash + 1 : argv[0]);
	if (!current && argc > 1) {
		current = find_actor(argv[1]);
		argc--;
		argv++;
	}
	return current ? current->main(argc, argv) : list_actors();
}
