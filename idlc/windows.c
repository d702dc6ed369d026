#include "windows.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Sorted. */
static const char *const TYPES[] = {
    "BOOL",    "BOOLEAN",   "BYTE",      "CHAR",      "CLSID",     "DOUBLE",    "DWORD",   "DWORD32",
    "DWORD64", "DWORDLONG", "DWORD_PTR", "FLOAT",     "FMTID",     "GUID",      "HRESULT", "IID",
    "INT",     "INT16",     "INT32",     "INT64",     "INT8",      "INT_PTR",   "LONG",    "LONG32",
    "LONG64",  "LONGLONG",  "LONG_PTR",  "LPCGUID",   "LPCLSID",   "LPCOLESTR", "LPCSTR",  "LPCWSTR",
    "LPFMTID", "LPGUID",    "LPIID",     "LPOLESTR",  "LPSTR",     "LPVOID",    "LPWSTR",  "OLECHAR",
    "PINT16",  "PINT32",    "PINT64",    "PINT8",     "PUINT16",   "PUINT32",   "PUINT64", "PUINT8",
    "PVOID",   "REFCLSID",  "REFFMTID",  "REFGUID",   "REFIID",    "SCODE",     "SHORT",   "SIZE_T",
    "SSIZE_T", "UCHAR",     "UINT",      "UINT16",    "UINT32",    "UINT64",    "UINT8",   "UINT_PTR",
    "ULONG",   "ULONG32",   "ULONG64",   "ULONGLONG", "ULONG_PTR", "USHORT",    "WCHAR",   "WORD",
    "boolean", "byte",
};

static int compare(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

bool windows_has_type(const char *name)
{
    return bsearch(name, TYPES, sizeof(TYPES) / sizeof(TYPES[0]), sizeof(TYPES[0]), compare) != NULL;
}

/* Macros are what quoted text uses them for: to declare, to call and to define. */
static bool is_macro(const char *word)
{
    static const char *const MACROS[] = {"CALLBACK",           "DECLSPEC_ALIGN", "DECLSPEC_HIDDEN",
                                         "DEFINE_GUID",        "EXTERN_C",       "STDAPI",
                                         "STDMETHODCALLTYPE",  "WINAPI",         "__RPC_STUB",
                                         "DEFINE_PROPERTYKEY", "MAKE_HRESULT",   "DECLARE_HANDLE"};
    size_t i;

    for (i = 0; i < sizeof(MACROS) / sizeof(MACROS[0]); i++)
        if (strcmp(MACROS[i], word) == 0)
            return true;
    return false;
}

/* What com.h has. */
static bool is_basic(const char *name)
{
    return strcmp(name, "HRESULT") == 0 || strcmp(name, "GUID") == 0 || strcmp(name, "IID") == 0;
}

bool windows_is_used(const char *text)
{
    char word[40];

    while (*text) {
        size_t length = 0;

        while (isalnum((unsigned char)text[length]) || text[length] == '_')
            length++;
        if (length > 0 && length < sizeof(word)) {
            memcpy(word, text, length);
            word[length] = '\0';
            if ((isupper((unsigned char)*word) && windows_has_type(word) && !is_basic(word)) ||
                is_macro(word))
                return true;
        }
        text += length ? length : 1;
    }
    return false;
}

bool windows_has_header(const char *path)
{
    static const char *const HEADERS[] = {"basetsd.h", "guiddef.h", "windef.h", "winnt.h"};
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t i;

    for (i = 0; i < sizeof(HEADERS) / sizeof(HEADERS[0]); i++)
        if (strcmp(HEADERS[i], name) == 0)
            return true;
    return false;
}
