/*
 * What one peer holds of this node: the export table of a link. Guarded by the owner's lock.
 *
 * An entry's life:
 *   FREE      on the free list; its generation is one higher each time it is taken
 *   LIVE      count > 0 (references the peer has, or has on the way) or pins > 0 (calls that run on it)
 *   DYING     count and pins are 0: the id is dead, the object waits for rpc_exports_reap
 */
#ifndef RPC_CORE_EXPORTS_H
#define RPC_CORE_EXPORTS_H

#include <com.h>

#define RPC_COUNT_MAX 0x7FFFFFFFu

struct rpc_export {
    void *object; /* its IUnknown; the table holds one reference; NULL: FREE */
    void *world;  /* whatever the owner wants to remember with it */
    const struct com_interface
        *interface; /* of `pointer`: the interface used last, so that a call asks only once */
    void *pointer;  /* into `object`; no reference of its own */
    uint32_t count; /* references the peer has; a reference in a message counts */
    uint16_t generation;
    uint16_t pins;        /* calls that use the entry, whatever the peer releases meanwhile */
    uint16_t next;        /* in its bucket, or in the free or dying list; 0 ends it */
    uint8_t class_number; /* as the peer was told it; 0: it was not */
    bool is_revoked; /* calls of it are refused, and the object gets another entry if it is given again */
};

struct rpc_exports {
    struct rpc_export *entries; /* [0] is the root: not counted, dies with the peer */
    uint16_t capacity; /* entries; behind them as many buckets: the first entry whose object hashes there */
    uint16_t used;     /* entries that were ever taken */
    uint16_t free;     /* list */
    uint16_t dying;    /* list */
    uint16_t live;     /* without the root */
    bool ended;        /* the peer is gone */
};

/** Memory for a table of `capacity` entries (with the root), to be handed to rpc_exports_init, zeroed. */
size_t rpc_exports_bytes(uint16_t capacity);
void rpc_exports_init(struct rpc_exports *exports, uint16_t capacity, void *memory);

/**
 * Counts one reference to `object` for the peer, entering it if it is new. The root is id 0 and not counted.
 * @param out_is_new  the entry took the caller's reference to `object`; else the caller keeps it
 * @retval RPC_E_OUT_OF_RESOURCES the table or the count is full
 */
HRESULT rpc_exports_add(struct rpc_exports *exports, void *object, void *world, uint32_t *out_id,
                        bool *out_is_new);

/** The live entry of an id; NULL: stale or never given (RPC_E_INVALID_OBJECT). */
struct rpc_export *rpc_exports_find(struct rpc_exports *exports, uint32_t id);

/** Keeps the entry while a call runs on it. */
void rpc_exports_pin(struct rpc_export *entry);
void rpc_exports_unpin(struct rpc_exports *exports, uint32_t id);

/** @retval RPC_E_INVALID_DATA no such id, or fewer references than that */
HRESULT rpc_exports_release(struct rpc_exports *exports, uint32_t id, uint32_t count);

/** Drops all counts, and the root: the peer is gone. Entries with pins die when the last is gone. */
void rpc_exports_release_all(struct rpc_exports *exports);

bool rpc_exports_has_dying(const struct rpc_exports *exports);

/** The object of a dead entry, whose reference is now the caller's; NULL: there is none. */
void *rpc_exports_reap(struct rpc_exports *exports);

#endif
