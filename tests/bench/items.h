/*
 * items.h - what the benchmarks of storage have in common: items like the engine's, and medians of rounds.
 */
#ifndef DDBMOCK_TESTS_BENCH_ITEMS_H
#define DDBMOCK_TESTS_BENCH_ITEMS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/storage/storage.h"

enum { ROUNDS = 15, CALLS = 2000, KEY = 29, VALUE = 251 };

/* Ends the program when `what` has failed. */
static void check(int error, const char *what)
{
    if (error) {
        fprintf(stderr, "%s: %s\n", what, strerror(-error));
        exit(1);
    }
}

/* us */
static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* The key of item `number`: a prefix, a hash, a sort key. */
static struct slice key_of(unsigned number)
{
    static char key[KEY] = "D\0\0\0\0\0\0\0\1";
    uint64_t hash = number * 0x9E3779B97F4A7C15u;
    for (int i = 0; i < 2; i++) {
        hash = (hash ^ hash >> 31) * 0xBF58476D1CE4E5B9u;
        memcpy(key + 9 + i * sizeof hash, &hash, sizeof hash);
    }
    memcpy(key + KEY - 4, "sort", 4);
    return (struct slice){ key, KEY };
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of ROUNDS values, which it sorts. */
static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, compare);
    return values[ROUNDS / 2];
}

#endif
