/* The constants of a file. */
#include "typeinfo_internal.h"

#define TYPE_INFO_CONSTANTS_MAX 1024u

enum { CONSTANT_NAME = 1, CONSTANT_KIND, CONSTANT_INTEGER, CONSTANT_REAL, CONSTANT_TEXT };

static bool is_result(const struct ir_const *constant)
{
    return constant->type->kind == IR_BASE && constant->type->base == BASE_HRESULT;
}

/* KIND_NONE: the constants of such a type say nothing to others. */
static uint8_t constant_kind(const struct ir_const *constant)
{
    if (constant->value.kind == VALUE_STRING)
        return typeinfo_kinds[BASE_CHAR];
    if (constant->type->kind == IR_BASE && constant->type->base == BASE_WCHAR)
        return typeinfo_kinds[BASE_UINT16];
    return constant->type->kind == IR_ENUM ? typeinfo_kinds[BASE_INT32]
                                           : typeinfo_kinds[constant->type->base];
}

/* The documentation of a result is what people are told when a method returns it. */
static void put_constant(struct typeinfo *info, struct text *out, const struct ir_const *constant)
{
    const struct value *value = &constant->value;
    struct text message;

    text_init(&message, info->arena);
    typeinfo_put_string(&message, CONSTANT_NAME, constant->name);
    typeinfo_put_number(&message, CONSTANT_KIND, constant_kind(constant));
    if (value->kind == VALUE_STRING)
        typeinfo_put_string(&message, CONSTANT_TEXT, value->text);
    else if (value->kind == VALUE_FLOAT)
        typeinfo_put_double(&message, CONSTANT_REAL, value->real);
    else
        typeinfo_put_number(
            &message, CONSTANT_INTEGER,
            typeinfo_zigzag(is_result(constant) ? (int32_t)value->bits : (int64_t)value->bits));
    if (is_result(constant))
        typeinfo_put_string(&message, DOC, constant->doc);
    else
        typeinfo_put_doc(info, &message, constant->doc);
    typeinfo_put_message(out, INFO_CONSTANTS, &message);
}

static void put_enumerator(struct typeinfo *info, struct text *out, const struct ir_enumerator *enumerator)
{
    struct text message;

    text_init(&message, info->arena);
    typeinfo_put_string(&message, CONSTANT_NAME, enumerator->name);
    typeinfo_put_number(&message, CONSTANT_KIND, typeinfo_kinds[BASE_INT32]);
    typeinfo_put_number(&message, CONSTANT_INTEGER, typeinfo_zigzag(enumerator->value));
    typeinfo_put_doc(info, &message, enumerator->doc);
    typeinfo_put_message(out, INFO_CONSTANTS, &message);
}

void typeinfo_put_constants(struct typeinfo *info, struct text *out, const struct ir_file *file)
{
    uint32_t i, k, count = 0;

    for (i = 0; i < file->item_count; i++) {
        const struct ir_item *item = &file->items[i];

        if (item->kind == ITEM_CONST && constant_kind(item->constant) && count < TYPE_INFO_CONSTANTS_MAX) {
            put_constant(info, out, item->constant);
            count++;
        }
        if (item->kind != ITEM_ENUM || item->enumeration->name)
            continue;
        for (k = 0; k < item->enumeration->enumerator_count && count < TYPE_INFO_CONSTANTS_MAX; k++, count++)
            put_enumerator(info, out, &item->enumeration->enumerators[k]);
    }
}
