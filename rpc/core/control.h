/* The control frames, encoded and decoded by nanopb without allocation. Layout: idl/wire/rpc.proto. */
#ifndef RPC_CORE_CONTROL_H
#define RPC_CORE_CONTROL_H

#include <com.h>
#include <rpc_types.h>

#define RPC_NODE_ID_BYTES 16
#define RPC_NODE_NAME_MAX 31
#define RPC_RELEASE_MAX 16

/* Most interfaces of a class. */
#define RPC_CLASS_IIDS_MAX 12

/* Enough for the largest control frame with its header. */
#define RPC_CONTROL_FRAME_MAX 272u

/* Of a peer that takes more than fits, the most that does. */
struct rpc_limits {
    uint32_t max_message_bytes;
    uint32_t window_bytes;
    uint16_t max_calls;
    uint16_t max_exports;
    uint8_t max_depth;
    uint8_t max_classes;
};

/* Parts of the protocol that not every peer has; used are those that both sides said. */
enum rpc_feature {
    RPC_FEATURE_CREDIT = 1,   /* Calls are counted against Limits.max_calls and window_bytes; Window */
    RPC_FEATURE_DRAIN = 2,    /* Goaway */
    RPC_FEATURE_PIPELINE = 4, /* calls of results that are still to come; Cancel of calls that are kept */
    RPC_FEATURE_CLASSES = 8,  /* Class, ObjRef.class */
};

/* What a node says of itself. */
struct rpc_peer {
    uint64_t incarnation;
    uint8_t node_id[RPC_NODE_ID_BYTES];
    char name[RPC_NODE_NAME_MAX + 1];
    struct rpc_limits limits;
};

struct rpc_hello {
    uint32_t version_min;
    uint32_t version_max;
    uint64_t features;
    struct rpc_peer sender;
};

/* Interfaces that objects have beside IUnknown. */
struct rpc_class {
    const IID *iids;
    uint8_t iid_count; /* at most RPC_CLASS_IIDS_MAX */
    bool is_closed;    /* they have no others */
};

struct rpc_release_one {
    uint32_t id;
    uint32_t count;
};

/* Each writes a whole frame at `at`, which has RPC_CONTROL_FRAME_MAX bytes, and returns its size. */
size_t rpc_hello_write(uint8_t *at, uint8_t type, const struct rpc_hello *hello);
size_t rpc_release_write(uint8_t *at, const struct rpc_release_one *ones, uint32_t count);
size_t rpc_ping_write(uint8_t *at, uint8_t type, uint64_t token);
size_t rpc_cancel_write(uint8_t *at, uint32_t call_id);
size_t rpc_window_write(uint8_t *at, uint32_t calls, uint32_t bytes);
size_t rpc_class_write(uint8_t *at, uint32_t index, const struct rpc_class *content);
size_t rpc_goaway_write(uint8_t *at, const char *detail);
size_t rpc_abort_write(uint8_t *at, HRESULT hr, const char *detail);

/* Each reads a body. @retval RPC_E_INVALID_DATA malformed */
HRESULT rpc_hello_read(const uint8_t *body, size_t body_bytes, struct rpc_hello *out_hello);
HRESULT rpc_release_read(const uint8_t *body, size_t body_bytes, struct rpc_release_one *out_ones,
                         uint32_t *out_count);
HRESULT rpc_ping_read(const uint8_t *body, size_t body_bytes, uint64_t *out_token);
HRESULT rpc_window_read(const uint8_t *body, size_t body_bytes, uint32_t *out_calls, uint32_t *out_bytes);
/* @param out_iids  RPC_CLASS_IIDS_MAX of them, which out_content then points to */
HRESULT rpc_class_read(const uint8_t *body, size_t body_bytes, uint32_t *out_index,
                       struct rpc_class *out_content, IID *out_iids);
HRESULT rpc_goaway_read(const uint8_t *body, size_t body_bytes, char *out_detail);
HRESULT rpc_abort_read(const uint8_t *body, size_t body_bytes, HRESULT *out_hr, char *out_detail);

#endif
