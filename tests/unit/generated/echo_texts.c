/* Methods and calls of everything.idl with texts of 16-bit characters, BSTRs among them. */
#include "echo.h"

#include <string.h>

/* ---- the texts ---- */

static uint32_t length_of(const char16_t *text)
{
    uint32_t length = 0;

    while (text[length])
        length++;
    return length;
}

static bool same(const char16_t *left, const char16_t *right)
{
    return length_of(left) == length_of(right) && memcmp(left, right, length_of(left) * sizeof(*left)) == 0;
}

static void copy(char16_t *to, const char16_t *from)
{
    memcpy(to, from, (length_of(from) + 1) * sizeof(*from));
}

void random_wide(char16_t *text, uint32_t max)
{
    static const char16_t *const PIECES[] = {u"a", u"z",      u"/", u"\x01",      u"ä",
                                             u"€", u"\uFFFD", u"😀", u"\U0010FFFF"};
    uint32_t length = random_below(max + 1), at = 0;

    while (at < length) {
        const char16_t *piece = PIECES[random_below(9)];

        if (at + length_of(piece) > length)
            piece = u"b";
        copy(text + at, piece);
        at += length_of(piece);
    }
    text[at] = 0;
}

static void make_capitals(char16_t *text)
{
    for (; *text; text++)
        if (*text >= 'a' && *text <= 'z')
            *text = (char16_t)(*text - 'a' + 'A');
}

/* ---- the object ---- */

HRESULT echo_Wide(IEverything *self, const char16_t *a, const char16_t *b, const char16_t *c,
                  uint32_t capacity, char16_t *out_a, char16_t *out_b, char16_t out_c[64], char16_t *d)
{
    (void)self;
    echo_calls++;
    if (length_of(a) >= capacity || length_of(b) >= capacity || (c && length_of(c) >= 64))
        return E_INVALIDARG;
    copy(out_a, a);
    copy(out_b, b);
    copy(out_c, c ? c : u"(none)");
    make_capitals(d);
    if (same(a, ECHO_BAD_TEXT))
        out_c[0] = 0xD800;
    return S_OK;
}

HRESULT echo_WideStructs(IEverything *self, const struct wide *a, const struct wide *b, uint32_t count,
                         char16_t initial, const char16_t *raw, uint32_t length, struct wide *out_a,
                         struct wide *out_b, char16_t *out_raw, char16_t *mark)
{
    uint32_t i;

    (void)self;
    echo_calls++;
    *out_a = *a;
    out_a->initial = initial;
    *mark = (char16_t)(*mark + 1);
    for (i = 0; i < count; i++)
        out_b[i] = b[count - 1 - i];
    for (i = 0; i < length; i++)
        out_raw[i] = raw[length - 1 - i];
    return S_OK;
}

static bool same_bstr(const char16_t *left, const char16_t *right)
{
    if (!left || !right)
        return left == right;
    return SysStringLen(left) == SysStringLen(right) && memcmp(left, right, SysStringByteLen(left)) == 0;
}

/* A method that is given NULL and one that has no memory both leave NULL. */
static bool copy_bstr(const char16_t *text, BSTR *out_copy)
{
    if (text)
        *out_copy = SysAllocStringLen(text, SysStringLen(text));
    return !text || *out_copy;
}

static bool change_bstr(BSTR *text)
{
    if (!*text)
        return (*text = SysAllocString(u"new")) != NULL;
    if (SysStringLen(*text) % 2) {
        SysFreeString(*text);
        *text = NULL;
        return true;
    }
    make_capitals(*text);
    return true;
}

HRESULT echo_Bstrs(IEverything *self, BSTR a, BSTR b, BSTR *out_a, BSTR *out_b, BSTR *c,
                   IUnknown **out_object)
{
    HRESULT hr = S_OK;

    echo_calls++;
    if (!copy_bstr(a, out_a) || !copy_bstr(b, out_b) || !change_bstr(c))
        hr = E_OUTOFMEMORY;
    else if (a && same(a, ECHO_BAD_TEXT))
        hr = E_FAIL;
    if (FAILED(hr)) {
        SysFreeString(*out_a);
        SysFreeString(*out_b);
        *out_a = *out_b = NULL;
        return hr;
    }
    (void)IEverything_AddRef(self);
    *out_object = (IUnknown *)self;
    return S_OK;
}

/* A property whose memory is not the object's: nobody frees it at the end. */
static char16_t title[100];
static bool has_title;

HRESULT echo_get_Title(IEverything *self, BSTR *out_title)
{
    (void)self;
    echo_calls++;
    *out_title = has_title ? SysAllocString(title) : NULL;
    return has_title && !*out_title ? E_OUTOFMEMORY : S_OK;
}

HRESULT echo_put_Title(IEverything *self, BSTR by)
{
    (void)self;
    echo_calls++;
    if (SysStringLen(by) >= 100)
        return E_INVALIDARG;
    has_title = by != NULL;
    if (by)
        copy(title, by);
    return S_OK;
}

/* ---- the calls ---- */

bool call_Wide(IEverything *target)
{
    char16_t a[151], b[21], c[64], d[151], old_d[151], out_a[200], out_b[200], out_c[64];
    bool has_c = random_below(2);
    uint32_t capacity;

    random_wide(a, 150);
    random_wide(b, 20);
    random_wide(c, 63);
    random_wide(d, 150);
    copy(old_d, d);
    capacity = length_of(a) > length_of(b) ? length_of(a) : length_of(b);
    capacity = (length_of(d) > capacity ? length_of(d) : capacity) + 1 + random_below(10);
    EXPECT(IEverything_Wide(target, a, b, has_c ? c : NULL, capacity, out_a, out_b, out_c, d) == S_OK);
    EXPECT(same(a, out_a) && same(b, out_b) && same(has_c ? c : u"(none)", out_c));
    make_capitals(old_d);
    EXPECT(same(old_d, d));
    return true;
}

void random_wide_struct(struct wide *value)
{
    uint32_t i;

    memset(value, 0, sizeof(*value));
    random_wide(value->name, 15);
    for (i = 0; i < 16; i++) /* random_wide may leave what was longer */
        if (i > length_of(value->name))
            value->name[i] = 0;
    value->initial = (char16_t)random_number();
    for (i = 0; i < 3; i++)
        value->raw[i] = (char16_t)random_number(); /* of these, none must be a character */
}

bool same_wide_structs(const struct wide *left, const struct wide *right)
{
    return same(left->name, right->name) && left->initial == right->initial &&
           memcmp(left->raw, right->raw, sizeof(left->raw)) == 0;
}

bool call_WideStructs(IEverything *target)
{
    uint32_t count = random_below(6), length = random_below(50), i;
    char16_t initial = (char16_t)random_number(), raw[50], out_raw[50], mark = initial;
    struct wide a, b[5], out_a, out_b[5];

    random_wide_struct(&a);
    for (i = 0; i < 5; i++)
        random_wide_struct(&b[i]);
    for (i = 0; i < 50; i++)
        raw[i] = (char16_t)random_number();
    EXPECT(IEverything_WideStructs(target, &a, b, count, initial, raw, length, &out_a, out_b, out_raw,
                                   &mark) == S_OK);
    EXPECT(mark == (char16_t)(initial + 1));
    a.initial = initial;
    EXPECT(same_wide_structs(&a, &out_a));
    for (i = 0; i < count; i++)
        EXPECT(same_wide_structs(&b[i], &out_b[count - 1 - i]));
    for (i = 0; i < length; i++)
        EXPECT(raw[i] == out_raw[length - 1 - i]);
    return true;
}

/* NULL, empty, or a text. */
static BSTR random_bstr(uint32_t max)
{
    char16_t text[151];

    if (random_below(4) == 0)
        return NULL;
    random_wide(text, max);
    return SysAllocString(text);
}

static bool bstrs_are_echoed(IEverything *target, BSTR a, BSTR b, BSTR *c, BSTR outputs[2])
{
    BSTR expected = *c ? SysAllocStringLen(*c, SysStringLen(*c)) : NULL;
    IUnknown *object = NULL;
    bool good;

    good = change_bstr(&expected) &&
           IEverything_Bstrs(target, a, b, &outputs[0], &outputs[1], c, &object) == S_OK && object &&
           same_bstr(outputs[0], a) && same_bstr(outputs[1], b) && same_bstr(*c, expected);
    SysFreeString(expected);
    IUnknown_cleanup(&object);
    return good;
}

bool call_Bstrs(IEverything *target)
{
    BSTR a = random_bstr(150), b = random_bstr(20), c = random_bstr(150), outputs[2] = {NULL, NULL};
    bool good = bstrs_are_echoed(target, a, b, &c, outputs);

    SysFreeString(a);
    SysFreeString(b);
    SysFreeString(c);
    SysFreeString(outputs[0]);
    SysFreeString(outputs[1]);
    EXPECT(good);
    return true;
}

bool call_Title(IEverything *target)
{
    BSTR given = random_bstr(99), back = NULL;
    bool good;

    good = IEverything_put_Title(target, given) == S_OK &&
           IEverything_get_Title(&echo_object, &back) == S_OK && same_bstr(given, back);
    SysFreeString(back);
    SysFreeString(given);
    EXPECT(good);
    return true;
}
