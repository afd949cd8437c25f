/*
 * capacities.c - see capacities.h.
 */
#include "engine/operations/capacities.h"

#include "engine/operations/item_input.h"

struct capacity *capacities_of(struct arena *arena, struct capacities *all,
                               const struct table *table, struct slice name)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->of[i]->table->id == table->id && slice_equal(all->of[i]->name, name))
            return all->of[i];
    struct capacity *capacity = ARENA_NEW(arena, struct capacity);
    capacity->table = table;
    capacity->name = name;
    all->of[all->count++] = capacity;
    return capacity;
}

void answer_capacities(struct request *request, const struct capacities *all, bool split)
{
    enum capacity_detail detail = capacity_detail(request->input);
    if (detail == CAPACITY_NONE)
        return;
    answer_member(&request->output, "ConsumedCapacity");
    buffer_append_byte(&request->output, '[');
    for (size_t i = 0; i < all->count; i++) {
        if (i > 0)
            buffer_append_byte(&request->output, ',');
        capacity_write_json(&request->output, all->of[i], detail, split);
    }
    buffer_append_byte(&request->output, ']');
}
