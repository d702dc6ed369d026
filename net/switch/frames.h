/*
 * Frames that are under way, in the order in which they arrive. A frame that goes to several ports is kept
 * once.
 */
#ifndef FRAMES_H
#define FRAMES_H

#include <stdbool.h>
#include <stdint.h>

struct frame {
    uint32_t refs;
    uint32_t length;
    uint8_t bytes[];
};

/** A copy of the bytes, with one reference. NULL: out of memory. */
struct frame *frame_create(const uint8_t *bytes, uint32_t length);

/** Takes a reference away; NULL is allowed. */
void frame_release(struct frame *frame);

/* One frame in one direction of one cable. */
struct under_way {
    int64_t due_ns;
    uint64_t serial; /* set by the queue: what arrives at the same time arrives in the order it was put in */
    struct frame *frame; /* one reference */
    uint32_t port;       /* whose cable it is */
    uint32_t from;       /* the port it came from */
    uint32_t direction;
};

struct frame_queue {
    struct under_way *entries; /* a heap: nothing is due before entries[0] */
    uint32_t count;
    uint32_t capacity; /* never grows */
    uint64_t serial;
};

/** @retval false out of memory */
bool frame_queue_init(struct frame_queue *queue, uint32_t capacity);

/** Releases the frames that are left. */
void frame_queue_destroy(struct frame_queue *queue);

/** Adds a reference to the frame. @retval false the queue is full */
bool frame_queue_push(struct frame_queue *queue, const struct under_way *entry);

/** Takes the next one that is due; its reference goes to the caller. @retval false none is */
bool frame_queue_pop(struct frame_queue *queue, int64_t now_ns, struct under_way *out_entry);

/** When the next one is due; INT64_MAX: there is none. */
int64_t frame_queue_next(const struct frame_queue *queue);

#endif
