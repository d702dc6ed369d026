#include "exports.h"
#include <string.h>

#define ROOT 0

size_t rpc_exports_bytes(uint16_t capacity)
{
    return capacity * (sizeof(struct rpc_export) + sizeof(uint16_t));
}

void rpc_exports_init(struct rpc_exports *exports, uint16_t capacity, void *memory)
{
    memset(exports, 0, sizeof(*exports));
    exports->entries = (struct rpc_export *)memory;
    exports->capacity = capacity;
    exports->used = 1;
}

static uint16_t *bucket_of(struct rpc_exports *exports, const void *object)
{
    /* Objects are at least 8 bytes apart; the multiplier spreads what the allocator lines up. */
    uint32_t hash = (uint32_t)((uintptr_t)object >> 3) * 2654435761u;

    return (uint16_t *)(void *)(exports->entries + exports->capacity) +
           ((uint64_t)hash * exports->capacity >> 32);
}

static uint32_t id_of(const struct rpc_exports *exports, const struct rpc_export *entry)
{
    return (uint32_t)(entry - exports->entries) | (uint32_t)entry->generation << 16;
}

/* Takes an unused entry, or 0. */
static uint16_t take_entry(struct rpc_exports *exports)
{
    uint16_t slot = exports->free;

    if (slot) {
        exports->free = exports->entries[slot].next;
        return slot;
    }
    return exports->used < exports->capacity ? exports->used++ : 0;
}

HRESULT rpc_exports_add(struct rpc_exports *exports, void *object, void *world, uint32_t *out_id,
                        bool *out_is_new)
{
    uint16_t *bucket = bucket_of(exports, object);
    struct rpc_export *entry;
    uint16_t slot, generation;

    *out_is_new = false;
    if (object == exports->entries[ROOT].object) {
        *out_id = ROOT;
        return S_OK;
    }
    for (slot = *bucket; slot; slot = exports->entries[slot].next) {
        entry = &exports->entries[slot];
        if (entry->object != object || entry->is_revoked)
            continue;
        if (entry->count == RPC_COUNT_MAX)
            return RPC_E_OUT_OF_RESOURCES;
        entry->count++;
        *out_id = id_of(exports, entry);
        return S_OK;
    }

    slot = take_entry(exports);
    if (!slot)
        return RPC_E_OUT_OF_RESOURCES;
    entry = &exports->entries[slot];
    generation = (uint16_t)(entry->generation + 1);
    memset(entry, 0, sizeof(*entry));
    entry->object = object;
    entry->world = world;
    entry->generation = generation;
    entry->count = 1;
    entry->next = *bucket;
    *bucket = slot;
    exports->live++;
    *out_id = id_of(exports, entry);
    *out_is_new = true;
    return S_OK;
}

struct rpc_export *rpc_exports_find(struct rpc_exports *exports, uint32_t id)
{
    struct rpc_export *entry;
    uint32_t slot = id & 0xFFFF;

    if (slot >= exports->used)
        return NULL;
    entry = &exports->entries[slot];
    if (!entry->object || entry->generation != id >> 16)
        return NULL;
    if (slot != ROOT && !entry->count && !entry->pins)
        return NULL;
    return entry;
}

static void bury(struct rpc_exports *exports, struct rpc_export *entry)
{
    uint16_t slot = (uint16_t)(entry - exports->entries);
    uint16_t *link = bucket_of(exports, entry->object);

    while (*link != slot)
        link = &exports->entries[*link].next;
    *link = entry->next;
    entry->next = exports->dying;
    exports->dying = slot;
    exports->live--;
}

static void bury_if_unused(struct rpc_exports *exports, struct rpc_export *entry)
{
    if (!entry->count && !entry->pins && entry != &exports->entries[ROOT])
        bury(exports, entry);
}

void rpc_exports_pin(struct rpc_export *entry)
{
    entry->pins++;
}

void rpc_exports_unpin(struct rpc_exports *exports, uint32_t id)
{
    struct rpc_export *entry = rpc_exports_find(exports, id);

    if (!entry || !entry->pins)
        return;
    entry->pins--;
    bury_if_unused(exports, entry);
}

HRESULT rpc_exports_release(struct rpc_exports *exports, uint32_t id, uint32_t count)
{
    struct rpc_export *entry = rpc_exports_find(exports, id);

    if (!entry || entry == &exports->entries[ROOT] || count > entry->count)
        return RPC_E_INVALID_DATA;
    entry->count -= count;
    bury_if_unused(exports, entry);
    return S_OK;
}

void rpc_exports_release_all(struct rpc_exports *exports)
{
    uint16_t slot;

    exports->ended = true;
    for (slot = 1; slot < exports->used; slot++) {
        struct rpc_export *entry = &exports->entries[slot];

        if (!entry->object || !entry->count)
            continue;
        entry->count = 0;
        bury_if_unused(exports, entry);
    }
}

static bool is_root_dying(const struct rpc_exports *exports)
{
    const struct rpc_export *root = &exports->entries[ROOT];

    return exports->ended && root->object && !root->pins;
}

bool rpc_exports_has_dying(const struct rpc_exports *exports)
{
    return exports->dying || is_root_dying(exports);
}

void *rpc_exports_reap(struct rpc_exports *exports)
{
    struct rpc_export *entry;
    void *object;

    if (!exports->dying) {
        object = is_root_dying(exports) ? exports->entries[ROOT].object : NULL;
        if (object)
            exports->entries[ROOT].object = NULL;
        return object;
    }
    entry = &exports->entries[exports->dying];
    object = entry->object;
    entry->object = NULL;
    entry->interface = NULL;
    entry->pointer = NULL;
    exports->dying = entry->next;
    entry->next = exports->free;
    exports->free = (uint16_t)(entry - exports->entries);
    return object;
}
