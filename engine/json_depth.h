/*
 * json_depth.h - how deep JSON nests, told before it is parsed: jansson recurses, and host threads may have stacks of 64 KiB.
 */
#ifndef DDBMOCK_ENGINE_JSON_DEPTH_H
#define DDBMOCK_ENGINE_JSON_DEPTH_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the brackets of `text` nest deeper than `limit`; what is not JSON is left for the parser to refuse. */
bool json_nests_deeper(const char *text, size_t length, unsigned limit);

#endif
