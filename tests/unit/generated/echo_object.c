/* Implements everything.idl: what comes in goes out. */
#include "echo.h"

#include <string.h>

uint32_t echo_refs;
IID echo_iids[2];
uint32_t echo_calls;

static HRESULT echo_QueryInterface(IEverything *self, const IID *iid, void **out_object)
{
    (void)iid;
    *out_object = self;
    echo_refs++;
    return S_OK;
}

static uint32_t echo_AddRef(IEverything *self)
{
    (void)self;
    return ++echo_refs;
}

static uint32_t echo_Release(IEverything *self)
{
    (void)self;
    return --echo_refs;
}

static HRESULT echo_Nothing(IEverything *self)
{
    (void)self;
    echo_calls++;
    return S_OK;
}

static HRESULT echo_Signed(IEverything *self, int8_t a, int16_t b, int32_t c, int64_t d, ptrdiff_t e,
                           int8_t *out_a, int16_t *out_b, int32_t *out_c, int64_t *out_d, ptrdiff_t *out_e)
{
    (void)self;
    echo_calls++;
    *out_a = a;
    *out_b = b;
    *out_c = c;
    *out_d = d;
    *out_e = e;
    return S_OK;
}

static HRESULT echo_Unsigned(IEverything *self, uint8_t a, uint16_t b, uint32_t c, uint64_t d, size_t e,
                             uint8_t *out_a, uint16_t *out_b, uint32_t *out_c, uint64_t *out_d, size_t *out_e)
{
    (void)self;
    echo_calls++;
    *out_a = a;
    *out_b = b;
    *out_c = c;
    *out_d = d;
    *out_e = e;
    return S_OK;
}

static HRESULT echo_Others(IEverything *self, float a, double b, boolean c, char d, enum color e, enum mode f,
                           HRESULT g, float *out_a, double *out_b, boolean *out_c, char *out_d,
                           enum color *out_e, enum mode *out_f, HRESULT *out_g)
{
    (void)self;
    echo_calls++;
    *out_a = a;
    *out_b = b;
    *out_c = c;
    *out_d = d;
    *out_e = e;
    *out_f = f;
    *out_g = g;
    return S_FALSE;
}

static HRESULT echo_InOut(IEverything *self, uint8_t *a, int32_t *b, uint64_t *c, enum color *d, GUID *e,
                          struct point *f)
{
    int32_t x = f->x;

    (void)self;
    echo_calls++;
    *a = (uint8_t)(*a * 2);
    *b = (int32_t)((uint32_t)*b * 2);
    *c *= 2;
    *d = *d == COLOR_RED ? COLOR_BLUE : COLOR_RED;
    e->data1++;
    f->x = f->y;
    f->y = x;
    return S_OK;
}

static HRESULT echo_ByReference(IEverything *self, const int32_t *a, const uint32_t *b, const struct point *c,
                                const GUID *d, int32_t *out_a, uint32_t *out_b, struct point *out_c,
                                GUID *out_d, uint32_t *out_present)
{
    (void)self;
    echo_calls++;
    *out_a = *a;
    *out_present = (b ? 1u : 0u) | (c ? 2u : 0u) | (d ? 4u : 0u);
    if (b)
        *out_b = *b;
    if (c)
        *out_c = *c;
    if (d)
        *out_d = *d;
    return S_OK;
}

static HRESULT echo_Strings(IEverything *self, const char *a, const char *b, const char *c, uint32_t capacity,
                            char *out_a, char *out_b, char out_c[64], char *d)
{
    char *at;

    (void)self;
    echo_calls++;
    if (strlen(a) >= capacity || strlen(b) >= capacity || (c && strlen(c) >= 64))
        return E_INVALIDARG;
    strcpy(out_a, a);
    strcpy(out_b, b);
    strcpy(out_c, c ? c : "(none)");
    for (at = d; *at; at++)
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    return S_OK;
}

static HRESULT echo_Blobs(IEverything *self, const uint8_t *a, const char *b, uint32_t length, const void *c,
                          uint16_t more, uint32_t capacity, uint8_t *out_a, uint32_t *out_length,
                          int8_t *out_b, uint8_t *d, uint32_t *inout_length)
{
    const uint8_t *mask = c;
    uint32_t i, count = length < capacity ? length : capacity;

    (void)self;
    echo_calls++;
    for (i = 0; i < count; i++) {
        out_a[i] = a[i];
        out_b[i] = (int8_t)b[i];
    }
    *out_length = count;
    for (i = 0; i < *inout_length; i++)
        d[i] = (uint8_t)(d[i] ^ (mask && more ? mask[i % more] : 0x55));
    if (*inout_length < capacity)
        d[(*inout_length)++] = 0xEE;
    return S_OK;
}

static HRESULT echo_Integers(IEverything *self, const int16_t *a, const int32_t *b, int32_t count,
                             int16_t *out_a, int32_t *out_b, uint32_t capacity, uint8_t *out_count)
{
    int32_t i;

    (void)self;
    echo_calls++;
    if ((uint32_t)count > capacity || count > 255)
        return E_INVALIDARG;
    for (i = 0; i < count; i++) {
        out_a[i] = a[count - 1 - i];
        out_b[i] = b[count - 1 - i];
    }
    *out_count = (uint8_t)count;
    return S_OK;
}

static HRESULT echo_MoreArrays(IEverything *self, const uint64_t *a, uint8_t count, const double *b,
                               uint64_t reals, const float *c, uint32_t room, uint32_t used, enum color d[3],
                               const boolean *e, uint32_t flags, uint64_t *out_a, double *out_b, float *out_c,
                               enum color out_d[3], boolean *out_e, uint16_t *f, uint32_t *inout_used)
{
    uint32_t i;

    (void)self;
    echo_calls++;
    for (i = 0; i < count; i++)
        out_a[i] = a[i];
    for (i = 0; i < reals; i++)
        out_b[i] = b[i];
    for (i = 0; i < room; i++)
        out_c[i] = i < used ? c[i] : -1;
    for (i = 0; i < 3; i++)
        out_d[i] = d[i];
    for (i = 0; i < flags; i++)
        out_e[i] = e[i];
    for (i = 0; i < *inout_used; i++)
        f[i]++;
    if (*inout_used < room)
        f[(*inout_used)++] = 77;
    return S_OK;
}

static HRESULT echo_Truths(IEverything *self, bool a, const bool *b, bool *c, const bool *d, uint32_t count,
                           bool *out_a, bool *out_d, bool **out_b)
{
    uint32_t i;

    (void)self;
    echo_calls++;
    *out_a = a;
    *c = !*c;
    for (i = 0; i < count; i++)
        out_d[i] = d[i];
    if (!b)
        return S_OK;
    *out_b = com_alloc(sizeof(**out_b));
    if (!*out_b)
        return E_OUTOFMEMORY;
    **out_b = *b;
    return S_OK;
}

static HRESULT echo_Structs(IEverything *self, const struct everything *a, point_t b, struct everything *c,
                            struct everything *out_a, struct point *out_b)
{
    (void)self;
    echo_calls++;
    *out_a = *a;
    *out_b = b;
    c->i32 = b.x;
    c->corners[1] = b;
    return S_OK;
}

static HRESULT echo_StructArrays(IEverything *self, const struct everything *a, uint32_t count, const GUID *b,
                                 uint32_t guids, struct everything *out_a, uint32_t capacity,
                                 uint32_t *out_count, GUID *out_b, struct point *c)
{
    struct point first = c[0];
    uint32_t i;

    (void)self;
    echo_calls++;
    *out_count = count < capacity ? count : capacity;
    for (i = 0; i < *out_count; i++)
        out_a[i] = a[i];
    for (i = 0; i < 4 && guids; i++)
        out_b[i] = b[i % guids];
    c[0] = c[1];
    c[1] = first;
    return S_OK;
}

static void join(char *to, const char *text)
{
    strcat(to, text ? text : "(none)");
    strcat(to, ",");
}

static HRESULT echo_Labels(IEverything *self, const struct labelled *a, const struct labels *b,
                           uint32_t count, const struct labelled *c, char *out_joined)
{
    uint32_t i, j;

    (void)self;
    echo_calls++;
    out_joined[0] = '\0';
    join(out_joined, a->label);
    join(out_joined, a->note);
    for (i = 0; i < count; i++)
        for (j = 0; j < 2; j++) {
            join(out_joined, b[i].pair[j].label);
            join(out_joined, b[i].pair[j].note);
        }
    if (c)
        join(out_joined, c->label);
    return S_OK;
}

static HRESULT echo_Interfaces(IEverything *self, IEcho *a, IUnknown *b, IEcho **out_a, IUnknown **out_b,
                               uint32_t *out_which)
{
    (void)self;
    echo_calls++;
    *out_a = a;
    *out_b = b;
    if (a)
        (void)IEcho_AddRef(a);
    if (b)
        (void)IUnknown_AddRef(b);
    *out_which = (a ? 1u : 0u) | (b ? 2u : 0u);
    return S_OK;
}

static HRESULT echo_Ranges(IEverything *self, int32_t a, uint32_t b, int64_t c, const uint8_t *d, int16_t e,
                           int32_t *out_a)
{
    (void)self;
    (void)c;
    (void)d;
    (void)e;
    echo_calls++;
    *out_a = b == 13 ? 11 : a + 5; /* 13: out of the range of out_a */
    return S_OK;
}

static HRESULT echo_Names(IEverything *self_, int32_t self, int32_t call, const int32_t *tag, uint32_t count,
                          const char *hr, int32_t hr_length, int32_t i, int32_t start, int32_t elements,
                          int32_t element, int32_t mark, int32_t decoded, int32_t object, int32_t method,
                          int32_t tag_count, int32_t hr_bytes, int32_t *out_sum)
{
    const int32_t all[] = {self, call,    hr_length, i,      start,     elements, element,
                           mark, decoded, object,    method, tag_count, hr_bytes};
    uint32_t sum = (uint32_t)(count ? tag[count - 1] : 0) + (uint32_t)strlen(hr);
    size_t k;

    (void)self_;
    echo_calls++;
    for (k = 0; k < sizeof(all) / sizeof(all[0]); k++)
        sum += (uint32_t)all[k]; /* whatever somebody sends */
    *out_sum = (int32_t)sum;
    return S_OK;
}

static HRESULT echo_Results(IEverything *self, HRESULT code, int32_t *out_value, IUnknown **out_object)
{
    echo_calls++;
    *out_value = 5;
    if (SUCCEEDED(code)) {
        *out_object = (IUnknown *)self;
        echo_refs++;
    }
    return code;
}

static HRESULT echo_Fill(IEverything *self, uint32_t *count, int32_t *values, uint32_t tell, uint16_t *more,
                         uint32_t *room, uint32_t *used, uint8_t *bytes)
{
    uint32_t i;

    (void)self;
    echo_calls++;
    for (i = 0; i < *count; i++)
        values[i] = (int32_t)i;
    for (i = 0; i < *room; i++)
        more[i] = bytes[i] = (uint8_t)i;
    *used = *room;
    *room = UINT32_MAX; /* not a result: nobody may take notice */
    *count = tell;
    return S_OK;
}

static HRESULT echo_Stays(IEverything *self, void *memory, struct opaque **out_memory)
{
    (void)self;
    echo_calls++;
    *out_memory = memory;
    return S_OK;
}

static HRESULT echo_Objects(IEverything *self, const IID *iid, void *a, IID second, IUnknown *b, void **out_a,
                            IUnknown **out_b, label_t text, digit_t digit, uint32_t *out_sum)
{
    (void)self;
    echo_calls++;
    echo_iids[0] = *iid;
    echo_iids[1] = second;
    *out_a = a;
    *out_b = b;
    if (a)
        (void)IUnknown_AddRef((IUnknown *)a);
    if (b)
        (void)IUnknown_AddRef(b);
    *out_sum = (uint32_t)strlen(text) + digit;
    return S_OK;
}

static HRESULT echo_get_Level(IEverything *self, digit_t *level)
{
    (void)self;
    echo_calls++;
    *level = 7;
    return S_OK;
}

static uint32_t echo_Sum(IEverything *self, const void *numbers, uint32_t count)
{
    const uint32_t *number = numbers;
    uint32_t sum = 0, i;

    (void)self;
    echo_calls++;
    for (i = 0; i < count; i++)
        sum += number[i];
    return sum;
}

static const struct IEverythingVtbl echo_vtbl = {
    .QueryInterface = echo_QueryInterface,
    .AddRef = echo_AddRef,
    .Release = echo_Release,
    .Nothing = echo_Nothing,
    .Signed = echo_Signed,
    .Unsigned = echo_Unsigned,
    .Others = echo_Others,
    .InOut = echo_InOut,
    .ByReference = echo_ByReference,
    .Strings = echo_Strings,
    .Blobs = echo_Blobs,
    .Integers = echo_Integers,
    .MoreArrays = echo_MoreArrays,
    .Truths = echo_Truths,
    .Structs = echo_Structs,
    .StructArrays = echo_StructArrays,
    .Labels = echo_Labels,
    .Interfaces = echo_Interfaces,
    .Ranges = echo_Ranges,
    .Names = echo_Names,
    .Results = echo_Results,
    .Fill = echo_Fill,
    .Stays = echo_Stays,
    .Objects = echo_Objects,
    .get_Level = echo_get_Level,
    .Wide = echo_Wide,
    .WideStructs = echo_WideStructs,
    .Allocated = echo_Allocated,
    .Bstrs = echo_Bstrs,
    .get_Title = echo_get_Title,
    .put_Title = echo_put_Title,
    .Sum = echo_Sum,
    .Copy = echo_Copy,
};

IEverything echo_object = {&echo_vtbl};
