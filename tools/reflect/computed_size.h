/* Sizes that are computed of arguments, size_is(rows * columns), as both peers compute them. */
#ifndef REFLECT_COMPUTED_SIZE_H
#define REFLECT_COMPUTED_SIZE_H

#include "type_info.h"

/**
 * Takes an expression apart: names of [in] integers, decimal numbers, operators of C and brackets.
 *
 * @param pool     keeps the terms
 * @param members  the method's parameters, all of them read
 * @retval false it is none of these, or has more than TYPE_INFO_TERMS_MAX terms
 */
bool computed_size_read(struct pool *pool, const char *text, const struct type_member *members,
                        uint32_t count, const struct type_term **out_terms, uint32_t *out_term_count);

/**
 * What the size comes to, with the arithmetic of wire_size.h.
 *
 * @param counts      by parameter, as their 64 bits
 * @param is_counted  which of them are known
 * @param out_value   negative, WIRE_SIZE_BAD too: no array has this size
 * @retval false a parameter of it is not known
 */
bool computed_size_value(const struct type_size *size, const struct type_member *members,
                         const uint64_t *counts, const bool *is_counted, int64_t *out_value);

#endif
