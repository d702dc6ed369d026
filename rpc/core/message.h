/*
 * CALL and RETURN, the frames of the fast path: written around parameters that are already in place, read
 * without a copy. The declarations are in idl/wire/rpc.proto; a test compares these with nanopb and protoc.
 */
#ifndef RPC_CORE_MESSAGE_H
#define RPC_CORE_MESSAGE_H

#include <com.h>
#include <rpc_types.h>
#include <wire.h>
#include <rpc_frame.h>

struct rpc_call_message {
    uint32_t target;  /* of a promise: the number of the result */
    uint32_t promise; /* the call_id of the call that it is a result of; 0: `target` is an export */
    bool keeps;       /* the caller may make calls of its results before it has them */
    uint32_t method;
    uint32_t timeout_us;
    uint32_t depth;
    uint64_t causality;
    IID iid;
    bool has_trace;
    struct rpc_trace_context trace;
    uint32_t cap_count;
    struct rpc_cap caps[RPC_CAPS_MAX];
    struct wire_bytes params; /* in the frame; empty, not NULL, when absent */
};

struct rpc_return_message {
    HRESULT hr;
    uint32_t executed;
    uint32_t kept; /* bit per index of Call.caps */
    uint32_t cap_count;
    struct rpc_cap caps[RPC_CAPS_MAX];
    struct wire_bytes results; /* in the frame */
    struct wire_bytes detail;  /* in the frame */
};

/**
 * Writes header and fields of a CALL in front of the parameters and the caps behind them.
 *
 * @param params      the parameters, with RPC_CALL_HEADROOM writable bytes in front and RPC_TAILROOM behind
 * @param out_bytes   of the whole frame
 * @return its start
 */
uint8_t *rpc_call_write(const struct rpc_call_message *message, uint32_t call_id, uint8_t *params,
                        size_t params_bytes, size_t *out_bytes);

/** As rpc_call_write; `results` with RPC_RETURN_HEADROOM in front and RPC_TAILROOM behind. */
uint8_t *rpc_return_write(const struct rpc_return_message *message, uint32_t call_id, uint8_t *results,
                          size_t results_bytes, size_t *out_bytes);

/** @retval RPC_E_INVALID_DATA malformed, or more caps than RPC_CAPS_MAX */
HRESULT rpc_call_read(uint8_t *body, size_t body_bytes, struct rpc_call_message *out_message);
HRESULT rpc_return_read(uint8_t *body, size_t body_bytes, struct rpc_return_message *out_message);

/** An IID as 16 bytes on the wire and back. */
void rpc_iid_store(uint8_t *at, const IID *iid);
void rpc_iid_load(const uint8_t *at, IID *out_iid);

#endif
