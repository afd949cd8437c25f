/*
 * base64.h - binaries as the API carries them: base64 with padding, as strict as the service's own
 * decoder.
 *
 * OpenSSL does the decoding and encoding; what it is lax about (padding inside, bits left over) is
 * refused here. The texts are SerializationExceptions: schema_check_types raises them, so that
 * whoever decodes later meets valid text only.
 */
#ifndef DDBMOCK_ENGINE_BASE64_H
#define DDBMOCK_ENGINE_BASE64_H

#include "engine/arena.h"
#include "engine/buffer.h"
#include "engine/slice.h"

enum base64_error {
    BASE64_OK,
    BASE64_LENGTH,         /* the length is not a multiple of 4 */
    BASE64_LAST_CHARACTER, /* the last character before the padding has bits that no byte takes */
    BASE64_CHARACTER,      /* a byte outside the alphabet, or padding that is not at the end */
};

/*
 * Whether `text` is base64 as the service accepts it: checked in the order of the enumeration. The
 * empty string is. Source of the order and of the first two texts: facts/fidelity.md section 1.
 */
enum base64_error base64_check(struct slice text);

/*
 * The service's text for an error of base64_check(text), in the arena or static. The text of
 * BASE64_CHARACTER is what other AWS services of the same framework say; unverified for DynamoDB.
 */
const char *base64_error_text(struct arena *arena, enum base64_error error, struct slice text);

/* The bytes of a text that base64_check accepted, in the arena. */
struct slice base64_decode(struct arena *arena, struct slice text);

/* Appends the base64 of `bytes`, padded, without quotes. */
void base64_write(struct buffer *out, struct slice bytes);

#endif
