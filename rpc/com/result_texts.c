/* The texts of idl/errors.def: a kernel that does not ask for them does not have them. */
#include <com.h>

const char *com_result_text(HRESULT hr)
{
    switch (hr) {
#define X(name, value, reaction, text) \
    case (HRESULT)value:               \
        return text;
#include <errors.def>
#undef X
    default:
        return NULL;
    }
}
