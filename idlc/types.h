/* The built-in types: how the IDL spells them, how C does, and what travels. */
#ifndef IDLC_TYPES_H
#define IDLC_TYPES_H

#include "names.h"

enum base_type {
    BASE_NONE,
    BASE_VOID,
    BASE_CHAR,
    BASE_WCHAR, /* 16 bits on any host: char16_t */
    BASE_INT8,
    BASE_UINT8,
    BASE_INT16,
    BASE_UINT16,
    BASE_INT32,
    BASE_UINT32,
    BASE_INT64,
    BASE_UINT64,
    BASE_SIZE,   /* size_t, uintptr_t: uint64 on the wire */
    BASE_OFFSET, /* intptr_t, ptrdiff_t: int64 on the wire */
    BASE_FLOAT,
    BASE_DOUBLE,
    BASE_BOOLEAN,
    BASE_BOOL,
    BASE_HRESULT,
    BASE_GUID,
    BASE_COUNT,
};

struct base_type_info {
    const char *c_name;
    bool is_integer; /* may count, may have a range */
    bool is_signed;
    uint8_t bits; /* of an integer's value on any host */
    uint8_t size; /* bytes in memory, at most */
};

extern const struct base_type_info base_types[BASE_COUNT];

/** A type that one name spells, with the C name to use for it (size_t and uintptr_t stay themselves). */
enum base_type base_type_find(const char *name, const char **out_c_name);

/** A word that only means something together with others: unsigned, long, int, ... */
bool base_type_is_word(const char *name);

/**
 * The type that such words make together.
 * @retval BASE_NONE they do not go together
 */
enum base_type base_type_from_words(const char *const *words, uint32_t count);

/** Offers every type's name as the right spelling of an unknown one. */
void base_type_suggest(struct name_suggestion *suggestion);

/** Largest and smallest value of an integer type. */
int64_t base_type_min(enum base_type type);
uint64_t base_type_max(enum base_type type);

#endif
