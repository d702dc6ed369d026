/* See frames.h. */
#include "frames.h"
#include <com.h>
#include <string.h>

struct frame *frame_create(const uint8_t *bytes, uint32_t length)
{
    struct frame *frame = com_alloc(sizeof(*frame) + length);

    if (!frame)
        return NULL;
    frame->refs = 1;
    frame->length = length;
    memcpy(frame->bytes, bytes, length);
    return frame;
}

void frame_release(struct frame *frame)
{
    if (frame && --frame->refs == 0)
        com_free(frame);
}

bool frame_queue_init(struct frame_queue *queue, uint32_t capacity)
{
    memset(queue, 0, sizeof(*queue));
    queue->entries = com_alloc(capacity * sizeof(queue->entries[0]));
    queue->capacity = capacity;
    return queue->entries != NULL;
}

void frame_queue_destroy(struct frame_queue *queue)
{
    while (queue->count > 0)
        frame_release(queue->entries[--queue->count].frame);
    com_free(queue->entries);
    queue->entries = NULL;
}

static bool is_before(const struct under_way *left, const struct under_way *right)
{
    return left->due_ns != right->due_ns ? left->due_ns < right->due_ns : left->serial < right->serial;
}

bool frame_queue_push(struct frame_queue *queue, const struct under_way *entry)
{
    struct under_way added = *entry;
    uint32_t at;

    if (queue->count == queue->capacity)
        return false;
    added.serial = queue->serial++;
    added.frame->refs++;
    for (at = queue->count++; at > 0 && is_before(&added, &queue->entries[(at - 1) / 2]); at = (at - 1) / 2)
        queue->entries[at] = queue->entries[(at - 1) / 2];
    queue->entries[at] = added;
    return true;
}

bool frame_queue_pop(struct frame_queue *queue, int64_t now_ns, struct under_way *out_entry)
{
    struct under_way last;
    uint32_t at = 0, child;

    if (queue->count == 0 || queue->entries[0].due_ns > now_ns)
        return false;
    *out_entry = queue->entries[0];
    last = queue->entries[--queue->count];
    while ((child = 2 * at + 1) < queue->count) {
        if (child + 1 < queue->count && is_before(&queue->entries[child + 1], &queue->entries[child]))
            child++;
        if (!is_before(&queue->entries[child], &last))
            break;
        queue->entries[at] = queue->entries[child];
        at = child;
    }
    queue->entries[at] = last;
    return true;
}

int64_t frame_queue_next(const struct frame_queue *queue)
{
    return queue->count > 0 ? queue->entries[0].due_ns : INT64_MAX;
}
