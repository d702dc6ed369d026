/*
 * Malformed messages with unions and structs with pointers (shapes.idl). The first byte chooses the method;
 * with its highest bit the others are a reply for the proxy, without it a request for the stub. Whatever they
 * are, no block of memory and no reference may be left.
 */
#include <fake_runtime.h>
#include <shapes/object.h>
#include <stdio.h>
#include <stdlib.h>

/* Larger ones would only be slow to clear. */
#define SCRATCH_BYTES_MAX (64u * 1024)

static void serve(uint32_t method, const uint8_t *request, size_t request_bytes)
{
    uint32_t i;

    fake.object = &shapes_object;
    fake.scratch_bytes_max = SCRATCH_BYTES_MAX;
    fake.caps_owned = false;
    fake.cap_count = OBJECTS;
    for (i = 0; i < OBJECTS; i++)
        fake.caps[i] = &objects[i];
    if (SUCCEEDED(fake_dispatch(method, request, request_bytes)))
        while (fake.caps_owned && fake.cap_count) /* they would leave with the reply */
            (void)IUnknown_Release((IUnknown *)fake.caps[--fake.cap_count]);
    fake_forget();
}

static void call(const struct shapes_call *made, const uint8_t *reply, size_t reply_bytes)
{
    uint8_t *exact = malloc(reply_bytes ? reply_bytes : 1);
    struct rpc_proxy proxy;

    memcpy(exact, reply, reply_bytes);
    fake.forced_reply = exact;
    fake.forced_reply_bytes = reply_bytes;
    fake_proxy_init(&proxy);
    random_seed(1);
    (void)made->run((IShapes *)&proxy); /* what comes back is rarely what it expects */
    fake.forced_reply = NULL;
    fake_forget();
    free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct shapes_call *made = shapes_calls_list;

    if (!size)
        return 0;
    fake.interface = &IShapes_interface;
    if (data[0] & 0x80) {
        while (made->name && made->slot != (data[0] & 0x7Fu))
            made++;
        if (made->name)
            call(made, data + 1, size - 1);
    } else {
        serve(data[0] % (IShapes_interface.method_count + 1u), data + 1, size - 1);
    }
    if (live_blocks || object_refs()) {
        fprintf(stderr, "%u blocks and %u references are left\n", live_blocks, object_refs());
        abort();
    }
    return 0;
}
