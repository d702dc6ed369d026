#include "windows.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Sorted by name. BASE_NONE: a pointer. */
static const struct windows_type {
    const char *name;
    enum base_type base;
} TYPES[] = {
    {"BOOL", BASE_INT32},       {"BOOLEAN", BASE_UINT8},    {"BYTE", BASE_UINT8},
    {"CHAR", BASE_CHAR},        {"CLSID", BASE_GUID},       {"DOUBLE", BASE_DOUBLE},
    {"DWORD", BASE_UINT32},     {"DWORD32", BASE_UINT32},   {"DWORD64", BASE_UINT64},
    {"DWORDLONG", BASE_UINT64}, {"DWORD_PTR", BASE_SIZE},   {"FLOAT", BASE_FLOAT},
    {"FMTID", BASE_GUID},       {"GUID", BASE_GUID},        {"HRESULT", BASE_HRESULT},
    {"IID", BASE_GUID},         {"INT", BASE_INT32},        {"INT16", BASE_INT16},
    {"INT32", BASE_INT32},      {"INT64", BASE_INT64},      {"INT8", BASE_INT8},
    {"INT_PTR", BASE_OFFSET},   {"LONG", BASE_INT32},       {"LONG32", BASE_INT32},
    {"LONG64", BASE_INT64},     {"LONGLONG", BASE_INT64},   {"LONG_PTR", BASE_OFFSET},
    {"LPCGUID", BASE_NONE},     {"LPCLSID", BASE_NONE},     {"LPCOLESTR", BASE_NONE},
    {"LPCSTR", BASE_NONE},      {"LPCWSTR", BASE_NONE},     {"LPFMTID", BASE_NONE},
    {"LPGUID", BASE_NONE},      {"LPIID", BASE_NONE},       {"LPOLESTR", BASE_NONE},
    {"LPSTR", BASE_NONE},       {"LPVOID", BASE_NONE},      {"LPWSTR", BASE_NONE},
    {"OLECHAR", BASE_WCHAR},    {"PINT16", BASE_NONE},      {"PINT32", BASE_NONE},
    {"PINT64", BASE_NONE},      {"PINT8", BASE_NONE},       {"PUINT16", BASE_NONE},
    {"PUINT32", BASE_NONE},     {"PUINT64", BASE_NONE},     {"PUINT8", BASE_NONE},
    {"PVOID", BASE_NONE},       {"REFCLSID", BASE_NONE},    {"REFFMTID", BASE_NONE},
    {"REFGUID", BASE_NONE},     {"REFIID", BASE_NONE},      {"SCODE", BASE_INT32},
    {"SHORT", BASE_INT16},      {"SIZE_T", BASE_SIZE},      {"SSIZE_T", BASE_OFFSET},
    {"UCHAR", BASE_UINT8},      {"UINT", BASE_UINT32},      {"UINT16", BASE_UINT16},
    {"UINT32", BASE_UINT32},    {"UINT64", BASE_UINT64},    {"UINT8", BASE_UINT8},
    {"UINT_PTR", BASE_SIZE},    {"ULONG", BASE_UINT32},     {"ULONG32", BASE_UINT32},
    {"ULONG64", BASE_UINT64},   {"ULONGLONG", BASE_UINT64}, {"ULONG_PTR", BASE_SIZE},
    {"USHORT", BASE_UINT16},    {"WCHAR", BASE_WCHAR},      {"WORD", BASE_UINT16},
    {"boolean", BASE_BOOLEAN},  {"byte", BASE_UINT8},
};

static int compare(const void *key, const void *item)
{
    return strcmp(key, ((const struct windows_type *)item)->name);
}

static const struct windows_type *find(const char *name)
{
    return bsearch(name, TYPES, sizeof(TYPES) / sizeof(TYPES[0]), sizeof(TYPES[0]), compare);
}

bool windows_has_type(const char *name)
{
    return find(name) != NULL;
}

bool windows_is_type(const char *name, const struct ir_type *type)
{
    const struct windows_type *known = find(name);

    if (!known || known->base == BASE_NONE)
        return known && type->kind == IR_POINTER;
    if (type->kind != IR_BASE)
        return known->base == BASE_GUID && type->kind == IR_STRUCT; /* files may spell it out */
    return type->base == known->base || base_types[type->base].bits == base_types[known->base].bits;
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

const char *windows_automation(const char *name)
{
    static const struct {
        const char *name;
        const char *type;
    } NAMES[] = {{"VARIANT", "VARIANT"},     {"VARIANTARG", "VARIANT"},     {"tagVARIANT", "VARIANT"},
                 {"SAFEARRAY", "SAFEARRAY"}, {"tagSAFEARRAY", "SAFEARRAY"}, {"LPSAFEARRAY", "SAFEARRAY"}};
    size_t i;

    for (i = 0; name && i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (strcmp(NAMES[i].name, name) == 0)
            return NAMES[i].type;
    return NULL;
}

const char *windows_file_of(const char *name)
{
    /* What wtypes.idl and wtypesbase.idl have beside the names of com_windows.h, and the interfaces that are
     * passed most. */
    static const struct {
        const char *file;
        const char *names[24];
    } FILES[] = {
        {"wtypes.idl",
         {"BSTR",          "CY",   "DATE",   "DECIMAL",     "FILETIME",   "HANDLE",         "HWND",
          "LARGE_INTEGER", "LCID", "LPBSTR", "PROPERTYKEY", "SYSTEMTIME", "ULARGE_INTEGER", "VARIANT_BOOL",
          "VARTYPE",       "HDC",  "HMENU",  "HBITMAP",     "HICON",      "RECT",           "POINT",
          "SIZE"}},
        {"oaidl.idl",
         {"DISPID", "DISPPARAMS", "EXCEPINFO", "IDispatch", "IErrorInfo", "IPropertyBag", "ITypeInfo",
          "ITypeLib", "SAFEARRAY", "VARIANT", "VARIANTARG"}},
        {"objidl.idl",
         {"IBindCtx", "IDataObject", "IEnumString", "IEnumUnknown", "IMalloc", "IMoniker", "IPersist",
          "IPersistStream", "ISequentialStream", "IStorage", "IStream", "STATSTG"}},
        {"unknwn.idl", {"IClassFactory", "IUnknown"}},
    };
    size_t i, j;

    for (i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++)
        for (j = 0; FILES[i].names[j]; j++)
            if (strcmp(FILES[i].names[j], name) == 0)
                return FILES[i].file;
    return windows_has_type(name) ? "wtypes.idl" : NULL;
}
