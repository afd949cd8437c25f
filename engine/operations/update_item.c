/*
 * update_item.c - UpdateItem: changes one item, or creates it, on a condition where one is given.
 */
#include "engine/operations.h"
#include "engine/operations/item_input.h"

int run_update_item(struct request *request)
{
    struct write write;
    if (write_from_input(request, request->input, WRITE_UPDATE, &write) != 0)
        return -1;
    write.measures_update = true;
    return run_single_write(request, &write);
}
