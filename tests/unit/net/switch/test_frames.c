/* The queue of frames that are under way. */
#include <cmocka_all.h>
#include <string.h>
#include <switch/frames.h>

#define CAPACITY 1000

static void push(struct frame_queue *queue, struct frame *frame, int64_t due_ns, uint32_t port)
{
    const struct under_way entry = {.due_ns = due_ns, .frame = frame, .port = port};

    assert_true(frame_queue_push(queue, &entry));
}

static void frames_come_out_by_time_and_then_as_they_went_in(void **state)
{
    struct frame *frame = frame_create((const uint8_t *)"frame", 5);
    struct under_way entry, last = {.due_ns = -1};
    struct frame_queue queue;
    uint32_t i, number = 12345;

    (void)state;
    assert_true(frame_queue_init(&queue, CAPACITY));
    for (i = 0; i < CAPACITY; i++) {
        number = number * 1103515245 + 12345;
        push(&queue, frame, number >> 16 & 63, i); /* many at the same time */
    }
    assert_false(frame_queue_pop(&queue, -1, &entry));
    for (i = 0; i < CAPACITY; i++) {
        assert_int_equal(frame_queue_next(&queue), queue.entries[0].due_ns);
        assert_true(frame_queue_pop(&queue, 63, &entry));
        assert_true(entry.due_ns > last.due_ns || (entry.due_ns == last.due_ns && entry.port > last.port));
        last = entry;
        frame_release(entry.frame);
    }
    assert_false(frame_queue_pop(&queue, INT64_MAX, &entry));
    assert_int_equal(frame_queue_next(&queue), INT64_MAX);
    assert_int_equal(frame->refs, 1);
    frame_release(frame);
    frame_queue_destroy(&queue);
}

static void full_queue_takes_no_more_and_keeps_what_it_has(void **state)
{
    struct frame *frame = frame_create((const uint8_t *)"frame", 5);
    const struct under_way more = {.due_ns = 0, .frame = frame};
    struct frame_queue queue;
    int i;

    (void)state;
    assert_true(frame_queue_init(&queue, 3));
    for (i = 0; i < 3; i++)
        push(&queue, frame, i, 0);
    assert_false(frame_queue_push(&queue, &more));
    assert_int_equal(queue.count, 3);
    assert_int_equal(frame->refs, 4);
    frame_queue_destroy(&queue); /* with what is left */
    assert_int_equal(frame->refs, 1);
    frame_release(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_out_by_time_and_then_as_they_went_in),
        cmocka_unit_test(full_queue_takes_no_more_and_keeps_what_it_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
