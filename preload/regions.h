/*
 * regions.h - the regions of the partitions that have a public network, for the few places where
 * names must be listed ahead of being asked for. Names themselves are recognised by their form, of
 * any region (http/hosts.c).
 */
#ifndef DDBMOCK_PRELOAD_REGIONS_H
#define DDBMOCK_PRELOAD_REGIONS_H

#include <stddef.h>

enum { REGION_NAMES_AT_MOST = 3, REGION_NAME_SIZE = 96 };

/*
 * The host names of the n-th region, most specific first, as strings in `names`: how many, 0 after
 * the last region. The region that AWS_REGION names is the first one.
 */
int region_hosts(size_t n, char names[REGION_NAMES_AT_MOST][REGION_NAME_SIZE]);

#endif
