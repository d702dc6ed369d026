/* Single values: see value.h, whose part this is. */
#ifndef REFLECT_VALUE_SCALAR_H
#define REFLECT_VALUE_SCALAR_H

#include "value.h"
#include <jansson.h>

/** Where in a value something is, such as "sample.history[2]". */
#define VALUE_PATH_BYTES 200

/** Says what is wrong. `path` is the value's; always returns false. */
bool value_fail(struct value_reader *reader, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Says that a text is not what is expected. */
bool value_fail_expected(struct value_reader *reader, const char *path, const struct type_member *member,
                         const char *given, size_t given_size);

/** Says that null was given for what is never NULL. */
bool value_fail_null(struct value_reader *reader, const char *path, const struct type_member *member);

/**
 * Reads one value that is no struct.
 * @param at  of the size and type that protobuf-c has for it
 */
bool value_scalar_text(struct value_reader *reader, const char *path, const struct type_member *member,
                       const char *text, size_t size, void *at);
bool value_scalar_json(struct value_reader *reader, const char *path, const struct type_member *member,
                       const json_t *json, void *at);

#endif
