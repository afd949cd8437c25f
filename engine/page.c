/*
 * page.c - see page.h.
 */
#include "engine/page.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/index.h"
#include "engine/item.h"
#include "engine/keyspace.h"
#include "engine/stats/stats.h"
#include "engine/value_json.h"
#include "engine/write.h"

int page_select(struct request *request, struct page *page)
{
    const json_t *input = request->input;
    const struct index *index = page->index;
    if (input_is(input, "Select", "COUNT"))
        page->selection = SELECT_COUNT;
    else if (input_is(input, "Select", "ALL_ATTRIBUTES"))
        page->selection = SELECT_ALL_ATTRIBUTES;
    else if (page->projection)
        page->selection = SELECT_SPECIFIC_ATTRIBUTES;
    else
        page->selection = index ? SELECT_ALL_PROJECTED_ATTRIBUTES : SELECT_ALL_ATTRIBUTES;
    if (page->selection != SELECT_ALL_ATTRIBUTES || !index || !index->global ||
        index->projection == PROJECTION_ALL)
        return 0;
    return request_fail(
        request, ERROR_VALIDATION,
        "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not "
        "supported for global secondary index %.*s because its projection type is not ALL",
        (int)index->name.length, index->name.data);
}

/* Top-level names that an index does not project, each once, gathered while a projection or a filter is visited. */
struct missing {
    const struct page *page;
    struct arena *arena;
    struct slice *names;
    size_t count, room;
};

static void gather_missing(void *context, struct slice name)
{
    struct missing *missing = context;
    if (index_projects(missing->page->table, missing->page->index, name))
        return;
    for (size_t i = 0; i < missing->count; i++)
        if (slice_equal(missing->names[i], name))
            return;
    if (missing->count == missing->room) {
        missing->room = missing->room ? 2 * missing->room : 8;
        struct slice *larger = ARENA_NEW_ARRAY(missing->arena, missing->room, struct slice);
        if (missing->count)
            memcpy(larger, missing->names, missing->count * sizeof *larger);
        missing->names = larger;
    }
    missing->names[missing->count++] = name;
}

static int compare_names(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* "a, b" */
static struct slice print_missing(const struct missing *missing)
{
    struct buffer list;
    buffer_init(&list, missing->arena);
    for (size_t i = 0; i < missing->count; i++) {
        if (i > 0)
            buffer_append_string(&list, ", ");
        buffer_append_slice(&list, missing->names[i]);
    }
    return buffer_slice(&list);
}

/*
 * A Query's filter sees only what the index holds, be it global (seen of the service through AppSync, where an index
 * without `owner` met an owner's filter) or local (as DynamoDB Local 2.6.1 has both); a Scan's may ask for anything.
 */
static int check_filter_projected(struct request *request, const struct page *page)
{
    struct missing missing = { .page = page, .arena = &request->arena };
    if (page->filter)
        condition_top_level(page->filter, gather_missing, &missing);
    if (missing.count == 0)
        return 0;
    qsort(missing.names, missing.count, sizeof missing.names[0], compare_names);
    struct slice list = print_missing(&missing);
    return request_fail(request, ERROR_VALIDATION,
                        "One or more parameter values were invalid: Secondary index %.*s does not "
                        "project one or more filter attributes: [%.*s]",
                        (int)page->index->name.length, page->index->name.data, (int)list.length,
                        list.data);
}

/*
 * A global index has only what it projects; a local one fetches the rest of what is asked for, AWS developer guide, "Local
 * secondary indexes". A filter asks for nothing.
 */
static int check_projected(struct request *request, struct page *page)
{
    const struct index *index = page->index;
    struct missing missing = { .page = page, .arena = &request->arena };
    if (page->projection)
        projection_top_level(page->projection, gather_missing, &missing);
    if (index->global) {
        if (missing.count == 0)
            return 0;
        struct slice list = print_missing(&missing);
        return request_fail(
            request, ERROR_VALIDATION,
            "One or more parameter values were invalid: Global secondary index %.*s does not "
            "project [%.*s]",
            (int)index->name.length, index->name.data, (int)list.length, list.data);
    }
    page->fetch = missing.count > 0 ||
                  (page->selection == SELECT_ALL_ATTRIBUTES && index->projection != PROJECTION_ALL);
    return 0;
}

int page_check_paths(struct request *request, struct page *page, bool query)
{
    const struct key_schema *keys = page->index ? &page->index->keys : &page->table->keys;
    if (projection_check_key_paths(request, page->projection, page->table) != 0 ||
        (query && filter_check_keys(request, page->filter, keys) != 0) ||
        condition_check_key_paths(request, page->filter, page->table) != 0)
        return -1;
    if (query && page->index && check_filter_projected(request, page) != 0)
        return -1;
    return page->index ? check_projected(request, page) : 0;
}

/* Whether `key` is exactly what a LastEvaluatedKey of this table or index has. */
static bool has_shape_of_last_key(const struct page *page, const struct map *key)
{
    const struct key_schema *schemas[] = { &page->table->keys,
                                           page->index ? &page->index->keys : NULL };
    size_t matched = 0;
    for (size_t i = 0; i < key->count; i++) {
        bool known = false;
        for (size_t s = 0; s < 2 && schemas[s] && !known; s++) {
            for (unsigned k = 0; k < schemas[s]->partition_count && !known; k++)
                known = slice_equal(schemas[s]->partition[k].name, key->attributes[i].name) &&
                        schemas[s]->partition[k].type == key->attributes[i].value.type;
            for (unsigned k = 0; k < schemas[s]->sort_count && !known; k++)
                known = slice_equal(schemas[s]->sort[k].name, key->attributes[i].name) &&
                        schemas[s]->sort[k].type == key->attributes[i].value.type;
        }
        if (!known)
            return false;
        matched++;
    }
    for (size_t s = 0; s < 2 && schemas[s]; s++) {
        for (unsigned k = 0; k < schemas[s]->partition_count; k++)
            if (!map_find(key, schemas[s]->partition[k].name))
                return false;
        for (unsigned k = 0; k < schemas[s]->sort_count; k++)
            if (!map_find(key, schemas[s]->sort[k].name))
                return false;
    }
    return matched > 0;
}

int fail_start_key(struct request *request)
{
    const char *message;
    if (request->error != ERROR_VALIDATION)
        return -1;
    request_take_error(request, &message);
    return request_fail(request, ERROR_VALIDATION, "The provided starting key is invalid: %s",
                        message);
}

/*
 * Texts: facts/fidelity.md section 5, "Start key". A Scan names the schema only where no index is scanned: dynalite, and
 * ExtendDB/extenddb#86, measured on the service.
 */
int page_check_start(struct request *request, const struct page *page, const struct map *key,
                     bool query)
{
    if (!key || has_shape_of_last_key(page, key))
        return 0;
    return request_fail(
        request, ERROR_VALIDATION, "The provided starting key is invalid%s",
        query || page->index ? "" : ": The provided key element does not match the schema");
}

/* Whether the bounds of a Query are all of its partition. */
static bool whole_partition(struct request *request, const struct page *page)
{
    struct buffer after;
    buffer_init(&after, &request->arena);
    keyspace_after(&after, page->partition);
    return slice_equal(page->lower, page->partition) &&
           slice_equal(page->upper, buffer_slice(&after));
}

/*
 * Whether `key` is the bound at which a Query of a table ends, so that nothing can follow: of "<=" forwards, of ">=" backwards, of
 * BETWEEN both ways, of one key, too, but not the one key of "=". An index may have more items of the same key.
 */
static bool closes_range(struct request *request, const struct page *page, struct slice key)
{
    struct buffer after;
    if (page->index || page->partition.length == 0)
        return false;
    buffer_init(&after, &request->arena);
    keyspace_after(&after, key);
    bool first = slice_equal(key, page->lower),
         last = slice_equal(buffer_slice(&after), page->upper);
    return (page->between || first != last) && (page->backward ? first : last);
}

/*
 * Refuses a start key at `at` that is in another partition, or where the condition on the sort key is not met. The texts depend
 * on whether there is such a condition: dynalite. Where nothing can follow that meets it, the end of a closed range, it is
 * refused, too (aws/aws-sdk-ruby#2456, a table walked backwards from the bound of ">="; all other such cases as DynamoDB Local
 * 2.6.1 has them). In an index others can have the same key.
 */
static int check_query_start(struct request *request, const struct page *page, struct slice at)
{
    bool here = slice_starts_with(at, page->partition);
    if (whole_partition(request, page))
        return here ? 0
                    : request_fail(request, ERROR_VALIDATION,
                                   "The provided starting key is outside query boundaries based on "
                                   "provided conditions");
    struct buffer moved;
    buffer_init(&moved, &request->arena);
    buffer_append_slice(&moved, page->partition);
    buffer_append(&moved, at.data + page->partition.length, at.length - page->partition.length);
    struct slice sorted = buffer_slice(&moved);
    bool inside = slice_compare(sorted, page->lower) >= 0 && slice_compare(sorted, page->upper) < 0;
    if (!inside || closes_range(request, page, sorted))
        return request_fail(request, ERROR_VALIDATION,
                            "The provided starting key does not match the range key predicate");
    return here ? 0
                : request_fail(request, ERROR_VALIDATION,
                               "The query can return at most one row and cannot be restarted");
}

static int check_scan_start(struct request *request, const struct page *page, struct slice at)
{
    if (slice_compare(at, page->lower) >= 0 && slice_compare(at, page->upper) < 0)
        return 0;
    return request_fail(
        request, ERROR_VALIDATION,
        "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
        "ExclusiveStartKey with correct Segment. TotalSegments: %lld Segment: %lld",
        (long long)input_integer(request->input, "TotalSegments", 1),
        (long long)input_integer(request->input, "Segment", 0));
}

int page_start_after(struct request *request, struct page *page, const struct map *key, bool query)
{
    if (!key)
        return 0;
    struct map table_key = item_key(&request->arena, page->table, key);
    if (key_check(request, page->table, &table_key) != 0)
        return fail_start_key(request);

    struct buffer border;
    buffer_init(&border, &request->arena);
    if (page->index)
        keyspace_index_key(&border, page->table, page->index, key);
    else
        keyspace_table_key(&border, page->table, key);
    struct slice at = buffer_slice(&border);
    if (query ? check_query_start(request, page, at) != 0
              : check_scan_start(request, page, at) != 0)
        return -1;
    if (page->backward) {
        page->upper = at;
    } else {
        buffer_append_byte(&border, 0);
        page->lower = buffer_slice(&border);
    }
    return 0;
}

/*
 * An item's bytes as the size of a page is measured, on a packed form in which names cost one byte each and each 3 KB the
 * sort key once more. Reverse-engineered from the service by dynalite's authors (facts/fidelity.md section 3); whether it
 * holds today is unverified.
 */
enum { PAGE_BLOCK = 3072, PAGE_BLOCK_OVERHEAD = 18 };

static size_t page_length_size(size_t length)
{
    return length < 128 ? 1 : length < 16384 ? 2 : 3;
}

static size_t page_value_size(const struct value *value)
{
    size_t size = value_size(value);
    switch (value->type) {
    case VALUE_S:
        return size + page_length_size(size);
    case VALUE_N:
    case VALUE_B:
        return size + 1;
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
        return size + value->list.count + 1;
    default:
        return size;
    }
}

static size_t page_item_size(const struct table *table, const struct map *item)
{
    size_t size = 0, sort_key = 0;
    for (size_t i = 0; i < item->count; i++) {
        const struct attribute *attribute = &item->attributes[i];
        if (table->keys.sort_count > 0 && slice_equal(attribute->name, table->keys.sort[0].name))
            sort_key = value_size(&attribute->value);
        else
            size += 1 + page_value_size(&attribute->value);
    }
    return 2 + size + (1 + (1 + size) / PAGE_BLOCK) * (PAGE_BLOCK_OVERHEAD + sort_key);
}

/* Counters of a page under way. */
struct progress {
    uint64_t bytes, count, scanned;
    uint64_t page_bytes; /* of the page's limit */
};

static void write_last_key(struct request *request, const struct page *page, const struct map *item)
{
    struct map key = item_key(&request->scratch, page->table, item);
    if (page->index) {
        const struct key_schema *keys = &page->index->keys;
        for (unsigned i = 0; i < keys->partition_count; i++)
            map_set(&request->scratch, &key, keys->partition[i].name,
                    map_find(item, keys->partition[i].name));
        for (unsigned i = 0; i < keys->sort_count; i++)
            map_set(&request->scratch, &key, keys->sort[i].name,
                    map_find(item, keys->sort[i].name));
    }
    buffer_append_string(&request->output, ",\"LastEvaluatedKey\":");
    map_write_json(&request->output, &key);
}

/* What is shown of an item that a local index holds only in part: the table's own image, which costs a read of its own. */
static int fetch_item(struct request *request, const struct page *page, const struct map *image,
                      const struct map **out, struct capacity *capacity)
{
    struct map key = item_key(&request->scratch, page->table, image);
    if (item_read(request, page->table, &key, out) != 0)
        return -1;
    capacity->read += capacity_read_units(*out ? item_size(*out) : 0, page->consistent);
    if (!*out)
        *out = image;
    return 0;
}

/* Takes one item in; *stop when it was the last of the page. */
static int take_item(struct request *request, const struct page *page, struct slice packed,
                     struct progress *progress, struct capacity *capacity, bool *stop)
{
    struct map image;
    int error = item_unpack(&request->scratch, packed, &image);
    if (error != 0)
        return request_fail_storage(request, "read an item", error);
    progress->scanned++;
    progress->bytes += item_size(&image);
    progress->page_bytes += page_item_size(page->table, &image);
    *stop = (page->limit > 0 && progress->scanned == (uint64_t)page->limit) ||
            progress->page_bytes >= PAGE_SIZE_MAX;

    const struct map *item = &image;
    if (page->fetch && fetch_item(request, page, &image, &item, capacity) != 0)
        return -1;
    if (condition_met(page->filter, item)) {
        if (page->selection != SELECT_COUNT) {
            if (progress->count > 0)
                buffer_append_byte(&request->output, ',');
            if (page->selection == SELECT_SPECIFIC_ATTRIBUTES) {
                struct map shown = projection_apply(&request->scratch, page->projection, item);
                map_write_json(&request->output, &shown);
            } else {
                map_write_json(&request->output, item);
            }
        }
        progress->count++;
    }
    return 0;
}

int page_read(struct request *request, const struct page *page, struct capacity *capacity)
{
    struct buffer *out = &request->output;
    struct progress progress = { 0 };
    struct slice key, packed;
    bool stop = false;
    if (page->selection != SELECT_COUNT)
        buffer_append_string(out, "\"Items\":[");
    if (request_cursor_open(request) != 0)
        return -1;
    int error = storage_cursor_seek(request->cursor, page->backward ? page->upper : page->lower,
                                    page->backward, &key, &packed);
    if (error == 0 && page->backward && slice_compare(key, page->upper) >= 0)
        error = storage_cursor_step(request->cursor, true, &key, &packed);
    while (error == 0 && slice_compare(key, page->lower) >= 0 &&
           slice_compare(key, page->upper) < 0) {
        arena_release(&request->scratch);
        if (take_item(request, page, packed, &progress, capacity, &stop) != 0)
            return -1;
        if (stop)
            break;
        error = storage_cursor_step(request->cursor, page->backward, &key, &packed);
    }
    if (error != 0 && error != -ENOENT)
        return request_fail_storage(request, "read items", error);

    if (page->selection != SELECT_COUNT)
        buffer_append_string(out, "],");
    buffer_printf(out, "\"Count\":%llu,\"ScannedCount\":%llu", (unsigned long long)progress.count,
                  (unsigned long long)progress.scanned);
    /* Who could not go on from there is not told to: as DynamoDB Local 2.6.1 has it. */
    if (stop && !closes_range(request, page, key)) {
        struct map last;
        error = item_unpack(&request->scratch, packed, &last);
        if (error != 0)
            return request_fail_storage(request, "read an item", error);
        write_last_key(request, page, &last);
    }
    request_cursor_close(request);

    double units = capacity_read_units(progress.bytes, page->consistent);
    if (page->index)
        capacity->index_read[page->index - page->table->indexes] += units;
    else
        capacity->read += units;
    if (__builtin_expect(stats_on, 0))
        stats_page(request, page, progress.scanned, progress.count, capacity);
    return 0;
}
