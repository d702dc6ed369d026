/* Type information of texts in memory, by the compiler. Not a test by itself: each test includes it once. */
#ifndef REFLECTING_H
#define REFLECTING_H

#include "../../idlc/compiling.h"
#include <reflect/type_info.h>

#define HEAD "import \"com/unknown.idl\";\n"
#define UUID(last) "[object, uuid(6d6d6c01-0905-4001-8001-0000000000" last ")]\n"

static inline const struct ir_interface *interface_named(const struct ir_file *file, const char *name)
{
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_INTERFACE && strcmp(file->items[i].interface->name, name) == 0)
            return file->items[i].interface;
    fail_msg("no interface %s", name);
    return NULL;
}

/* The message of one interface. */
static inline struct text message_of(struct compiling *c, const struct ir_file *file, const char *name,
                                     bool with_docs)
{
    struct text message;

    text_init(&message, c->arena);
    emit_typeinfo_message(&message, file, interface_named(file, name), with_docs);
    return message;
}

/* Read back, or the test fails. */
static inline struct type_info *read_message(const struct text *message)
{
    char error[TYPE_INFO_ERROR_BYTES];
    struct type_info *info = type_info_read((const uint8_t *)message->bytes, message->length, error);

    if (!info)
        fail_msg("%s", error);
    return info;
}

/* All at once, for one interface of a text. */
static inline struct type_info *reflect_text(const char *text, const char *name)
{
    struct type_info *info;
    struct compiling c;
    struct text message;

    compiling_begin(&c);
    message = message_of(&c, compiling_text(&c, text), name, true);
    info = read_message(&message);
    compiling_end(&c);
    return info;
}

#endif
