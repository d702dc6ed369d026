/* Methods and calls of everything.idl with texts of 16-bit characters. */
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
                         struct wide *out_b, char16_t *out_raw)
{
    uint32_t i;

    (void)self;
    echo_calls++;
    *out_a = *a;
    out_a->initial = initial;
    for (i = 0; i < count; i++)
        out_b[i] = b[count - 1 - i];
    for (i = 0; i < length; i++)
        out_raw[i] = raw[length - 1 - i];
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
    char16_t initial = (char16_t)random_number(), raw[50], out_raw[50];
    struct wide a, b[5], out_a, out_b[5];

    random_wide_struct(&a);
    for (i = 0; i < 5; i++)
        random_wide_struct(&b[i]);
    for (i = 0; i < 50; i++)
        raw[i] = (char16_t)random_number();
    EXPECT(IEverything_WideStructs(target, &a, b, count, initial, raw, length, &out_a, out_b, out_raw) ==
           S_OK);
    a.initial = initial;
    EXPECT(same_wide_structs(&a, &out_a));
    for (i = 0; i < count; i++)
        EXPECT(same_wide_structs(&b[i], &out_b[count - 1 - i]));
    for (i = 0; i < length; i++)
        EXPECT(raw[i] == out_raw[length - 1 - i]);
    return true;
}
