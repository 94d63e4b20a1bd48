/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forward.h"

/* pthread_once takes no argument. */
static __thread struct forward_libraries *wanted;

/* Global, for what the library itself loads, and for symbols that are no part of its API. */
static void load(void)
{
	const char *const *name;

	for (name = wanted->names; *name && !wanted->failure; name++)
		if (!dlopen(*name, RTLD_NOW | RTLD_GLOBAL))
			wanted->failure = strdup(dlerror());
}

const char *forward_load(struct forward_libraries *libraries)
{
	wanted = libraries;
	pthread_once(&libraries->once, load);
	return libraries->failure;
}

void *forward_symbol(struct forward_libraries *libraries, const char *name)
{
	const char *failure = forward_load(libraries);
	const char *const *file;
	void *found = NULL;

	for (file = libraries->names; *file && !found; file++) {
		void *library = dlopen(*file, RTLD_NOW | RTLD_NOLOAD);

		if (!library)
			continue;
		found = dlsym(library, name);
		dlclose(library);
	}
	if (!found) {
		fprintf(stderr, "zlab: cannot call %s: %s\n", name, failure ? failure : "the library does not have it");
		abort();
	}
	return found;
}
