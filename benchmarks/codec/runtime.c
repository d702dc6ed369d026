#include "runtime.h"

/* ---- the caller's side ---- */

enum { BUFFER_BYTES = 4 * MESSAGE_BYTES_MAX }; /* bounds are larger than messages */

static uint8_t *request;
static size_t request_bytes;

void runtime_caller(struct rpc_proxy *proxy, const void *vtbl, uint8_t *buffer)
{
    proxy->vtbl = vtbl;
    request = buffer;
    request_bytes = 0;
}

size_t runtime_request_bytes(void)
{
    return request_bytes;
}

HRESULT rpc_proxy_QueryInterface(void *self, const IID *iid, void **out_object)
{
    (void)self;
    (void)iid;
    *out_object = NULL;
    return E_NOINTERFACE;
}

uint32_t rpc_proxy_AddRef(void *self)
{
    (void)self;
    return 2;
}

uint32_t rpc_proxy_Release(void *self)
{
    (void)self;
    return 1;
}

HRESULT rpc_call_begin(struct rpc_call *call, void *self, uint32_t method, uint32_t timeout_ms,
                       size_t request_bound)
{
    if (request_bound > BUFFER_BYTES)
        return RPC_E_OUT_OF_RESOURCES;
    call->proxy = (struct rpc_proxy *)self;
    call->method = method;
    call->timeout_ms = timeout_ms;
    wire_writer_init(&call->request, request, request_bound);
    return S_OK;
}

HRESULT rpc_call_invoke(struct rpc_call *call)
{
    if (call->request.failed)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    request_bytes = (size_t)(call->request.at - request);
    wire_reader_init(&call->reply, NULL, 0);
    return S_OK;
}

void rpc_call_end(struct rpc_call *call)
{
    (void)call;
}

void rpc_call_put_interface(struct rpc_call *call, uint32_t field, const IID *iid, void *object)
{
    (void)field;
    (void)iid;
    (void)object;
    call->request.failed = true; /* no shape has interfaces */
}

HRESULT rpc_call_take_interface(struct rpc_call *call, uint32_t index, const IID *iid, void **out_object)
{
    (void)call;
    (void)index;
    (void)iid;
    *out_object = NULL;
    return E_NOINTERFACE;
}

/* ---- the callee's side ---- */

static _Alignas(16) uint8_t scratch[BUFFER_BYTES];
static uint8_t reply[BUFFER_BYTES];

void runtime_callee(struct rpc_incoming *call, uint8_t *message, size_t size)
{
    wire_reader_init(&call->request, message, size);
    call->scratch_bytes = 0;
}

void *rpc_incoming_scratch(struct rpc_incoming *call, size_t size_bytes)
{
    uint8_t *memory = scratch + call->scratch_bytes;

    size_bytes = (size_bytes + 15) & ~(size_t)15;
    if (size_bytes > sizeof(scratch) - call->scratch_bytes)
        return NULL;
    call->scratch_bytes += size_bytes;
    return memory;
}

HRESULT rpc_incoming_execute(struct rpc_incoming *call, size_t reply_bound)
{
    if (reply_bound > sizeof(reply))
        return RPC_E_OUT_OF_RESOURCES;
    wire_writer_init(&call->reply, reply, reply_bound);
    return S_OK;
}

HRESULT rpc_incoming_interface(struct rpc_incoming *call, uint32_t index, const IID *iid, void **out_object)
{
    (void)call;
    (void)index;
    (void)iid;
    *out_object = NULL;
    return E_NOINTERFACE;
}

void rpc_incoming_put_interface(struct rpc_incoming *call, uint32_t field, const IID *iid, void *object)
{
    (void)field;
    (void)iid;
    (void)object;
    call->reply.failed = true;
}

/* ---- the object ---- */

static uint64_t *object_digest;

static HRESULT object_QueryInterface(ICodec *self, const IID *iid, void **out_object)
{
    (void)self;
    (void)iid;
    *out_object = NULL;
    return E_NOINTERFACE;
}

static uint32_t object_references(ICodec *self)
{
    (void)self;
    return 1;
}

static HRESULT object_Null(ICodec *self)
{
    (void)self;
    return S_OK;
}

static HRESULT object_Text(ICodec *self, int32_t a, int32_t b, int32_t c, const char *text)
{
    (void)self;
    if (object_digest)
        digest_text(object_digest, a, b, c, text);
    return S_OK;
}

static HRESULT object_Points(ICodec *self, const struct codec_point *points, uint32_t count)
{
    (void)self;
    if (object_digest)
        digest_points(object_digest, points, count);
    return S_OK;
}

static HRESULT object_Person(ICodec *self, const struct codec_person *person)
{
    (void)self;
    if (object_digest)
        digest_person(object_digest, person);
    return S_OK;
}

static HRESULT object_Blob(ICodec *self, uint64_t offset, const uint8_t *data, uint32_t length)
{
    (void)self;
    if (object_digest)
        digest_blob(object_digest, offset, data, length);
    return S_OK;
}

static const struct ICodecVtbl object_vtbl = {
    .QueryInterface = object_QueryInterface,
    .AddRef = object_references,
    .Release = object_references,
    .Null = object_Null,
    .Text = object_Text,
    .Points = object_Points,
    .Person = object_Person,
    .Blob = object_Blob,
};

ICodec *runtime_object(uint64_t *digest)
{
    static ICodec object = {.vtbl = &object_vtbl};

    object_digest = digest;
    return &object;
}

/* ---- calls ---- */

HRESULT runtime_call(ICodec *object, enum shape shape)
{
    switch (shape) {
    case SHAPE_NULL:
        return ICodec_Null(object);
    case SHAPE_TEXT:
        return ICodec_Text(object, samples.a, samples.b, samples.c, samples.text);
    case SHAPE_POINTS:
        return ICodec_Points(object, samples.points, POINT_COUNT);
    case SHAPE_PERSON:
        return ICodec_Person(object, &samples.person);
    default:
        return ICodec_Blob(object, samples.offset, samples.blob, BLOB_BYTES);
    }
}

uint32_t runtime_method(enum shape shape)
{
    return 3 + (uint32_t)shape; /* in the order of the .idl */
}
