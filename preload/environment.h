/*
 * environment.h - what an SDK needs to find in the environment before it calls DynamoDB at all.
 */
#ifndef DDBMOCK_PRELOAD_ENVIRONMENT_H
#define DDBMOCK_PRELOAD_ENVIRONMENT_H

/* Credentials, region, and hosts that no proxy is to see: set where the user has none. From the
 * constructor. */
void environment_prepare(void);

#endif
