/*
 * tls.c - see tls.h. OpenSSL reads and writes through a BIO of ours, straight from the bytes fed
 * and straight into the connection's output: nothing is copied on the way.
 *
 * This object has an OpenSSL of its own inside (static, hidden), so nothing here is seen by a
 * host's. Its error queue is left empty. Session tickets are off: a resumption inside one process
 * saves less than the tickets cost every other connection.
 */
#include "http/tls.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "http/authority.h"
#include "http/certificate.h"

struct tls {
    SSL *ssl;
    const char *in; /* what has been fed and not yet read */
    size_t in_size;
    struct bytes *out;
    bool broken; /* OpenSSL refuses to go on */
    char host[256];
};

static pthread_mutex_t context_lock = PTHREAD_MUTEX_INITIALIZER;
static SSL_CTX *context; /* made at the first connection, for good; under context_lock */
static BIO_METHOD *method;

static int bio_read(BIO *bio, char *out, size_t size, size_t *got)
{
    struct tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    *got = size < tls->in_size ? size : tls->in_size;
    if (*got == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    memcpy(out, tls->in, *got);
    tls->in += *got;
    tls->in_size -= *got;
    return 1;
}

static int bio_write(BIO *bio, const char *bytes, size_t size, size_t *written)
{
    struct tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    *written = size;
    return bytes_append(tls->out, bytes, size);
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static int bio_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

/* HTTP/1.1 for whoever negotiates; a client that knows nothing of it is refused, as RFC 7301 has
 * it. */
static int select_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                           const unsigned char *offered, unsigned offered_length, void *unused)
{
    static const unsigned char ours[] = "\x08http/1.1\x08http/1.0";
    (void)ssl, (void)unused;
    unsigned char *chosen;
    if (SSL_select_next_proto(&chosen, out_length, ours, sizeof ours - 1, offered,
                              offered_length) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* Runs once the ClientHello is known. */
static int choose_certificate(SSL *ssl, void *unused)
{
    (void)unused;
    const struct tls *tls = SSL_get_app_data(ssl);
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == NULL && tls->host[0] != '\0')
        name = tls->host;
    X509 *certificate;
    EVP_PKEY *key;
    if (authority_leaf(name, &certificate, &key) != 0)
        return 0;
    int chosen = SSL_use_certificate(ssl, certificate) == 1 && SSL_use_PrivateKey(ssl, key) == 1;
    X509_free(certificate);
    EVP_PKEY_free(key);
    return chosen;
}

static SSL_CTX *make_context(void)
{
    certificate_library();
    if (method == NULL) {
        method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ddbmock");
        if (method == NULL || !BIO_meth_set_read_ex(method, bio_read) ||
            !BIO_meth_set_write_ex(method, bio_write) || !BIO_meth_set_ctrl(method, bio_ctrl) ||
            !BIO_meth_set_create(method, bio_create))
            return NULL;
    }
    SSL_CTX *made = SSL_CTX_new(TLS_server_method());
    if (made == NULL)
        return NULL;
    SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
    SSL_CTX_set_options(made, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_num_tickets(made, 0);
    SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_alpn_select_cb(made, select_protocol, NULL);
    SSL_CTX_set_cert_cb(made, choose_certificate, NULL);
    return made;
}

struct tls *tls_create(const char *host, struct bytes *out)
{
    pthread_mutex_lock(&context_lock);
    if (context == NULL)
        context = make_context();
    pthread_mutex_unlock(&context_lock);

    struct tls *tls = context != NULL ? calloc(1, sizeof *tls) : NULL;
    if (tls == NULL)
        return NULL;
    tls->out = out;
    if (host != NULL && strlen(host) < sizeof tls->host)
        memcpy(tls->host, host, strlen(host) + 1);
    tls->ssl = SSL_new(context);
    BIO *bio = BIO_new(method);
    if (tls->ssl == NULL || bio == NULL) {
        BIO_free(bio);
        tls_destroy(tls);
        ERR_clear_error();
        return NULL;
    }
    BIO_set_data(bio, tls);
    SSL_set_bio(tls->ssl, bio, bio);
    SSL_set_app_data(tls->ssl, tls);
    SSL_set_accept_state(tls->ssl);
    return tls;
}

void tls_destroy(struct tls *tls)
{
    if (tls == NULL)
        return;
    SSL_free(tls->ssl);
    free(tls);
}

void tls_feed(struct tls *tls, const void *bytes, size_t size)
{
    tls->in = bytes;
    tls->in_size = size;
}

/* SSL_get_error wants an empty queue to begin with. It nearly always is, and looking costs less
 * than sweeping. */
static void sweep_errors(void)
{
    if (ERR_peek_error() != 0)
        ERR_clear_error();
}

int tls_read(struct tls *tls, void *out, size_t size)
{
    if (tls->broken)
        return -1;
    /* Nothing fed and nothing decrypted is left: OpenSSL would only find out that it wants more. */
    if (tls->in_size == 0 && SSL_is_init_finished(tls->ssl) && SSL_pending(tls->ssl) == 0)
        return 0;
    sweep_errors();
    int got = SSL_read(tls->ssl, out, size < INT_MAX ? (int)size : INT_MAX);
    if (got > 0)
        return got;
    int error = SSL_get_error(tls->ssl, got);
    sweep_errors();
    if (error == SSL_ERROR_WANT_READ)
        return 0;
    tls->broken = error != SSL_ERROR_ZERO_RETURN;
    return -1;
}

bool tls_write(struct tls *tls, const void *bytes, size_t size)
{
    sweep_errors();
    const char *at = bytes;
    while (size > 0 && !tls->broken) {
        size_t written;
        if (SSL_write_ex(tls->ssl, at, size, &written) != 1) {
            tls->broken = true;
            break;
        }
        at += written;
        size -= written;
    }
    sweep_errors();
    return !tls->broken;
}

void tls_close(struct tls *tls)
{
    if (tls->broken)
        return;
    sweep_errors();
    SSL_shutdown(tls->ssl);
    sweep_errors();
}

const char *tls_server_name(const struct tls *tls)
{
    return SSL_get_servername(tls->ssl, TLSEXT_NAMETYPE_host_name);
}
