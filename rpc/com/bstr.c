/* Texts with their length in front. */
#include <com.h>
#include <string.h>

BSTR SysAllocStringLen(const char16_t *text, uint32_t units)
{
    uint32_t bytes = units * (uint32_t)sizeof(*text), *length;
    BSTR made;

    if (units > (UINT32_MAX - sizeof(*length) - sizeof(*text)) / sizeof(*text))
        return NULL;
    length = (uint32_t *)com_alloc(sizeof(*length) + bytes + sizeof(*text));
    if (!length)
        return NULL;
    *length = bytes;
    made = (BSTR)(void *)(length + 1);
    if (!text)
        memset(made, 0, bytes);
    else if (bytes)
        memcpy(made, text, bytes);
    made[units] = 0;
    return made;
}

BSTR SysAllocString(const char16_t *text)
{
    uint32_t units = 0;

    if (!text)
        return NULL;
    while (text[units])
        units++;
    return SysAllocStringLen(text, units);
}

void SysFreeString(BSTR text)
{
    if (text)
        com_free((uint32_t *)(void *)text - 1);
}

int SysReAllocString(BSTR *text, const char16_t *by)
{
    BSTR made = SysAllocString(by);

    if (by && !made)
        return 0;
    SysFreeString(*text);
    *text = made;
    return 1;
}
