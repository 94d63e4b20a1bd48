/* SPDX-License-Identifier: Apache-2.0 */
/* The runner's parts: lines to and from the host, and programs that it starts. */
#ifndef ZLAB_RUNNER_H
#define ZLAB_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAX_WORDS 64
#define MAX_PROGRAMS 32

/* Bytes of which not all are whole lines yet. */
struct lines {
	size_t used;
	char bytes[65536];
};

/*
 * Takes the next whole line off and cuts it into words, in place: their number, -1 when there is no whole line. A line
 * ends with a semicolon or a newline; %XX stands for a byte.
 */
int next_line(struct lines *lines, char *words[MAX_WORDS]);

/* What the host has written down so far: names of virtio serial ports, by their number. */
struct script {
	unsigned int ports;
	struct lines lines;
};

/* Takes in the next part; false when it is not there yet. */
bool script_read(struct script *script);

/* The terminal that the host is at the other end of. */
struct link {
	int fd;
	struct lines lines;
};

/* Reads what there is, waiting for it: 1, or 0 when nobody is at the other end. */
int link_receive(struct link *link);

/* Sends one line, printf-like. */
__attribute__((format(printf, 2, 3))) void link_say(struct link *link, const char *format, ...);

/* Sends ` ` and the bytes as one word; only between two parts of a line that is sent with link_raw(). */
void link_raw(struct link *link, const char *text, size_t length);
void link_word(struct link *link, const char *bytes, size_t length);

struct capture {
	int fd;
	size_t length;
	char *text;
};

/* A program that runs, or has ended. */
struct program {
	const char *number; /* what the host calls it */
	pid_t pid;
	bool reported;
	int code; /* as in a shell, when it is reported */
	int host; /* our end of the socket that it has as descriptor 3 */
	char question[64]; /* its last one */
	uint64_t ask_at; /* when the host wants to be asked that again, by monotonic_ns(); 0: not */
	struct capture output, complaint;
};

/* Starts argv on a CPU, on any when it is -1; 0 or an errno. Keeps number, which was allocated, when it starts. */
int program_start(struct program *program, char *number, char *const argv[], int cpu);

/* Takes in what it has printed; nothing is lost but what is beyond the cap. */
void program_read(struct capture *capture);

/* Asks the host its last question again, when it is time. */
void program_ask_again(struct program *program, struct link *link);

/* Passes its questions on. */
void program_pass_questions(struct program *program, struct link *link);

/* Tells the host how it ended, and gives back what it held. */
void program_report(struct program *program, struct link *link, int status);

#endif
