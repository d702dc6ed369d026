/*
 * Blocks for frames. Usual ones come from a free list, so that calls allocate nothing once it is filled;
 * larger ones are allocated. Any thread.
 */
#ifndef RPC_BUFFER_H
#define RPC_BUFFER_H

#include <stddef.h>
#include <stdint.h>

struct rpc_buffer {
    struct rpc_buffer *next;
    uint8_t *data;           /* a frame, header first; aligned for any scalar; one spare byte lies behind */
    uint32_t size_bytes;     /* of the frame */
    uint32_t capacity_bytes; /* without the spare byte */
};

/** @retval NULL out of memory */
struct rpc_buffer *rpc_buffer_alloc(size_t capacity_bytes);

/** NULL is allowed. */
void rpc_buffer_free(struct rpc_buffer *buffer);

/** Frees what is kept for reuse; for tests that count memory. */
void rpc_buffer_trim(void);

#endif
