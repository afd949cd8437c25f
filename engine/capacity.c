/*
 * capacity.c - see capacity.h.
 */
#include "engine/capacity.h"

#include "engine/limits.h"
#include "engine/value_json.h"

enum { WRITE_UNIT = 1024 };

double capacity_read_units(uint64_t bytes, bool consistent)
{
    uint64_t unit = (uint64_t)limits.read_unit;
    uint64_t steps = bytes == 0 ? 1 : (bytes + unit - 1) / unit;
    return (double)steps * (consistent ? 1.0 : 0.5);
}

double capacity_write_units(uint64_t bytes)
{
    return bytes == 0 ? 1.0 : (double)((bytes + WRITE_UNIT - 1) / WRITE_UNIT);
}

enum capacity_detail capacity_detail(const json_t *input)
{
    if (input_is(input, "ReturnConsumedCapacity", "TOTAL"))
        return CAPACITY_TOTAL;
    if (input_is(input, "ReturnConsumedCapacity", "INDEXES"))
        return CAPACITY_INDEXES;
    return CAPACITY_NONE;
}

/* The members of a Capacity, without braces. */
static void write_units(struct buffer *out, double read, double write, bool split)
{
    buffer_printf(out, "\"CapacityUnits\":%.1f", read + write);
    if (split && read > 0)
        buffer_printf(out, ",\"ReadCapacityUnits\":%.1f", read);
    if (split && write > 0)
        buffer_printf(out, ",\"WriteCapacityUnits\":%.1f", write);
}

static void write_indexes(struct buffer *out, const struct capacity *capacity, bool global,
                          const char *member, bool split)
{
    bool first = true;
    for (size_t i = 0; i < capacity->table->index_count; i++) {
        const struct index *index = &capacity->table->indexes[i];
        double read = capacity->index_read[i], write = capacity->index_write[i];
        if (index->global != global || read + write <= 0)
            continue;
        if (first)
            buffer_printf(out, ",\"%s\":{", member);
        else
            buffer_append_byte(out, ',');
        first = false;
        string_write_json(out, index->name);
        buffer_append_string(out, ":{");
        write_units(out, read, write, split);
        buffer_append_byte(out, '}');
    }
    if (!first)
        buffer_append_byte(out, '}');
}

void capacity_write_json(struct buffer *out, const struct capacity *capacity,
                         enum capacity_detail detail, bool split)
{
    double read = capacity->read, write = capacity->write;
    for (size_t i = 0; i < capacity->table->index_count; i++) {
        read += capacity->index_read[i];
        write += capacity->index_write[i];
    }
    buffer_append_string(out, "{\"TableName\":");
    string_write_json(out, capacity->name);
    buffer_append_byte(out, ',');
    write_units(out, read, write, split);
    if (detail == CAPACITY_INDEXES) {
        buffer_append_string(out, ",\"Table\":{");
        write_units(out, capacity->read, capacity->write, split);
        buffer_append_byte(out, '}');
        write_indexes(out, capacity, false, "LocalSecondaryIndexes", split);
        write_indexes(out, capacity, true, "GlobalSecondaryIndexes", split);
    }
    buffer_append_byte(out, '}');
}
