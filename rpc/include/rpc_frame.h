/* The 12 bytes in front of every message; the format is at the top of idl/wire/rpc.proto. */
#ifndef RPC_FRAME_H
#define RPC_FRAME_H

#include <com.h>
#include <wire.h>

#define RPC_HEADER_BYTES 12u
#define RPC_FLAG_OPTIONAL 1u

/* Largest body before Hello is in, and of any control frame. */
#define RPC_CONTROL_BODY_MAX 512u

enum rpc_frame_type {
    RPC_HELLO = 0,
    RPC_WELCOME = 1,
    RPC_CALL = 2,
    RPC_RETURN = 3,
    RPC_RELEASE = 4,
    RPC_CANCEL = 5,
    RPC_PING = 6,
    RPC_PONG = 7,
    RPC_WINDOW = 8,
    RPC_GOAWAY = 9,
    RPC_ABORT = 10,
    RPC_CLASS = 13,
};

struct rpc_header {
    uint8_t type;
    uint8_t flags;
    uint32_t call_id;
    uint32_t body_bytes;
};

static inline void rpc_header_write(uint8_t *at, uint8_t type, uint32_t call_id, uint32_t body_bytes)
{
    at[0] = type;
    at[1] = 0;
    at[2] = 0;
    at[3] = 0;
    wire_store_fixed32(at + 4, call_id);
    wire_store_fixed32(at + 8, body_bytes);
}

/** @retval RPC_E_INVALID_HEADER reserved bits are set: these are not our bytes */
static inline HRESULT rpc_header_read(const uint8_t *at, struct rpc_header *out_header)
{
    if (at[1] & ~RPC_FLAG_OPTIONAL || at[2] || at[3])
        return RPC_E_INVALID_HEADER;
    out_header->type = at[0];
    out_header->flags = at[1];
    out_header->call_id = wire_load_fixed32(at + 4);
    out_header->body_bytes = wire_load_fixed32(at + 8);
    return S_OK;
}

#endif
