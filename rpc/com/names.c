/* Paths and lists of names; see com_names.h. */
#include <com_names.h>
#include <string.h>

static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '.' || byte == '_' || byte == '-';
}

/* How many bytes at `text` are an element: up to the slash or the end; 0 if it is malformed. */
static size_t element_length(const char *text)
{
    size_t length = 0;
    size_t dots = 0;

    for (; text[length] && text[length] != '/'; length++) {
        if (!is_name_byte(text[length]) || length == NAMESPACE_NAME_MAX)
            return 0;
        dots += text[length] == '.';
    }
    return dots == length && length <= 2 ? 0 : length;
}

bool com_name_is_valid(const char *text)
{
    size_t length = text ? element_length(text) : 0;

    return length && !text[length];
}

HRESULT com_path_split(const char *path, char out_name[NAMESPACE_NAME_MAX + 1], const char **out_rest)
{
    const char *at, *rest = NULL;
    size_t length, first_length = 0;

    if (!path)
        return NS_E_BAD_PATH;
    at = path + (path[0] == '/');
    if (!at[0]) {
        out_name[0] = '\0';
        *out_rest = at;
        return S_OK;
    }

    /* All elements are checked here, so that a namespace may pass the rest on as it is. */
    path = at;
    for (;;) {
        length = element_length(at);
        if (!length)
            return NS_E_BAD_PATH;
        at += length;
        if (!rest) {
            first_length = length;
            rest = *at ? at + 1 : at;
        }
        if (!*at)
            break;
        at++;
    }
    if (at - path > NAMESPACE_PATH_MAX)
        return NS_E_BAD_PATH;

    memcpy(out_name, path, first_length);
    out_name[first_length] = '\0';
    *out_rest = rest;
    return S_OK;
}

HRESULT com_bind(INamespace *ns, const char *path, const IID *iid, void **out_object)
{
    COM_SCOPED(IUnknown) object = NULL;
    HRESULT hr;

    *out_object = NULL;
    if (!ns)
        return com_fail(E_POINTER, "there are no names", NULL);
    hr = INamespace_Bind(ns, path, 0, &object);
    if (FAILED(hr))
        return hr;
    if (!object) /* a namespace of somebody else may say anything */
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    return IUnknown_QueryInterface(object, iid, out_object);
}

/* Byte order of two names that end with a NUL or with the slash of a namespace. */
static int compare_names(const char *left, const char *right)
{
    unsigned char a, b;

    do {
        a = (unsigned char)(*left == '/' ? '\0' : *left);
        b = (unsigned char)(*right == '/' ? '\0' : *right);
        left++;
        right++;
    } while (a == b && a);
    return a - b;
}

HRESULT com_name_list_begin(struct com_name_list *list, const char *after, char *names, uint32_t capacity)
{
    if (!after || (!names && capacity))
        return E_POINTER;
    list->after = after;
    list->names = names;
    list->capacity = capacity;
    list->length = 0;
    list->left_out[0] = '\0';
    return S_OK;
}

/* Takes the last name out again, of at least one. */
static void leave_out_last(struct com_name_list *list)
{
    uint32_t at = list->length - 1;

    while (at && list->names[at - 1])
        at--;
    memcpy(list->left_out, list->names + at, list->length - at);
    list->length = at;
}

void com_name_list_add(struct com_name_list *list, const char *name, bool is_namespace)
{
    uint32_t size, at = 0;

    if (!com_name_is_valid(name) || compare_names(name, list->after) <= 0)
        return;
    if (list->left_out[0] && compare_names(name, list->left_out) >= 0)
        return;
    size = (uint32_t)strlen(name) + is_namespace + 1;
    while (at < list->length && compare_names(list->names + at, name) < 0)
        at += (uint32_t)strlen(list->names + at) + 1;

    /* What sorts behind it gives way. */
    while (list->length > at && list->length + size > list->capacity)
        leave_out_last(list);
    if (list->length + size > list->capacity) {
        memcpy(list->left_out, name, size - is_namespace);
        return;
    }
    memmove(list->names + at + size, list->names + at, list->length - at);
    memcpy(list->names + at, name, size - is_namespace);
    if (is_namespace)
        memcpy(list->names + at + size - 2, "/", 2);
    list->length += size;
}

HRESULT com_name_list_end(const struct com_name_list *list, uint32_t *out_length)
{
    if (list->left_out[0] && !list->length)
        return E_INVALIDARG;
    *out_length = list->length;
    return list->left_out[0] ? S_FALSE : S_OK;
}
