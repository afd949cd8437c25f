/*
 * value_json.h - attribute values between JSON and memory: what arrives is a jansson tree that schema/ has checked for
 * types, what leaves is written straight into the answer.
 *
 * Content errors (a bad number, duplicates in a set, nesting, a NULL that is false) have two wordings on the service, by
 * operation: see facts/fidelity.md section 2, "two layers", and request.h.
 */
#ifndef DDBMOCK_ENGINE_VALUE_JSON_H
#define DDBMOCK_ENGINE_VALUE_JSON_H

#include <jansson.h>

#include "engine/buffer.h"
#include "engine/request.h"
#include "engine/value.h"

/*
 * Reads one attribute value ({"S": "x"}) or one map of them (an Item, a Key). Strings point into the JSON, decoded binaries
 * into the request's arena. 0, or -1 after failing the request with the ValidationException of its layer.
 */
int value_from_json(struct request *request, const json_t *json, struct value *out);
int map_from_json(struct request *request, const json_t *json, struct map *out);

/*
 * As value_from_json, one of ExpressionAttributeValues. The older layer does not mind how deep it is, but only how deep an item
 * becomes that gets it (ExtendDB/extenddb#123 and #191, compared with the service in 2026-06); the current one refuses it
 * at once (nubo-db/dynoxide#110, eu-west-2).
 */
int operand_from_json(struct request *request, const json_t *json, struct value *out);

/* Appends {"S":"x"}, and {"a":{"S":"x"},...}. */
void value_write_json(struct buffer *out, const struct value *value);
void map_write_json(struct buffer *out, const struct map *map);

/* Appends a JSON string with its quotes: UTF-8 as it is, control characters, quote and backslash escaped. */
void string_write_json(struct buffer *out, struct slice string);

/* Appends any JSON as jansson has it, without spaces: for parts of a request that are sent back. */
void json_write(struct buffer *out, const json_t *json);

#endif
