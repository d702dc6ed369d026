/* GUIDs as 01234567-89ab-cdef-0123-456789abcdef, and as they travel. */
#ifndef REFLECT_GUID_TEXT_H
#define REFLECT_GUID_TEXT_H

#include <com.h>
#include <stdbool.h>

/* Room for the text, with its NUL. */
#define GUID_TEXT_BYTES 37

void guid_format(const GUID *guid, char text[GUID_TEXT_BYTES]);

/** @retval false the text is no GUID */
bool guid_parse(const char *text, GUID *out_guid);

/* 16 bytes, the first three fields little-endian. */
void guid_store(uint8_t bytes[16], const GUID *guid);
void guid_load(const uint8_t bytes[16], GUID *out_guid);

#endif
