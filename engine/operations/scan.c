/*
 * scan.c - Scan: all items of a table or index, or of one of its segments, in the order of their partition's hash.
 */
#include "engine/operations.h"
#include "engine/operations/item_input.h"
#include "engine/operations/read_input.h"
#include "engine/keyspace.h"

enum { SEGMENT_BITS = 12 };

/*
 * Appends the first key of segment `segment` of `total` of a key space; with `segment` equal to `total`, the end of it. Of
 * the 4,096 prefixes of 12 bits that a partition's hash can have, a segment starts with ceil(4096 * segment / total).
 * Source: facts/fidelity.md section 5, "Scan order".
 */
static void append_segment_start(struct buffer *out, uint64_t id, json_int_t segment,
                                 json_int_t total)
{
    struct buffer items;
    buffer_init(&items, out->arena);
    keyspace_items(&items, id);
    json_int_t prefix = ((segment << SEGMENT_BITS) + total - 1) / total;
    if (prefix >> SEGMENT_BITS) {
        keyspace_after(out, buffer_slice(&items));
        return;
    }
    buffer_append_slice(out, buffer_slice(&items));
    buffer_append_byte(out, (unsigned char)(prefix >> 4));
    buffer_append_byte(out, (unsigned char)((prefix & 15) << 4));
}

static void set_bounds(struct request *request, uint64_t id, struct page *page)
{
    json_int_t total = input_integer(request->input, "TotalSegments", 1);
    json_int_t segment = input_integer(request->input, "Segment", 0);
    struct buffer lower, upper;
    buffer_init(&lower, &request->arena);
    buffer_init(&upper, &request->arena);
    append_segment_start(&lower, id, segment, total);
    append_segment_start(&upper, id, segment + 1, total);
    page->lower = buffer_slice(&lower);
    page->upper = buffer_slice(&upper);
}

static int check_segments(struct request *request)
{
    const json_t *input = request->input;
    bool has_segment = input_get(input, "Segment") != NULL,
         has_total = input_get(input, "TotalSegments") != NULL;
    if (has_segment && !has_total)
        return request_fail(
            request, ERROR_VALIDATION,
            "The TotalSegments parameter is required but was not present in the request when "
            "Segment parameter is present");
    if (has_total && !has_segment)
        return request_fail(
            request, ERROR_VALIDATION,
            "The Segment parameter is required but was not present in the request when parameter "
            "TotalSegments is present");
    json_int_t segment = input_integer(input, "Segment", 0),
               total = input_integer(input, "TotalSegments", 1);
    if (segment >= total)
        return request_fail(
            request, ERROR_VALIDATION,
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            "Segment: %lld is not less than TotalSegments: %lld",
            (long long)segment, (long long)total);
    return 0;
}

int run_scan(struct request *request)
{
    struct read_input read;
    if (read_input_legacy(request, "ScanFilter", &read) != 0 || check_segments(request) != 0 ||
        read_input_expressions(request, &read) != 0 || read_input_check_select(request, &read) != 0)
        return -1;

    struct page *page = &read.page;
    if (request_begin(request, false) != 0 || read_input_find(request, &read) != 0 ||
        page_check_start(request, page, read.start, false) != 0 || page_select(request, page) != 0)
        return -1;
    set_bounds(request, page->index ? page->index->id : page->table->id, page);
    if (page_start_after(request, page, read.start, false) != 0 ||
        page_check_paths(request, page, false) != 0)
        return -1;
    return read_input_answer(request, &read);
}
