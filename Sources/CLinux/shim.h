/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ZLAB_CLINUX_SHIM_H
#define ZLAB_CLINUX_SHIM_H

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* prctl() is variadic, which Swift does not import. */
static inline int zlab_become_subreaper(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL);
}

/* The W* macros of wait(2) are not imported: the exit code, or 128 plus the signal. */
static inline int zlab_exit_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#endif
