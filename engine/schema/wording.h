/*
 * wording.h - which of the service's two wordings of model violations the process speaks.
 *
 * Since 2026-06 AWS rolls a new validation framework out, Region by Region and operation by operation
 * (facts/operations.md, "How the server words model violations"). How far it has come with an operation is
 * data, the flags in `reworded` of its input's shape:
 *
 *  - REWORDED_CONSTRAINTS: classic lists every violation of the model with its value; 2026 names the first one
 *    only, by its wire name and without its value. The rules of table names speak classic in both.
 *  - REWORDED_LISTS: yet several of them, of PutItem.
 *  - REWORDED_VALUES: what is wrong with values and expressions is said by the current layer, not the older one
 *    (enum value_layer, facts/fidelity.md section 2).
 *  - REWORDED_ENVELOPE: what is wrong with the request stands inside "1 validation error detected: ", but for
 *    request_fail_bare's. Which messages do: facts/operations.md, "Mixed state", and nubo-db/dynoxide#152, which
 *    captured PutItem and UpdateItem of the service family by family; of unused placeholders floci-io/floci#2893, of the
 *    parameters of before expressions floci-io/floci#2125, both measured in 2026-08; of empty expressions it is
 *    unverified.
 *
 * Classic is the older layer without an envelope for every operation: so the service answered UpdateItem in 2016
 * (dynamoose/dynamoose#79) and PutItem in 2022 (truora/minidyn#50) and still in 2026-05 (ExtendDB/extenddb#100); with
 * the envelope from 2026-07 on (ministackorg/ministack#1038).
 */
#ifndef DDBMOCK_ENGINE_SCHEMA_WORDING_H
#define DDBMOCK_ENGINE_SCHEMA_WORDING_H

enum wording {
    WORDING_CLASSIC,
    WORDING_2026,
};

/* Process-wide; WORDING_CLASSIC until set. From any thread; a request under way may see either. */
void wording_set(enum wording wording);
enum wording wording_get(void);

#endif
