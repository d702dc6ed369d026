/* Proxies of sample/texts.idl, made by idlc; do not edit. */
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

static HRESULT ITexts_Translate_results(struct rpc_call *call, char16_t *out_text, char16_t *name,
                                        uint32_t capacity)
{
    struct wire_reader reply = call->reply;
    struct wire_bytes out_text_bytes = {NULL, 0};
    struct wire_bytes name_bytes = {NULL, 0};
    uint32_t tag;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(3, WIRE_BYTES):
            out_text_bytes = wire_get_bytes(&reply);
            break;
        case WIRE_TAG(4, WIRE_BYTES):
            name_bytes = wire_get_bytes(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed || wire_units(out_text_bytes) >= capacity || !wire_is_text(out_text_bytes) ||
        wire_units(name_bytes) >= 16u || !wire_is_text(name_bytes))
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    wire_copy_wide(out_text, out_text_bytes);
    wire_copy_wide(name, name_bytes);
    return S_OK;
}

static HRESULT ITexts_Translate_proxy(ITexts *self, const char16_t *text, const char16_t *language,
                                      char16_t *out_text, char16_t *name, uint32_t capacity)
{
    struct rpc_call call;
    struct wire_writer request;
    struct wire_wide text_text;
    struct wire_wide language_text;
    struct wire_wide name_text;
    size_t bound;
    HRESULT hr, decoded;

    if (!text || !out_text || !name)
        return E_POINTER;
    text_text = wire_measure_wide(text);
    language_text = wire_measure_wide(language);
    name_text = wire_measure_wide(name);
    if (text_text.failed || language_text.failed || language_text.units > 8 || name_text.failed ||
        name_text.units >= 16u || capacity < 1 || capacity > 1000)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    bound = WIRE_BYTES_BOUND(text_text.bytes);
    bound += WIRE_BYTES_BOUND(language_text.bytes);
    bound += WIRE_BYTES_BOUND(name_text.bytes);
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_call_begin(&call, self, 3, RPC_TIMEOUT_DEFAULT, bound);
    if (FAILED(hr))
        return hr;
    request = call.request;
    wire_put_wide(&request, 1, text, text_text);
    if (language)
        wire_put_wide(&request, 2, language, language_text);
    wire_put_wide(&request, 4, name, name_text);
    wire_put_uint32(&request, 5, capacity);
    call.request = request;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = ITexts_Translate_results(&call, out_text, name, capacity);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT ITexts_SetCaption_proxy(ITexts *self, const struct caption *caption, char16_t initial)
{
    struct rpc_call call;
    struct wire_writer request;
    struct wire_budget caption_budget;
    size_t bound;
    HRESULT hr;

    if (!caption)
        return E_POINTER;
    wire_budget_init(&caption_budget);
    bound = WIRE_BYTES_BOUND(116);
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_call_begin(&call, self, 4, RPC_TIMEOUT_DEFAULT, bound);
    if (FAILED(hr))
        return hr;
    request = call.request;
    if (wire_budget_room(&caption_budget, &request, WIRE_BYTES_BOUND(116))) {
        request.at = store_caption(request.at, 1, caption, &caption_budget);
        request.failed = caption_budget.failed;
    }
    wire_put_uint32(&request, 2, initial);
    call.request = request;
    hr = rpc_call_invoke(&call);
    rpc_call_end(&call);
    return hr;
}

static HRESULT ITexts_GetName_results(struct rpc_call *call, char **out_name)
{
    struct wire_reader reply = call->reply;
    struct wire_bytes out_name_bytes = {NULL, 0};
    char *out_name_result;
    uint32_t tag;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            out_name_bytes = wire_get_bytes(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed || !wire_is_text(out_name_bytes))
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    out_name_result = rpc_result_text(out_name_bytes);
    if ((out_name_bytes.data && !out_name_result)) {
        com_free(out_name_result);
        return E_OUTOFMEMORY;
    }
    *out_name = out_name_result;
    return S_OK;
}

static HRESULT ITexts_GetName_proxy(ITexts *self, char **out_name)
{
    struct rpc_call call;
    HRESULT hr, decoded;

    if (!out_name)
        return E_POINTER;
    *out_name = NULL;
    hr = rpc_call_begin(&call, self, 5, RPC_TIMEOUT_DEFAULT, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = ITexts_GetName_results(&call, out_name);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT ITexts_List_results(struct rpc_call *call, struct caption **out_captions, uint32_t *out_count,
                                   char16_t **out_title, struct caption **out_first, IUnknown **out_object)
{
    struct wire_reader reply = call->reply;
    struct wire_list out_captions_list = WIRE_LIST(2, WIRE_BYTES);
    struct caption out_captions_element;
    struct caption *out_captions_result;
    uint32_t out_count_value = 0;
    struct wire_bytes out_title_bytes = {NULL, 0};
    char16_t *out_title_result;
    bool out_first_present = false;
    struct caption out_first_value;
    struct caption *out_first_result;
    uint32_t out_object_index = 0;
    void *out_object_object = NULL;
    struct wire_list list;
    uint32_t tag, i;
    HRESULT hr;

    memset(&out_first_value, 0, sizeof(out_first_value));
    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(2, WIRE_BYTES):
            wire_list_add(&out_captions_list, &reply, tag);
            break;
        case WIRE_TAG(3, WIRE_VARINT):
            out_count_value = wire_get_uint32(&reply);
            break;
        case WIRE_TAG(4, WIRE_BYTES):
            out_title_bytes = wire_get_bytes(&reply);
            break;
        case WIRE_TAG(5, WIRE_BYTES):
            wire_require(&reply, read_caption(wire_get_bytes(&reply), &out_first_value));
            out_first_present = true;
            break;
        case WIRE_TAG(6, WIRE_VARINT):
            out_object_index = wire_get_uint32(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    list = out_captions_list;
    for (i = 0; i < out_captions_list.count && wire_next_piece(&list); i++)
        wire_require(&reply, read_caption(list.piece, &out_captions_element));
    if (reply.failed || out_captions_list.count != out_count_value || out_captions_list.count > 532610 ||
        wire_units(out_title_bytes) > 100 || !wire_is_text(out_title_bytes))
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    out_captions_result = com_alloc(out_captions_list.count * sizeof(*out_captions_result));
    out_title_result = rpc_result_wide(out_title_bytes);
    out_first_result = out_first_present ? com_alloc(sizeof(*out_first_result)) : NULL;
    if ((out_captions_list.count && !out_captions_result) || (out_title_bytes.data && !out_title_result) ||
        (out_first_present && !out_first_result)) {
        com_free(out_captions_result);
        com_free(out_title_result);
        com_free(out_first_result);
        return E_OUTOFMEMORY;
    }
    hr = rpc_call_take_interface(call, out_object_index, &IID_IUnknown, &out_object_object);
    if (FAILED(hr)) {
        com_free(out_captions_result);
        com_free(out_title_result);
        com_free(out_first_result);
        return hr;
    }
    list = out_captions_list;
    for (i = 0; i < out_captions_list.count && wire_next_piece(&list); i++)
        wire_require(&reply, read_caption(list.piece, &out_captions_result[i]));
    *out_captions = out_captions_result;
    *out_count = out_count_value;
    *out_title = out_title_result;
    if (out_first_result)
        *out_first_result = out_first_value;
    *out_first = out_first_result;
    *out_object = (IUnknown *)out_object_object;
    return S_OK;
}

static HRESULT ITexts_List_proxy(ITexts *self, const char *pattern, struct caption **out_captions,
                                 uint32_t *out_count, char16_t **out_title, struct caption **out_first,
                                 IUnknown **out_object)
{
    struct rpc_call call;
    struct wire_writer request;
    size_t pattern_length;
    HRESULT hr, decoded;

    if (!pattern || !out_captions || !out_count || !out_title || !out_first || !out_object)
        return E_POINTER;
    *out_captions = NULL;
    *out_title = NULL;
    *out_first = NULL;
    *out_object = NULL;
    pattern_length = strlen(pattern);
    hr = rpc_call_begin(&call, self, 6, RPC_TIMEOUT_DEFAULT, WIRE_BYTES_BOUND(pattern_length));
    if (FAILED(hr))
        return hr;
    request = call.request;
    wire_put_bytes(&request, 1, pattern, pattern_length);
    call.request = request;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = ITexts_List_results(&call, out_captions, out_count, out_title, out_first, out_object);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT ITexts_get_Subject_results(struct rpc_call *call, BSTR *subject)
{
    struct wire_reader reply = call->reply;
    struct wire_bytes subject_bytes = {NULL, 0};
    BSTR subject_result;
    uint32_t tag;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            subject_bytes = wire_get_bytes(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed || !wire_is_text(subject_bytes))
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    subject_result = rpc_result_bstr(subject_bytes);
    if ((subject_bytes.data && !subject_result)) {
        SysFreeString(subject_result);
        return E_OUTOFMEMORY;
    }
    *subject = subject_result;
    return S_OK;
}

static HRESULT ITexts_get_Subject_proxy(ITexts *self, BSTR *subject)
{
    struct rpc_call call;
    HRESULT hr, decoded;

    if (!subject)
        return E_POINTER;
    *subject = NULL;
    hr = rpc_call_begin(&call, self, 7, RPC_TIMEOUT_DEFAULT, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = ITexts_get_Subject_results(&call, subject);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT ITexts_put_Subject_proxy(ITexts *self, BSTR subject)
{
    struct rpc_call call;
    struct wire_writer request;
    struct wire_wide subject_text;
    HRESULT hr;

    subject_text = wire_measure_units(subject, SysStringLen(subject));
    if (subject_text.failed || subject_text.units > 200)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, 8, RPC_TIMEOUT_DEFAULT, WIRE_BYTES_BOUND(subject_text.bytes));
    if (FAILED(hr))
        return hr;
    request = call.request;
    if (subject)
        wire_put_wide(&request, 1, subject, subject_text);
    call.request = request;
    hr = rpc_call_invoke(&call);
    rpc_call_end(&call);
    return hr;
}

static HRESULT ITexts_Exchange_results(struct rpc_call *call, BSTR *text)
{
    struct wire_reader reply = call->reply;
    struct wire_bytes text_bytes = {NULL, 0};
    BSTR text_result;
    uint32_t tag;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            text_bytes = wire_get_bytes(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed || !wire_is_text(text_bytes))
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    text_result = rpc_result_bstr(text_bytes);
    if ((text_bytes.data && !text_result)) {
        SysFreeString(text_result);
        return E_OUTOFMEMORY;
    }
    SysFreeString(*text);
    *text = text_result;
    return S_OK;
}

static HRESULT ITexts_Exchange_proxy(ITexts *self, BSTR *text)
{
    struct rpc_call call;
    struct wire_writer request;
    BSTR text_given;
    struct wire_wide text_text;
    HRESULT hr, decoded;

    if (!text)
        return E_POINTER;
    text_given = *text;
    text_text = wire_measure_units(text_given, SysStringLen(text_given));
    if (text_text.failed)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, 9, RPC_TIMEOUT_DEFAULT, WIRE_BYTES_BOUND(text_text.bytes));
    if (FAILED(hr))
        return hr;
    request = call.request;
    if (text_given)
        wire_put_wide(&request, 1, text_given, text_text);
    call.request = request;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = ITexts_Exchange_results(&call, text);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT ITexts_RemoteNext_results(struct rpc_call *call, char **words, uint32_t *fetched)
{
    struct wire_reader reply = call->reply;
    struct wire_bytes words_bytes = {NULL, 0};
    char *words_result;
    uint32_t fetched_value = 0;
    uint32_t tag;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(2, WIRE_BYTES):
            words_bytes = wire_get_bytes(&reply);
            break;
        case WIRE_TAG(3, WIRE_VARINT):
            fetched_value = wire_get_uint32(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed || !wire_is_text(words_bytes))
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    words_result = rpc_result_text(words_bytes);
    if ((words_bytes.data && !words_result)) {
        com_free(words_result);
        return E_OUTOFMEMORY;
    }
    *words = words_result;
    *fetched = fetched_value;
    return S_OK;
}

HRESULT ITexts_RemoteNext_Proxy(ITexts *self, uint32_t count, char **words, uint32_t *fetched)
{
    struct rpc_call call;
    struct wire_writer request;
    HRESULT hr, decoded;

    if (!words || !fetched)
        return E_POINTER;
    *words = NULL;
    if (count > 100)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, 10, RPC_TIMEOUT_DEFAULT, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    request = call.request;
    wire_put_uint32(&request, 1, count);
    call.request = request;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = ITexts_RemoteNext_results(&call, words, fetched);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

/* The first three are the runtime's: their addresses tell a proxy. */
static const struct ITextsVtbl ITexts_proxy_vtbl = {
    .QueryInterface = (HRESULT(*)(ITexts *, const IID *, void **))rpc_proxy_QueryInterface,
    .AddRef = (uint32_t(*)(ITexts *))rpc_proxy_AddRef,
    .Release = (uint32_t(*)(ITexts *))rpc_proxy_Release,
    .Translate = ITexts_Translate_proxy,
    .SetCaption = ITexts_SetCaption_proxy,
    .GetName = ITexts_GetName_proxy,
    .List = ITexts_List_proxy,
    .get_Subject = ITexts_get_Subject_proxy,
    .put_Subject = ITexts_put_Subject_proxy,
    .Exchange = ITexts_Exchange_proxy,
    .Next = ITexts_Next_Proxy,
};

HRESULT ITexts_stub(void *object, uint32_t method, struct rpc_incoming *call);

extern const struct com_type_info ITexts_type_info COM_WEAK;

const struct com_interface ITexts_interface = {
    .iid = &IID_ITexts,
    .name = "ITexts",
    .method_count = 11,
    .proxy_vtbl = &ITexts_proxy_vtbl,
    .stub = ITexts_stub,
    .results = NULL,
    .type_info = &ITexts_type_info,
};

static HRESULT IMoreTexts_Translate_results(struct rpc_call *call, char16_t *out_text, char16_t *name,
                                            uint32_t capacity)
{
    struct wire_reader reply = call->reply;
    struct wire_bytes out_text_bytes = {NULL, 0};
    struct wire_bytes name_bytes = {NULL, 0};
    uint32_t tag;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(3, WIRE_BYTES):
            out_text_bytes = wire_get_bytes(&reply);
            break;
        case WIRE_TAG(4, WIRE_BYTES):
            name_bytes = wire_get_bytes(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed || wire_units(out_text_bytes) >= capacity || !wire_is_text(out_text_bytes) ||
        wire_units(name_bytes) >= 16u || !wire_is_text(name_bytes))
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    wire_copy_wide(out_text, out_text_bytes);
    wire_copy_wide(name, name_bytes);
    return S_OK;
}

static HRESULT IMoreTexts_Translate_proxy(IMoreTexts *self, const char16_t *text, const char16_t *language,
                                          char16_t *out_text, char16_t *name, uint32_t capacity)
{
    struct rpc_call call;
    struct wire_writer request;
    struct wire_wide text_text;
    struct wire_wide language_text;
    struct wire_wide name_text;
    size_t bound;
    HRESULT hr, decoded;

    if (!text || !out_text || !name)
        return E_POINTER;
    text_text = wire_measure_wide(text);
    language_text = wire_measure_wide(language);
    name_text = wire_measure_wide(name);
    if (text_text.failed || language_text.failed || language_text.units > 8 || name_text.failed ||
        name_text.units >= 16u || capacity < 1 || capacity > 1000)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    bound = WIRE_BYTES_BOUND(text_text.bytes);
    bound += WIRE_BYTES_BOUND(language_text.bytes);
    bound += WIRE_BYTES_BOUND(name_text.bytes);
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_call_begin(&call, self, 3, RPC_TIMEOUT_DEFAULT, bound);
    if (FAILED(hr))
        return hr;
    request = call.request;
    wire_put_wide(&request, 1, text, text_text);
    if (language)
        wire_put_wide(&request, 2, language, language_text);
    wire_put_wide(&request, 4, name, name_text);
    wire_put_uint32(&request, 5, capacity);
    call.request = request;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IMoreTexts_Translate_results(&call, out_text, name, capacity);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IMoreTexts_SetCaption_proxy(IMoreTexts *self, const struct caption *caption, char16_t initial)
{
    struct rpc_call call;
    struct wire_writer request;
    struct wire_budget caption_budget;
    size_t bound;
    HRESULT hr;

    if (!caption)
        return E_POINTER;
    wire_budget_init(&caption_budget);
    bound = WIRE_BYTES_BOUND(116);
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_call_begin(&call, self, 4, RPC_TIMEOUT_DEFAULT, bound);
    if (FAILED(hr))
        return hr;
    request = call.request;
    if (wire_budget_room(&caption_budget, &request, WIRE_BYTES_BOUND(116))) {
        request.at = store_caption(request.at, 1, caption, &caption_budget);
        request.failed = caption_budget.failed;
    }
    wire_put_uint32(&request, 2, initial);
    call.request = request;
    hr = rpc_call_invoke(&call);
    rpc_call_end(&call);
    return hr;
}

static HRESULT IMoreTexts_GetName_results(struct rpc_call *call, char **out_name)
{
    struct wire_reader reply = call->reply;
    struct wire_bytes out_name_bytes = {NULL, 0};
    char *out_name_result;
    uint32_t tag;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            out_name_bytes = wire_get_bytes(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed || !wire_is_text(out_name_bytes))
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    out_name_result = rpc_result_text(out_name_bytes);
    if ((out_name_bytes.data && !out_name_result)) {
        com_free(out_name_result);
        return E_OUTOFMEMORY;
    }
    *out_name = out_name_result;
    return S_OK;
}

static HRESULT IMoreTexts_GetName_proxy(IMoreTexts *self, char **out_name)
{
    struct rpc_call call;
    HRESULT hr, decoded;

    if (!out_name)
        return E_POINTER;
    *out_name = NULL;
    hr = rpc_call_begin(&call, self, 5, RPC_TIMEOUT_DEFAULT, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IMoreTexts_GetName_results(&call, out_name);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IMoreTexts_List_results(struct rpc_call *call, struct caption **out_captions,
                                       uint32_t *out_count, char16_t **out_title, struct caption **out_first,
                                       IUnknown **out_object)
{
    struct wire_reader reply = call->reply;
    struct wire_list out_captions_list = WIRE_LIST(2, WIRE_BYTES);
    struct caption out_captions_element;
    struct caption *out_captions_result;
    uint32_t out_count_value = 0;
    struct wire_bytes out_title_bytes = {NULL, 0};
    char16_t *out_title_result;
    bool out_first_present = false;
    struct caption out_first_value;
    struct caption *out_first_result;
    uint32_t out_object_index = 0;
    void *out_object_object = NULL;
    struct wire_list list;
    uint32_t tag, i;
    HRESULT hr;

    memset(&out_first_value, 0, sizeof(out_first_value));
    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(2, WIRE_BYTES):
            wire_list_add(&out_captions_list, &reply, tag);
            break;
        case WIRE_TAG(3, WIRE_VARINT):
            out_count_value = wire_get_uint32(&reply);
            break;
        case WIRE_TAG(4, WIRE_BYTES):
            out_title_bytes = wire_get_bytes(&reply);
            break;
        case WIRE_TAG(5, WIRE_BYTES):
            wire_require(&reply, read_caption(wire_get_bytes(&reply), &out_first_value));
            out_first_present = true;
            break;
        case WIRE_TAG(6, WIRE_VARINT):
            out_object_index = wire_get_uint32(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    list = out_captions_list;
    for (i = 0; i < out_captions_list.count && wire_next_piece(&list); i++)
        wire_require(&reply, read_caption(list.piece, &out_captions_element));
    if (reply.failed || out_captions_list.count != out_count_value || out_captions_list.count > 532610 ||
        wire_units(out_title_bytes) > 100 || !wire_is_text(out_title_bytes))
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    out_captions_result = com_alloc(out_captions_list.count * sizeof(*out_captions_result));
    out_title_result = rpc_result_wide(out_title_bytes);
    out_first_result = out_first_present ? com_alloc(sizeof(*out_first_result)) : NULL;
    if ((out_captions_list.count && !out_captions_result) || (out_title_bytes.data && !out_title_result) ||
        (out_first_present && !out_first_result)) {
        com_free(out_captions_result);
        com_free(out_title_result);
        com_free(out_first_result);
        return E_OUTOFMEMORY;
    }
    hr = rpc_call_take_interface(call, out_object_index, &IID_IUnknown, &out_object_object);
    if (FAILED(hr)) {
        com_free(out_captions_result);
        com_free(out_title_result);
        com_free(out_first_result);
        return hr;
    }
    list = out_captions_list;
    for (i = 0; i < out_captions_list.count && wire_next_piece(&list); i++)
        wire_require(&reply, read_caption(list.piece, &out_captions_result[i]));
    *out_captions = out_captions_result;
    *out_count = out_count_value;
    *out_title = out_title_result;
    if (out_first_result)
        *out_first_result = out_first_value;
    *out_first = out_first_result;
    *out_object = (IUnknown *)out_object_object;
    return S_OK;
}

static HRESULT IMoreTexts_List_proxy(IMoreTexts *self, const char *pattern, struct caption **out_captions,
                                     uint32_t *out_count, char16_t **out_title, struct caption **out_first,
                                     IUnknown **out_object)
{
    struct rpc_call call;
    struct wire_writer request;
    size_t pattern_length;
    HRESULT hr, decoded;

    if (!pattern || !out_captions || !out_count || !out_title || !out_first || !out_object)
        return E_POINTER;
    *out_captions = NULL;
    *out_title = NULL;
    *out_first = NULL;
    *out_object = NULL;
    pattern_length = strlen(pattern);
    hr = rpc_call_begin(&call, self, 6, RPC_TIMEOUT_DEFAULT, WIRE_BYTES_BOUND(pattern_length));
    if (FAILED(hr))
        return hr;
    request = call.request;
    wire_put_bytes(&request, 1, pattern, pattern_length);
    call.request = request;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IMoreTexts_List_results(&call, out_captions, out_count, out_title, out_first, out_object);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IMoreTexts_get_Subject_results(struct rpc_call *call, BSTR *subject)
{
    struct wire_reader reply = call->reply;
    struct wire_bytes subject_bytes = {NULL, 0};
    BSTR subject_result;
    uint32_t tag;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            subject_bytes = wire_get_bytes(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed || !wire_is_text(subject_bytes))
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    subject_result = rpc_result_bstr(subject_bytes);
    if ((subject_bytes.data && !subject_result)) {
        SysFreeString(subject_result);
        return E_OUTOFMEMORY;
    }
    *subject = subject_result;
    return S_OK;
}

static HRESULT IMoreTexts_get_Subject_proxy(IMoreTexts *self, BSTR *subject)
{
    struct rpc_call call;
    HRESULT hr, decoded;

    if (!subject)
        return E_POINTER;
    *subject = NULL;
    hr = rpc_call_begin(&call, self, 7, RPC_TIMEOUT_DEFAULT, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IMoreTexts_get_Subject_results(&call, subject);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IMoreTexts_put_Subject_proxy(IMoreTexts *self, BSTR subject)
{
    struct rpc_call call;
    struct wire_writer request;
    struct wire_wide subject_text;
    HRESULT hr;

    subject_text = wire_measure_units(subject, SysStringLen(subject));
    if (subject_text.failed || subject_text.units > 200)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, 8, RPC_TIMEOUT_DEFAULT, WIRE_BYTES_BOUND(subject_text.bytes));
    if (FAILED(hr))
        return hr;
    request = call.request;
    if (subject)
        wire_put_wide(&request, 1, subject, subject_text);
    call.request = request;
    hr = rpc_call_invoke(&call);
    rpc_call_end(&call);
    return hr;
}

static HRESULT IMoreTexts_Exchange_results(struct rpc_call *call, BSTR *text)
{
    struct wire_reader reply = call->reply;
    struct wire_bytes text_bytes = {NULL, 0};
    BSTR text_result;
    uint32_t tag;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            text_bytes = wire_get_bytes(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed || !wire_is_text(text_bytes))
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    text_result = rpc_result_bstr(text_bytes);
    if ((text_bytes.data && !text_result)) {
        SysFreeString(text_result);
        return E_OUTOFMEMORY;
    }
    SysFreeString(*text);
    *text = text_result;
    return S_OK;
}

static HRESULT IMoreTexts_Exchange_proxy(IMoreTexts *self, BSTR *text)
{
    struct rpc_call call;
    struct wire_writer request;
    BSTR text_given;
    struct wire_wide text_text;
    HRESULT hr, decoded;

    if (!text)
        return E_POINTER;
    text_given = *text;
    text_text = wire_measure_units(text_given, SysStringLen(text_given));
    if (text_text.failed)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, 9, RPC_TIMEOUT_DEFAULT, WIRE_BYTES_BOUND(text_text.bytes));
    if (FAILED(hr))
        return hr;
    request = call.request;
    if (text_given)
        wire_put_wide(&request, 1, text_given, text_text);
    call.request = request;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IMoreTexts_Exchange_results(&call, text);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IMoreTexts_Next_proxy(IMoreTexts *self, uint32_t count, char **words, uint32_t *fetched)
{
    return ITexts_Next_Proxy((ITexts *)self, count, words, fetched);
}

static HRESULT IMoreTexts_RemoteCount_results(struct rpc_call *call, uint32_t *count)
{
    struct wire_reader reply = call->reply;
    uint32_t count_value = 0;
    uint32_t tag;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_VARINT):
            count_value = wire_get_uint32(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    *count = count_value;
    return S_OK;
}

HRESULT IMoreTexts_RemoteCount_Proxy(IMoreTexts *self, uint32_t *count)
{
    struct rpc_call call;
    HRESULT hr, decoded;

    if (!count)
        return E_POINTER;
    hr = rpc_call_begin(&call, self, 11, RPC_TIMEOUT_DEFAULT, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IMoreTexts_RemoteCount_results(&call, count);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

/* The first three are the runtime's: their addresses tell a proxy. */
static const struct IMoreTextsVtbl IMoreTexts_proxy_vtbl = {
    .QueryInterface = (HRESULT(*)(IMoreTexts *, const IID *, void **))rpc_proxy_QueryInterface,
    .AddRef = (uint32_t(*)(IMoreTexts *))rpc_proxy_AddRef,
    .Release = (uint32_t(*)(IMoreTexts *))rpc_proxy_Release,
    .Translate = IMoreTexts_Translate_proxy,
    .SetCaption = IMoreTexts_SetCaption_proxy,
    .GetName = IMoreTexts_GetName_proxy,
    .List = IMoreTexts_List_proxy,
    .get_Subject = IMoreTexts_get_Subject_proxy,
    .put_Subject = IMoreTexts_put_Subject_proxy,
    .Exchange = IMoreTexts_Exchange_proxy,
    .Next = IMoreTexts_Next_proxy,
    .Count = IMoreTexts_Count_Proxy,
};

HRESULT IMoreTexts_stub(void *object, uint32_t method, struct rpc_incoming *call);

extern const struct com_type_info IMoreTexts_type_info COM_WEAK;

const struct com_interface IMoreTexts_interface = {
    .iid = &IID_IMoreTexts,
    .name = "IMoreTexts",
    .method_count = 12,
    .proxy_vtbl = &IMoreTexts_proxy_vtbl,
    .stub = IMoreTexts_stub,
    .results = NULL,
    .type_info = &IMoreTexts_type_info,
};
