/*
 * What a node keeps of one peer that is connected and silent, measured by the compiler of the target: a
 * symbol each, as large as the thing. Linked nowhere.
 */
#include <runtime/runtime.h>

#define SIZE(name, bytes)             \
    extern const uint8_t name[bytes]; \
    const uint8_t name[bytes] = {0}

/* State: what is one for each peer, whatever happens; the connection has the protocol's in it. */
SIZE(peer_state_session, sizeof(struct rpc_session));
SIZE(peer_state_link, sizeof(struct rpc_link) - sizeof(struct rpc_session));
SIZE(peer_state_all, sizeof(struct rpc_link));

/* Buffers and tables, of the sizes that the port gives a node. */
SIZE(peer_table_exports,
     (PORT_MAX_EXPORTS + 1) * (sizeof(struct rpc_export) + sizeof(((struct rpc_export *)0)->next)));
SIZE(peer_table_imports, PORT_IMPORT_BUCKETS * sizeof(struct rpc_import_entry *));
SIZE(peer_table_calls, PORT_MAX_CALLS * sizeof(struct rpc_call_slot));
SIZE(peer_table_classes, 2 * PORT_MAX_CLASSES * sizeof(struct rpc_class *));
SIZE(peer_table_pending, sizeof(struct rpc_pending));
