/* Memory for decoded parameters. */
#include <cmocka_all.h>
#include <port.h>
#include <rpc_buffer.h>
#include <rpc_marshal.h>
#include <string.h>

/* A call whose frame has so many bytes; its buffer has PORT_FRAME_BYTES. */
static void call_of(struct rpc_incoming *call, uint32_t frame_bytes)
{
    memset(call, 0, sizeof(*call));
    call->request_buffer = rpc_buffer_alloc(PORT_FRAME_BYTES);
    assert_non_null(call->request_buffer);
    call->request_buffer->size_bytes = frame_bytes;
}

static void end_call(struct rpc_incoming *call)
{
    port_free(call->scratch); /* at most one block */
    rpc_buffer_free(call->request_buffer);
    rpc_buffer_trim();
}

static void usual_memory_is_behind_the_frame(void **state)
{
    struct rpc_incoming call;
    uint8_t *first, *second;

    (void)state;
    call_of(&call, 101);
    first = rpc_incoming_scratch(&call, 13);
    second = rpc_incoming_scratch(&call, 1000);
    assert_null(call.scratch);
    assert_int_equal((uintptr_t)first % 8, 0);
    assert_int_equal((uintptr_t)second % 8, 0);
    assert_true(second > call.request_buffer->data + 101); /* with the spare byte */
    assert_true(second + 1000 <= first);
    assert_true(first + 13 <= call.request_buffer->data + call.request_buffer->capacity_bytes);
    memset(first, 0xFF, 13);
    memset(second, 0xFF, 1000);
    end_call(&call);
}

/* The last byte that may be taken, and the one that may not: it ends the frame's last text. */
static void the_spare_byte_is_left(void **state)
{
    struct rpc_incoming call;

    (void)state;
    call_of(&call, PORT_FRAME_BYTES - 17);
    assert_ptr_equal(rpc_incoming_scratch(&call, 16), call.request_buffer->data + PORT_FRAME_BYTES - 16);
    assert_non_null(rpc_incoming_scratch(&call, 1));
    assert_non_null(call.scratch);
    end_call(&call);
    call_of(&call, PORT_FRAME_BYTES - 16);
    assert_non_null(rpc_incoming_scratch(&call, 16));
    assert_non_null(call.scratch);
    end_call(&call);
    call_of(&call, PORT_FRAME_BYTES);
    assert_non_null(rpc_incoming_scratch(&call, 1));
    assert_non_null(call.scratch);
    end_call(&call);
}

static void no_call_gets_more_than_the_limit(void **state)
{
    struct rpc_incoming call;

    (void)state;
    call_of(&call, PORT_FRAME_BYTES);
    assert_non_null(rpc_incoming_scratch(&call, PORT_MAX_SCRATCH_BYTES));
    assert_null(rpc_incoming_scratch(&call, 1));
    assert_null(rpc_incoming_scratch(&call, SIZE_MAX));
    end_call(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_memory_is_behind_the_frame),
        cmocka_unit_test(the_spare_byte_is_left),
        cmocka_unit_test(no_call_gets_more_than_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
