/*
 * Reads values that have pointers. A message is walked over once for its numbers, which may count its arrays
 * and tell the arms of its unions wherever they stand, then for each other field.
 */
#include "shape.h"

struct get {
    struct rpc_incoming *incoming; /* memory is its scratch, texts stay where they are; NULL: all is copied */
    size_t left;                   /* bytes of memory that it may still take */
    uint32_t depth;
    HRESULT malformed;
    HRESULT hr;
};

static bool refuse(struct get *get)
{
    if (SUCCEEDED(get->hr))
        get->hr = get->malformed;
    return false;
}

static void *take_memory(struct get *get, size_t bytes)
{
    void *memory = NULL;

    if (bytes <= get->left) {
        get->left -= bytes;
        memory = get->incoming ? rpc_incoming_scratch(get->incoming, bytes) : com_alloc(bytes);
    }
    if (memory)
        memset(memory, 0, bytes);
    else if (SUCCEEDED(get->hr))
        get->hr = E_OUTOFMEMORY;
    return memory;
}

static bool get_record(struct get *get, const struct rpc_shape *shape, struct wire_bytes bytes,
                       uint8_t *record, int64_t about);

/* The type of a single value, as in a key. */
static uint32_t type_of(const struct rpc_shape_field *field)
{
    return wire_table_type(field->kind);
}

static bool is_repeated(const struct rpc_shape_field *field)
{
    return field->form != RPC_SHAPE_ONE && field->kind != WIRE_KIND_BYTES;
}

/* Whether the elements of an array lie in this field packed, as numbers and the indices of interfaces may. */
static bool is_packed(const struct rpc_shape_field *field, uint32_t tag)
{
    return is_repeated(field) && (field->kind < WIRE_KIND_NUMBERS || field->kind == WIRE_KIND_INTERFACE) &&
           (tag & 7) == WIRE_BYTES;
}

static bool matches(const struct rpc_shape_field *field, uint32_t tag)
{
    return tag >> 3 == field->number && ((tag & 7) == type_of(field) || is_packed(field, tag));
}

/* ---- single values ---- */

static bool get_text(struct get *get, const struct rpc_shape_field *field, struct wire_bytes text,
                     uint8_t *at)
{
    bool is_pointed = (field->flags & RPC_SHAPE_POINTED) != 0;
    char *copy;

    if (text.size > field->bytes || (text.size == field->bytes && !is_pointed) || !wire_is_text(text))
        return refuse(get);
    if (!is_pointed) {
        wire_copy_text((char *)at, text);
    } else if (get->incoming) {
        rpc__shape_store(at, text.data);
    } else {
        copy = (char *)take_memory(get, (size_t)text.size + 1);
        if (!copy)
            return false;
        wire_copy(copy, text);
        rpc__shape_store(at, copy);
    }
    return true;
}

/* In memory of its own, with its NUL. */
static bool get_wide(struct get *get, const struct rpc_shape_field *field, struct wire_bytes text,
                     uint8_t *at)
{
    bool is_pointed = (field->flags & RPC_SHAPE_POINTED) != 0;
    bool is_bstr = (field->flags & RPC_SHAPE_BSTR) != 0;
    uint32_t units = wire_units(text);
    uint16_t *copy;

    if (units > field->bytes || (units == field->bytes && !is_pointed) || !wire_is_text(text))
        return refuse(get);
    if (!is_pointed) {
        wire_copy_wide((uint16_t *)(void *)at, text);
        return true;
    }
    copy =
        (uint16_t *)take_memory(get, is_bstr ? RPC_BSTR_BYTES(units) : ((size_t)units + 1) * sizeof(*copy));
    if (!copy)
        return false;
    if (is_bstr)
        copy = rpc_lend_bstr(copy, text);
    else
        wire_copy_wide(copy, text);
    rpc__shape_store(at, copy);
    return true;
}

static bool get_number(struct get *get, const struct rpc_shape_field *field, struct wire_reader *reader,
                       uint8_t *value)
{
    /* A closed enum is looked at when all was read: the last value counts. */
    wire_table_get_number(reader, field->kind == WIRE_KIND_CLOSED ? (uint32_t)WIRE_KIND_ENUM : field->kind,
                          NULL, value);
    return !reader->failed || refuse(get);
}

/* What lies in the message behind the key; the reader goes behind it. `at` is where it, or its pointer, goes.
 */
static bool get_value(struct get *get, const struct rpc_shape_field *field, struct wire_reader *reader,
                      uint8_t *at, int64_t about)
{
    bool is_pointed = field->flags & RPC_SHAPE_POINTED && field->kind != WIRE_KIND_TEXT;
    uint8_t *value = at;
    struct wire_bytes bytes;
    GUID guid;

    if (is_pointed) {
        value = (uint8_t *)rpc__shape_load(at);
        if (!value)
            value = (uint8_t *)take_memory(get, field->bytes);
        if (!value)
            return false;
        rpc__shape_store(at, value);
    }
    if (field->kind < WIRE_KIND_NUMBERS) {
        return get_number(get, field, reader, value) &&
               (rpc__shape_is_good(field, wire_table_load(field->kind, value)) || refuse(get));
    }
    if (field->kind == WIRE_KIND_INTERFACE) {
        rpc__shape_store(at, (const void *)(uintptr_t)wire_get_uint32(reader));
        return !reader->failed || refuse(get);
    }
    bytes = wire_get_bytes(reader);
    if (reader->failed)
        return refuse(get);
    if (field->kind == WIRE_KIND_TEXT)
        return field->flags & RPC_SHAPE_WIDE ? get_wide(get, field, bytes, at)
                                             : get_text(get, field, bytes, at);
    if (field->kind == WIRE_KIND_RECORD)
        return get_record(get, field->record, bytes, value, about);
    if (!wire_load_guid(bytes, &guid))
        return refuse(get);
    memcpy(value, &guid, sizeof(guid));
    return true;
}

/* The last of a field that stands once. @retval false it is not there */
static bool find(const struct rpc_shape_field *field, struct wire_reader message,
                 struct wire_reader *out_value)
{
    bool found = false;
    uint32_t tag;

    while (wire_next(&message, &tag)) {
        if (matches(field, tag)) {
            *out_value = message;
            found = true;
        }
        wire_skip(&message, tag);
    }
    return found;
}

/* A field that is not there is NULL, or what an empty message is. */
static bool get_absent(struct get *get, const struct rpc_shape_field *field, uint8_t *at, int64_t about)
{
    const struct wire_bytes nothing = {NULL, 0};

    if (field->kind == WIRE_KIND_INTERFACE || field->flags & RPC_SHAPE_OPTIONAL)
        return true;
    if (field->flags & RPC_SHAPE_POINTED)
        return refuse(get);
    if (field->kind == WIRE_KIND_RECORD)
        return get_record(get, field->record, nothing, at, about);
    return field->kind >= WIRE_KIND_NUMBERS || rpc__shape_is_good(field, 0) || refuse(get);
}

/* ---- arrays ---- */

/* Elements in one field of the message; UINT32_MAX: it is malformed. */
static uint32_t elements_in(const struct rpc_shape_field *field, uint32_t tag, struct wire_reader *message)
{
    struct wire_reader packed;
    uint32_t count = 0;

    if (!is_packed(field, tag)) {
        wire_skip(message, tag);
        return 1;
    }
    packed = wire_reader_of(wire_get_bytes(message));
    while (packed.at < packed.end) {
        wire_skip(&packed, WIRE_TAG(1, type_of(field)));
        count++;
    }
    return packed.failed ? UINT32_MAX : count;
}

/* Elements in the whole message, which has more bytes; UINT32_MAX: it is malformed. */
static uint32_t all_elements(const struct rpc_shape_field *field, struct wire_reader message)
{
    uint32_t count = 0, more, tag;

    while (wire_next(&message, &tag)) {
        if (!matches(field, tag)) {
            wire_skip(&message, tag);
            continue;
        }
        more = elements_in(field, tag, &message);
        if (more == UINT32_MAX)
            return UINT32_MAX;
        count += more;
    }
    return message.failed ? UINT32_MAX : count;
}

static bool count_elements(struct get *get, const struct rpc_shape_field *field, struct wire_reader message,
                           uint32_t expected)
{
    return all_elements(field, message) == expected || refuse(get); /* which is below its limit */
}

static bool fill(struct get *get, const struct rpc_shape_field *field, struct wire_reader message,
                 const struct rpc_shape_items *items)
{
    uint32_t stride = rpc__shape_stride(field), tag;
    uint8_t *at = items->first;
    struct wire_reader packed;

    while (wire_next(&message, &tag)) {
        if (!matches(field, tag)) {
            wire_skip(&message, tag);
        } else if (is_packed(field, tag)) {
            packed = wire_reader_of(wire_get_bytes(&message));
            for (; packed.at < packed.end; at += stride)
                if (!get_value(get, field, &packed, at, items->about))
                    return false;
        } else {
            if (!get_value(get, field, &message, at, items->about))
                return false;
            at += stride;
        }
    }
    return true;
}

static bool get_bytes(struct get *get, const struct rpc_shape_field *field, struct wire_reader message,
                      const struct rpc_shape_items *items)
{
    struct wire_bytes bytes = {NULL, 0};
    struct wire_reader value;

    if (find(field, message, &value))
        bytes = wire_get_bytes(&value);
    if (field->form == RPC_SHAPE_FIXED && !bytes.size)
        return true; /* left out: all zero */
    if (bytes.size != items->count)
        return refuse(get);
    wire_copy(items->first, bytes);
    return true;
}

/* Whether the array is left out: NULL, or zeros in a struct. */
static bool is_left_out(const struct rpc_shape_field *field, struct wire_reader message)
{
    struct wire_reader value;

    return (field->flags & RPC_SHAPE_OPTIONAL || field->form == RPC_SHAPE_FIXED) &&
           !find(field, message, &value);
}

static bool get_array(struct get *get, const struct rpc_shape_field *field, struct wire_reader message,
                      struct rpc_shape_items *items)
{
    uint32_t i;

    if (is_left_out(field, message) && items->count) {
        for (i = 0; field->form == RPC_SHAPE_FIXED && i < items->count; i++)
            if (!get_absent(get, field, items->first + i * rpc__shape_stride(field), items->about))
                return false;
        return true;
    }
    if (field->kind == WIRE_KIND_BYTES)
        return get_bytes(get, field, message, items);
    return count_elements(get, field, message, items->count) && fill(get, field, message, items);
}

/* ---- structs and unions ---- */

static bool get_field(struct get *get, const struct rpc_shape *shape, const struct rpc_shape_field *field,
                      struct wire_reader message, uint8_t *record)
{
    struct rpc_shape_items items;
    struct wire_reader value;
    uint8_t *memory;

    if (!rpc__shape_items(shape, field, record, &items))
        return refuse(get);
    if (field->form == RPC_SHAPE_ONE) {
        if (!find(field, message, &value))
            return get_absent(get, field, items.first, items.about);
        return get_value(get, field, &value, items.first, items.about);
    }
    if (field->form == RPC_SHAPE_SIZED && items.room && !is_left_out(field, message)) {
        if (field->kind != WIRE_KIND_BYTES && !count_elements(get, field, message, items.count))
            return false; /* before memory is taken for them */
        memory = (uint8_t *)take_memory(get, (size_t)items.room * rpc__shape_stride(field));
        if (!memory)
            return false;
        rpc__shape_store(record + field->offset, memory);
        items.first = memory;
    }
    return get_array(get, field, message, &items);
}

static bool is_in_first_walk(const struct rpc_shape_field *field)
{
    return field->kind <= WIRE_KIND_GUID && field->form == RPC_SHAPE_ONE &&
           !(field->flags & RPC_SHAPE_POINTED);
}

static const struct rpc_shape_field *field_of(const struct rpc_shape *shape, uint32_t number)
{
    uint32_t i = number - 1;

    if (i < shape->field_count && shape->fields[i].number == number) /* usually */
        return &shape->fields[i];
    for (i = 0; i < shape->field_count; i++)
        if (shape->fields[i].number == number)
            return &shape->fields[i];
    return NULL;
}

/* What counts arrays and tells arms, wherever it stands. */
static bool first_walk(struct get *get, const struct rpc_shape *shape, struct wire_reader message,
                       uint8_t *record)
{
    const struct rpc_shape_field *field;
    uint32_t tag;
    GUID guid;

    while (wire_next(&message, &tag)) {
        field = field_of(shape, tag >> 3);
        if (!field && shape->is_closed)
            return refuse(get);
        if (!field || !is_in_first_walk(field) || !matches(field, tag)) {
            wire_skip(&message, tag);
        } else if (field->kind == WIRE_KIND_GUID) {
            wire_get_guid(&message, &guid);
            if (!message.failed)
                memcpy(record + field->offset, &guid, sizeof(guid));
        } else if (!get_number(get, field, &message, record + field->offset)) {
            return false;
        }
    }
    return !message.failed || refuse(get);
}

static bool get_struct(struct get *get, const struct rpc_shape *shape, struct wire_reader message,
                       uint8_t *record)
{
    const struct rpc_shape_field *field;
    uint32_t i;

    if (!first_walk(get, shape, message, record))
        return false;
    for (i = 0; i < shape->field_count; i++) {
        field = &shape->fields[i];
        if (!is_in_first_walk(field)) {
            if (!get_field(get, shape, field, message, record))
                return false;
        } else if (field->more && !rpc__shape_is_good(field, rpc__shape_number(field, record))) {
            return refuse(get);
        }
    }
    return true;
}

/* The field of the arm and of no other. */
static bool get_union(struct get *get, const struct rpc_shape *shape, struct wire_reader message,
                      uint8_t *record, int64_t about)
{
    int32_t arm = rpc__shape_arm(shape, about);
    const struct rpc_shape_field *field, *other;
    struct wire_reader walk = message, value;
    uint32_t tag;

    if (arm == RPC_SHAPE_REFUSED)
        return refuse(get);
    field = arm >= 0 ? &shape->fields[arm] : NULL;
    while (wire_next(&walk, &tag)) {
        other = field_of(shape, tag >> 3);
        if (other ? other != field : shape->is_closed)
            return refuse(get);
        wire_skip(&walk, tag);
    }
    if (walk.failed)
        return refuse(get);
    if (!field)
        return true;
    if (field->form == RPC_SHAPE_ONE && !(field->flags & RPC_SHAPE_OPTIONAL) &&
        field->kind != WIRE_KIND_INTERFACE && !find(field, message, &value))
        return refuse(get);
    return get_field(get, shape, field, message, record);
}

static bool get_record(struct get *get, const struct rpc_shape *shape, struct wire_bytes bytes,
                       uint8_t *record, int64_t about)
{
    struct wire_reader message = wire_reader_of(bytes);
    bool is_good;

    if (get->depth == RPC_SHAPE_DEPTH_MAX)
        return refuse(get);
    get->depth++;
    is_good = shape->is_union ? get_union(get, shape, message, record, about)
                              : get_struct(get, shape, message, record);
    get->depth--;
    return is_good;
}

/* ---- parameters ---- */

/* `items->first` is zero. @retval S_FALSE it is absent */
static HRESULT get_param(struct get *get, const struct rpc_shape_field *field, struct wire_reader message,
                         struct rpc_shape_items *items)
{
    struct wire_reader value;

    if (field->form != RPC_SHAPE_ONE)
        return get_array(get, field, message, items) ? S_OK : get->hr;
    if (find(field, message, &value))
        return get_value(get, field, &value, items->first, items->about) ? S_OK : get->hr;
    if (field->flags & RPC_SHAPE_OPTIONAL)
        return S_FALSE;
    return get_absent(get, field, items->first, items->about) ? S_OK : get->hr;
}

static struct get get_of(struct rpc_incoming *incoming, HRESULT malformed)
{
    return (struct get){
        .incoming = incoming, .left = WIRE_TABLE_BYTES_MAX, .malformed = malformed, .hr = S_OK};
}

HRESULT rpc_incoming_get_shape(struct rpc_incoming *call, const struct rpc_shape_field *field, void *value,
                               uint32_t count, int64_t about)
{
    struct get get = get_of(call, RPC_E_SERVER_CANTUNMARSHAL_DATA);
    struct rpc_shape_items items = rpc__shape_param(field, value, count, about);

    memset(value, 0, (size_t)count * rpc__shape_stride(field));
    return get_param(&get, field, call->request, &items);
}

uint32_t rpc_incoming_count_shapes(const struct rpc_incoming *call, const struct rpc_shape_field *field)
{
    return all_elements(field, call->request);
}

HRESULT rpc_incoming_get_shapes(struct rpc_incoming *call, const struct rpc_shape_field *field, uint32_t room,
                                uint32_t count, void **out_elements)
{
    struct get get = get_of(call, RPC_E_SERVER_CANTUNMARSHAL_DATA);
    struct rpc_shape_items items = rpc__shape_param(field, NULL, count, 0);
    HRESULT hr;

    if (count > room || room > field->limit || !count_elements(&get, field, call->request, count))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    if (room) {
        items.first = (uint8_t *)take_memory(&get, (size_t)room * rpc__shape_stride(field));
        if (!items.first)
            return E_OUTOFMEMORY;
    }
    hr = get_param(&get, field, call->request, &items);
    if (SUCCEEDED(hr))
        *out_elements = items.first;
    return hr;
}

/* ---- what is done when all was read ---- */

static void end_text(struct rpc_shape_visit *visit, const struct rpc_shape_field *field, void *at)
{
    (void)visit;
    if (field->flags & RPC_SHAPE_WIDE)
        return; /* it is no part of the message */
    wire_end_text((const char *)rpc__shape_load(at));
}

/* Interfaces that cannot be made, and those behind the first of them, are NULL. */
static void make_interface(struct rpc_shape_visit *visit, void *at, const IID *iid)
{
    uint32_t index = (uint32_t)(uintptr_t)rpc__shape_load(at);
    void *object = NULL;

    rpc__shape_store(at, NULL);
    if (SUCCEEDED(visit->hr) && !iid)
        visit->hr = visit->call ? RPC_E_CLIENT_CANTUNMARSHAL_DATA : RPC_E_SERVER_CANTUNMARSHAL_DATA;
    if (FAILED(visit->hr))
        return;
    visit->hr = visit->call ? rpc_call_take_interface(visit->call, index, iid, &object)
                            : rpc_incoming_interface(visit->incoming, index, iid, &object);
    if (FAILED(visit->hr))
        return;
    if (visit->incoming && !visit->text && object) /* it is taken, not lent */
        (void)IUnknown_AddRef((IUnknown *)object);
    rpc__shape_store(at, object);
}

HRESULT rpc_incoming_finish_shape(struct rpc_incoming *call, const struct rpc_shape_field *field, void *value,
                                  uint32_t count, int64_t about)
{
    struct rpc_shape_visit visit = {
        .text = end_text, .interface = make_interface, .incoming = call, .hr = S_OK};
    struct rpc_shape_items items = rpc__shape_param(field, value, count, about);

    rpc__shape_visit(&visit, field, &items);
    return visit.hr;
}

/* The second half of what is taken: on failure it is freed. */
static HRESULT take(struct get *get, struct rpc_shape_visit *visit, const struct rpc_shape_field *field,
                    struct wire_reader message, struct rpc_shape_items *items)
{
    HRESULT hr;

    if (items->count)
        memset(items->first, 0, (size_t)items->count * rpc__shape_stride(field));
    hr = get_param(get, field, message, items);
    if (FAILED(hr)) {
        rpc__shape_forget(field, items);
        return hr;
    }
    visit->interface = make_interface;
    rpc__shape_visit(visit, field, items);
    if (FAILED(visit->hr))
        rpc_shape_free(field, items->first, items->count, items->about);
    return FAILED(visit->hr) ? visit->hr : hr;
}

HRESULT rpc_incoming_take_shape(struct rpc_incoming *call, const struct rpc_shape_field *field, void *value,
                                uint32_t count, int64_t about)
{
    struct get get = get_of(NULL, RPC_E_SERVER_CANTUNMARSHAL_DATA);
    struct rpc_shape_visit visit = {.incoming = call, .hr = S_OK};
    struct rpc_shape_items items = rpc__shape_param(field, value, count, about);

    return take(&get, &visit, field, call->request, &items);
}

HRESULT rpc_call_get_shape(struct rpc_call *call, const struct rpc_shape_field *field, void *value,
                           uint32_t count, int64_t about)
{
    struct get get = get_of(NULL, RPC_E_CLIENT_CANTUNMARSHAL_DATA);
    struct rpc_shape_visit visit = {.call = call, .hr = S_OK};
    struct rpc_shape_items items = rpc__shape_param(field, value, count, about);

    return take(&get, &visit, field, call->reply, &items);
}

HRESULT rpc_call_get_shapes(struct rpc_call *call, const struct rpc_shape_field *field, uint32_t count,
                            void **out_elements)
{
    void *elements;
    HRESULT hr;

    *out_elements = NULL;
    if (count > field->limit)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    elements = com_alloc((size_t)count * rpc__shape_stride(field));
    if (!elements && count)
        return E_OUTOFMEMORY;
    hr = rpc_call_get_shape(call, field, elements, count, 0);
    if (FAILED(hr))
        com_free(elements);
    else
        *out_elements = elements;
    return hr;
}
