/* See directory_internal.h. */
#include <string.h>
#include "directory_internal.h"

/* Where `name` is, or where it belongs. */
static uint32_t find_place(const struct directory_table *table, const char *name, bool *out_found)
{
    uint32_t low = 0, high = table->count;

    *out_found = false;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        int order = strcmp(table->entries[middle]->name, name);

        if (!order) {
            *out_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct directory_entry *directory_table_find(const struct directory_table *table, const char *name)
{
    bool found;
    uint32_t place = find_place(table, name, &found);

    return found ? table->entries[place] : NULL;
}

static void remove_place(struct directory_table *table, uint32_t place)
{
    table->count--;
    memmove(&table->entries[place], &table->entries[place + 1],
            (table->count - place) * sizeof(table->entries[0]));
}

/* Makes room by forgetting the name that has been gone longest. */
static bool forget_one(struct directory_table *table)
{
    struct directory_entry *oldest = NULL;
    uint32_t i, place = 0;

    for (i = 0; i < table->count; i++) {
        struct directory_entry *entry = table->entries[i];

        if (!entry->node && (!oldest || entry->age < oldest->age)) {
            oldest = entry;
            place = i;
        }
    }
    if (!oldest)
        return false;
    if (oldest->incarnation > table->forgotten)
        table->forgotten = oldest->incarnation;
    remove_place(table, place);
    com_free(oldest);
    return true;
}

HRESULT directory_table_obtain(struct directory_table *table, const char *name,
                               struct directory_entry **out_entry)
{
    struct directory_entry *entry;
    uint32_t place;
    bool found;

    place = find_place(table, name, &found);
    if (found) {
        *out_entry = table->entries[place];
        return S_OK;
    }
    if (table->count == DIRECTORY_NAMES_MAX && !forget_one(table))
        return RPC_E_OUT_OF_RESOURCES;
    entry = com_alloc(sizeof(*entry));
    if (!entry)
        return E_OUTOFMEMORY;
    *entry = (struct directory_entry){.incarnation = table->forgotten};
    memcpy(entry->name, name, strlen(name) + 1);

    place = find_place(table, name, &found);
    memmove(&table->entries[place + 1], &table->entries[place],
            (table->count - place) * sizeof(table->entries[0]));
    table->entries[place] = entry;
    table->count++;
    *out_entry = entry;
    return S_OK;
}

INode *directory_table_enter(struct directory_table *table, struct directory_entry *entry,
                             const char *endpoints, INode *node)
{
    INode *before = entry->node;

    memcpy(entry->endpoints, endpoints, strlen(endpoints) + 1);
    entry->node = node;
    entry->incarnation++;
    entry->age = ++table->changes;
    return before;
}

INode *directory_table_leave(struct directory_table *table, const char *name, uint64_t incarnation)
{
    struct directory_entry *entry = directory_table_find(table, name);
    INode *node;

    /* A later incarnation took the name: it is not this one that leaves. */
    if (!entry || entry->incarnation != incarnation)
        return NULL;
    node = entry->node;
    entry->node = NULL;
    entry->age = ++table->changes;
    return node;
}

void directory_table_free(struct directory_table *table)
{
    while (table->count)
        com_free(table->entries[--table->count]);
}
