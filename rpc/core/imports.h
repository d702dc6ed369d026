/*
 * What this node holds of one peer: the import table of a link. Guarded by the owner's lock.
 * The entries are the owner's memory (the head of its proxy); the table finds them by id.
 */
#ifndef RPC_CORE_IMPORTS_H
#define RPC_CORE_IMPORTS_H

#include <com.h>

struct rpc_import_entry {
    uint32_t id;
    uint32_t arrivals;             /* references that the peer counts for us and that Release gives back */
    struct rpc_import_entry *next; /* in its bucket, or in the list of what is to be released */
};

struct rpc_imports {
    struct rpc_import_entry **buckets;
    struct rpc_import_entry *released; /* out of the table, to be told to the peer */
    uint16_t bucket_count;             /* a power of two */
    uint16_t capacity;
    uint16_t live;
};

size_t rpc_imports_bytes(uint16_t bucket_count);
void rpc_imports_init(struct rpc_imports *imports, uint16_t bucket_count, uint16_t capacity, void *memory);

/** @retval NULL not in the table */
struct rpc_import_entry *rpc_imports_find(const struct rpc_imports *imports, uint32_t id);

/** Enters `entry`, whose id is not in the table. @retval RPC_E_OUT_OF_RESOURCES too many references */
HRESULT rpc_imports_insert(struct rpc_imports *imports, struct rpc_import_entry *entry);

/** Takes the entry out; the caller frees it. */
void rpc_imports_remove(struct rpc_imports *imports, struct rpc_import_entry *entry);

/** Takes the entry out and remembers it until the session has told the peer. */
void rpc_imports_release(struct rpc_imports *imports, struct rpc_import_entry *entry);

#endif
