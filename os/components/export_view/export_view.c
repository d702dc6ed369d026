/* The root as other nodes see it: all names of the node's own root but some. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <rpc/node.idl.h>
#include <string.h>

/* "net" leads to the other nodes: without it every exported tree ends. */
static const char *const hidden_names[] = {"net", "export_view"};

/* One piece of the inner namespace's list. */
enum { LIST_PIECE_BYTES = 256 };

struct export_view {
    INamespace INamespace_iface;
    struct com_refs refs;
    INamespace *inner; /* constant, one reference */
};

static const struct INamespaceVtbl export_view_vtbl;

static struct export_view *impl_from_INamespace(INamespace *iface)
{
    assert(iface->vtbl == &export_view_vtbl);
    return container_of(iface, struct export_view, INamespace_iface);
}

static HRESULT export_view_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INamespace, iid, out_object);
}

static uint32_t export_view_AddRef(INamespace *iface)
{
    return com_refs_add(&impl_from_INamespace(iface)->refs);
}

static uint32_t export_view_Release(INamespace *iface)
{
    struct export_view *view = impl_from_INamespace(iface);
    uint32_t left = com_refs_release(&view->refs);

    if (!left) {
        INamespace_Release(view->inner);
        com_free(view);
    }
    return left;
}

/* `length`: of a name that may be followed by a slash. */
static bool is_hidden(const char *name, size_t length)
{
    size_t i;

    for (i = 0; i < sizeof(hidden_names) / sizeof(hidden_names[0]); i++) {
        if (strlen(hidden_names[i]) == length && !memcmp(hidden_names[i], name, length))
            return true;
    }
    return false;
}

/* What a path leads to: its first element, or a failure that every method returns. */
static HRESULT check_path(const char *path, char name[NAMESPACE_NAME_MAX + 1])
{
    const char *rest;
    HRESULT hr;

    hr = com_path_split(path, name, &rest);
    if (FAILED(hr))
        return hr;
    return is_hidden(name, strlen(name)) ? NS_E_NOT_FOUND : S_OK;
}

static HRESULT export_view_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    char name[NAMESPACE_NAME_MAX + 1];
    HRESULT hr;

    hr = check_path(path, name);
    if (hr == NS_E_NOT_FOUND)
        return NS_E_READ_ONLY; /* a name that is hidden here must not be taken there */
    if (FAILED(hr))
        return hr;
    return com_path_register(impl_from_INamespace(iface)->inner, path, object, flags);
}

static HRESULT export_view_Unregister(INamespace *iface, const char *path)
{
    char name[NAMESPACE_NAME_MAX + 1];
    HRESULT hr;

    hr = check_path(path, name);
    if (FAILED(hr))
        return hr;
    return com_path_unregister(impl_from_INamespace(iface)->inner, path);
}

static HRESULT export_view_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    char name[NAMESPACE_NAME_MAX + 1];
    HRESULT hr;

    *out_object = NULL;
    hr = check_path(path, name);
    if (FAILED(hr))
        return hr;
    if (!name[0]) {
        INamespace_AddRef(iface);
        *out_object = (IUnknown *)iface;
        return S_OK;
    }
    return com_path_bind(impl_from_INamespace(iface)->inner, path, flags, out_object);
}

/* Takes the names of one piece over and remembers the last, hidden or not. */
static void add_piece(struct com_name_list *list, char *piece, uint32_t length,
                      char last[NAMESPACE_NAME_MAX + 1])
{
    uint32_t at = 0;

    while (at < length) {
        size_t size = strlen(piece + at);
        bool is_namespace = size && piece[at + size - 1] == '/';

        piece[at + size - is_namespace] = '\0';
        memcpy(last, piece + at, size - is_namespace + 1);
        if (!is_hidden(last, size - is_namespace))
            com_name_list_add(list, last, is_namespace);
        at += (uint32_t)size + 1;
    }
}

static HRESULT export_view_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                                uint32_t *out_length)
{
    struct export_view *view = impl_from_INamespace(iface);
    char last[NAMESPACE_NAME_MAX + 1];
    char piece[LIST_PIECE_BYTES];
    struct com_name_list list;
    uint32_t length;
    HRESULT hr;

    hr = com_name_list_begin(&list, after, names, capacity);
    if (FAILED(hr))
        return hr;
    do {
        length = 0;
        hr = INamespace_List(view->inner, after, sizeof(piece), piece, &length);
        if (FAILED(hr))
            return hr;
        add_piece(&list, piece, length, last);
        after = last;
    } while (hr == S_FALSE && length && !list.left_out[0]);
    return com_name_list_end(&list, out_length);
}

static const struct INamespaceVtbl export_view_vtbl = {
    .QueryInterface = export_view_QueryInterface,
    .AddRef = export_view_AddRef,
    .Release = export_view_Release,
    .Register = export_view_Register,
    .Unregister = export_view_Unregister,
    .Bind = export_view_Bind,
    .List = export_view_List,
};

HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    COM_SCOPED(ILocalNode) node = NULL;
    COM_SCOPED(INamespace) view_namespace = NULL;
    struct export_view *view;
    HRESULT hr;

    hr = com_bind(ns, "rpc", &IID_ILocalNode, (void **)&node);
    if (FAILED(hr))
        return hr;
    view = com_alloc(sizeof(*view));
    if (!view)
        return E_OUTOFMEMORY;
    INamespace_AddRef(ns);
    *view = (struct export_view){
        .INamespace_iface = {&export_view_vtbl},
        .refs = COM_REFS_INIT,
        .inner = ns,
    };
    view_namespace = &view->INamespace_iface;

    hr = ILocalNode_SetExportedRoot(node, view_namespace);
    if (FAILED(hr))
        return hr;
    *out_object = (IUnknown *)COM_TAKE(view_namespace);
    return S_OK;
}
