/*
 * deleted_tables.h - definitions of tables that are DELETING for a time: who takes them out of the catalogue when it is over.
 *
 * Nobody sees a table that is gone, but its record stays until somebody writes under its name. So that names which are
 * never used again do not pile up, each is noted with the moment when it is gone, and whoever makes or deletes a table
 * removes some that are.
 */
#ifndef DDBMOCK_ENGINE_OPERATIONS_DELETED_TABLES_H
#define DDBMOCK_ENGINE_OPERATIONS_DELETED_TABLES_H

#include "engine/table.h"

/* Notes that the table, whose definition has just been stored, is gone at its deleted_at. In the open write transaction.
 * 0, or -1 after failing the request. */
int deleted_tables_note(struct request *request, const struct table *table);

/* Removes a few definitions whose time has come. In the open write transaction. 0, or -1 after failing the request. */
int deleted_tables_sweep(struct request *request);

#endif
