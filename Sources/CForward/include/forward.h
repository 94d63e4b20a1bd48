/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of a shared library that is loaded at the first call instead of at the program's start. */
#ifndef ZLAB_FORWARD_H
#define ZLAB_FORWARD_H

#include <pthread.h>
#include <stddef.h>

/* The libraries that one group of functions comes from; `names` ends with NULL. */
struct forward_libraries {
	const char *const *names;
	pthread_once_t once;
	const char *failure;
};

/* Loads them unless they are loaded. Returns NULL, or the dynamic loader's message, which stays valid. Any thread. */
const char *forward_load(struct forward_libraries *libraries);

/* The address of a function in them. Ends the process where there is none: callers of FORWARD load first. */
void *forward_symbol(struct forward_libraries *libraries, const char *name);

/* Defines a function that calls the one of the same name in `libraries`, a struct forward_libraries. */
#define FORWARD(result, name, parameters, arguments)                                        \
	result name parameters                                                              \
	{                                                                                   \
		return ((__typeof__(&name))forward_symbol(&libraries, #name)) arguments;    \
	}

/* The same for one that returns nothing. */
#define FORWARD_VOID(name, parameters, arguments)                                           \
	void name parameters                                                                \
	{                                                                                   \
		((__typeof__(&name))forward_symbol(&libraries, #name)) arguments;           \
	}

#endif
