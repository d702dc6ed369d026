/* The text form of a UUID. */
#ifndef IDLC_UUID_H
#define IDLC_UUID_H

#include <stdbool.h>
#include <stdint.h>

/** Reads 01234567-89ab-cdef-0123-456789abcdef. False: it is not that. */
bool uuid_parse(const char *text, uint8_t out_bytes[16]);

/** Room of the text form, with its NUL. */
#define UUID_TEXT_BYTES 37

void uuid_format(const uint8_t bytes[16], char text[UUID_TEXT_BYTES]);

#endif
