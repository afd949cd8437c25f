/*
 * wording.h - which of the service's two wordings of model violations the process speaks.
 *
 * Since 2026-06 AWS rolls a new validation framework out, Region by Region and operation by operation
 * (facts/operations.md, "How the server words model violations"). Classic lists every violation with its
 * value; 2026 names the first one only, by its wire name and without its value. An operation that the new
 * framework has not reached (shape.reworded is false) speaks classic in both, and so do the rules of table
 * names.
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
