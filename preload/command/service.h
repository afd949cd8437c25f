/*
 * service.h - the DynamoDB of a supervised program (supervise.h): the session's, served on a loopback port by a thread of the
 * supervisor, from the first call on that may concern it.
 */
#ifndef DDBMOCK_PRELOAD_COMMAND_SERVICE_H
#define DDBMOCK_PRELOAD_COMMAND_SERVICE_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#include "http/gateway.h"

enum { SERVICE_BUNDLES = 2, SERVICE_BUNDLE_SIZE = 512, SERVICE_URL_SIZE = 128 };

/* All zero at first. */
struct service {
    const struct gateway *gateway; /* open, once it is not NULL */
    struct gateway_server server;
    pthread_t thread;
    enum { SERVICE_NEW, SERVICE_RUNS, SERVICE_FAILED } state;
    int stop;                   /* an eventfd, its `stop` */
    int ready[2];               /* a pipe: the URL, once it serves; nothing when it cannot */
    char url[SERVICE_URL_SIZE]; /* "http://127.0.0.1:40001", once it runs */
    char bundles[SERVICE_BUNDLES]
                [SERVICE_BUNDLE_SIZE]; /* files of trusted certificates; "": none */
};

/* The variable that names the n-th bundle to what is supervised. */
const char *service_bundle_variable(int n);

/* Says where the bundles will be; they are there once the service runs. */
void service_name_bundles(struct service *service);

/* Its port, in the network's order; starts it where it does not run. 0 when it cannot, which is told once on stderr. */
in_port_t service_port(void *service);

/* Ends it, with all its connections; it can be started again. Or for good: then the bundles go, too. */
void service_stop(struct service *service);
void service_end(struct service *service);

/* fork(2), while it does not run. */
pid_t service_fork(struct service *service);

#endif
