/* The table of names of a directory: who is there, who was. */
#ifndef DIRECTORY_INTERNAL_H
#define DIRECTORY_INTERNAL_H

#include <com_impl.h>
#include <rpc/node.idl.h>

/* Most names that a directory remembers, of nodes that are there and that were. */
#define DIRECTORY_NAMES_MAX 64

struct directory_entry {
    char name[NODE_NAME_MAX + 1];
    char endpoints[NODE_ENDPOINTS_MAX + 1];
    uint64_t incarnation;
    INode *node;  /* one reference; NULL: the node is gone */
    uint64_t age; /* when the name was last entered or left, in changes of the table */
};

/* Sorted by name. No locks and no calls of objects: the caller guards it. */
struct directory_table {
    struct directory_entry *entries[DIRECTORY_NAMES_MAX];
    uint32_t count;
    uint64_t changes;
    uint64_t forgotten; /* highest incarnation of the names that were forgotten */
};

/** @retval NULL nobody of that name was entered, or it is forgotten */
struct directory_entry *directory_table_find(const struct directory_table *table, const char *name);

/**
 * The entry of `name`, new if need be; the name that has been gone longest is forgotten for it. A new entry
 * is one of a gone node whose incarnation is above that of every forgotten one, so that none is ever given
 * twice.
 * @retval E_OUTOFMEMORY
 * @retval RPC_E_OUT_OF_RESOURCES so many nodes are there
 */
HRESULT directory_table_obtain(struct directory_table *table, const char *name,
                               struct directory_entry **out_entry);

/**
 * Fills an entry for its next incarnation; takes over the reference. Returns the node that it held before.
 */
INode *directory_table_enter(struct directory_table *table, struct directory_entry *entry,
                             const char *endpoints, INode *node);

/** Marks the node of that incarnation as gone. Returns the reference that the table held; NULL if none. */
INode *directory_table_leave(struct directory_table *table, const char *name, uint64_t incarnation);

/** Frees all entries, which hold no node any more. */
void directory_table_free(struct directory_table *table);

#endif
