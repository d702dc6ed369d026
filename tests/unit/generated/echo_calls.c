/* Calls with random values. */
#include "echo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252u;

bool echo_calls_quiet;

void random_seed(uint64_t seed)
{
    state = seed * 0x9E3779B97F4A7C15u | 1;
}

uint64_t random_bits(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

uint32_t random_below(uint32_t limit)
{
    return (uint32_t)(random_bits() >> 32) % limit;
}

uint64_t random_number(void)
{
    uint64_t bits = random_bits();

    return random_below(4) == 0 ? ~(bits >> random_below(64)) : bits >> random_below(64);
}

static double random_real(void)
{
    return random_below(20) == 0 ? 1.0 / 0.0 : (double)(int64_t)random_bits() / (1 + random_below(1000));
}

void random_text(char *text, uint32_t max)
{
    static const char *const PIECES[] = {
        "a", "z", " ", "/", "~", "\x01", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    uint32_t length = random_below(max + 1), at = 0;

    while (at < length) {
        const char *piece = PIECES[random_below(9)];

        if (at + strlen(piece) > length)
            piece = "b";
        memcpy(text + at, piece, strlen(piece));
        at += (uint32_t)strlen(piece);
    }
    text[at] = '\0';
}

static void random_guid(GUID *guid)
{
    uint32_t i;

    guid->data1 = (uint32_t)random_bits();
    guid->data2 = (uint16_t)random_bits();
    guid->data3 = (uint16_t)random_bits();
    for (i = 0; i < 8; i++)
        guid->data4[i] = (uint8_t)random_bits();
}

static enum color random_color(void)
{
    static const enum color COLORS[] = {COLOR_RED, COLOR_GREEN, COLOR_BLUE, (enum color)123456,
                                        (enum color) - 1};

    return COLORS[random_below(5)];
}

static enum mode random_mode(void)
{
    static const enum mode MODES[] = {MODE_ON, MODE_OFF, MODE_AUTO};

    return MODES[random_below(3)];
}

static void random_struct(struct everything *value)
{
    uint32_t i;

    memset(value, 0, sizeof(*value)); /* compared as memory: padding too */
    value->i8 = (int8_t)random_number();
    value->u8 = (uint8_t)random_number();
    value->s8 = (int8_t)random_number();
    value->i16 = (int16_t)random_number();
    value->u16 = (uint16_t)random_number();
    value->i32 = (int32_t)random_number();
    value->u32 = (uint32_t)random_number();
    value->i64 = (int64_t)random_number();
    value->u64 = random_number();
    value->size = (size_t)random_number();
    value->single = (float)random_real();
    value->twice = random_real();
    value->flag = (boolean)random_below(2);
    value->letter = (char)random_number();
    value->tint = random_color();
    value->mode = random_mode();
    value->side = (side_t)random_below(3);
    value->result = (HRESULT)random_number();
    random_guid(&value->id);
    value->where.x = (int32_t)random_number();
    value->where.y = (int32_t)random_number();
    for (i = 0; i < 5; i++)
        value->bytes[i] = (uint8_t)random_number();
    random_text(value->name, 15);
    for (i = 0; i < 16; i++) /* random_text may leave what was longer */
        if (i > strlen(value->name))
            value->name[i] = '\0';
    for (i = 0; i < 3; i++)
        value->shorts[i] = (int16_t)random_number();
    for (i = 0; i < 2; i++) {
        value->tints[i] = random_color();
        value->corners[i].x = (int32_t)random_number();
        value->corners[i].y = (int32_t)random_number();
        random_guid(&value->ids[i]);
        value->reals[i] = random_real();
        value->longs[i] = random_number();
    }
    for (i = 0; i < 4; i++)
        value->flags[i] = (boolean)random_below(2);
    value->is_on = random_below(2);
    value->beside = (uint8_t)random_number();
    for (i = 0; i < 3; i++)
        value->switches[i] = random_below(2);
    value->level = (uint8_t)(1 + random_below(10));
}

/* All structs here are zeroed before they are filled, padding too. */
static bool same(const void *left, const void *right, size_t size)
{
    return memcmp(left, right, size) == 0;
}

static bool call_Nothing(IEverything *target)
{
    EXPECT(IEverything_Nothing(target) == S_OK);
    return true;
}

static bool call_Signed(IEverything *target)
{
    int8_t a = (int8_t)random_number(), out_a = 1;
    int16_t b = (int16_t)random_number(), out_b = 1;
    int32_t c = (int32_t)random_number(), out_c = 1;
    int64_t d = (int64_t)random_number(), out_d = 1;
    ptrdiff_t e = (ptrdiff_t)random_number(), out_e = 1;

    EXPECT(IEverything_Signed(target, a, b, c, d, e, &out_a, &out_b, &out_c, &out_d, &out_e) == S_OK);
    EXPECT(out_a == a && out_b == b && out_c == c && out_d == d && out_e == e);
    return true;
}

static bool call_Unsigned(IEverything *target)
{
    uint8_t a = (uint8_t)random_number(), out_a = 1;
    uint16_t b = (uint16_t)random_number(), out_b = 1;
    uint32_t c = (uint32_t)random_number(), out_c = 1;
    uint64_t d = random_number(), out_d = 1;
    size_t e = (size_t)random_number(), out_e = 1;

    EXPECT(IEverything_Unsigned(target, a, b, c, d, e, &out_a, &out_b, &out_c, &out_d, &out_e) == S_OK);
    EXPECT(out_a == a && out_b == b && out_c == c && out_d == d && out_e == e);
    return true;
}

static bool call_Others(IEverything *target)
{
    float a = (float)random_real(), out_a;
    double b = random_real(), out_b;
    boolean c = (boolean)random_below(2), out_c;
    char d = (char)random_number(), out_d;
    enum color e = random_color(), out_e;
    enum mode f = random_mode(), out_f;
    HRESULT g = (HRESULT)random_number(), out_g;

    EXPECT(IEverything_Others(target, a, b, c, d, e, f, g, &out_a, &out_b, &out_c, &out_d, &out_e, &out_f,
                              &out_g) == S_FALSE);
    EXPECT(out_a == a && out_b == b && out_c == c && out_d == d && out_e == e && out_f == f && out_g == g);
    return true;
}

static bool call_InOut(IEverything *target)
{
    uint8_t a = (uint8_t)random_number(), old_a = a;
    int32_t b = (int32_t)random_number(), old_b = b;
    uint64_t c = random_number(), old_c = c;
    enum color d = random_color(), old_d = d;
    struct point f = {(int32_t)random_number(), (int32_t)random_number()}, old_f = f;
    GUID e, old_e;

    random_guid(&e);
    old_e = e;
    EXPECT(IEverything_InOut(target, &a, &b, &c, &d, &e, &f) == S_OK);
    EXPECT(a == (uint8_t)(old_a * 2) && b == (int32_t)((uint32_t)old_b * 2) && c == old_c * 2);
    EXPECT(d == (old_d == COLOR_RED ? COLOR_BLUE : COLOR_RED));
    old_e.data1++;
    EXPECT(com_guid_equal(&e, &old_e));
    EXPECT(f.x == old_f.y && f.y == old_f.x);
    return true;
}

static bool call_ByReference(IEverything *target)
{
    uint32_t present = random_below(8), out_present = 99, b = (uint32_t)random_number(), out_b = 1;
    struct point c = {(int32_t)random_number(), (int32_t)random_number()}, out_c = {1, 1};
    int32_t a = (int32_t)random_number(), out_a = 1;
    GUID d, out_d;

    random_guid(&d);
    EXPECT(IEverything_ByReference(target, &a, present & 1 ? &b : NULL, present & 2 ? &c : NULL,
                                   present & 4 ? &d : NULL, &out_a, &out_b, &out_c, &out_d,
                                   &out_present) == S_OK);
    EXPECT(out_a == a && out_present == present);
    EXPECT(!(present & 1) || out_b == b);
    EXPECT(!(present & 2) || (out_c.x == c.x && out_c.y == c.y));
    EXPECT(!(present & 4) || com_guid_equal(&d, &out_d));
    return true;
}

static bool call_Strings(IEverything *target)
{
    char a[200], b[21], c[64], d[200], old_d[200], out_a[200], out_b[200], out_c[64];
    bool has_c = random_below(2);
    uint32_t capacity, i;

    random_text(a, 150);
    random_text(b, 20);
    random_text(c, 63);
    random_text(d, 150);
    strcpy(old_d, d);
    capacity = (uint32_t)(strlen(a) > strlen(b) ? strlen(a) : strlen(b));
    capacity = (uint32_t)(strlen(d) > capacity ? strlen(d) : capacity) + 1 + random_below(10);
    EXPECT(IEverything_Strings(target, a, b, has_c ? c : NULL, capacity, out_a, out_b, out_c, d) == S_OK);
    EXPECT(strcmp(a, out_a) == 0 && strcmp(b, out_b) == 0 && strcmp(out_c, has_c ? c : "(none)") == 0);
    for (i = 0; old_d[i]; i++)
        EXPECT(d[i] == (old_d[i] >= 'a' && old_d[i] <= 'z' ? old_d[i] - 'a' + 'A' : old_d[i]));
    EXPECT(d[i] == '\0');
    return true;
}

static bool call_Blobs(IEverything *target)
{
    uint8_t a[300], c[50], out_a[400], d[400], old_d[400];
    uint32_t length = random_below(300), capacity = random_below(400), used = random_below(capacity + 1);
    uint32_t count = length < capacity ? length : capacity, old_used = used, out_length = 1, i;
    uint16_t more = (uint16_t)random_below(50);
    bool has_c = random_below(2);
    int8_t out_b[300];
    char b[300];

    for (i = 0; i < 400; i++)
        old_d[i] = d[i] = (uint8_t)random_bits();
    for (i = 0; i < length; i++) {
        a[i] = (uint8_t)random_bits();
        b[i] = (char)random_bits();
    }
    for (i = 0; i < more; i++)
        c[i] = (uint8_t)random_bits();
    EXPECT(IEverything_Blobs(target, a, b, length, has_c ? c : NULL, more, capacity, out_a, &out_length,
                             out_b, d, &used) == S_OK);
    EXPECT(out_length == count && memcmp(out_a, a, count) == 0 && memcmp(out_b, b, count) == 0);
    for (i = 0; i < old_used; i++)
        EXPECT(d[i] == (old_d[i] ^ (has_c && more ? c[i % more] : 0x55)));
    EXPECT(used == (old_used < capacity ? old_used + 1 : old_used));
    EXPECT(used == old_used || d[old_used] == 0xEE);
    return true;
}

static bool call_Integers(IEverything *target)
{
    int32_t count = (int32_t)random_below(100), i, b[100], out_b[120];
    uint32_t capacity = (uint32_t)count + random_below(20);
    int16_t a[100], out_a[120];
    uint8_t out_count = 1;

    for (i = 0; i < count; i++) {
        a[i] = (int16_t)random_number();
        b[i] = (int32_t)random_number();
    }
    EXPECT(IEverything_Integers(target, a, b, count, out_a, out_b, capacity, &out_count) == S_OK);
    EXPECT(out_count == count);
    for (i = 0; i < count; i++)
        EXPECT(out_a[i] == a[count - 1 - i] && out_b[i] == b[count - 1 - i]);
    return true;
}

static bool call_MoreArrays(IEverything *target)
{
    uint32_t reals = random_below(50), room = random_below(50), used = random_below(room + 1);
    uint32_t flags = random_below(50), inout_used = random_below(room + 1), old_used = inout_used, i;
    uint8_t count = (uint8_t)random_below(101);
    enum color d[3] = {random_color(), random_color(), random_color()}, out_d[3];
    uint64_t a[100], out_a[100];
    double b[50], out_b[50];
    float c[50], out_c[50];
    boolean e[50], out_e[50];
    uint16_t f[50], old_f[50];

    for (i = 0; i < 100; i++)
        a[i] = random_number();
    for (i = 0; i < 50; i++) {
        b[i] = random_real();
        c[i] = (float)random_real();
        e[i] = (boolean)random_below(2);
        old_f[i] = f[i] = (uint16_t)random_number();
    }
    EXPECT(IEverything_MoreArrays(target, a, count, b, reals, c, room, used, d, e, flags, out_a, out_b, out_c,
                                  out_d, out_e, f, &inout_used) == S_OK);
    EXPECT(memcmp(a, out_a, count * sizeof(*a)) == 0 && memcmp(b, out_b, reals * sizeof(*b)) == 0);
    EXPECT(memcmp(e, out_e, flags) == 0 && memcmp(d, out_d, sizeof(d)) == 0);
    for (i = 0; i < room; i++)
        EXPECT(out_c[i] == (i < used ? c[i] : -1));
    EXPECT(inout_used == (old_used < room ? old_used + 1 : old_used));
    for (i = 0; i < old_used; i++)
        EXPECT(f[i] == (uint16_t)(old_f[i] + 1));
    EXPECT(inout_used == old_used || f[old_used] == 77);
    return true;
}

static bool call_Truths(IEverything *target)
{
    bool b[3], c[3], d[20], out_a[3], out_d[20], *out_b = NULL;
    uint32_t count = random_below(18), i;
    bool is_null = random_below(3) == 0, is_copy;
    HRESULT hr;

    for (i = 0; i < 20; i++)
        d[i] = random_below(2);
    for (i = 0; i < 3; i++) /* what lies beside stays as it is */
        b[i] = c[i] = out_a[i] = random_below(2);
    memcpy(out_d, d, sizeof(d));
    hr = IEverything_Truths(target, d[19], is_null ? NULL : &b[1], &c[1], d, count, &out_a[1], out_d, &out_b);
    is_copy = is_null ? !out_b : out_b && *out_b == b[1];
    com_free(out_b);
    EXPECT(hr == S_OK && is_copy);
    EXPECT(out_a[1] == d[19] && c[1] == !b[1] && memcmp(d, out_d, sizeof(d)) == 0);
    EXPECT(c[0] == b[0] && c[2] == b[2] && out_a[0] == b[0] && out_a[2] == b[2]);
    return true;
}

static bool call_Structs(IEverything *target)
{
    struct everything a, c, old_c, out_a;
    point_t b = {(int32_t)random_number(), (int32_t)random_number()}, out_b;

    random_struct(&a);
    random_struct(&c);
    old_c = c;
    EXPECT(IEverything_Structs(target, &a, b, &c, &out_a, &out_b) == S_OK);
    EXPECT(same(&a, &out_a, sizeof(a)) && out_b.x == b.x && out_b.y == b.y);
    old_c.i32 = b.x;
    old_c.corners[1] = b;
    EXPECT(same(&c, &old_c, sizeof(c)));
    return true;
}

static bool call_StructArrays(IEverything *target)
{
    struct everything a[10], out_a[10];
    uint32_t count = random_below(10), capacity = random_below(11), guids = random_below(5), out_count = 99,
             i;
    GUID b[5], out_b[4] = {{0}}, none = {0};
    struct point c[2] = {{1, (int32_t)random_number()}, {2, 3}}, old_c[2] = {c[0], c[1]};

    for (i = 0; i < 10; i++)
        random_struct(&a[i]);
    for (i = 0; i < 5; i++)
        random_guid(&b[i]);
    EXPECT(IEverything_StructArrays(target, a, count, b, guids, out_a, capacity, &out_count, out_b, c) ==
           S_OK);
    EXPECT(out_count == (count < capacity ? count : capacity));
    EXPECT(same(a, out_a, out_count * sizeof(*a)));
    for (i = 0; i < 4; i++)
        EXPECT(com_guid_equal(&out_b[i], guids ? &b[i % guids] : &none));
    EXPECT(c[0].y == old_c[1].y && c[1].y == old_c[0].y);
    return true;
}

static bool call_Labels(IEverything *target)
{
    char texts[24][6], expected[1001] = "", joined[1000];
    struct labelled a = {texts[0], random_below(2) ? texts[1] : NULL, {1, 2}};
    struct labels b[5];
    uint32_t count = random_below(6), i, j;

    memset(b, 0, sizeof(b));
    for (i = 0; i < 24; i++)
        random_text(texts[i], 5);
    sprintf(expected, "%s,%s,", texts[0], a.note ? a.note : "(none)");
    for (i = 0; i < count; i++)
        for (j = 0; j < 2; j++) {
            b[i].pair[j].label = random_below(3) ? texts[2 + 4 * i + 2 * j] : NULL;
            b[i].pair[j].note = texts[3 + 4 * i + 2 * j];
            b[i].pair[j].at.x = -1;
            sprintf(expected + strlen(expected), "%s,%s,", b[i].pair[j].label ? b[i].pair[j].label : "(none)",
                    b[i].pair[j].note);
        }
    EXPECT(IEverything_Labels(target, &a, b, count, NULL, joined) == S_OK);
    EXPECT(strcmp(joined, expected) == 0);
    EXPECT(IEverything_Labels(target, &a, b, count, &a, joined) == S_OK);
    sprintf(expected + strlen(expected), "%s,", a.label);
    EXPECT(strcmp(joined, expected) == 0);
    return true;
}

static bool call_Interfaces(IEverything *target)
{
    uint32_t refs = echo_refs, which = 99, wanted = random_below(4);
    IUnknown *out_b = NULL;
    IEcho *out_a = NULL;

    EXPECT(IEverything_Interfaces(target, wanted & 1 ? (IEcho *)&echo_object : NULL,
                                  wanted & 2 ? (IUnknown *)&echo_object : NULL, &out_a, &out_b,
                                  &which) == S_OK);
    EXPECT(which == wanted && (out_a != NULL) == ((wanted & 1) != 0) &&
           (out_b != NULL) == ((wanted & 2) != 0));
    IEcho_cleanup(&out_a);
    IUnknown_cleanup(&out_b);
    EXPECT(echo_refs == refs);
    return true;
}

static bool call_Ranges(IEverything *target)
{
    int32_t a = (int32_t)random_below(11) - 5, out_a = 99;
    uint8_t seven = 7;

    EXPECT(IEverything_Ranges(target, a, 1, (int64_t)(random_bits() >> 1), random_below(2) ? &seven : NULL,
                              (int16_t)(-5 - (int32_t)random_below(5)), &out_a) == S_OK);
    EXPECT(out_a == a + 5);
    return true;
}

static bool call_Names(IEverything *target)
{
    int32_t tag[3] = {1, 2, 4}, sum = 0;

    EXPECT(IEverything_Names(target, 8, 16, tag, 3, "text", 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192,
                             16384, 32768, &sum) == S_OK);
    EXPECT(sum == 65528 + 4 + 4);
    return true;
}

static bool call_Fill(IEverything *target)
{
    uint32_t count = random_below(50), tell = random_below(count + 1), room = random_below(50);
    uint32_t used = random_below(room + 1), old_room = room, i;
    uint16_t more[50] = {0};
    uint8_t bytes[50];
    int32_t values[50];

    EXPECT(IEverything_Fill(target, &count, values, tell, more, &room, &used, bytes) == S_OK);
    EXPECT(count == tell && used == old_room);
    for (i = 0; i < tell; i++)
        EXPECT(values[i] == (int32_t)i);
    for (i = 0; i < old_room; i++)
        EXPECT(more[i] == i && bytes[i] == i);
    return true;
}

static bool call_Objects(IEverything *target)
{
    uint32_t refs = echo_refs, wanted = random_below(4), digit = random_below(10), sum = 99;
    IUnknown *b = wanted & 2 ? (IUnknown *)&echo_object : NULL, *out_b = NULL;
    void *a = wanted & 1 ? &echo_object : NULL, *out_a = NULL;
    const IID *iid = random_below(2) ? &IID_IEverything : &IID_IUnknown;

    EXPECT(IEverything_Objects(target, iid, a, IID_IEcho, b, &out_a, &out_b, "text", digit, &sum) == S_OK);
    EXPECT(com_guid_equal(&echo_iids[0], iid) && com_guid_equal(&echo_iids[1], &IID_IEcho));
    EXPECT(sum == 4 + digit && (out_a != NULL) == ((wanted & 1) != 0) &&
           (out_b != NULL) == ((wanted & 2) != 0));
    if (out_a)
        (void)IUnknown_Release((IUnknown *)out_a);
    IUnknown_cleanup(&out_b);
    EXPECT(echo_refs == refs);
    return true;
}

static bool call_get_Level(IEverything *target)
{
    digit_t level = 99;

    EXPECT(IEverything_get_Level(target, &level) == S_OK);
    EXPECT(level == 7);
    return true;
}

static bool call_Sum(IEverything *target)
{
    uint32_t numbers[100], count = random_below(101), sum = 0, i;

    for (i = 0; i < count; i++) {
        numbers[i] = (uint32_t)random_number();
        sum += numbers[i];
    }
    EXPECT(IEverything_Sum(target, numbers, count) == sum);
    return true;
}

const struct echo_call echo_calls_list[] = {
    {"Nothing", call_Nothing, 3},
    {"Signed", call_Signed, 4},
    {"Unsigned", call_Unsigned, 5},
    {"Others", call_Others, 6},
    {"InOut", call_InOut, 7},
    {"ByReference", call_ByReference, 8},
    {"Strings", call_Strings, 9},
    {"Blobs", call_Blobs, 10},
    {"Integers", call_Integers, 11},
    {"MoreArrays", call_MoreArrays, 12},
    {"Structs", call_Structs, 13},
    {"StructArrays", call_StructArrays, 14},
    {"Labels", call_Labels, 15},
    {"Interfaces", call_Interfaces, 16},
    {"Ranges", call_Ranges, 17},
    {"Names", call_Names, 18},
    {"Fill", call_Fill, 20},
    {"Objects", call_Objects, 22},
    {"get_Level", call_get_Level, 23},
    {"Truths", call_Truths, ECHO_SLOT(Truths)},
    {"Wide", call_Wide, ECHO_SLOT(Wide)},
    {"WideStructs", call_WideStructs, ECHO_SLOT(WideStructs)},
    {"Allocated", call_Allocated, ECHO_SLOT(Allocated)},
    {"Bstrs", call_Bstrs, ECHO_SLOT(Bstrs)},
    {"put_Title", call_Title, ECHO_SLOT(put_Title)},
    {"RemoteSum", call_Sum, ECHO_SLOT(Sum)},
    {"Copy", call_Copy, ECHO_SLOT(Copy)},
    {NULL, NULL, 0},
};
