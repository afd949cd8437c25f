/*
 * index_keys.c - see index_keys.h. Texts: of a wrong type facts/fidelity.md section 5; of an empty value the AWS API
 * reference and, for updates, what dynoxide's authors captured in 2026; of a size architect/dynalite#35, captured in 2015; an
 * update's of type and size from the AWS API reference, TransactionCanceledException.
 */
#include "engine/index_keys.h"

#include "engine/limits.h"

enum fault_kind { FAULT_NONE, FAULT_TYPE, FAULT_EMPTY, FAULT_SIZE };

struct fault {
    enum fault_kind kind;
    const struct index *index;
    const struct key_attribute *key;
    const struct value *value;
    size_t size, limit; /* FAULT_SIZE, in bytes */
};

static bool is_empty(const struct value *value)
{
    return (value->type == VALUE_S || value->type == VALUE_B) && value->bytes.length == 0;
}

/* The worst fault of an item's keys in one index. Attributes that make one part of a key share its limit. */
static struct fault fault_in(const struct index *index, const struct map *item)
{
    struct fault fault = { .index = index };
    const struct key_attribute *key;
    size_t size[2] = { 0 };
    for (unsigned n = 0; (key = key_schema_at(&index->keys, n)) != NULL; n++) {
        const struct value *value = map_find(item, key->name);
        bool sort = n >= index->keys.partition_count;
        if (!value)
            continue;
        enum fault_kind kind = value->type != key->type ? FAULT_TYPE
                               : is_empty(value)        ? FAULT_EMPTY
                                                        : FAULT_NONE;
        if (kind == FAULT_NONE) {
            int64_t limit = sort ? limits.sort_key : limits.partition_key;
            size[sort] += value_size(value);
            if (limit_passed(limit, (int64_t)size[sort]))
                kind = FAULT_SIZE;
            if (fault.kind == FAULT_NONE) {
                fault.size = size[sort];
                fault.limit = (size_t)limit;
            }
        }
        if (kind != FAULT_NONE && (fault.kind == FAULT_NONE || kind < fault.kind)) {
            fault.kind = kind;
            fault.key = key;
            fault.value = value;
        }
    }
    return fault;
}

static struct fault find_fault(const struct table *table, const struct map *item)
{
    struct fault worst = { 0 };
    for (size_t i = 0; i < table->index_count; i++) {
        struct fault fault = fault_in(&table->indexes[i], item);
        if (fault.kind == FAULT_NONE)
            continue;
        bool first =
            worst.kind == FAULT_NONE || fault.kind < worst.kind ||
            (fault.kind == worst.kind && slice_compare(fault.index->name, worst.index->name) < 0);
        if (first)
            worst = fault;
    }
    return worst;
}

#define TEXT(slice) (int)(slice).length, (slice).data

static const char *empty_word(const struct fault *fault)
{
    return fault->key->type == VALUE_B ? "binary" : "string";
}

static int fail_empty(struct request *request, const struct fault *fault)
{
    return request_fail(
        request, ERROR_VALIDATION,
        "One or more parameter values are not valid. A value specified for a secondary index key is not "
        "supported. The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: "
        "%.*s, IndexKey: %.*s",
        empty_word(fault), TEXT(fault->index->name), TEXT(fault->key->name));
}

int index_keys_check(struct request *request, const struct table *table, const struct map *item)
{
    struct fault fault = find_fault(table, item);
    switch (fault.kind) {
    case FAULT_TYPE:
        return request_fail(
            request, ERROR_VALIDATION,
            "One or more parameter values were invalid: Type mismatch for Index Key %.*s Expected: "
            "%s Actual: %s IndexName: %.*s",
            TEXT(fault.key->name), value_type_name(fault.key->type),
            value_type_name(fault.value->type), TEXT(fault.index->name));
    case FAULT_EMPTY:
        return fail_empty(request, &fault);
    case FAULT_SIZE:
        return request_fail(
            request, ERROR_VALIDATION,
            "One or more parameter values were invalid: Size limit exceeded for Index Key %.*s Actual "
            "Size: %zu bytes Max Size: %zu bytes IndexName: %.*s",
            TEXT(fault.key->name), fault.size, fault.limit, TEXT(fault.index->name));
    default:
        return 0;
    }
}

int index_keys_check_updated(struct request *request, const struct table *table,
                             const struct map *item, bool legacy, bool *empty)
{
    struct fault fault = find_fault(table, item);
    *empty = fault.kind == FAULT_EMPTY;
    switch (fault.kind) {
    case FAULT_TYPE:
        return request_fail(
            request, ERROR_VALIDATION,
            "The update expression attempted to update the secondary index key to unsupported type");
    case FAULT_EMPTY:
        if (legacy)
            return fail_empty(request, &fault);
        return request_fail(
            request, ERROR_VALIDATION,
            "One or more parameter values are not valid. The update expression attempted to update a "
            "secondary index key to a value that is not supported. The AttributeValue for a key "
            "attribute cannot contain an empty %s value.",
            empty_word(&fault));
    case FAULT_SIZE:
        return request_fail(
            request, ERROR_VALIDATION,
            "The update expression attempted to update the secondary index key beyond allowed size "
            "limits");
    default:
        return 0;
    }
}

int index_keys_check_empty(struct request *request, const struct table *table,
                           const struct map *item)
{
    struct fault fault = find_fault(table, item);
    return fault.kind == FAULT_EMPTY ? fail_empty(request, &fault) : 0;
}
