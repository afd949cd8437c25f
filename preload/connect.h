/*
 * connect.h - for send.c: sendto(2) and sendmsg(2) with MSG_FASTOPEN connect as they send.
 */
#ifndef DDBMOCK_PRELOAD_CONNECT_H
#define DDBMOCK_PRELOAD_CONNECT_H

#include <stdbool.h>
#include <sys/socket.h>

/* Whether `address` is ours for this socket; then *error is 0 (connected) or what connect(2) would
 * give. */
bool connect_for_sending(int fd, const struct sockaddr *address, socklen_t length, int *error);

#endif
