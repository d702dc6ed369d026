#include "imports.h"
#include <string.h>

size_t rpc_imports_bytes(uint16_t bucket_count)
{
    return bucket_count * sizeof(struct rpc_import_entry *);
}

void rpc_imports_init(struct rpc_imports *imports, uint16_t bucket_count, uint16_t capacity, void *memory)
{
    memset(imports, 0, sizeof(*imports));
    imports->buckets = (struct rpc_import_entry **)memory;
    imports->bucket_count = bucket_count;
    imports->capacity = capacity;
}

/* The peer hands out slots from the bottom: the low bits spread well. */
static struct rpc_import_entry **bucket_of(const struct rpc_imports *imports, uint32_t id)
{
    return &imports->buckets[id & (imports->bucket_count - 1u)];
}

struct rpc_import_entry *rpc_imports_find(const struct rpc_imports *imports, uint32_t id)
{
    struct rpc_import_entry *entry;

    for (entry = *bucket_of(imports, id); entry; entry = entry->next)
        if (entry->id == id)
            return entry;
    return NULL;
}

HRESULT rpc_imports_insert(struct rpc_imports *imports, struct rpc_import_entry *entry)
{
    struct rpc_import_entry **bucket = bucket_of(imports, entry->id);

    if (imports->live == imports->capacity)
        return RPC_E_OUT_OF_RESOURCES;
    entry->next = *bucket;
    *bucket = entry;
    imports->live++;
    return S_OK;
}

void rpc_imports_remove(struct rpc_imports *imports, struct rpc_import_entry *entry)
{
    struct rpc_import_entry **at = bucket_of(imports, entry->id);

    while (*at && *at != entry)
        at = &(*at)->next;
    if (!*at)
        return;
    *at = entry->next;
    entry->next = NULL;
    imports->live--;
}

void rpc_imports_release(struct rpc_imports *imports, struct rpc_import_entry *entry)
{
    rpc_imports_remove(imports, entry);
    entry->next = imports->released;
    imports->released = entry;
}
