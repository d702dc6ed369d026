/* Results that the callee allocates and the caller frees: [out] T **. */
#include <rpc_marshal.h>

char *rpc_result_text(struct wire_bytes text)
{
    char *result = text.data ? (char *)com_alloc((size_t)text.size + 1) : NULL;

    if (result)
        wire_copy_text(result, text);
    return result;
}

uint16_t *rpc_result_wide(struct wire_bytes text)
{
    uint16_t *result = NULL;

    if (text.data)
        result = (uint16_t *)com_alloc(((size_t)wire_units(text) + 1) * sizeof(*result));
    if (result)
        wire_copy_wide(result, text);
    return result;
}

void *rpc_result_bytes(struct wire_bytes bytes)
{
    void *result = com_alloc(bytes.size);

    if (result)
        wire_copy(result, bytes);
    return result;
}

uint16_t *rpc_result_bstr(struct wire_bytes text)
{
    BSTR result = text.data ? SysAllocStringLen(NULL, wire_units(text)) : NULL;

    if (result)
        wire_copy_wide(result, text);
    return result;
}

uint16_t *rpc_lend_bstr(void *memory, struct wire_bytes text)
{
    uint32_t *length = (uint32_t *)memory;
    uint16_t *lent = (uint16_t *)(void *)(length + 1);

    if (!memory)
        return NULL;
    *length = wire_units(text) * (uint32_t)sizeof(*lent);
    wire_copy_wide(lent, text);
    return lent;
}
