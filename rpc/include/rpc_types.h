/* Sizes and types that generated code, the protocol core and the runtime agree on. */
#ifndef RPC_TYPES_H
#define RPC_TYPES_H

#include <stdbool.h>
#include <stdint.h>

/* Most interface pointers that one request or reply carries. */
#define RPC_CAPS_MAX 8

/* Longest text behind a failure, without its NUL. */
#define RPC_DETAIL_MAX 100

/* Room that header and fixed fields need in front of the parameters of a CALL, and of the results of a
 * RETURN; multiples of 8, so that what follows stays aligned. */
#define RPC_CALL_HEADROOM 80
#define RPC_RETURN_HEADROOM 32

/* Room for caps, kept and detail behind them. */
#define RPC_TAILROOM 208

/** Whether a call that failed was executed by the callee. */
enum rpc_executed { RPC_EXECUTED_NO, RPC_EXECUTED_YES, RPC_EXECUTED_UNKNOWN };

/* What ties calls together that are made on behalf of one: `trace` of Call in idl/wire/rpc.proto. */
struct rpc_trace_context {
    uint8_t id[16]; /* of all of them */
    uint64_t span;  /* of the call that makes the others */
};

/* An interface pointer in a message: ObjRef of idl/wire/rpc.proto. */
enum rpc_where { RPC_NIL = 0, RPC_SENDER = 1, RPC_RECEIVER = 2 };

struct rpc_cap {
    uint16_t where;        /* enum rpc_where */
    uint16_t class_number; /* of SENDER: what the object is known to be able to do; 0: nothing is known */
    uint32_t id;
    bool leads_on; /* of SENDER: to an object of a third node */
};

#endif
