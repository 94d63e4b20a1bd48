// SPDX-License-Identifier: Apache-2.0
/* Ends at once: what a trial costs beside its actors. */
#include "actor.h"

static int nothing_main(int argc, char **argv)
{
	parse_options(argc, argv, NULL, 0);
	return 0;
}

ACTOR(nothing, "nothing", "", nothing_main);
