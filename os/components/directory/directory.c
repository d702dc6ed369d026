/* The object under the name "directory" on the node that holds it: which nodes exist and where. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/config.idl.h>
#include <rpc/node.idl.h>
#include <string.h>
#include "directory_internal.h"

/* How long the holder of a name has for its answer when another node asks for the name. */
#define PING_NS (INT64_C(2000) * 1000000)

/* How often Announce looks again because the name changed hands while it asked the holder. */
enum { ANNOUNCE_ATTEMPTS = 4 };

/* As much of an endpoint as fits twice into an error's detail. */
enum { ENDPOINT_SHOWN = 36 };

struct directory {
    IDirectory IDirectory_iface;
    struct com_refs refs; /* every live registration holds one */
    ILocalNode *node;     /* constant, one reference */
    struct com_lock lock;
    struct directory_table table; /* (lock) */
};

/* An announced node: the entry leaves the table with the last reference. */
struct registration {
    IUnknown IUnknown_iface;
    struct com_refs refs;
    struct directory *directory; /* constant, one reference */
    char name[NODE_NAME_MAX + 1];
    uint64_t incarnation; /* 0: never entered; constant once it was given out */
};

static const struct IDirectoryVtbl directory_vtbl;
static const struct IUnknownVtbl registration_vtbl;

static struct directory *impl_from_IDirectory(IDirectory *iface)
{
    assert(iface->vtbl == &directory_vtbl);
    return container_of(iface, struct directory, IDirectory_iface);
}

static struct registration *impl_from_IUnknown(IUnknown *iface)
{
    assert(iface->vtbl == &registration_vtbl);
    return container_of(iface, struct registration, IUnknown_iface);
}

static HRESULT directory_QueryInterface(IDirectory *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IDirectory, iid, out_object);
}

static uint32_t directory_AddRef(IDirectory *iface)
{
    return com_refs_add(&impl_from_IDirectory(iface)->refs);
}

static uint32_t directory_Release(IDirectory *iface)
{
    struct directory *directory = impl_from_IDirectory(iface);
    uint32_t left = com_refs_release(&directory->refs);

    if (!left) {
        directory_table_free(&directory->table);
        ILocalNode_Release(directory->node);
        com_free(directory);
    }
    return left;
}

static HRESULT registration_QueryInterface(IUnknown *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IUnknown, iid, out_object);
}

static uint32_t registration_AddRef(IUnknown *iface)
{
    return com_refs_add(&impl_from_IUnknown(iface)->refs);
}

static uint32_t registration_Release(IUnknown *iface)
{
    struct registration *registration = impl_from_IUnknown(iface);
    struct directory *directory = registration->directory;
    uint32_t left = com_refs_release(&registration->refs);
    INode *node;

    if (left)
        return left;
    com_lock_take(&directory->lock);
    node = directory_table_leave(&directory->table, registration->name, registration->incarnation);
    com_lock_give(&directory->lock);
    if (node)
        INode_Release(node);
    directory_Release(&directory->IDirectory_iface);
    com_free(registration);
    return 0;
}

static const struct IUnknownVtbl registration_vtbl = {
    .QueryInterface = registration_QueryInterface,
    .AddRef = registration_AddRef,
    .Release = registration_Release,
};

static HRESULT create_registration(struct directory *directory, const char *name, IUnknown **out_registration)
{
    struct registration *registration = com_alloc(sizeof(*registration));

    if (!registration)
        return E_OUTOFMEMORY;
    *registration = (struct registration){
        .IUnknown_iface = {&registration_vtbl},
        .refs = COM_REFS_INIT,
        .directory = directory,
    };
    memcpy(registration->name, name, strlen(name) + 1);
    directory_AddRef(&directory->IDirectory_iface);
    *out_registration = &registration->IUnknown_iface;
    return S_OK;
}

static bool is_node_name(const char *name)
{
    size_t length;

    for (length = 0; name[length]; length++) {
        char byte = name[length];

        if (length == NODE_NAME_MAX ||
            !((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_' || byte == '-'))
            return false;
    }
    return length > 0;
}

/* Words "scheme:address" with single spaces between them. */
static bool are_endpoints(const char *endpoints)
{
    const char *at = endpoints;

    if (strlen(endpoints) > NODE_ENDPOINTS_MAX)
        return false;
    for (;;) {
        const char *word = at;
        bool has_scheme = false;

        for (; *at > ' ' && *at < 0x7f; at++)
            has_scheme = has_scheme || (*at == ':' && at > word);
        if (!has_scheme)
            return false;
        if (!*at)
            return true;
        if (*at++ != ' ')
            return false;
    }
}

static bool is_same_object(INode *a, INode *b)
{
    COM_SCOPED(IUnknown) identity_a = NULL;
    COM_SCOPED(IUnknown) identity_b = NULL;

    return SUCCEEDED(INode_QueryInterface(a, &IID_IUnknown, (void **)&identity_a)) &&
           SUCCEEDED(INode_QueryInterface(b, &IID_IUnknown, (void **)&identity_b)) &&
           identity_a == identity_b;
}

/* The first endpoint of a list; of a long one (a path) its end, which tells more than its beginning. */
static void show_endpoint(const char *endpoints, char shown[ENDPOINT_SHOWN + 1])
{
    size_t length = 0, skipped = 0;

    while (endpoints[length] && endpoints[length] != ' ')
        length++;
    if (length > ENDPOINT_SHOWN)
        skipped = length - ENDPOINT_SHOWN;
    memcpy(shown, endpoints + skipped, length - skipped);
    shown[length - skipped] = '\0';
    if (skipped)
        memcpy(shown, "...", 3);
}

/*
 * Whether the holder of a name still answers. Called without the lock: it is a call to another node.
 * @retval S_OK it does
 * @retval S_FALSE it does not: its name is free
 * @retval RPC_E_TIMEOUT not known: whoever asks has less time than the holder is given
 */
static HRESULT ping_holder(struct directory *directory, INode *holder)
{
    int64_t limit = ILocalNode_Now(directory->node) + PING_NS;
    int64_t before = rpc_set_deadline(limit);
    bool hurried = before < limit;
    HRESULT hr;

    if (hurried)
        (void)rpc_set_deadline(before);
    hr = INode_Ping(holder);
    (void)rpc_set_deadline(before);

    if (hr == RPC_E_TIMEOUT)
        return hurried ? hr : S_FALSE;
    /* Anything else that is not the loss of the node or of its object, such as "overloaded", is an answer. */
    return hr == RPC_E_DISCONNECTED || hr == RPC_E_INVALID_OBJECT || hr == RPC_E_SERVER_DIED_DNE ? S_FALSE
                                                                                                 : S_OK;
}

/* The live holder of a name and its incarnation; NULL and 0 if there is none. */
static INode *get_holder(struct directory *directory, const char *name, uint64_t *out_incarnation,
                         char shown_endpoint[ENDPOINT_SHOWN + 1])
{
    struct directory_entry *entry;
    INode *holder = NULL;

    *out_incarnation = 0;
    com_lock_take(&directory->lock);
    entry = directory_table_find(&directory->table, name);
    if (entry && entry->node) {
        holder = entry->node;
        INode_AddRef(holder);
        *out_incarnation = entry->incarnation;
        show_endpoint(entry->endpoints, shown_endpoint);
    }
    com_lock_give(&directory->lock);
    return holder;
}

/*
 * Enters a node unless the name changed hands since its holder's incarnation was `expected` (0: nobody held
 * it).
 * @retval S_FALSE it did
 */
static HRESULT enter(struct directory *directory, const char *name, const char *endpoints, INode *node,
                     uint64_t expected, uint64_t *out_incarnation)
{
    struct directory_entry *entry;
    INode *before = NULL;
    HRESULT hr;

    com_lock_take(&directory->lock);
    hr = directory_table_obtain(&directory->table, name, &entry);
    if (SUCCEEDED(hr)) {
        if ((entry->node ? entry->incarnation : 0) != expected) {
            hr = S_FALSE;
        } else {
            INode_AddRef(node);
            before = directory_table_enter(&directory->table, entry, endpoints, node);
            *out_incarnation = entry->incarnation;
        }
    }
    com_lock_give(&directory->lock);
    if (before)
        INode_Release(before);
    return hr;
}

/*
 * One look at the name: enters the node if it is free. @retval S_FALSE it changed hands meanwhile: look again
 */
static HRESULT try_to_enter(struct directory *directory, const char *name, const char *endpoints, INode *node,
                            uint64_t *out_incarnation)
{
    COM_SCOPED(INode) holder = NULL;
    char holder_endpoint[ENDPOINT_SHOWN + 1], own_endpoint[ENDPOINT_SHOWN + 1];
    uint64_t held;
    HRESULT hr;

    holder = get_holder(directory, name, &held, holder_endpoint);
    if (holder && !is_same_object(holder, node)) {
        hr = ping_holder(directory, holder);
        if (FAILED(hr))
            return hr;
        if (hr == S_OK) {
            show_endpoint(endpoints, own_endpoint);
            return com_fail(NET_E_NAME_IN_USE, holder_endpoint, " has this name, ", own_endpoint, " wants it",
                            NULL);
        }
    }
    return enter(directory, name, endpoints, node, held, out_incarnation);
}

static HRESULT directory_Announce(IDirectory *iface, const char *name, const char *endpoints, INode *node,
                                  uint64_t *out_incarnation, IUnknown **out_registration)
{
    struct directory *directory = impl_from_IDirectory(iface);
    COM_SCOPED(IUnknown) registration = NULL;
    uint64_t incarnation = 0;
    int attempt;
    HRESULT hr;

    *out_registration = NULL;
    if (!name || !endpoints || !node)
        return E_POINTER;
    if (!is_node_name(name))
        return com_fail(E_INVALIDARG, "a node's name is 1 to 31 of a-z 0-9 _ -", NULL);
    if (!are_endpoints(endpoints))
        return com_fail(E_INVALIDARG, "malformed endpoints", NULL);
    hr = create_registration(directory, name, &registration);
    if (FAILED(hr))
        return hr;

    for (attempt = 0; attempt < ANNOUNCE_ATTEMPTS; attempt++) {
        hr = try_to_enter(directory, name, endpoints, node, &incarnation);
        if (FAILED(hr))
            return hr;
        if (hr == S_OK) {
            impl_from_IUnknown(registration)->incarnation = incarnation;
            *out_incarnation = incarnation;
            *out_registration = COM_TAKE(registration);
            return S_OK;
        }
    }
    return com_fail(RPC_E_SERVERCALL_RETRYLATER, "several nodes ask for the name ", name, NULL);
}

static HRESULT directory_Lookup(IDirectory *iface, const char *name, char *endpoints, uint32_t capacity,
                                uint64_t *out_incarnation)
{
    struct directory *directory = impl_from_IDirectory(iface);
    struct directory_entry *entry;
    HRESULT hr = S_OK;
    size_t size;

    com_lock_take(&directory->lock);
    entry = directory_table_find(&directory->table, name);
    size = entry ? strlen(entry->endpoints) + 1 : 0;
    if (!entry || !entry->incarnation)
        hr = NS_E_NOT_FOUND;
    else if (!entry->node)
        hr = NET_E_UNREACHABLE;
    else if (size > capacity)
        hr = E_INVALIDARG;
    if (SUCCEEDED(hr)) {
        memcpy(endpoints, entry->endpoints, size);
        *out_incarnation = entry->incarnation;
    }
    com_lock_give(&directory->lock);

    if (hr == NS_E_NOT_FOUND)
        return com_fail(hr, "no node ", name, " in this cluster", NULL);
    if (hr == NET_E_UNREACHABLE)
        return com_fail(hr, "node ", name, " is gone", NULL);
    return hr;
}

static HRESULT directory_List(IDirectory *iface, const char *after, uint32_t capacity, char *names,
                              uint32_t *out_length)
{
    struct directory *directory = impl_from_IDirectory(iface);
    struct com_name_list list;
    uint32_t i;
    HRESULT hr;

    hr = com_name_list_begin(&list, after, names, capacity);
    if (FAILED(hr))
        return hr;
    com_lock_take(&directory->lock);
    for (i = 0; i < directory->table.count; i++) {
        if (directory->table.entries[i]->node)
            com_name_list_add(&list, directory->table.entries[i]->name, false);
    }
    com_lock_give(&directory->lock);
    return com_name_list_end(&list, out_length);
}

static const struct IDirectoryVtbl directory_vtbl = {
    .QueryInterface = directory_QueryInterface,
    .AddRef = directory_AddRef,
    .Release = directory_Release,
    .Announce = directory_Announce,
    .Lookup = directory_Lookup,
    .List = directory_List,
};

/* Whether this node holds the directory. */
static HRESULT is_holder(INamespace *ns, bool *out_is_holder)
{
    COM_SCOPED(IConfig) config = NULL;
    char value[CONFIG_VALUE_MAX + 1];
    HRESULT hr;

    *out_is_holder = false;
    hr = com_bind(ns, "config", &IID_IConfig, (void **)&config);
    if (FAILED(hr))
        return hr;
    hr = IConfig_Get(config, "directory", value, sizeof(value));
    if (hr == NS_E_NOT_FOUND)
        return S_OK;
    *out_is_holder = SUCCEEDED(hr) && !strcmp(value, "self");
    return hr;
}

HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    COM_SCOPED(ILocalNode) node = NULL;
    struct directory *directory;
    bool holder;
    HRESULT hr;

    *out_object = NULL;
    hr = is_holder(ns, &holder);
    if (FAILED(hr))
        return hr;
    if (!holder)
        return OS_E_NOT_PRESENT;
    hr = com_bind(ns, "rpc", &IID_ILocalNode, (void **)&node);
    if (FAILED(hr))
        return hr;
    directory = com_alloc(sizeof(*directory));
    if (!directory)
        return E_OUTOFMEMORY;
    *directory = (struct directory){
        .IDirectory_iface = {&directory_vtbl},
        .refs = COM_REFS_INIT,
        .node = COM_TAKE(node),
    };
    *out_object = (IUnknown *)&directory->IDirectory_iface;
    return S_OK;
}
