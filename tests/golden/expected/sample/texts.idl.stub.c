/* Stubs of sample/texts.idl, made by idlc; do not edit. */
#include <rpc_marshal.h>
#include <wire_values.h>
#include <sample/texts.idl.h>
#include <string.h>

static uint8_t *store_caption(uint8_t *at, uint32_t field, const struct caption *value,
                              struct wire_budget *budget)
{
    struct wire_mark mark;

    at = wire_store_begin(at, field, 116, &mark);
    at = wire_store_wide_in(at, 1, value->text, 32, budget);
    at = wire_store_uint32(at, 2, value->color);
    return wire_store_end(at, &mark);
}

static bool read_caption(struct wire_bytes bytes, struct caption *value)
{
    struct wire_reader message = wire_reader_of(bytes);
    uint32_t tag;

    memset(value, 0, sizeof(*value));
    while (wire_next(&message, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            wire_get_wide_into(&message, value->text, 32);
            break;
        case WIRE_TAG(2, WIRE_VARINT):
            value->color = wire_get_uint32(&message);
            break;
        default:
            wire_skip(&message, tag);
        }
    }
    return !message.failed;
}

static HRESULT ITexts_Translate_stub(ITexts *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct wire_bytes text_bytes = {request.end, 0};
    char16_t *text = NULL;
    struct wire_bytes language_bytes = {NULL, 0};
    char16_t *language = NULL;
    char16_t *out_text = NULL;
    struct wire_bytes name_bytes = {request.end, 0};
    char16_t *name = NULL;
    uint32_t capacity = 0;
    struct wire_writer reply;
    size_t bound;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            text_bytes = wire_get_bytes(&request);
            break;
        case WIRE_TAG(2, WIRE_BYTES):
            language_bytes = wire_get_bytes(&request);
            break;
        case WIRE_TAG(4, WIRE_BYTES):
            name_bytes = wire_get_bytes(&request);
            break;
        case WIRE_TAG(5, WIRE_VARINT):
            capacity = wire_get_uint32(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed || capacity < 1 || capacity > 1000 || !wire_is_text(text_bytes) ||
        wire_units(language_bytes) > 8 || !wire_is_text(language_bytes) || wire_units(name_bytes) >= 16u ||
        !wire_is_text(name_bytes))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    text = rpc_incoming_scratch(call, (wire_units(text_bytes) + 1) * sizeof(*text));
    if (!text)
        return E_OUTOFMEMORY;
    wire_copy_wide(text, text_bytes);
    if (language_bytes.data) {
        language = rpc_incoming_scratch(call, (wire_units(language_bytes) + 1) * sizeof(*language));
        if (!language)
            return E_OUTOFMEMORY;
        wire_copy_wide(language, language_bytes);
    }
    if (capacity != 0) {
        out_text = rpc_incoming_scratch(call, capacity * sizeof(*out_text));
        if (!out_text)
            return E_OUTOFMEMORY;
        memset(out_text, 0, capacity * sizeof(*out_text));
    }
    if (16u != 0) {
        name = rpc_incoming_scratch(call, 16u * sizeof(*name));
        if (!name)
            return E_OUTOFMEMORY;
        memset(name, 0, 16u * sizeof(*name));
    }
    wire_copy_wide(name, name_bytes);
    bound = WIRE_BYTES_BOUND(capacity * WIRE_WIDE_BYTES_MAX);
    bound += WIRE_BYTES_BOUND(16u * WIRE_WIDE_BYTES_MAX);
    hr = rpc_incoming_execute(call, bound);
    if (FAILED(hr))
        return hr;
    hr = ITexts_Translate(self, text, language, out_text, name, capacity);
    if (FAILED(hr))
        return hr;
    reply = call->reply;
    wire_put_wide_in(&reply, 3, out_text, capacity);
    wire_put_wide_in(&reply, 4, name, 16u);
    call->reply = reply;
    return reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT ITexts_SetCaption_stub(ITexts *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct caption caption;
    char16_t initial = 0;
    uint32_t tag;
    HRESULT hr;

    memset(&caption, 0, sizeof(caption));
    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            wire_require(&request, read_caption(wire_get_bytes(&request), &caption));
            break;
        case WIRE_TAG(2, WIRE_VARINT):
            initial = wire_get_uint16(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    hr = ITexts_SetCaption(self, &caption, initial);
    return hr;
}

static HRESULT ITexts_GetName_stub(ITexts *self, struct rpc_incoming *call)
{
    char *out_name = NULL;
    size_t out_name_length;
    HRESULT hr, ready;

    rpc_incoming_run(call);
    hr = ITexts_GetName(self, &out_name);
    if (FAILED(hr)) {
        com_free(out_name);
        return hr;
    }
    out_name_length = out_name ? strlen(out_name) : 0;
    ready = rpc_incoming_results(call, WIRE_BYTES_BOUND(out_name_length));
    if (out_name)
        wire_put_bytes(&call->reply, 1, out_name, out_name_length);
    com_free(out_name);
    if (FAILED(ready))
        return ready;
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT ITexts_List_stub(ITexts *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct wire_bytes pattern_bytes = {request.end, 0};
    struct caption *out_captions = NULL;
    uint32_t out_count = 0;
    char16_t *out_title = NULL;
    struct wire_wide out_title_text;
    struct caption *out_first = NULL;
    IUnknown *out_object = NULL;
    struct wire_budget out_captions_budget;
    struct wire_budget out_first_budget;
    size_t bound;
    uint32_t tag, i;
    HRESULT hr, ready;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            pattern_bytes = wire_get_bytes(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed || !wire_is_text(pattern_bytes))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    rpc_incoming_run(call);
    hr = ITexts_List(self, wire_terminate(pattern_bytes), &out_captions, &out_count, &out_title, &out_first,
                     &out_object);
    if (FAILED(hr)) {
        com_free(out_captions);
        com_free(out_title);
        com_free(out_first);
        return hr;
    }
    out_title_text = wire_measure_wide(out_title);
    if (out_title_text.units > 100)
        call->reply.failed = true;
    if (out_count > 532610 || (out_count != 0 && !out_captions)) {
        out_count = 0;
        call->reply.failed = true;
    }
    bound = out_count * WIRE_BYTES_BOUND(116);
    bound += WIRE_BYTES_BOUND(out_title_text.bytes);
    bound += WIRE_BYTES_BOUND(116);
    bound += 2 * WIRE_SCALAR_BOUND;
    ready = rpc_incoming_results(call, bound);
    wire_budget_init(&out_captions_budget);
    if (wire_budget_room(&out_captions_budget, &call->reply, out_count * WIRE_BYTES_BOUND(116))) {
        for (i = 0; i < out_count; i++)
            call->reply.at = store_caption(call->reply.at, 2, &out_captions[i], &out_captions_budget);
        call->reply.failed = out_captions_budget.failed;
    }
    wire_put_uint32(&call->reply, 3, out_count);
    if (out_title)
        wire_put_wide(&call->reply, 4, out_title, out_title_text);
    wire_budget_init(&out_first_budget);
    if (out_first && wire_budget_room(&out_first_budget, &call->reply, WIRE_BYTES_BOUND(116))) {
        call->reply.at = store_caption(call->reply.at, 5, out_first, &out_first_budget);
        call->reply.failed = out_first_budget.failed;
    }
    rpc_incoming_put_interface(call, 6, &IID_IUnknown, out_object);
    com_free(out_captions);
    com_free(out_title);
    com_free(out_first);
    if (FAILED(ready))
        return ready;
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT ITexts_get_Subject_stub(ITexts *self, struct rpc_incoming *call)
{
    BSTR subject = NULL;
    struct wire_wide subject_text;
    HRESULT hr, ready;

    rpc_incoming_run(call);
    hr = ITexts_get_Subject(self, &subject);
    if (FAILED(hr)) {
        SysFreeString(subject);
        return hr;
    }
    subject_text = wire_measure_units(subject, SysStringLen(subject));
    ready = rpc_incoming_results(call, WIRE_BYTES_BOUND(subject_text.bytes));
    if (subject)
        wire_put_wide(&call->reply, 1, subject, subject_text);
    SysFreeString(subject);
    if (FAILED(ready))
        return ready;
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT ITexts_put_Subject_stub(ITexts *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct wire_bytes subject_bytes = {NULL, 0};
    char16_t *subject = NULL;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            subject_bytes = wire_get_bytes(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed || wire_units(subject_bytes) > 200 || !wire_is_text(subject_bytes))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    if (subject_bytes.data) {
        subject = rpc_lend_bstr(rpc_incoming_scratch(call, RPC_BSTR_BYTES(wire_units(subject_bytes))),
                                subject_bytes);
        if (!subject)
            return E_OUTOFMEMORY;
    }
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    hr = ITexts_put_Subject(self, subject);
    return hr;
}

static HRESULT ITexts_Exchange_stub(ITexts *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct wire_bytes text_bytes = {NULL, 0};
    BSTR text = NULL;
    struct wire_wide text_text;
    uint32_t tag;
    HRESULT hr, ready;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            text_bytes = wire_get_bytes(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed || !wire_is_text(text_bytes))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    text = rpc_result_bstr(text_bytes);
    if ((text_bytes.data && !text)) {
        SysFreeString(text);
        return E_OUTOFMEMORY;
    }
    rpc_incoming_run(call);
    hr = ITexts_Exchange(self, &text);
    if (FAILED(hr)) {
        SysFreeString(text);
        return hr;
    }
    text_text = wire_measure_units(text, SysStringLen(text));
    ready = rpc_incoming_results(call, WIRE_BYTES_BOUND(text_text.bytes));
    if (text)
        wire_put_wide(&call->reply, 1, text, text_text);
    SysFreeString(text);
    if (FAILED(ready))
        return ready;
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT ITexts_RemoteNext_stub(ITexts *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    uint32_t count = 0;
    char *words = NULL;
    size_t words_length;
    uint32_t fetched = 0;
    size_t bound;
    uint32_t tag;
    HRESULT hr, ready;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_VARINT):
            count = wire_get_uint32(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed || count > 100)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    rpc_incoming_run(call);
    hr = ITexts_Next_Stub(self, count, &words, &fetched);
    if (FAILED(hr)) {
        com_free(words);
        return hr;
    }
    words_length = words ? strlen(words) : 0;
    bound = WIRE_BYTES_BOUND(words_length);
    bound += WIRE_SCALAR_BOUND;
    ready = rpc_incoming_results(call, bound);
    if (words)
        wire_put_bytes(&call->reply, 2, words, words_length);
    wire_put_uint32(&call->reply, 3, fetched);
    com_free(words);
    if (FAILED(ready))
        return ready;
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

HRESULT ITexts_stub(void *object, uint32_t method, struct rpc_incoming *call);

HRESULT ITexts_stub(void *object, uint32_t method, struct rpc_incoming *call)
{
    ITexts *self = (ITexts *)object;

    switch (method) {
    case 3:
        return ITexts_Translate_stub(self, call);
    case 4:
        return ITexts_SetCaption_stub(self, call);
    case 5:
        return ITexts_GetName_stub(self, call);
    case 6:
        return ITexts_List_stub(self, call);
    case 7:
        return ITexts_get_Subject_stub(self, call);
    case 8:
        return ITexts_put_Subject_stub(self, call);
    case 9:
        return ITexts_Exchange_stub(self, call);
    case 10:
        return ITexts_RemoteNext_stub(self, call);
    default:
        return RPC_E_INVALIDMETHOD;
    }
}

static HRESULT IMoreTexts_Translate_stub(IMoreTexts *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct wire_bytes text_bytes = {request.end, 0};
    char16_t *text = NULL;
    struct wire_bytes language_bytes = {NULL, 0};
    char16_t *language = NULL;
    char16_t *out_text = NULL;
    struct wire_bytes name_bytes = {request.end, 0};
    char16_t *name = NULL;
    uint32_t capacity = 0;
    struct wire_writer reply;
    size_t bound;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            text_bytes = wire_get_bytes(&request);
            break;
        case WIRE_TAG(2, WIRE_BYTES):
            language_bytes = wire_get_bytes(&request);
            break;
        case WIRE_TAG(4, WIRE_BYTES):
            name_bytes = wire_get_bytes(&request);
            break;
        case WIRE_TAG(5, WIRE_VARINT):
            capacity = wire_get_uint32(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed || capacity < 1 || capacity > 1000 || !wire_is_text(text_bytes) ||
        wire_units(language_bytes) > 8 || !wire_is_text(language_bytes) || wire_units(name_bytes) >= 16u ||
        !wire_is_text(name_bytes))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    text = rpc_incoming_scratch(call, (wire_units(text_bytes) + 1) * sizeof(*text));
    if (!text)
        return E_OUTOFMEMORY;
    wire_copy_wide(text, text_bytes);
    if (language_bytes.data) {
        language = rpc_incoming_scratch(call, (wire_units(language_bytes) + 1) * sizeof(*language));
        if (!language)
            return E_OUTOFMEMORY;
        wire_copy_wide(language, language_bytes);
    }
    if (capacity != 0) {
        out_text = rpc_incoming_scratch(call, capacity * sizeof(*out_text));
        if (!out_text)
            return E_OUTOFMEMORY;
        memset(out_text, 0, capacity * sizeof(*out_text));
    }
    if (16u != 0) {
        name = rpc_incoming_scratch(call, 16u * sizeof(*name));
        if (!name)
            return E_OUTOFMEMORY;
        memset(name, 0, 16u * sizeof(*name));
    }
    wire_copy_wide(name, name_bytes);
    bound = WIRE_BYTES_BOUND(capacity * WIRE_WIDE_BYTES_MAX);
    bound += WIRE_BYTES_BOUND(16u * WIRE_WIDE_BYTES_MAX);
    hr = rpc_incoming_execute(call, bound);
    if (FAILED(hr))
        return hr;
    hr = IMoreTexts_Translate(self, text, language, out_text, name, capacity);
    if (FAILED(hr))
        return hr;
    reply = call->reply;
    wire_put_wide_in(&reply, 3, out_text, capacity);
    wire_put_wide_in(&reply, 4, name, 16u);
    call->reply = reply;
    return reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IMoreTexts_SetCaption_stub(IMoreTexts *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct caption caption;
    char16_t initial = 0;
    uint32_t tag;
    HRESULT hr;

    memset(&caption, 0, sizeof(caption));
    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            wire_require(&request, read_caption(wire_get_bytes(&request), &caption));
            break;
        case WIRE_TAG(2, WIRE_VARINT):
            initial = wire_get_uint16(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    hr = IMoreTexts_SetCaption(self, &caption, initial);
    return hr;
}

static HRESULT IMoreTexts_GetName_stub(IMoreTexts *self, struct rpc_incoming *call)
{
    char *out_name = NULL;
    size_t out_name_length;
    HRESULT hr, ready;

    rpc_incoming_run(call);
    hr = IMoreTexts_GetName(self, &out_name);
    if (FAILED(hr)) {
        com_free(out_name);
        return hr;
    }
    out_name_length = out_name ? strlen(out_name) : 0;
    ready = rpc_incoming_results(call, WIRE_BYTES_BOUND(out_name_length));
    if (out_name)
        wire_put_bytes(&call->reply, 1, out_name, out_name_length);
    com_free(out_name);
    if (FAILED(ready))
        return ready;
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IMoreTexts_List_stub(IMoreTexts *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct wire_bytes pattern_bytes = {request.end, 0};
    struct caption *out_captions = NULL;
    uint32_t out_count = 0;
    char16_t *out_title = NULL;
    struct wire_wide out_title_text;
    struct caption *out_first = NULL;
    IUnknown *out_object = NULL;
    struct wire_budget out_captions_budget;
    struct wire_budget out_first_budget;
    size_t bound;
    uint32_t tag, i;
    HRESULT hr, ready;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            pattern_bytes = wire_get_bytes(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed || !wire_is_text(pattern_bytes))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    rpc_incoming_run(call);
    hr = IMoreTexts_List(self, wire_terminate(pattern_bytes), &out_captions, &out_count, &out_title,
                         &out_first, &out_object);
    if (FAILED(hr)) {
        com_free(out_captions);
        com_free(out_title);
        com_free(out_first);
        return hr;
    }
    out_title_text = wire_measure_wide(out_title);
    if (out_title_text.units > 100)
        call->reply.failed = true;
    if (out_count > 532610 || (out_count != 0 && !out_captions)) {
        out_count = 0;
        call->reply.failed = true;
    }
    bound = out_count * WIRE_BYTES_BOUND(116);
    bound += WIRE_BYTES_BOUND(out_title_text.bytes);
    bound += WIRE_BYTES_BOUND(116);
    bound += 2 * WIRE_SCALAR_BOUND;
    ready = rpc_incoming_results(call, bound);
    wire_budget_init(&out_captions_budget);
    if (wire_budget_room(&out_captions_budget, &call->reply, out_count * WIRE_BYTES_BOUND(116))) {
        for (i = 0; i < out_count; i++)
            call->reply.at = store_caption(call->reply.at, 2, &out_captions[i], &out_captions_budget);
        call->reply.failed = out_captions_budget.failed;
    }
    wire_put_uint32(&call->reply, 3, out_count);
    if (out_title)
        wire_put_wide(&call->reply, 4, out_title, out_title_text);
    wire_budget_init(&out_first_budget);
    if (out_first && wire_budget_room(&out_first_budget, &call->reply, WIRE_BYTES_BOUND(116))) {
        call->reply.at = store_caption(call->reply.at, 5, out_first, &out_first_budget);
        call->reply.failed = out_first_budget.failed;
    }
    rpc_incoming_put_interface(call, 6, &IID_IUnknown, out_object);
    com_free(out_captions);
    com_free(out_title);
    com_free(out_first);
    if (FAILED(ready))
        return ready;
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IMoreTexts_get_Subject_stub(IMoreTexts *self, struct rpc_incoming *call)
{
    BSTR subject = NULL;
    struct wire_wide subject_text;
    HRESULT hr, ready;

    rpc_incoming_run(call);
    hr = IMoreTexts_get_Subject(self, &subject);
    if (FAILED(hr)) {
        SysFreeString(subject);
        return hr;
    }
    subject_text = wire_measure_units(subject, SysStringLen(subject));
    ready = rpc_incoming_results(call, WIRE_BYTES_BOUND(subject_text.bytes));
    if (subject)
        wire_put_wide(&call->reply, 1, subject, subject_text);
    SysFreeString(subject);
    if (FAILED(ready))
        return ready;
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IMoreTexts_put_Subject_stub(IMoreTexts *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct wire_bytes subject_bytes = {NULL, 0};
    char16_t *subject = NULL;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            subject_bytes = wire_get_bytes(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed || wire_units(subject_bytes) > 200 || !wire_is_text(subject_bytes))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    if (subject_bytes.data) {
        subject = rpc_lend_bstr(rpc_incoming_scratch(call, RPC_BSTR_BYTES(wire_units(subject_bytes))),
                                subject_bytes);
        if (!subject)
            return E_OUTOFMEMORY;
    }
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    hr = IMoreTexts_put_Subject(self, subject);
    return hr;
}

static HRESULT IMoreTexts_Exchange_stub(IMoreTexts *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct wire_bytes text_bytes = {NULL, 0};
    BSTR text = NULL;
    struct wire_wide text_text;
    uint32_t tag;
    HRESULT hr, ready;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            text_bytes = wire_get_bytes(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed || !wire_is_text(text_bytes))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    text = rpc_result_bstr(text_bytes);
    if ((text_bytes.data && !text)) {
        SysFreeString(text);
        return E_OUTOFMEMORY;
    }
    rpc_incoming_run(call);
    hr = IMoreTexts_Exchange(self, &text);
    if (FAILED(hr)) {
        SysFreeString(text);
        return hr;
    }
    text_text = wire_measure_units(text, SysStringLen(text));
    ready = rpc_incoming_results(call, WIRE_BYTES_BOUND(text_text.bytes));
    if (text)
        wire_put_wide(&call->reply, 1, text, text_text);
    SysFreeString(text);
    if (FAILED(ready))
        return ready;
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IMoreTexts_RemoteNext_stub(IMoreTexts *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    uint32_t count = 0;
    char *words = NULL;
    size_t words_length;
    uint32_t fetched = 0;
    size_t bound;
    uint32_t tag;
    HRESULT hr, ready;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_VARINT):
            count = wire_get_uint32(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed || count > 100)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    rpc_incoming_run(call);
    hr = ITexts_Next_Stub((ITexts *)self, count, &words, &fetched);
    if (FAILED(hr)) {
        com_free(words);
        return hr;
    }
    words_length = words ? strlen(words) : 0;
    bound = WIRE_BYTES_BOUND(words_length);
    bound += WIRE_SCALAR_BOUND;
    ready = rpc_incoming_results(call, bound);
    if (words)
        wire_put_bytes(&call->reply, 2, words, words_length);
    wire_put_uint32(&call->reply, 3, fetched);
    com_free(words);
    if (FAILED(ready))
        return ready;
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IMoreTexts_RemoteCount_stub(IMoreTexts *self, struct rpc_incoming *call)
{
    uint32_t count = 0;
    struct wire_writer reply;
    HRESULT hr;

    hr = rpc_incoming_execute(call, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    hr = IMoreTexts_Count_Stub(self, &count);
    if (FAILED(hr))
        return hr;
    reply = call->reply;
    wire_put_uint32(&reply, 1, count);
    call->reply = reply;
    return reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

HRESULT IMoreTexts_stub(void *object, uint32_t method, struct rpc_incoming *call);

HRESULT IMoreTexts_stub(void *object, uint32_t method, struct rpc_incoming *call)
{
    IMoreTexts *self = (IMoreTexts *)object;

    switch (method) {
    case 3:
        return IMoreTexts_Translate_stub(self, call);
    case 4:
        return IMoreTexts_SetCaption_stub(self, call);
    case 5:
        return IMoreTexts_GetName_stub(self, call);
    case 6:
        return IMoreTexts_List_stub(self, call);
    case 7:
        return IMoreTexts_get_Subject_stub(self, call);
    case 8:
        return IMoreTexts_put_Subject_stub(self, call);
    case 9:
        return IMoreTexts_Exchange_stub(self, call);
    case 10:
        return IMoreTexts_RemoteNext_stub(self, call);
    case 11:
        return IMoreTexts_RemoteCount_stub(self, call);
    default:
        return RPC_E_INVALIDMETHOD;
    }
}
