/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands for libcurl in the static build. The HTTP server library brings a proxy handler that needs FoundationNetworking,
 * which needs libcurl; zlab never makes such a handler, loads no URL, and starts without libcurl and its thirty libraries.
 */
#include <stdio.h>
#include <stdlib.h>

static void none(const char *name)
{
	fprintf(stderr, "zlab: %s is called, but this program is linked without libcurl\n", name);
	abort();
}

#define NONE(name) void name(void); void name(void) { none(#name); }

NONE(curl_easy_cleanup)
NONE(curl_easy_getinfo)
NONE(curl_easy_init)
NONE(curl_easy_pause)
NONE(curl_easy_setopt)
NONE(curl_easy_strerror)
NONE(curl_free)
NONE(curl_global_init)
NONE(curl_multi_add_handle)
NONE(curl_multi_assign)
NONE(curl_multi_cleanup)
NONE(curl_multi_info_read)
NONE(curl_multi_init)
NONE(curl_multi_remove_handle)
NONE(curl_multi_setopt)
NONE(curl_multi_socket_action)
NONE(curl_slist_append)
NONE(curl_slist_free_all)
NONE(curl_url)
NONE(curl_url_get)
NONE(curl_url_set)
NONE(curl_version)
NONE(curl_version_info)
