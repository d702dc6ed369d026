/* Methods and calls of everything.idl with results whose memory the callee allocates. */
#include "echo.h"

#include <string.h>

enum {
    WANTS_TEXT = 1,
    WANTS_WIDE = 2,
    WANTS_STRUCT = 4,
    WANTS_ID = 8,
    WANTS_NUMBER = 16,
    WANTS_POINTS = 32,
    WANTS_OBJECT = 64,
    WANTS_ALL = 127,
};

static const struct wide A_STRUCT = {u"ä€😀", 0xD800, {1, 0xFFFF, 3}};
static const GUID AN_ID = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};

/* ---- the object ---- */

/* NULL for nothing, and then fine. */
static bool copy_of(const void *from, size_t bytes, void *out_copy)
{
    void *memory = com_alloc(bytes);

    if (memory)
        memcpy(memory, from, bytes);
    memcpy(out_copy, &memory, sizeof(memory));
    return memory || !bytes;
}

static bool copy_wide(uint32_t wanted, char16_t **out_wide)
{
    static const char16_t GOOD[] = u"12345678901234567890", TOO_LONG[] = u"123456789012345678901";
    static const char16_t NO_TEXT[] = {'a', 0xDC00, 0};

    if (wanted & ECHO_TOO_LONG)
        return copy_of(TOO_LONG, sizeof(TOO_LONG), out_wide);
    if (wanted & ECHO_NO_TEXT)
        return copy_of(NO_TEXT, sizeof(NO_TEXT), out_wide);
    return !(wanted & WANTS_WIDE) || copy_of(GOOD, sizeof(GOOD), out_wide);
}

static bool copy_singles(uint32_t wanted, const char *text, struct echo_allocated *results)
{
    int32_t number = -7;

    return (!(wanted & WANTS_TEXT) || copy_of(text, strlen(text) + 1, &results->text)) &&
           copy_wide(wanted, &results->wide) &&
           (!(wanted & WANTS_STRUCT) || copy_of(&A_STRUCT, sizeof(A_STRUCT), &results->structure)) &&
           (!(wanted & WANTS_ID) || copy_of(&AN_ID, sizeof(AN_ID), &results->id)) &&
           (!(wanted & WANTS_NUMBER) || copy_of(&number, sizeof(number), &results->number));
}

static bool copy_bytes(uint32_t wanted, struct echo_allocated *results)
{
    int32_t i;

    if (wanted & ECHO_HUGE)
        results->length = 20 * 1024 * 1024;
    results->bytes = com_alloc((size_t)results->length);
    for (i = 0; results->bytes && i < results->length; i++)
        results->bytes[i] = (uint8_t)i;
    return results->bytes || !results->length;
}

static bool copy_arrays(uint32_t wanted, const struct point *points, uint32_t count,
                        struct echo_allocated *results)
{
    static const enum color COLORS[] = {COLOR_RED, COLOR_GREEN, COLOR_BLUE};
    uint32_t i;

    results->count = wanted & WANTS_POINTS ? (uint16_t)count : 0;
    if (!copy_of(points, results->count * sizeof(*points), &results->points) ||
        !copy_of(COLORS, sizeof(COLORS), &results->colors) || !copy_bytes(wanted, results))
        return false;
    results->numbers = com_alloc(count * sizeof(*results->numbers));
    for (i = 0; results->numbers && i < count; i++)
        results->numbers[i] = (int64_t)points[i].x * points[i].y;
    return results->numbers || !count;
}

void echo_allocated_free(struct echo_allocated *results)
{
    com_free(results->text);
    com_free(results->wide);
    com_free(results->structure);
    com_free(results->id);
    com_free(results->number);
    com_free(results->points);
    com_free(results->bytes);
    com_free(results->numbers);
    com_free(results->colors);
    IUnknown_cleanup(&results->object);
}

HRESULT echo_Allocated(IEverything *self, uint32_t wanted, const char *text, const struct point *points,
                       uint32_t count, char **out_text, char16_t **out_wide, struct wide **out_struct,
                       GUID **out_id, int32_t **out_number, struct point **out_points, uint16_t *out_count,
                       uint8_t **out_bytes, int32_t *inout_length, int64_t **out_numbers,
                       enum color **out_colors, IUnknown **out_object, char *out_plain)
{
    struct echo_allocated results = {.length = *inout_length};

    echo_calls++;
    if (count > UINT16_MAX || *inout_length < 0 || *inout_length > 1000)
        return E_INVALIDARG; /* what nobody asks for but mutated requests */
    if (!copy_singles(wanted, text, &results) || !copy_arrays(wanted, points, count, &results)) {
        echo_allocated_free(&results);
        return E_OUTOFMEMORY;
    }
    *out_text = results.text;
    if (wanted & ECHO_FAILS) {
        results.text = NULL;
        echo_allocated_free(&results);
        return E_FAIL;
    }
    *out_wide = results.wide;
    *out_struct = results.structure;
    *out_id = results.id;
    *out_number = results.number;
    *out_points = results.points;
    *out_count = wanted & ECHO_NO_MEMORY && !results.points ? 5 : results.count;
    *out_bytes = results.bytes;
    *inout_length = wanted & ECHO_NEGATIVE ? -1 : results.length;
    *out_numbers = results.numbers;
    *out_colors = results.colors;
    strcpy(out_plain, "plain");
    if (wanted & WANTS_OBJECT) {
        (void)IEverything_AddRef(self);
        *out_object = (IUnknown *)self;
    }
    return S_OK;
}

HRESULT echo_Copy(IEverything *self, const char *text, char **out_text)
{
    (void)self;
    echo_calls++;
    return !text || copy_of(text, strlen(text) + 1, out_text) ? S_OK : E_OUTOFMEMORY;
}

/* ---- the calls ---- */

HRESULT echo_allocate(IEverything *target, uint32_t wanted, const char *text, const struct point *points,
                      uint32_t count, struct echo_allocated *out_results)
{
    struct echo_allocated *r = out_results;

    return IEverything_Allocated(target, wanted, text, points, count, &r->text, &r->wide, &r->structure,
                                 &r->id, &r->number, &r->points, &r->count, &r->bytes, &r->length,
                                 &r->numbers, &r->colors, &r->object, r->plain);
}

static bool is_as_wanted(const struct echo_allocated *results, uint32_t wanted, const char *text)
{
    EXPECT((results->text != NULL) == ((wanted & WANTS_TEXT) != 0));
    EXPECT(!results->text || strcmp(results->text, text) == 0);
    EXPECT((results->wide != NULL) == ((wanted & WANTS_WIDE) != 0));
    EXPECT(!results->wide || memcmp(results->wide, u"12345678901234567890", 42) == 0);
    EXPECT((results->structure != NULL) == ((wanted & WANTS_STRUCT) != 0));
    EXPECT(!results->structure || same_wide_structs(results->structure, &A_STRUCT));
    EXPECT((results->id != NULL) == ((wanted & WANTS_ID) != 0));
    EXPECT(!results->id || com_guid_equal(results->id, &AN_ID));
    EXPECT((results->number != NULL) == ((wanted & WANTS_NUMBER) != 0));
    EXPECT(!results->number || *results->number == -7);
    EXPECT((results->object != NULL) == ((wanted & WANTS_OBJECT) != 0));
    EXPECT(strcmp(results->plain, "plain") == 0);
    return true;
}

static bool has_arrays(const struct echo_allocated *results, uint32_t wanted, const struct point *points,
                       uint32_t count, int32_t length)
{
    uint32_t i;

    EXPECT(results->count == (wanted & WANTS_POINTS ? count : 0));
    EXPECT(!results->count || memcmp(results->points, points, count * sizeof(*points)) == 0);
    EXPECT(results->length == length && (results->bytes != NULL) == (length != 0));
    for (i = 0; i < (uint32_t)length; i++)
        EXPECT(results->bytes[i] == (uint8_t)i);
    for (i = 0; i < count; i++)
        EXPECT(results->numbers[i] == (int64_t)points[i].x * points[i].y);
    EXPECT(results->colors && results->colors[1] == COLOR_GREEN && results->colors[2] == COLOR_BLUE);
    return true;
}

bool call_Allocated(IEverything *target)
{
    uint32_t wanted = random_below(WANTS_ALL + 1), count = random_below(20), i;
    int32_t length = (int32_t)random_below(300);
    struct echo_allocated results = {.length = length};
    struct point points[20];
    char text[100];
    bool good;

    random_text(text, 99);
    for (i = 0; i < 20; i++)
        points[i] = (struct point){(int32_t)random_number(), (int32_t)random_number()};
    good = echo_allocate(target, wanted, text, points, count, &results) == S_OK &&
           is_as_wanted(&results, wanted, text) && has_arrays(&results, wanted, points, count, length);
    echo_allocated_free(&results);
    return good;
}

bool call_Copy(IEverything *target)
{
    bool is_there = random_below(4) != 0;
    char text[100], *copy = NULL;
    bool good;

    random_text(text, 99);
    good = IEverything_Copy(target, is_there ? text : NULL, &copy) == S_OK && (copy != NULL) == is_there &&
           (!copy || strcmp(copy, text) == 0);
    com_free(copy);
    return good;
}
