#include "types.h"

#include <string.h>

const struct base_type_info base_types[BASE_COUNT] = {
    [BASE_NONE] = {"", false, false, 0, 0},           [BASE_VOID] = {"void", false, false, 0, 0},
    [BASE_WCHAR] = {"char16_t", true, false, 16, 2},  [BASE_CHAR] = {"char", false, false, 8, 1},
    [BASE_INT8] = {"int8_t", true, true, 8, 1},       [BASE_UINT8] = {"uint8_t", true, false, 8, 1},
    [BASE_INT16] = {"int16_t", true, true, 16, 2},    [BASE_UINT16] = {"uint16_t", true, false, 16, 2},
    [BASE_INT32] = {"int32_t", true, true, 32, 4},    [BASE_UINT32] = {"uint32_t", true, false, 32, 4},
    [BASE_INT64] = {"int64_t", true, true, 64, 8},    [BASE_UINT64] = {"uint64_t", true, false, 64, 8},
    [BASE_SIZE] = {"size_t", true, false, 64, 8},     [BASE_OFFSET] = {"intptr_t", true, true, 64, 8},
    [BASE_FLOAT] = {"float", false, true, 32, 4},     [BASE_DOUBLE] = {"double", false, true, 64, 8},
    [BASE_BOOLEAN] = {"boolean", false, false, 8, 1}, [BASE_BOOL] = {"bool", false, false, 8, 1},
    [BASE_HRESULT] = {"HRESULT", false, true, 32, 4}, [BASE_GUID] = {"GUID", false, false, 0, 16},
};

static const struct {
    const char *name;
    enum base_type type;
    const char *c_name; /* NULL: the type's own */
} NAMES[] = {
    {"void", BASE_VOID, NULL},       {"wchar_t", BASE_WCHAR, NULL},
    {"char16_t", BASE_WCHAR, NULL},  {"error_status_t", BASE_UINT32, NULL},
    {"int8_t", BASE_INT8, NULL},     {"uint8_t", BASE_UINT8, NULL},
    {"int16_t", BASE_INT16, NULL},   {"uint16_t", BASE_UINT16, NULL},
    {"int32_t", BASE_INT32, NULL},   {"uint32_t", BASE_UINT32, NULL},
    {"int64_t", BASE_INT64, NULL},   {"uint64_t", BASE_UINT64, NULL},
    {"size_t", BASE_SIZE, NULL},     {"uintptr_t", BASE_SIZE, "uintptr_t"},
    {"intptr_t", BASE_OFFSET, NULL}, {"ptrdiff_t", BASE_OFFSET, "ptrdiff_t"},
    {"float", BASE_FLOAT, NULL},     {"double", BASE_DOUBLE, NULL},
    {"boolean", BASE_BOOLEAN, NULL}, {"bool", BASE_BOOL, NULL},
    {"byte", BASE_UINT8, NULL},      {"HRESULT", BASE_HRESULT, NULL},
    {"GUID", BASE_GUID, NULL},       {"IID", BASE_GUID, "IID"},
};

static const char *const WORDS[] = {"unsigned", "signed", "char",    "small",   "short",   "int",      "long",
                                    "hyper",    "__int8", "__int16", "__int32", "__int64", "__int3264"};

enum base_type base_type_find(const char *name, const char **out_c_name)
{
    size_t i;

    for (i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (names_equal(NAMES[i].name, name)) {
            *out_c_name = NAMES[i].c_name;
            return NAMES[i].type;
        }
    return BASE_NONE;
}

bool base_type_is_word(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (names_equal(WORDS[i], name))
            return true;
    return false;
}

struct word_counts {
    uint32_t is_unsigned, is_signed, is_char, is_small, is_short, is_int, is_long, is_wide, is_pointer;
};

static struct word_counts count_words(const char *const *words, uint32_t count)
{
    struct word_counts counts = {0};
    uint32_t i;

    for (i = 0; i < count; i++) {
        counts.is_unsigned += strcmp(words[i], "unsigned") == 0;
        counts.is_signed += strcmp(words[i], "signed") == 0;
        counts.is_char += strcmp(words[i], "char") == 0;
        counts.is_small += strcmp(words[i], "small") == 0 || strcmp(words[i], "__int8") == 0;
        counts.is_short += strcmp(words[i], "short") == 0 || strcmp(words[i], "__int16") == 0;
        counts.is_int += strcmp(words[i], "int") == 0 || strcmp(words[i], "__int32") == 0;
        counts.is_pointer += strcmp(words[i], "__int3264") == 0;
        counts.is_long += strcmp(words[i], "long") == 0;
        counts.is_wide += strcmp(words[i], "hyper") == 0 || strcmp(words[i], "__int64") == 0;
    }
    return counts;
}

enum base_type base_type_from_words(const char *const *words, uint32_t count)
{
    struct word_counts c = count_words(words, count);
    uint32_t sizes = c.is_small + c.is_short + c.is_char + c.is_wide + c.is_pointer + (c.is_long ? 1 : 0);
    bool is_unsigned = c.is_unsigned != 0;

    if (c.is_unsigned + c.is_signed > 1 || sizes > 1 || c.is_int > 1 || c.is_long > 2)
        return BASE_NONE;
    if (c.is_char)
        return c.is_int ? BASE_NONE : is_unsigned ? BASE_UINT8 : c.is_signed ? BASE_INT8 : BASE_CHAR;
    if (c.is_small)
        return is_unsigned ? BASE_UINT8 : BASE_INT8;
    if (c.is_short)
        return is_unsigned ? BASE_UINT16 : BASE_INT16;
    if (c.is_pointer)
        return is_unsigned ? BASE_SIZE : BASE_OFFSET;
    if (c.is_wide || c.is_long == 2)
        return is_unsigned ? BASE_UINT64 : BASE_INT64;
    return is_unsigned ? BASE_UINT32 : BASE_INT32;
}

void base_type_suggest(struct name_suggestion *suggestion)
{
    size_t i;

    for (i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        names_offer(suggestion, NAMES[i].name);
    for (i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        names_offer(suggestion, WORDS[i]);
}

int64_t base_type_min(enum base_type type)
{
    if (!base_types[type].is_signed)
        return 0;
    return base_types[type].bits == 64 ? INT64_MIN : -((int64_t)1 << (base_types[type].bits - 1));
}

uint64_t base_type_max(enum base_type type)
{
    unsigned bits = base_types[type].bits - (base_types[type].is_signed ? 1u : 0u);

    return bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
}
