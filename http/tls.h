/*
 * tls.h - the server's side of one TLS connection over memory: TLS 1.2 and 1.3, HTTP/1.1, a
 * certificate for the name that the client asks for. Encrypted bytes are fed, and written to a
 * buffer; no descriptor is involved.
 */
#ifndef DDBMOCK_HTTP_TLS_H
#define DDBMOCK_HTTP_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "http/bytes.h"

struct tls;

/*
 * `host` is the name to present where the client sends none (copied; NULL: unknown); `out` takes
 * what is to be sent and must outlive the connection. NULL when there is no memory or no authority.
 */
struct tls *tls_create(const char *host, struct bytes *out);
void tls_destroy(struct tls *tls); /* NULL does nothing */

/* Encrypted bytes, which tls_read takes until it answers 0: until then they must stay. */
void tls_feed(struct tls *tls, const void *bytes, size_t size);

/*
 * Decrypts into `out`, up to `size` bytes: how many there are; 0 when all that was fed is used up;
 * -1 when the client has ended the connection or broken it, in which case the alert that it gets is
 * written already.
 */
int tls_read(struct tls *tls, void *out, size_t size);

/* Encrypts all of `size` bytes. False when that failed. */
bool tls_write(struct tls *tls, const void *bytes, size_t size);

/* Says goodbye (close_notify), unless the connection broke. */
void tls_close(struct tls *tls);

/* The name that the client sent, or NULL; valid as long as the connection. */
const char *tls_server_name(const struct tls *tls);

#endif
