/* JSON as RFC 8259 has it and nothing more: what IR files are written in, and read back from. */
#ifndef IDLC_JSON_H
#define IDLC_JSON_H

#include "diagnostics.h"
#include "text.h"

#include <stdbool.h>
#include <stdint.h>

/* How deep values may be nested, how many a file may have, and how many members an object. */
#define JSON_DEPTH_MAX 100
#define JSON_VALUES_MAX 2000000u
#define JSON_MEMBERS_MAX 200u

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_value {
    enum json_kind kind;
    struct span span;
    const char *name;         /* of a member of an object; else NULL */
    const char *text;         /* of a string, UTF-8 without NUL; of a number: as it is written */
    bool is_true;             /* of a boolean */
    uint32_t count;           /* elements or members */
    struct json_value *first; /* of an array or object, in the order of the file */
    struct json_value *next;
};

/**
 * Reads a file that is one value. Names in an object are unique.
 * @retval NULL the first mistake was reported
 */
const struct json_value *json_read(struct arena *arena, struct diagnostics *diagnostics,
                                   const struct source *source);

/** The member of that name; NULL: there is none, or `object` is no object. */
const struct json_value *json_member(const struct json_value *object, const char *name);

/** The integers of a number; also of a string that is one, which is how large ones are written.
 * @retval false it is no integer, or does not fit */
bool json_uint64(const struct json_value *value, uint64_t *out_number);
bool json_int64(const struct json_value *value, int64_t *out_number);

/** Writes a string with its quotes. Bytes that are not UTF-8 are taken for Latin-1. */
void json_put_string(struct text *out, const char *string);

/* Readers that know only doubles take larger integers for others: they are written as strings. */
#define JSON_EXACT_MAX 9007199254740992u

void json_put_uint64(struct text *out, uint64_t number);
void json_put_int64(struct text *out, int64_t number);

#endif
