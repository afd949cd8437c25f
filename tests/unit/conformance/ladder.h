/*
 * ladder.h - which check wins when two fail: a ladder of faults, of which any two are put into one
 * request together, and the upper one is what the service says, in each cohort of wording.
 */
#ifndef DDBMOCK_TESTS_UNIT_CONFORMANCE_LADDER_H
#define DDBMOCK_TESTS_UNIT_CONFORMANCE_LADDER_H

#include "tests/unit/conformance/conformance.h"

struct fault {
    /* Merged into the request; null takes a member out, the string @ is 400 KB of x, and of an array an object's members
     * are the elements of these numbers. */
    const char *patch;
    const char *answer;
    const char *answer_2026; /* of the other cohort; NULL: the same; IN_ENVELOPE: in the envelope */
    unsigned
        hides; /* two faults that have a bit in common are not put together: the one takes away what the other is */
};

#define IN_ENVELOPE "+"

/* Each fault alone, and each two that are not of one place; JSON has ' for ". */
void check_ladder(struct engine *engine, const char *operation, const char *base,
                  const struct fault *faults, size_t count);

#define LADDER(engine, operation, base, faults)                                                    \
    check_ladder((engine), (operation), (base), (faults), sizeof(faults) / sizeof *(faults))

#define WRONG_TYPE "SerializationException: NUMBER_VALUE cannot be converted to String"
#define WRONG_CAPACITY                                                                             \
    ENVELOPE "Value 'hi' at 'returnConsumedCapacity' failed to satisfy constraint: Member must "   \
             "satisfy enum value "                                                                 \
             "set: [INDEXES, TOTAL, NONE]"
#define WRONG_CAPACITY_2026                                                                        \
    ENVELOPE                                                                                       \
    "Failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"
#define MIXED(others, expressions)                                                                 \
    "Can not use both expression and non-expression parameters in the same request: "              \
    "Non-expression parameters: {" others "} Expression parameters: {" expressions "}"
#define WRONG_NAME  "ExpressionAttributeNames contains invalid key: Syntax error; key: \\\"n\\\""
#define NOT_NUMERIC "The parameter cannot be converted to a numeric value: x"
#define SYNTAX(kind, near)                                                                         \
    "Invalid " kind "Expression: Syntax error; token: \\\"<EOF>\\\", near: \\\"" near "\\\""

#endif
