/*
 * References to objects of peers: proxies, their identity and their counts; and references that peers hold.
 */
#include "view.h"
#include <string.h>

static const struct IUnknownVtbl unknown_proxy_vtbl = {
    .QueryInterface = (HRESULT(*)(IUnknown *, const IID *, void **))rpc_proxy_QueryInterface,
    .AddRef = (uint32_t(*)(IUnknown *))rpc_proxy_AddRef,
    .Release = (uint32_t(*)(IUnknown *))rpc_proxy_Release,
};

struct rpc_import *rpc__import_of(void *object)
{
    /* Every proxy table has these addresses in its first slots, whoever's image the table is in. */
    const struct IUnknownVtbl *vtbl = *(const struct IUnknownVtbl *const *)object;

    if (vtbl->QueryInterface != unknown_proxy_vtbl.QueryInterface)
        return NULL;
    return ((struct rpc_proxy *)object)->import;
}

void rpc__import_free(struct rpc_import *import)
{
    struct rpc_link *link = import->link;
    struct rpc_proxy *proxy, *next;

    for (proxy = import->identity.next; proxy; proxy = next) {
        next = proxy->next;
        port_free(proxy);
    }
    if (import->shortcut) {
        port_free(import->shortcut->returned);
        port_free(import->shortcut);
    }
    port_free(import);
    rpc__link_release(link);
}

/* ---- references ---- */

uint32_t rpc_proxy_AddRef(void *self)
{
    return __atomic_add_fetch(&((struct rpc_proxy *)self)->import->refs, 1, __ATOMIC_RELAXED);
}

/* The last use of an import has ended. (lock held) @return what must be freed without the lock, or NULL */
static struct rpc_import *retire(struct rpc_link *link, struct rpc_import *import)
{
    struct rpc_imports *imports = &link->session.imports;

    if (!import->entry.arrivals || link->session.state == RPC_DEAD) {
        rpc_imports_remove(imports, &import->entry);
        return import;
    }
    rpc_imports_release(imports, &import->entry); /* freed when the peer has been told */
    rpc__node_service_by(link->node, port_now_ns() + PORT_LINGER_NS);
    return NULL;
}

uint32_t rpc_proxy_Release(void *self)
{
    struct rpc_import *import = ((struct rpc_proxy *)self)->import, *unused = NULL;
    uint32_t refs = __atomic_load_n(&import->refs, __ATOMIC_RELAXED);
    struct rpc_link *link = import->link;
    struct rpc_rebinding *rebinding;
    uint32_t left;

    while (refs > 1)
        if (__atomic_compare_exchange_n(&import->refs, &refs, refs - 1, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
            return refs - 1;

    rebinding = rpc__rebinding_of(import);
    if (rebinding) { /* nobody else can find it */
        left = __atomic_sub_fetch(&import->refs, 1, __ATOMIC_ACQ_REL);
        if (!left)
            rebinding->destroy(import);
        return left;
    }
    rpc__link_addref(link); /* the import may take its own away */
    port_mutex_lock(&link->lock);
    left = __atomic_sub_fetch(&import->refs, 1, __ATOMIC_ACQ_REL);
    rebinding = rpc__rebinding_of(import); /* another's reference may have let it be switched meanwhile */
    if (!left && !rebinding)
        unused = retire(link, import);
    port_mutex_unlock(&link->lock);
    if (unused)
        rpc__import_free(unused);
    else if (!left && rebinding)
        rebinding->destroy(import);
    rpc__link_release(link);
    return left;
}

bool rpc__import_return_loan(struct rpc_link *link, struct rpc_import *import)
{
    if (__atomic_sub_fetch(&import->refs, 1, __ATOMIC_ACQ_REL) > 0) {
        if (!import->entry.id)
            return false; /* the root is not counted */
        import->entry.arrivals++;
        return true;
    }
    import = retire(link, import);
    if (import) {
        /* The caller of the call holds the link, so this is not its end. */
        rpc__import_free(import);
    }
    return false;
}

/* ---- proxies ---- */

static struct rpc_proxy *find_proxy(struct rpc_import *import, const IID *iid)
{
    struct rpc_proxy *proxy;

    if (com_guid_equal(iid, &IID_IUnknown))
        return &import->identity;
    for (proxy = import->identity.next; proxy; proxy = proxy->next)
        if (com_guid_equal(proxy->interface->iid, iid))
            return proxy;
    return NULL;
}

HRESULT rpc__make_proxy(struct rpc_node *node, struct rpc_import *import, const IID *iid,
                        struct rpc_proxy **out_proxy)
{
    struct rpc_proxy *proxy = find_proxy(import, iid);
    const struct com_interface *descriptor;

    *out_proxy = proxy;
    if (proxy)
        return S_OK;
    descriptor = rpc__node_interface(node, iid);
    if (!descriptor)
        return E_NOINTERFACE;
    proxy = (struct rpc_proxy *)port_alloc(sizeof(*proxy));
    if (!proxy)
        return E_OUTOFMEMORY;
    proxy->vtbl = descriptor->proxy_vtbl;
    proxy->interface = descriptor;
    proxy->import = import;
    proxy->next = import->identity.next;
    import->identity.next = proxy;
    *out_proxy = proxy;
    return S_OK;
}

/* A new import with one reference, in the table. (lock held) */
static HRESULT insert_import(struct rpc_link *link, uint32_t id, struct rpc_import **out_import)
{
    struct rpc_import *import = (struct rpc_import *)port_alloc(sizeof(*import));
    HRESULT hr;

    if (!import)
        return E_OUTOFMEMORY;
    memset(import, 0, sizeof(*import));
    import->entry.id = id;
    import->identity.vtbl = &unknown_proxy_vtbl;
    import->identity.import = import;
    import->refs = 1;
    hr = rpc_imports_insert(&link->session.imports, &import->entry);
    if (FAILED(hr)) {
        port_free(import);
        return hr;
    }
    import->link = link;
    rpc__link_addref(link);
    *out_import = import;
    return S_OK;
}

HRESULT rpc__import_enter(struct rpc_link *link, const struct rpc_cap *cap, struct rpc_import **out_import)
{
    struct rpc_import_entry *entry = rpc_imports_find(&link->session.imports, cap->id);
    HRESULT hr = S_OK;

    if (link->closed)
        return RPC_E_DISCONNECTED;
    if (entry) {
        *out_import = (struct rpc_import *)(void *)entry;
        (void)rpc_proxy_AddRef(&(*out_import)->identity);
    } else {
        hr = insert_import(link, cap->id, out_import);
        if (SUCCEEDED(hr) && cap->leads_on && link->node->introducer)
            link->node->introducer->attach(*out_import);
    }
    if (SUCCEEDED(hr) && cap->class_number)
        (*out_import)->known = link->session.classes.theirs[cap->class_number - 1];
    return hr;
}

HRESULT rpc__import(struct rpc_link *link, const struct rpc_cap *cap, const IID *iid, bool arrived,
                    void **out_object)
{
    struct rpc_import *import;
    struct rpc_proxy *proxy;
    HRESULT hr;

    *out_object = NULL;
    rpc__interface_lock(link);
    hr = rpc__import_enter(link, cap, &import);
    if (FAILED(hr)) {
        rpc__interface_unlock(link);
        return hr; /* who called gives the reference back */
    }
    hr = rpc__make_proxy(link->node, import, iid, &proxy);
    if (SUCCEEDED(hr) && arrived && cap->id)
        import->entry.arrivals++;
    rpc__interface_unlock(link);
    if (FAILED(hr)) {
        (void)rpc_proxy_Release(&import->identity);
        return hr;
    }
    *out_object = proxy;
    return S_OK;
}

HRESULT rpc__import_root(struct rpc_link *link, INamespace **out_root)
{
    static const struct rpc_cap root = {.where = RPC_SENDER};

    return rpc__import(link, &root, &IID_INamespace, false, (void **)out_root);
}

/*
 * What is known without asking. (lock held)
 * @param out_has  S_FALSE: the object has the interface, there is only no proxy yet
 * @retval S_FALSE nothing
 */
static HRESULT query_known(struct rpc_import *import, const IID *iid, bool *out_has, void **out_object)
{
    const struct rpc_class *known = import->known;
    struct rpc_proxy *proxy = find_proxy(import, iid);
    uint32_t i;

    if (proxy) {
        (void)rpc_proxy_AddRef(proxy);
        *out_object = proxy;
        return S_OK;
    }
    for (i = 0; i < import->missing_count && i < 2; i++)
        if (com_guid_equal(&import->missing[i], iid))
            return E_NOINTERFACE;
    if (import->link->closed)
        return RPC_E_DISCONNECTED;
    *out_has = known && rpc__class_has(known, iid);
    return known && known->is_closed && !*out_has ? E_NOINTERFACE : S_FALSE;
}

HRESULT rpc__query_remote(struct rpc_import *import, const IID *iid)
{
    struct rpc_call call;
    uint8_t bytes[sizeof(IID)];
    HRESULT hr =
        rpc_call_begin(&call, &import->identity, 0, RPC_TIMEOUT_DEFAULT, WIRE_BYTES_BOUND(sizeof(bytes)));

    if (FAILED(hr))
        return hr;
    rpc_iid_store(bytes, iid);
    wire_put_bytes(&call.request, 1, bytes, sizeof(bytes));
    hr = rpc_call_invoke(&call);
    rpc_call_end(&call);
    return hr;
}

HRESULT rpc_proxy_QueryInterface(void *self, const IID *iid, void **out_object)
{
    struct rpc_import *import = ((struct rpc_proxy *)self)->import;
    struct rpc_link *link = import->link;
    struct rpc_proxy *proxy;
    bool has = false;
    HRESULT hr;

    if (!out_object)
        return E_POINTER;
    *out_object = NULL;
    if (rpc__rebinding_of(import))
        return rpc__rebinding_of(import)->query((struct rpc_proxy *)self, iid, out_object);
    port_mutex_lock(&link->lock);
    hr = query_known(import, iid, &has, out_object);
    port_mutex_unlock(&link->lock);
    if (FAILED(hr))
        rpc_thread_current()->executed = RPC_EXECUTED_NO; /* nobody was asked */
    if (hr != S_FALSE)
        return hr;

    if (!rpc__node_knows(link->node, iid))
        return E_NOINTERFACE; /* nobody could call it */
    hr = has ? S_OK : rpc__query_remote(import, iid);
    rpc__interface_lock(link);
    if (SUCCEEDED(hr)) {
        hr = rpc__make_proxy(link->node, import, iid, &proxy);
        if (SUCCEEDED(hr)) {
            (void)rpc_proxy_AddRef(proxy);
            *out_object = proxy;
        }
    } else if (hr == E_NOINTERFACE) {
        import->missing[import->missing_count++ % 2] = *iid;
    }
    rpc__interface_unlock(link);
    return hr;
}

HRESULT rpc_set_timeout(void *proxy, uint32_t timeout_ms)
{
    struct rpc_import *import = rpc__import_of(proxy);

    if (!import)
        return S_FALSE; /* local: nothing to wait for */
    import->timeout_ms = timeout_ms;
    return S_OK;
}

/* ---- exports ---- */

/* What is passed on is what the path leads to now. */
static HRESULT export_target(struct rpc_link *link, struct rpc_proxy *stand_in, struct rpc_cap *out_cap)
{
    int64_t deadline_ns = port_now_ns() + RPC_DEFAULT_TIMEOUT_NS;
    struct rpc_proxy *target;
    HRESULT hr = rpc__rebinding_of(stand_in->import)->take_target(stand_in, deadline_ns, &target);

    if (FAILED(hr))
        return hr;
    hr = rpc__export(link, target, out_cap);
    (void)rpc_proxy_Release(target);
    return hr;
}

/*
 * Whether an import is an object of the peer. The reference by which that one is told so must be there when
 * it reads the message: an import that has gone home is not switched any more. Nor would the peer know its
 * object again, if it came as another node's.
 */
static bool goes_home(const struct rpc_link *link, struct rpc_import *import, struct rpc_cap *out_cap)
{
    struct rpc_import *behind = import;

    if (import->shortcut) {
        port_mutex_lock(&import->link->lock);
        behind = rpc__import_behind(import);
        if (behind == import && import->link == link)
            import->shortcut->went_home = true;
        port_mutex_unlock(&import->link->lock);
    }
    if (behind->link != link)
        return false;
    *out_cap = (struct rpc_cap){.where = RPC_RECEIVER, .id = behind->entry.id};
    return true;
}

HRESULT rpc__export(struct rpc_link *link, void *object, struct rpc_cap *out_cap)
{
    struct rpc_import *import = rpc__import_of(object);
    bool is_new = false;
    IUnknown *identity;
    HRESULT hr;

    if (import && rpc__is_lasting(import))
        return export_target(link, (struct rpc_proxy *)object, out_cap);
    if (import && goes_home(link, import, out_cap))
        return S_OK;
    hr = IUnknown_QueryInterface((IUnknown *)object, &IID_IUnknown, (void **)&identity);
    if (FAILED(hr))
        return hr;
    out_cap->where = RPC_SENDER;
    out_cap->class_number = 0;
    out_cap->leads_on = import && link->node->introducer && !link->view;
    port_mutex_lock(&link->lock);
    hr = link->closed ? RPC_E_DISCONNECTED
                      : rpc_exports_add(&link->session.exports, identity, rpc_thread_current()->names,
                                        &out_cap->id, &is_new);
    if (SUCCEEDED(hr) && is_new && !rpc__view_has_room(link, link->session.exports.live)) {
        hr = com_fail(RPC_E_OUT_OF_RESOURCES, "the peer holds as many references as its view allows", NULL);
        (void)rpc_exports_release(&link->session.exports, out_cap->id, 1); /* its only one */
        rpc__link_reap_soon(link);
    }
    if (SUCCEEDED(hr))
        out_cap->class_number = rpc_exports_find(&link->session.exports, out_cap->id)->class_number;
    port_mutex_unlock(&link->lock);
    if (!is_new)
        (void)IUnknown_Release(identity);
    else if (SUCCEEDED(hr))
        out_cap->class_number = rpc__tell_class(link, (IUnknown *)object, out_cap->id);
    return hr;
}

HRESULT rpc__come_home(struct rpc_link *link, uint32_t id, const IID *iid, void **out_object)
{
    struct rpc_export *entry;
    IUnknown *object = NULL;
    HRESULT hr;

    *out_object = NULL;
    port_mutex_lock(&link->lock);
    entry = rpc_exports_find(&link->session.exports, id);
    if (entry && !entry->is_revoked) {
        object = (IUnknown *)entry->object;
        (void)IUnknown_AddRef(object);
    }
    hr = entry ? CO_E_OBJNOTCONNECTED : RPC_E_INVALID_OBJECT;
    port_mutex_unlock(&link->lock);
    if (!object)
        return hr;
    hr = IUnknown_QueryInterface(object, iid, out_object);
    (void)IUnknown_Release(object);
    return hr;
}
