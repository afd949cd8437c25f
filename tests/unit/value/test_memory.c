/*
 * test_memory.c - a request's memory: the arena and the room that it begins in, buffers in it, and the JSON of a body.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "engine/buffer.h"
#include "engine/json_memory.h"

TestSuite(memory, .timeout = 1200);

static bool lies_in(const void *memory, const void *room, size_t size)
{
    return (uintptr_t)memory - (uintptr_t)room < size;
}

Test(memory, an_arena_begins_in_its_room)
{
    _Alignas(max_align_t) char room[256];
    memset(room, 'x', sizeof room);
    struct arena arena;
    jmp_buf exhausted;
    if (setjmp(exhausted) != 0)
        cr_assert_fail("exhausted");
    arena_init_in(&arena, &exhausted, room, sizeof room);
    char *first = arena_alloc(&arena, 100);
    cr_assert(lies_in(first, room, sizeof room));
    for (int i = 0; i < 100; i++)
        cr_assert_eq(first[i], 0);
    char *large = arena_alloc(&arena, 100000);
    cr_assert_not(lies_in(large, room, sizeof room));
    memset(large, 'y', 100000);
    char *second = arena_alloc(&arena, 144);
    cr_assert(lies_in(second, room, sizeof room), "what is left of the room stays in use");
    cr_assert(lies_in(second + 143, room, sizeof room));
    cr_assert_not(lies_in(arena_alloc(&arena, 1), room, sizeof room));
    arena_release(&arena);
    cr_assert_not(lies_in(arena_alloc(&arena, 1), room, sizeof room));
    arena_release(&arena);
}

Test(memory, pieces_are_aligned_zeroed_and_apart)
{
    struct arena arena;
    jmp_buf exhausted;
    if (setjmp(exhausted) != 0)
        cr_assert_fail("exhausted");
    arena_init(&arena, &exhausted);
    enum { COUNT = 3000 };
    static unsigned char *pieces[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        pieces[i] = arena_alloc(&arena, i);
        cr_assert_eq((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        for (size_t at = 0; at < i; at++)
            cr_assert_eq(pieces[i][at], 0);
        memset(pieces[i], (int)i, i);
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t at = 0; at < i; at++)
            cr_assert_eq(pieces[i][at], (unsigned char)i);
    cr_assert_neq(arena_alloc(&arena, 0), arena_alloc(&arena, 0));
    arena_release(&arena);
}

static bool jumps(size_t size)
{
    struct arena arena;
    jmp_buf exhausted;
    volatile bool jumped = false;
    arena_init(&arena, &exhausted);
    if (setjmp(exhausted) == 0)
        arena_alloc(&arena, size);
    else
        jumped = true;
    arena_release(&arena);
    return jumped;
}

Test(memory, what_nobody_has_jumps)
{
    cr_assert(jumps(SIZE_MAX));
    cr_assert(jumps(SIZE_MAX - 14));
    cr_assert(jumps(SIZE_MAX - 15));
    cr_assert_not(jumps(1));
}

Test(memory, a_buffer_grows)
{
    struct arena arena;
    jmp_buf exhausted;
    if (setjmp(exhausted) != 0)
        cr_assert_fail("exhausted");
    arena_init(&arena, &exhausted);
    struct buffer buffer;
    buffer_init(&buffer, &arena);
    buffer_append(&buffer, NULL, 0);
    cr_assert_eq(buffer.length, 0);
    for (int i = 0; i < 100000; i++)
        buffer_append_byte(&buffer, (unsigned char)i);
    buffer_append_string(&buffer, "end");
    cr_assert_eq(buffer.length, 100003);
    for (int i = 0; i < 100000; i++)
        cr_assert_eq((unsigned char)buffer.data[i], (unsigned char)i);
    cr_assert_arr_eq(buffer.data + 100000, "end", 3);
    arena_release(&arena);
}

static const char text[] = "{\"a\":{\"b\":[1,2,\"three\"]},\"c\":null}";

static json_t *load(struct json_memory *memory, const char *from)
{
    json_error_t error;
    json_t *json = json_memory_load(memory, from, strlen(from), 0, &error);
    cr_assert_not_null(json, "%s", error.text);
    return json;
}

static void assert_text(const json_t *json)
{
    char *again = json_dumps(json, JSON_COMPACT);
    cr_assert_str_eq(again, text);
    free(again); /* what jansson hands out of other memory is free's as ever */
}

Test(memory, json_lies_in_its_memory)
{
    struct json_memory memory;
    json_t *json = load(&memory, text);
    cr_assert(lies_in(json, memory.bytes, JSON_MEMORY_SIZE));
    assert_text(json);
    json_t *other = json_loads(text, 0, NULL);
    cr_assert_not(lies_in(other, memory.bytes, JSON_MEMORY_SIZE), "only the body does");
    /* Trees are mixed, and outlive each other. */
    json_object_set(json, "other", other);
    json_object_set_new(json, "more", json_string("text"));
    json_object_del(json, "c");
    json_decref(json);
    json_memory_release(&memory);
    assert_text(other);
    json_decref(other);
}

Test(memory, large_json_lies_elsewhere_too)
{
    struct json_memory memory;
    size_t length = 2;
    char *large = malloc(100000);
    strcpy(large, "[1");
    while (length < 90000)
        length += (size_t)sprintf(large + length, ",{\"name%zu\":\"value\"}", length);
    strcpy(large + length, "]");
    json_t *json = load(&memory, large);
    char *again = json_dumps(json, JSON_COMPACT);
    cr_assert_str_eq(again, large);
    free(again);
    free(large);
    json_decref(json);
    json_memory_release(&memory);
}

Test(memory, a_thread_has_one_json_memory)
{
    struct json_memory outer, inner;
    json_t *first = load(&outer, text), *second = load(&inner, text);
    cr_assert_not(lies_in(second, inner.bytes, JSON_MEMORY_SIZE));
    json_memory_release(&inner);
    json_decref(second);
    assert_text(first);
    json_decref(first);
    json_memory_release(&outer);
    first = load(&inner, text);
    cr_assert(lies_in(first, inner.bytes, JSON_MEMORY_SIZE));
    json_decref(first);
    json_memory_release(&inner);
}

Test(memory, json_that_is_none_leaves_nothing)
{
    struct json_memory memory;
    json_error_t error;
    cr_assert_null(json_memory_load(&memory, "{\"a\":[", 6, 0, &error));
    json_memory_release(&memory);
}

static void *load_many(void *argument)
{
    (void)argument;
    for (int i = 0; i < 1000; i++) {
        struct json_memory memory;
        json_t *json = load(&memory, text);
        assert_text(json);
        json_decref(json);
        json_memory_release(&memory);
    }
    return NULL;
}

Test(memory, threads_have_their_own)
{
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, load_many, NULL), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}
