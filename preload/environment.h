/*
 * environment.h - what an SDK needs to find in the environment before it calls DynamoDB at all.
 */
#ifndef DDBMOCK_PRELOAD_ENVIRONMENT_H
#define DDBMOCK_PRELOAD_ENVIRONMENT_H

/* Credentials, region, and hosts that no proxy is to see: set where the user has none. From the
 * constructor. */
void environment_prepare(void);

/*
 * Sets what `assignment` ("NAME=value", the caller's, for the life of the process) says, as putenv(3). From the constructor. Mostly
 * without malloc, whose first call is a third of what our start costs a program that has no other.
 */
void environment_put(char *assignment);

#endif
