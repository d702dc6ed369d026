/* Both forms of what idlc makes of codec.idl. */
#include "runtime.h"

extern const struct com_interface ICodec_table_interface; /* the build renames one of the two forms */

static bool encode(const struct com_interface *interface, enum shape shape, uint8_t *buffer, size_t *out_size)
{
    struct rpc_proxy proxy;

    runtime_caller(&proxy, interface->proxy_vtbl, buffer);
    if (FAILED(runtime_call((ICodec *)&proxy, shape)))
        return false;
    *out_size = runtime_request_bytes();
    return true;
}

static bool decode(const struct com_interface *interface, enum shape shape, uint8_t *message, size_t size,
                   uint64_t *digest)
{
    struct rpc_incoming call;

    runtime_callee(&call, message, size);
    return SUCCEEDED(interface->stub(runtime_object(digest), runtime_method(shape), &call));
}

static bool line_encode(enum shape shape, uint8_t *buffer, size_t *out_size)
{
    return encode(&ICodec_interface, shape, buffer, out_size);
}

static bool line_decode(enum shape shape, uint8_t *message, size_t size, uint64_t *digest)
{
    return decode(&ICodec_interface, shape, message, size, digest);
}

static bool table_encode(enum shape shape, uint8_t *buffer, size_t *out_size)
{
    return encode(&ICodec_table_interface, shape, buffer, out_size);
}

static bool table_decode(enum shape shape, uint8_t *message, size_t size, uint64_t *digest)
{
    return decode(&ICodec_table_interface, shape, message, size, digest);
}

const struct codec line_codec = {
    .name = "line",
    .what = "generated: straight-line",
    .encode = line_encode,
    .decode = line_decode,
};

const struct codec table_codec = {
    .name = "table",
    .what = "generated with --optimize=size: tables",
    .encode = table_encode,
    .decode = table_decode,
};
