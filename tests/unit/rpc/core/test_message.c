/*
 * Call, Return and Class beside protoc: what we write it reads, and what it writes of that we read. Runs in
 * the project's folder, where idl/wire/rpc.proto is.
 */
#include <cmocka_all.h>
#include <control.h>
#include <inttypes.h>
#include <message.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PROTOC "protoc -I idl wire/rpc.proto "

enum { ROUNDS = 25, CONTENT_MAX = 600, FRAME_MAX = 1400 };

static uint32_t random_number(void)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16) >> state % 32; /* of all lengths */
}

/* Runs protoc on some bytes. @return how many came back */
static size_t run_protoc(const char *option, const void *in, size_t in_bytes, void *out, size_t capacity)
{
    char name[] = "/tmp/mmlite-test-XXXXXX", command[200];
    int file = mkstemp(name);
    FILE *pipe;
    size_t size;

    assert_true(file >= 0);
    assert_int_equal(write(file, in, in_bytes), (ssize_t)in_bytes);
    close(file);
    snprintf(command, sizeof(command), PROTOC "%s <%s", option, name);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    size = fread(out, 1, capacity, pipe);
    assert_int_equal(pclose(pipe), 0);
    unlink(name);
    return size;
}

/* What we wrote through protoc's text and back into bytes of its own. */
static size_t through_protoc(const char *type, const uint8_t *body, size_t size, char *text, uint8_t *out)
{
    char option[64];
    size_t length;

    snprintf(option, sizeof(option), "--decode=mmlite.wire.%s", type);
    length = run_protoc(option, body, size, text, 8 * FRAME_MAX - 1);
    text[length] = '\0';
    snprintf(option, sizeof(option), "--encode=mmlite.wire.%s", type);
    return run_protoc(option, text, length, out, FRAME_MAX);
}

/* Whether the text has the line; a field of value 0 has none. */
static void expect_line(const char *text, const char *name, int64_t value)
{
    char line[64];

    snprintf(line, sizeof(line), "%s: %" PRId64 "\n", name, value);
    if (value)
        assert_non_null(strstr(text, line));
    else
        assert_null(strstr(text, name));
}

static uint32_t random_caps(struct rpc_cap *caps)
{
    uint32_t count = random_number() % (RPC_CAPS_MAX + 1), i;

    for (i = 0; i < count; i++)
        caps[i] = (struct rpc_cap){.where = (uint16_t)(random_number() % 3),
                                   .class_number = (uint16_t)random_number(),
                                   .id = random_number(),
                                   .leads_on = random_number() % 2 != 0};
    return count;
}

static void expect_caps(const struct rpc_cap *got, uint32_t got_count, const struct rpc_cap *caps,
                        uint32_t count)
{
    uint32_t i;

    assert_int_equal(got_count, count);
    for (i = 0; i < count; i++) {
        assert_int_equal(got[i].where, caps[i].where);
        assert_int_equal(got[i].class_number, caps[i].class_number);
        assert_int_equal(got[i].id, caps[i].id);
        assert_int_equal(got[i].leads_on, caps[i].leads_on);
    }
}

static uint32_t random_content(uint8_t *content)
{
    uint32_t size = random_number() % CONTENT_MAX, i;

    for (i = 0; i < size; i++)
        content[i] = (uint8_t)random_number();
    return size;
}

static void expect_call(const struct rpc_call_message *got, const struct rpc_call_message *call,
                        const uint8_t *params, uint32_t size)
{
    assert_int_equal(got->target, call->target);
    assert_int_equal(got->method, call->method);
    assert_int_equal(got->timeout_us, call->timeout_us);
    assert_int_equal(got->depth, call->depth);
    assert_int_equal(got->promise, call->promise);
    assert_int_equal(got->keeps, call->keeps);
    assert_true(got->causality == call->causality);
    assert_memory_equal(&got->iid, &call->iid, sizeof(IID));
    expect_caps(got->caps, got->cap_count, call->caps, call->cap_count);
    assert_int_equal(got->params.size, size);
    assert_memory_equal(got->params.data, params, size);
}

static void protoc_reads_calls_and_we_read_its(void **state)
{
    static uint8_t buffer[RPC_CALL_HEADROOM + CONTENT_MAX + RPC_TAILROOM], params[CONTENT_MAX],
        back[FRAME_MAX];
    static char text[8 * FRAME_MAX];
    int round;

    (void)state;
    for (round = 0; round < ROUNDS; round++) {
        struct rpc_call_message call = {.target = random_number(),
                                        .method = random_number(),
                                        .timeout_us = random_number(),
                                        .depth = random_number() % 100,
                                        .promise = round % 2 ? random_number() : 0,
                                        .keeps = round % 3 == 0,
                                        .causality = (uint64_t)random_number() << 32 | random_number()};
        struct rpc_call_message got;
        uint32_t params_bytes = random_content(params);
        uint8_t *frame;
        size_t size;

        call.iid = (IID){random_number(), (uint16_t)random_number(), (uint16_t)random_number(), {1, 2, 3, 4}};
        call.cap_count = random_caps(call.caps);
        memcpy(buffer + RPC_CALL_HEADROOM, params, params_bytes);
        frame = rpc_call_write(&call, 77, buffer + RPC_CALL_HEADROOM, params_bytes, &size);
        assert_int_equal(rpc_call_read(frame + RPC_HEADER_BYTES, size - RPC_HEADER_BYTES, &got), S_OK);
        expect_call(&got, &call, params, params_bytes);

        size = through_protoc("Call", frame + RPC_HEADER_BYTES, size - RPC_HEADER_BYTES, text, back);
        expect_line(text, "target", call.target);
        expect_line(text, "method", call.method);
        expect_line(text, "timeout_us", call.timeout_us);
        expect_line(text, "depth", call.depth);
        expect_line(text, "promise", call.promise);
        assert_int_equal(strstr(text, "keeps: true") != NULL, call.keeps);
        assert_null(strstr(text, "\n3: ")); /* numbers are fields that it does not know */
        assert_int_equal(rpc_call_read(back, size, &got), S_OK);
        expect_call(&got, &call, params, params_bytes);
    }
}

static void expect_return(const struct rpc_return_message *got, const struct rpc_return_message *reply,
                          const uint8_t *results, uint32_t size)
{
    assert_int_equal(got->hr, reply->hr);
    assert_int_equal(got->executed, reply->executed);
    assert_int_equal(got->kept, reply->kept);
    expect_caps(got->caps, got->cap_count, reply->caps, reply->cap_count);
    assert_int_equal(got->results.size, size);
    assert_memory_equal(got->results.data, results, size);
    assert_int_equal(got->detail.size, reply->detail.size);
    assert_memory_equal(got->detail.data ? got->detail.data : reply->detail.data, reply->detail.data,
                        reply->detail.size);
}

static void protoc_reads_returns_and_we_read_its(void **state)
{
    static uint8_t buffer[RPC_RETURN_HEADROOM + CONTENT_MAX + RPC_TAILROOM], results[CONTENT_MAX],
        back[FRAME_MAX];
    static char text[8 * FRAME_MAX];
    int round;

    (void)state;
    for (round = 0; round < ROUNDS; round++) {
        struct rpc_return_message reply = {.hr = round % 3 ? (HRESULT)(0x80040000 + random_number() % 0x10000)
                                                           : S_OK,
                                           .executed = random_number() % 3,
                                           .kept = random_number() & ((1u << RPC_CAPS_MAX) - 1)};
        struct rpc_return_message got;
        uint32_t results_bytes = random_content(results);
        uint8_t *frame;
        size_t size;

        if (round % 2)
            reply.detail = (struct wire_bytes){(uint8_t *)(uintptr_t) "why \xc3\xa4", 6};
        reply.cap_count = random_caps(reply.caps);
        memcpy(buffer + RPC_RETURN_HEADROOM, results, results_bytes);
        frame = rpc_return_write(&reply, 77, buffer + RPC_RETURN_HEADROOM, results_bytes, &size);
        assert_int_equal(rpc_return_read(frame + RPC_HEADER_BYTES, size - RPC_HEADER_BYTES, &got), S_OK);
        expect_return(&got, &reply, results, results_bytes);

        size = through_protoc("Return", frame + RPC_HEADER_BYTES, size - RPC_HEADER_BYTES, text, back);
        expect_line(text, "hr", reply.hr);
        expect_line(text, "executed", reply.executed);
        assert_int_equal(strstr(text, "detail: \"why ") != NULL, reply.detail.size > 0);
        assert_int_equal(rpc_return_read(back, size, &got), S_OK);
        expect_return(&got, &reply, results, results_bytes);
    }
}

/* The same message in another order, with fields that nobody knows, and with one that comes twice. */
static void protoc_reads_classes_and_we_read_its(void **state)
{
    uint8_t frame[RPC_CONTROL_FRAME_MAX], back[FRAME_MAX];
    static char text[8 * FRAME_MAX];
    uint32_t count, i, index;

    (void)state;
    for (count = 0; count <= RPC_CLASS_IIDS_MAX; count++) {
        IID iids[RPC_CLASS_IIDS_MAX], got_iids[RPC_CLASS_IIDS_MAX];
        struct rpc_class content = {iids, (uint8_t)count, count % 2 == 0}, got;
        size_t size;

        for (i = 0; i < count * sizeof(IID); i++)
            ((uint8_t *)iids)[i] = (uint8_t)random_number();
        size = rpc_class_write(frame, count * 9, &content);
        assert_int_equal(wire_load_fixed32(frame + 8), size - RPC_HEADER_BYTES);
        size = through_protoc("Class", frame + RPC_HEADER_BYTES, size - RPC_HEADER_BYTES, text, back);
        expect_line(text, "index", count * 9);
        assert_int_equal(strstr(text, "closed: true") != NULL, content.is_closed);
        assert_int_equal(rpc_class_read(back, size, &index, &got, got_iids), S_OK);
        assert_int_equal(index, count * 9);
        assert_int_equal(got.is_closed, content.is_closed);
        assert_int_equal(got.iid_count, count);
        assert_memory_equal(got_iids, iids, count * sizeof(IID));
    }
}

static void order_and_unknown_fields_do_not_matter(void **state)
{
    static const char text[] = "depth: 3 params: \"abc\" method: 4 iid: \"0123456789abcdef\" target: 9";
    uint8_t body[FRAME_MAX];
    struct rpc_call_message call;
    size_t size = run_protoc("--encode=mmlite.wire.Call", text, sizeof(text) - 1, body + 64, FRAME_MAX - 200);
    struct wire_writer writer;

    (void)state;
    wire_writer_init(&writer, body,
                     64); /* in front: unknown ones of each kind, and a value that a later one replaces */
    wire_put_uint64(&writer, 100, UINT64_MAX);
    wire_put_bytes(&writer, 101, "??", 2);
    wire_put_fixed32(&writer, 102, 1);
    wire_put_fixed64(&writer, 103, 1);
    wire_put_uint32(&writer, 4, 1000);
    assert_false(writer.failed);
    memmove(writer.at, body + 64, size);
    assert_int_equal(rpc_call_read(body, (size_t)(writer.at - body) + size, &call), S_OK);
    assert_int_equal(call.target, 9);
    assert_int_equal(call.method, 4);
    assert_int_equal(call.depth, 3);
    assert_int_equal(call.params.size, 3);
    assert_memory_equal(call.params.data, "abc", 3);
}

static void more_references_than_allowed_are_refused(void **state)
{
    char text[RPC_CAPS_MAX * 32 + 64] = "";
    uint8_t body[FRAME_MAX];
    struct rpc_call_message call;
    struct rpc_return_message reply;
    size_t size, i;

    (void)state;
    for (i = 0; i < RPC_CAPS_MAX + 1; i++)
        strcat(text, "caps { where: SENDER id: 1 }\n");
    size = run_protoc("--encode=mmlite.wire.Call", text, strlen(text), body, sizeof(body));
    assert_int_equal(rpc_call_read(body, size, &call), RPC_E_INVALID_DATA);
    size = run_protoc("--encode=mmlite.wire.Return", text, strlen(text), body, sizeof(body));
    assert_int_equal(rpc_return_read(body, size, &reply), RPC_E_INVALID_DATA);
    size = run_protoc("--encode=mmlite.wire.Call", "caps { where: THIRD }", 21, body, sizeof(body));
    assert_int_equal(rpc_call_read(body, size, &call), RPC_E_INVALID_DATA);
    snprintf(text, sizeof(text), "kept: %d", (int)RPC_CAPS_MAX);
    size = run_protoc("--encode=mmlite.wire.Return", text, strlen(text), body, sizeof(body));
    assert_int_equal(rpc_return_read(body, size, &reply), RPC_E_INVALID_DATA);
}

static void whether_it_was_executed_is_unknown_unless_a_return_says_yes_or_no(void **state)
{
    static const uint32_t said[] = {0, 1, 2, 3, 256, UINT32_MAX}, meant[] = {0, 1, 2, 2, 2, 2};
    struct rpc_return_message reply;
    struct wire_writer writer;
    uint8_t body[16];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        wire_writer_init(&writer, body, sizeof(body));
        wire_put_uint32(&writer, 2, said[i]);
        assert_int_equal(rpc_return_read(body, (size_t)(writer.at - body), &reply), S_OK);
        assert_int_equal(reply.executed, meant[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(protoc_reads_calls_and_we_read_its),
        cmocka_unit_test(protoc_reads_returns_and_we_read_its),
        cmocka_unit_test(protoc_reads_classes_and_we_read_its),
        cmocka_unit_test(order_and_unknown_fields_do_not_matter),
        cmocka_unit_test(more_references_than_allowed_are_refused),
        cmocka_unit_test(whether_it_was_executed_is_unknown_unless_a_return_says_yes_or_no),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
