/* Other protobuf libraries, for fake.oracle. They end the program when they cannot parse a message. */
#ifndef ORACLES_H
#define ORACLES_H

#include <stddef.h>
#include <stdint.h>

/** Google's library, in a Python process at the ends of $ORACLE_IN and $ORACLE_OUT. */
void oracle_protobuf(const char *type, uint8_t **bytes, size_t *size);

/** protobuf-c, with what protoc-c makes of the same messages; it packs no numbers. */
void oracle_protobuf_c(const char *type, uint8_t **bytes, size_t *size);

/** nanopb, with its own tables of the same messages. */
void oracle_nanopb(const char *type, uint8_t **bytes, size_t *size);

/** Type information and protobuf-c, as `mml call` uses them. */
void oracle_reflect(const char *type, uint8_t **bytes, size_t *size);
void oracle_reflect_end(void);

#endif
