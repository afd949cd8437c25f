/*
 * embedded.h - files of this directory that are part of the engine object: prices.json and report.html.
 */
#ifndef DDBMOCK_ENGINE_STATS_EMBEDDED_H
#define DDBMOCK_ENGINE_STATS_EMBEDDED_H

#include <stddef.h>

extern const char embedded_prices[], embedded_page[];
extern const size_t embedded_prices_size, embedded_page_size;

#endif
