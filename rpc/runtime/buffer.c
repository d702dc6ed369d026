#include <com_impl.h>
#include <port.h>
#include <rpc_buffer.h>

/* What is kept for reuse at most: enough for every worker and caller that is busy at once. */
#define KEPT_MAX (4 * PORT_WORKERS)

static struct {
    struct com_lock lock;
    struct rpc_buffer *free; /* (lock) of PORT_FRAME_BYTES each */
    uint32_t count;          /* (lock) */
} kept;

struct rpc_buffer *rpc_buffer_alloc(size_t capacity_bytes)
{
    struct rpc_buffer *buffer = NULL;

    if (capacity_bytes <= PORT_FRAME_BYTES) {
        capacity_bytes = PORT_FRAME_BYTES;
        com_lock_take(&kept.lock);
        buffer = kept.free;
        if (buffer) {
            kept.free = buffer->next;
            kept.count--;
        }
        com_lock_give(&kept.lock);
    }
    if (!buffer) {
        buffer = (struct rpc_buffer *)port_alloc(sizeof(*buffer) + capacity_bytes + 1);
        if (!buffer)
            return NULL;
        buffer->data = (uint8_t *)(buffer + 1);
        buffer->capacity_bytes = (uint32_t)capacity_bytes;
    }
    buffer->next = NULL;
    buffer->size_bytes = 0;
    return buffer;
}

void rpc_buffer_free(struct rpc_buffer *buffer)
{
    if (!buffer)
        return;
    if (buffer->capacity_bytes == PORT_FRAME_BYTES) {
        com_lock_take(&kept.lock);
        if (kept.count < KEPT_MAX) {
            buffer->next = kept.free;
            kept.free = buffer;
            kept.count++;
            buffer = NULL;
        }
        com_lock_give(&kept.lock);
    }
    port_free(buffer);
}

void rpc_buffer_trim(void)
{
    struct rpc_buffer *buffer, *next;

    com_lock_take(&kept.lock);
    buffer = kept.free;
    kept.free = NULL;
    kept.count = 0;
    com_lock_give(&kept.lock);
    for (; buffer; buffer = next) {
        next = buffer->next;
        port_free(buffer);
    }
}
