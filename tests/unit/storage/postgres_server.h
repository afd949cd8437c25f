/*
 * postgres_server.h - the PostgreSQL server of a run of the tests: started before the first test,
 * gone after the last, however that ends (tests/storage/postgres-server).
 */
#ifndef DDBMOCK_TESTS_UNIT_STORAGE_POSTGRES_SERVER_H
#define DDBMOCK_TESTS_UNIT_STORAGE_POSTGRES_SERVER_H

/* The directory of its socket; skips the test where there is no server. */
const char *postgres_server(void);

/* A URL of the server for this user ("ddbmock", "guarded:secret"), whose tables are in this schema.
 * Valid until the next call. */
const char *postgres_url(const char *user, const char *schema);

/* Runs SQL as the server's owner, which must succeed (printf), and answers the first line of what it says. */
const char *postgres_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
