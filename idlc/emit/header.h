/* Shared by header.c (the file, constants, types, quoted text) and header_interface.c. */
#ifndef IDLC_EMIT_HEADER_H
#define IDLC_EMIT_HEADER_H

#include "ir.h"
#include "text.h"

#define HEADER_IID "COM_IID" /* com.h: once in an image */

/** @param definition  HEADER_IID, or what a constant of one file is defined with */
void header_emit_uuid(struct text *out, const char *definition, const char *prefix, const char *name,
                      const uint8_t *uuid);
void header_emit_interface(struct text *out, const struct ir_interface *interface);

#endif
