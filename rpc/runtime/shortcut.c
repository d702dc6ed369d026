/*
 * Shortcuts: an import that leads on to a third node gets a reference of its own there, if that node can be
 * reached, and gives back the one that it came by. Only who calls rpc_introduce has this in its program.
 *
 * A shortcut begins with a call: whoever makes one has a worker ask. There is one asking at a time in a node,
 * so that peers who do not answer keep one worker at most; and one that failed waits longer each time until
 * it gives up.
 */
#include <com_names.h>
#include <string.h>
#include "introduce.h"

/* What an introduction may take, finding the node included. */
#define INTRODUCTION_NS (INT64_C(3000) * PORT_NS_PER_MS)

/* After a failure; four times as long after each further one. */
#define RETRY_NS (INT64_C(1000) * PORT_NS_PER_MS)

enum { ATTEMPTS_MAX = 5 };

/* Where a node finds others: by the names of its own directory, so that no peer can send it anywhere else. */
#define NODES_PATH "net/"

/* ---- what a switched import does ---- */

/* The proxy of the target for the interface that was called: that the object has it is known. */
static HRESULT shortcut_take_target(struct rpc_proxy *self, int64_t deadline_ns,
                                    struct rpc_proxy **out_target)
{
    struct rpc_proxy *target = self->import->shortcut->target;
    struct rpc_link *link = target->import->link;
    HRESULT hr = S_OK;

    (void)deadline_ns;
    if (self->interface) {
        rpc__interface_lock(link);
        hr = rpc__make_proxy(link->node, target->import, self->interface->iid, &target);
        rpc__interface_unlock(link);
    }
    if (FAILED(hr))
        return hr;
    (void)rpc_proxy_AddRef(target);
    *out_target = target;
    return S_OK;
}

/* The import's own proxy of an interface that its object has. */
static HRESULT get_proxy(struct rpc_import *import, const IID *iid, void **out_object)
{
    struct rpc_proxy *proxy;
    HRESULT hr;

    rpc__interface_lock(import->link);
    hr = rpc__make_proxy(import->link->node, import, iid, &proxy);
    if (SUCCEEDED(hr)) {
        (void)rpc_proxy_AddRef(proxy);
        *out_object = proxy;
    }
    rpc__interface_unlock(import->link);
    return hr;
}

static HRESULT shortcut_query(struct rpc_proxy *self, const IID *iid, void **out_object)
{
    struct rpc_import *import = self->import;
    IUnknown *pointer;
    HRESULT hr;

    if (com_guid_equal(iid, &IID_IUnknown))
        return get_proxy(import, iid, out_object);
    hr = rpc_proxy_QueryInterface(import->shortcut->target, iid, (void **)&pointer);
    if (FAILED(hr))
        return hr;
    hr = get_proxy(import, iid, out_object);
    (void)IUnknown_Release(pointer);
    return hr;
}

static void shortcut_destroy(struct rpc_import *import)
{
    struct rpc_shortcut *shortcut = import->shortcut;
    struct rpc_node *node = import->link->node;
    struct rpc_rebinding **at;

    port_mutex_lock(&node->lock);
    for (at = &node->switched; *at != &shortcut->rebinding; at = &(*at)->next)
        ;
    *at = shortcut->rebinding.next;
    port_mutex_unlock(&node->lock);
    (void)rpc_proxy_Release(shortcut->target);
    rpc__import_free(import);
}

/* ---- switching ---- */

/* What the peer counts for the import goes back to it. (link->lock held) @return what is not needed for that
 */
static struct rpc_import *hand_back(struct rpc_link *link, struct rpc_import *import)
{
    struct rpc_import *returned = import->shortcut->returned;

    import->shortcut->returned = NULL;
    rpc_imports_remove(&link->session.imports, &import->entry);
    if (!import->entry.arrivals || link->session.state == RPC_DEAD)
        return returned;
    returned->entry.id = import->entry.id;
    returned->entry.arrivals = import->entry.arrivals;
    import->entry.arrivals = 0;
    returned->link = link;
    rpc__link_addref(link);
    rpc_imports_release(&link->session.imports, &returned->entry); /* freed when the peer has been told */
    rpc__node_service_by(link->node, port_now_ns() + PORT_LINGER_NS);
    return NULL;
}

/* Whether nobody is in a call: from here on, calls go to the target. (link->lock held) */
static bool close_entry(struct rpc_shortcut *shortcut)
{
    uint32_t none = 0;

    return __atomic_compare_exchange_n(&shortcut->uses, &none, RPC_SWITCHED, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
}

/* Makes it a rebinding one. (node->lock and link->lock held) @return what is to be freed */
static struct rpc_import *make_rebinding(struct rpc_link *link, struct rpc_import *import)
{
    struct rpc_shortcut *shortcut = import->shortcut;

    shortcut->rebinding = (struct rpc_rebinding){
        .next = link->node->switched,
        .import = import,
        .take_target = shortcut_take_target,
        .query = shortcut_query,
        .destroy = shortcut_destroy,
    };
    link->node->switched = &shortcut->rebinding;
    __atomic_store_n(&import->rebinding, &shortcut->rebinding, __ATOMIC_RELEASE);
    return hand_back(link, import);
}

/*
 * Switches an import that has a target, unless it is in use: then who uses it last does. (no lock held, a
 * reference to the import)
 */
static void switch_over(struct rpc_import *import)
{
    struct rpc_shortcut *shortcut = import->shortcut;
    struct rpc_link *link = import->link;
    struct rpc_node *node = link->node;
    struct rpc_proxy *unused = NULL;
    struct rpc_import *rest = NULL;
    bool switched = false;

    rpc__interface_lock(link);
    if (shortcut->target && !rpc__rebinding_of(import)) {
        if (shortcut->went_home || node->closing) {
            unused = shortcut->target;
            shortcut->target = NULL;
        } else if (close_entry(shortcut)) {
            rest = make_rebinding(link, import);
            switched = true;
        }
    }
    port_mutex_unlock(&link->lock);
    if (switched)
        rpc__watches_move(link, shortcut->target->import->link, shortcut->serial);
    port_mutex_unlock(&node->lock);
    port_free(rest);
    if (unused)
        (void)rpc_proxy_Release(unused);
}

/* ---- being introduced ---- */

static bool is_name(const char *name)
{
    size_t length = 0;

    for (; name[length]; length++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", name[length]))
            return false;
    return length > 0 && length <= NODE_NAME_MAX;
}

/* The open link to the node of an introduction, with one reference; NULL: there is none. */
static struct rpc_link *find_home(struct rpc_node *node, const struct introduction *introduction)
{
    struct rpc_link *links[PORT_MAX_LINKS], *found = NULL;
    uint32_t count = rpc__node_take_links(node, links), i;

    for (i = 0; i < count; i++) {
        const struct rpc_session *session = &links[i]->session;

        port_mutex_lock(&links[i]->lock);
        if (!found && session->state == RPC_OPEN && !session->leaving &&
            rpc__token_is_node(&introduction->node, &session->peer) &&
            (!introduction->incarnation || !session->peer.incarnation ||
             introduction->incarnation == session->peer.incarnation)) {
            found = links[i];
            rpc__link_addref(found);
        }
        port_mutex_unlock(&links[i]->lock);
        rpc__link_release(links[i]);
    }
    return found;
}

/*
 * The link to the object's home: one that is there, or a new one to the node of that name, if it turns out to
 * be the one that is meant.
 */
static HRESULT reach_home(struct rpc_node *node, const struct introduction *introduction,
                          struct rpc_link **out_link)
{
    char path[sizeof(NODES_PATH) + NODE_NAME_MAX] = NODES_PATH;
    COM_SCOPED(IUnknown) root = NULL;
    HRESULT hr;

    *out_link = find_home(node, introduction);
    if (*out_link)
        return S_OK;
    if (!node->world || !is_name(introduction->name))
        return NET_E_UNREACHABLE;
    memcpy(path + sizeof(NODES_PATH) - 1, introduction->name, strlen(introduction->name) + 1);
    hr = com_bind(node->world, path, &IID_IUnknown, (void **)&root);
    if (FAILED(hr))
        return hr;
    *out_link = find_home(node, introduction);
    return *out_link ? S_OK : NET_E_UNREACHABLE;
}

/* Accepts the object of an introduction there. @param out_target  its identity, with one reference */
static HRESULT accept_from(struct rpc_link *link, const struct introduction *introduction,
                           struct rpc_proxy **out_target)
{
    COM_SCOPED(INamespace) root = NULL;
    COM_SCOPED(IUnknown) object = NULL;
    struct rpc_import *import;
    struct rpc_proxy proxy;
    HRESULT hr = rpc__import_root(link, &root);

    if (FAILED(hr))
        return hr;
    hr = IIntroduction_Accept(rpc__introduction_init(&proxy, rpc__import_of(root)), &introduction->nonce,
                              &object);
    if (FAILED(hr))
        return hr;
    import = object ? rpc__import_of(object) : NULL;
    if (!import || import->link != link || import->shortcut)
        return RPC_E_INVALID_OBJECT; /* of that node, it must be its own */
    object = NULL;                   /* its reference is that of the identity */
    *out_target = &import->identity;
    return S_OK;
}

static HRESULT introduce(struct rpc_import *import)
{
    struct introduction introduction;
    struct rpc_proxy proxy, *target = NULL;
    struct rpc_link *home;
    HRESULT hr;

    memset(&introduction, 0, sizeof(introduction));
    hr = IIntroduction_Introduce(rpc__introduction_init(&proxy, import), &introduction);
    if (SUCCEEDED(hr))
        hr = reach_home(import->link->node, &introduction, &home);
    if (FAILED(hr))
        return hr;
    hr = home == import->link ? E_NOTIMPL : accept_from(home, &introduction, &target);
    rpc__link_release(home);
    if (FAILED(hr))
        return hr;
    port_mutex_lock(&import->link->lock);
    __atomic_store_n(&import->shortcut->target, target, __ATOMIC_SEQ_CST);
    port_mutex_unlock(&import->link->lock);
    switch_over(import);
    return S_OK;
}

/* ---- one after the other ---- */

/* It has been tried. (introducer->lock held) */
static void note_attempt(struct rpc_shortcut *shortcut, HRESULT hr)
{
    uint32_t attempts = shortcut->attempts + 1;

    shortcut->waits = false;
    shortcut->next_ns = port_now_ns() + (RETRY_NS << 2 * shortcut->attempts);
    __atomic_store_n(&shortcut->attempts, SUCCEEDED(hr) ? ATTEMPTS_MAX : attempts, __ATOMIC_RELAXED);
}

static struct rpc_shortcut *take_first(struct rpc_introducer *introducer)
{
    struct rpc_shortcut *shortcut;

    port_mutex_lock(&introducer->lock);
    shortcut = introducer->first;
    if (shortcut)
        introducer->first = shortcut->next;
    port_mutex_unlock(&introducer->lock);
    return shortcut;
}

/* As a logical thread of its own, which nobody cancels. */
static HRESULT introduce_in_time(struct rpc_import *import)
{
    struct rpc_thread *thread = rpc_thread_current();
    int64_t before_ns = rpc_set_deadline(port_now_ns() + INTRODUCTION_NS);
    HRESULT hr;

    thread->causality = 0;
    hr = introduce(import);
    thread->causality = 0;
    (void)rpc_set_deadline(before_ns);
    return hr;
}

void rpc__shortcut_introduce(struct rpc_work *work)
{
    struct rpc_introducer *introducer = container_of(work, struct rpc_introducer, work);
    struct rpc_shortcut *shortcut = take_first(introducer);
    struct rpc_import *import;
    HRESULT hr;

    if (!shortcut)
        return;
    import = shortcut->rebinding.import;
    hr = introduce_in_time(import);
    port_mutex_lock(&introducer->lock);
    note_attempt(shortcut, hr);
    if (introducer->first)
        (void)rpc__node_queue(introducer->node,
                              &introducer->work); /* behind what others want of the workers */
    port_mutex_unlock(&introducer->lock);
    (void)rpc_proxy_Release(&import->identity);
}

/* Has an import introduced soon, if it is time. */
static void ask(struct rpc_introducer *introducer, struct rpc_import *import)
{
    struct rpc_shortcut *shortcut = import->shortcut, **at;

    port_mutex_lock(&introducer->lock);
    if (!shortcut->waits && !introducer->stopped && shortcut->attempts < ATTEMPTS_MAX &&
        port_now_ns() >= shortcut->next_ns) {
        (void)rpc_proxy_AddRef(&import->identity);
        shortcut->waits = true;
        shortcut->next = NULL;
        for (at = &introducer->first; *at; at = &(*at)->next)
            ;
        *at = shortcut;
        (void)rpc__node_queue(introducer->node, &introducer->work); /* it may wait already */
    }
    port_mutex_unlock(&introducer->lock);
}

void rpc__shortcut_stop(struct rpc_introducer *introducer)
{
    struct rpc_shortcut *shortcut;

    port_mutex_lock(&introducer->lock);
    introducer->stopped = true;
    port_mutex_unlock(&introducer->lock);
    while ((shortcut = take_first(introducer)) != NULL)
        (void)rpc_proxy_Release(&shortcut->rebinding.import->identity);
}

/* ---- its calls ---- */

void rpc__shortcut_attach(struct rpc_import *import)
{
    struct rpc_shortcut *shortcut = (struct rpc_shortcut *)port_alloc(sizeof(*shortcut));
    struct rpc_import *returned = (struct rpc_import *)port_alloc(sizeof(*returned));

    if (!shortcut || !returned) {
        port_free(shortcut);
        port_free(returned);
        return;
    }
    memset(shortcut, 0, sizeof(*shortcut));
    memset(returned, 0, sizeof(*returned));
    shortcut->rebinding.import = import;
    shortcut->returned = returned;
    shortcut->serial = __atomic_add_fetch(&import->link->node->last_shortcut, 1, __ATOMIC_RELAXED);
    import->shortcut = shortcut;
}

bool rpc__shortcut_enter(struct rpc_import *import)
{
    struct rpc_shortcut *shortcut = import->shortcut;
    uint32_t uses = __atomic_load_n(&shortcut->uses, __ATOMIC_ACQUIRE);

    do {
        if (uses & RPC_SWITCHED) {
            port_mutex_lock(&import->link->lock); /* who switches it has this until the rebinding is there */
            port_mutex_unlock(&import->link->lock);
            return false;
        }
    } while (!__atomic_compare_exchange_n(&shortcut->uses, &uses, uses + 1, true, __ATOMIC_ACQ_REL,
                                          __ATOMIC_ACQUIRE));
    if (__atomic_load_n(&shortcut->attempts, __ATOMIC_RELAXED) < ATTEMPTS_MAX)
        ask(import->link->node->introducer, import);
    return true;
}

void rpc__shortcut_leave(struct rpc_import *import)
{
    struct rpc_shortcut *shortcut = import->shortcut;

    /* In this order, as who has a target sets it before it looks whether there are uses: one of them
     * switches. */
    if (!__atomic_sub_fetch(&shortcut->uses, 1, __ATOMIC_SEQ_CST) &&
        __atomic_load_n(&shortcut->target, __ATOMIC_SEQ_CST))
        switch_over(import);
}
