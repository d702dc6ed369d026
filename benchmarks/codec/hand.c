/*
 * The floor: proxies and stubs for just these messages, written by hand with the same contract as generated
 * ones (bounds, UTF-8, fields in any order, unknown ones skipped, nothing allocated).
 */
#include "runtime.h"

/* Keys: field << 3 | type. */
enum { KEY_VARINT = 0, KEY_BYTES = 2 };
#define KEY(field, type) ((uint8_t)((field) << 3 | (type)))

enum { TEXT_MAX = 63, POINTS_MAX = 64, POINT_BOUND = 18, ADDRESS_BOUND = 10 };

/* ---- writing ---- */

static inline uint8_t *put_varint(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

static inline uint8_t *put_number(uint8_t *at, uint8_t field, uint64_t value)
{
    *at++ = KEY(field, KEY_VARINT);
    return put_varint(at, value);
}

static inline uint8_t *put_signed(uint8_t *at, uint8_t field, int32_t value)
{
    return put_number(at, field, (uint32_t)value << 1 ^ (uint32_t)(value >> 31));
}

static inline uint8_t *put_bytes(uint8_t *at, uint8_t field, const void *bytes, size_t size)
{
    *at++ = KEY(field, KEY_BYTES);
    at = put_varint(at, size);
    memcpy(at, bytes, size);
    return at + size;
}

static HRESULT send(struct rpc_call *call, uint8_t *end)
{
    HRESULT hr;

    call->request.at = end;
    hr = rpc_call_invoke(call);
    rpc_call_end(call);
    return hr;
}

static HRESULT hand_Null(ICodec *self)
{
    struct rpc_call call;
    HRESULT hr = rpc_call_begin(&call, self, 3, RPC_TIMEOUT_DEFAULT, 0);

    if (FAILED(hr))
        return hr;
    return send(&call, call.request.at);
}

static HRESULT hand_Text(ICodec *self, int32_t a, int32_t b, int32_t c, const char *text)
{
    struct rpc_call call;
    size_t length;
    uint8_t *at;
    HRESULT hr;

    if (!text)
        return E_POINTER;
    length = strlen(text);
    if (length > TEXT_MAX)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, 4, RPC_TIMEOUT_DEFAULT, 3 * 6 + 2 + length);
    if (FAILED(hr))
        return hr;
    at = put_signed(call.request.at, 1, a);
    at = put_signed(at, 2, b);
    at = put_signed(at, 3, c);
    at = put_bytes(at, 4, text, length);
    return send(&call, at);
}

static HRESULT hand_Points(ICodec *self, const struct codec_point *points, uint32_t count)
{
    struct rpc_call call;
    uint8_t *at, *length;
    uint32_t i;
    HRESULT hr;

    if (!points && count)
        return E_POINTER;
    if (count > POINTS_MAX)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, 5, RPC_TIMEOUT_DEFAULT, count * (2 + POINT_BOUND));
    if (FAILED(hr))
        return hr;
    at = call.request.at;
    for (i = 0; i < count; i++) {
        *at = KEY(1, KEY_BYTES);
        length = at + 1;
        at = put_signed(at + 2, 1, points[i].x);
        at = put_signed(at, 2, points[i].y);
        at = put_signed(at, 3, points[i].z);
        *length = (uint8_t)(at - length - 1);
    }
    return send(&call, at);
}

/* What is written of an address, measured before. */
struct address_lengths {
    size_t street;
    size_t city;
};

static bool measure(const struct codec_address *address, struct address_lengths *out_lengths)
{
    out_lengths->street = address->street ? strlen(address->street) : 0;
    out_lengths->city = address->city ? strlen(address->city) : 0;
    return out_lengths->street <= TEXT_MAX && out_lengths->city <= TEXT_MAX;
}

/* At most 144 bytes: the length takes two. */
static uint8_t *put_address(uint8_t *at, uint8_t field, const struct codec_address *address,
                            const struct address_lengths *lengths)
{
    uint8_t *begin = at + 3;
    size_t size;

    at[0] = KEY(field, KEY_BYTES);
    at = begin;
    if (address->street)
        at = put_bytes(at, 1, address->street, lengths->street);
    if (address->city)
        at = put_bytes(at, 2, address->city, lengths->city);
    at = put_number(at, 3, address->postcode);
    size = (size_t)(at - begin);
    begin[-2] = (uint8_t)(size | 0x80);
    begin[-1] = (uint8_t)(size >> 7);
    return at;
}

static HRESULT hand_Person(ICodec *self, const struct codec_person *person)
{
    struct address_lengths home, work;
    struct rpc_call call;
    uint8_t *at, *begin;
    size_t name, size;
    HRESULT hr;

    if (!person)
        return E_POINTER;
    name = person->name ? strlen(person->name) : 0;
    if (!measure(&person->home, &home) || !measure(&person->work, &work) || name > TEXT_MAX)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, 6, RPC_TIMEOUT_DEFAULT,
                        3 + 11 + 2 + 3 + ADDRESS_BOUND + 3 + ADDRESS_BOUND + 2 + name + home.street +
                            home.city + work.street + work.city);
    if (FAILED(hr))
        return hr;
    call.request.at[0] = KEY(1, KEY_BYTES);
    begin = call.request.at + 3;
    at = put_number(begin, 1, person->id);
    if (person->name)
        at = put_bytes(at, 2, person->name, name);
    at = put_address(at, 3, &person->home, &home);
    at = put_address(at, 4, &person->work, &work);
    at = put_number(at, 5, person->active != 0);
    size = (size_t)(at - begin);
    begin[-2] = (uint8_t)(size | 0x80);
    begin[-1] = (uint8_t)(size >> 7);
    return send(&call, at);
}

static HRESULT hand_Blob(ICodec *self, uint64_t offset, const uint8_t *data, uint32_t length)
{
    struct rpc_call call;
    uint8_t *at;
    HRESULT hr;

    if (!data && length)
        return E_POINTER;
    if (length > 4096)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, 7, RPC_TIMEOUT_DEFAULT, 11 + 3 + length);
    if (FAILED(hr))
        return hr;
    at = put_number(call.request.at, 1, offset);
    at = put_bytes(at, 2, data, length);
    return send(&call, at);
}

/* ---- reading: NULL stands for a message that is malformed ---- */

static uint8_t *get_long_varint(uint8_t *at, const uint8_t *end, uint64_t *out_value)
{
    uint64_t value = 0;
    unsigned shift;

    for (shift = 0; at < end && shift < 64; shift += 7) {
        uint8_t byte = *at++;

        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *out_value = value;
            return shift == 63 && byte > 1 ? NULL : at;
        }
    }
    *out_value = 0;
    return NULL;
}

static inline uint8_t *get_varint(uint8_t *at, const uint8_t *end, uint64_t *out_value)
{
    if (at < end && *at < 0x80) {
        *out_value = *at;
        return at + 1;
    }
    return get_long_varint(at, end, out_value);
}

static inline uint8_t *get_signed(uint8_t *at, const uint8_t *end, int32_t *out_value)
{
    uint64_t value;
    uint32_t bits;

    at = get_varint(at, end, &value);
    if (!at)
        return NULL;
    bits = (uint32_t)value;
    *out_value = (int32_t)(bits >> 1 ^ (0 - (bits & 1)));
    return at;
}

static inline uint8_t *get_bytes(uint8_t *at, uint8_t *end, struct wire_bytes *out_bytes)
{
    uint64_t size;

    at = get_varint(at, end, &size);
    if (!at || size > (uint64_t)(end - at))
        return NULL;
    out_bytes->data = at;
    out_bytes->size = (uint32_t)size;
    return at + size;
}

static inline uint8_t *get_text(uint8_t *at, uint8_t *end, struct wire_bytes *out_text)
{
    at = get_bytes(at, end, out_text);
    return at && out_text->size <= TEXT_MAX && wire_is_text(*out_text) ? at : NULL;
}

static uint8_t *skip(uint8_t *at, uint8_t *end, uint64_t key)
{
    struct wire_bytes bytes;
    uint64_t value;

    if (key < 8 || key > UINT32_MAX)
        return NULL;
    switch (key & 7) {
    case 0:
        return get_varint(at, end, &value);
    case 1:
        return end - at < 8 ? NULL : at + 8;
    case 2:
        return get_bytes(at, end, &bytes);
    case 5:
        return end - at < 4 ? NULL : at + 4;
    default:
        return NULL;
    }
}

static void terminate(const struct wire_bytes *text)
{
    if (text->data)
        text->data[text->size] = '\0';
}

static HRESULT serve_Null(ICodec *object, struct rpc_incoming *call)
{
    HRESULT hr = rpc_incoming_execute(call, 0);

    return FAILED(hr) ? hr : ICodec_Null(object);
}

static HRESULT serve_Text(ICodec *object, struct rpc_incoming *call)
{
    uint8_t *at = call->request.at, *end = call->request.end;
    struct wire_bytes text = {end, 0};
    int32_t a = 0, b = 0, c = 0;
    uint64_t key;
    HRESULT hr;

    while (at && at < end) {
        at = get_varint(at, end, &key);
        if (!at)
            break;
        if (key == KEY(1, KEY_VARINT))
            at = get_signed(at, end, &a);
        else if (key == KEY(2, KEY_VARINT))
            at = get_signed(at, end, &b);
        else if (key == KEY(3, KEY_VARINT))
            at = get_signed(at, end, &c);
        else if (key == KEY(4, KEY_BYTES))
            at = get_text(at, end, &text);
        else
            at = skip(at, end, key);
    }
    if (!at)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    terminate(&text);
    return ICodec_Text(object, a, b, c, (const char *)text.data);
}

static bool get_point(struct wire_bytes bytes, struct codec_point *out_point)
{
    uint8_t *at = bytes.data, *end = at + bytes.size;
    uint64_t key;

    memset(out_point, 0, sizeof(*out_point));
    while (at && at < end) {
        at = get_varint(at, end, &key);
        if (!at)
            return false;
        if (key == KEY(1, KEY_VARINT))
            at = get_signed(at, end, &out_point->x);
        else if (key == KEY(2, KEY_VARINT))
            at = get_signed(at, end, &out_point->y);
        else if (key == KEY(3, KEY_VARINT))
            at = get_signed(at, end, &out_point->z);
        else
            at = skip(at, end, key);
    }
    return at != NULL;
}

static HRESULT serve_Points(ICodec *object, struct rpc_incoming *call)
{
    uint8_t *at = call->request.at, *end = call->request.end;
    struct codec_point points[POINTS_MAX];
    struct wire_bytes bytes;
    uint32_t count = 0;
    uint64_t key;
    HRESULT hr;

    while (at && at < end) {
        at = get_varint(at, end, &key);
        if (!at)
            break;
        if (key == KEY(1, KEY_BYTES)) {
            at = get_bytes(at, end, &bytes);
            if (at && (count == POINTS_MAX || !get_point(bytes, &points[count++])))
                at = NULL;
        } else {
            at = skip(at, end, key);
        }
    }
    if (!at)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    return ICodec_Points(object, points, count);
}

struct address_texts {
    struct wire_bytes street;
    struct wire_bytes city;
};

static bool get_address(struct wire_bytes bytes, struct codec_address *address, struct address_texts *texts)
{
    uint8_t *at = bytes.data, *end = at + bytes.size;
    uint64_t key, value;

    memset(address, 0, sizeof(*address));
    memset(texts, 0, sizeof(*texts));
    while (at && at < end) {
        at = get_varint(at, end, &key);
        if (!at)
            return false;
        if (key == KEY(1, KEY_BYTES)) {
            at = get_text(at, end, &texts->street);
        } else if (key == KEY(2, KEY_BYTES)) {
            at = get_text(at, end, &texts->city);
        } else if (key == KEY(3, KEY_VARINT)) {
            at = get_varint(at, end, &value);
            address->postcode = (uint32_t)value;
        } else {
            at = skip(at, end, key);
        }
    }
    address->street = (const char *)texts->street.data;
    address->city = (const char *)texts->city.data;
    return at != NULL;
}

struct person_texts {
    struct wire_bytes name;
    struct address_texts home;
    struct address_texts work;
};

static bool get_person(struct wire_bytes bytes, struct codec_person *person, struct person_texts *texts)
{
    uint8_t *at = bytes.data, *end = at + bytes.size;
    struct wire_bytes nested;
    uint64_t key, value;

    memset(person, 0, sizeof(*person));
    memset(texts, 0, sizeof(*texts));
    while (at && at < end) {
        at = get_varint(at, end, &key);
        if (!at)
            return false;
        if (key == KEY(1, KEY_VARINT)) {
            at = get_varint(at, end, &person->id);
        } else if (key == KEY(2, KEY_BYTES)) {
            at = get_text(at, end, &texts->name);
        } else if (key == KEY(3, KEY_BYTES)) {
            at = get_bytes(at, end, &nested);
            if (at && !get_address(nested, &person->home, &texts->home))
                return false;
        } else if (key == KEY(4, KEY_BYTES)) {
            at = get_bytes(at, end, &nested);
            if (at && !get_address(nested, &person->work, &texts->work))
                return false;
        } else if (key == KEY(5, KEY_VARINT)) {
            at = get_varint(at, end, &value);
            person->active = value != 0;
        } else {
            at = skip(at, end, key);
        }
    }
    person->name = (const char *)texts->name.data;
    return at != NULL;
}

static HRESULT serve_Person(ICodec *object, struct rpc_incoming *call)
{
    uint8_t *at = call->request.at, *end = call->request.end;
    struct person_texts texts = {0};
    struct codec_person person = {0};
    struct wire_bytes nested;
    uint64_t key;
    HRESULT hr;

    while (at && at < end) {
        at = get_varint(at, end, &key);
        if (!at)
            break;
        if (key == KEY(1, KEY_BYTES)) {
            at = get_bytes(at, end, &nested);
            if (at && !get_person(nested, &person, &texts))
                at = NULL;
        } else {
            at = skip(at, end, key);
        }
    }
    if (!at)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    terminate(&texts.name);
    terminate(&texts.home.street);
    terminate(&texts.home.city);
    terminate(&texts.work.street);
    terminate(&texts.work.city);
    return ICodec_Person(object, &person);
}

static HRESULT serve_Blob(ICodec *object, struct rpc_incoming *call)
{
    uint8_t *at = call->request.at, *end = call->request.end;
    struct wire_bytes data = {end, 0};
    uint64_t offset = 0, key;
    HRESULT hr;

    while (at && at < end) {
        at = get_varint(at, end, &key);
        if (!at)
            break;
        if (key == KEY(1, KEY_VARINT))
            at = get_varint(at, end, &offset);
        else if (key == KEY(2, KEY_BYTES))
            at = get_bytes(at, end, &data);
        else
            at = skip(at, end, key);
    }
    if (!at || data.size > 4096)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    return ICodec_Blob(object, offset, data.data, data.size);
}

/* ---- the codec ---- */

static const struct ICodecVtbl hand_vtbl = {
    .QueryInterface = (HRESULT(*)(ICodec *, const IID *, void **))rpc_proxy_QueryInterface,
    .AddRef = (uint32_t(*)(ICodec *))rpc_proxy_AddRef,
    .Release = (uint32_t(*)(ICodec *))rpc_proxy_Release,
    .Null = hand_Null,
    .Text = hand_Text,
    .Points = hand_Points,
    .Person = hand_Person,
    .Blob = hand_Blob,
};

static bool hand_encode(enum shape shape, uint8_t *buffer, size_t *out_size)
{
    struct rpc_proxy proxy;

    runtime_caller(&proxy, &hand_vtbl, buffer);
    if (FAILED(runtime_call((ICodec *)&proxy, shape)))
        return false;
    *out_size = runtime_request_bytes();
    return true;
}

static HRESULT stub(ICodec *object, uint32_t method, struct rpc_incoming *call)
{
    switch (method) {
    case 3:
        return serve_Null(object, call);
    case 4:
        return serve_Text(object, call);
    case 5:
        return serve_Points(object, call);
    case 6:
        return serve_Person(object, call);
    case 7:
        return serve_Blob(object, call);
    default:
        return RPC_E_INVALIDMETHOD;
    }
}

static bool hand_decode(enum shape shape, uint8_t *message, size_t size, uint64_t *digest)
{
    struct rpc_incoming call;

    runtime_callee(&call, message, size);
    return SUCCEEDED(stub(runtime_object(digest), runtime_method(shape), &call));
}

const struct codec hand_codec = {
    .name = "hand",
    .what = "written by hand for these messages: the floor",
    .encode = hand_encode,
    .decode = hand_decode,
};
