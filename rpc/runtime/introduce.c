/*
 * Introductions, as the two nodes serve them that a third one asks: the one that passed an object on, and the
 * one where it is at home (idl/rpc/introduction.idl). Only who calls rpc_introduce has this in its program.
 */
#include <string.h>
#include "introduce.h"

#define OFFER_NS (INT64_C(10000) * PORT_NS_PER_MS)

enum { OFFERS_MAX = 8 };

/* One object that waits to be accepted. It is named by the reference of who had it provided, and goes with
 * that. */
struct offer {
    struct introduction_token nonce;
    struct introduction_token accepter;
    uint32_t export_id;
    int64_t until_ns; /* 0: none */
};

struct rpc_offers {
    struct offer list[OFFERS_MAX];
};

/* The object of a call of IIntroduction; on the stack of who runs it. */
struct introduced {
    IIntroduction IIntroduction_iface;
    struct rpc_incoming *call;
};

static const struct IIntroductionVtbl introduced_vtbl;

static struct introduced *impl_from_IIntroduction(IIntroduction *iface)
{
    assert(iface->vtbl == &introduced_vtbl);
    return container_of(iface, struct introduced, IIntroduction_iface);
}

/* ---- who passed it on ---- */

/* The ordinary proxy behind the object that was passed on, with one reference. */
static HRESULT take_passed_on(void *object, struct rpc_proxy **out_target)
{
    struct rpc_import *import = rpc__import_of(object);

    if (!import)
        return com_fail(E_NOTIMPL, "the object is of this node", NULL);
    if (rpc__rebinding_of(import))
        return rpc__rebinding_of(import)->take_target(&import->identity,
                                                      port_now_ns() + RPC_DEFAULT_TIMEOUT_NS, out_target);
    (void)rpc_proxy_AddRef(&import->identity);
    *out_target = &import->identity;
    return S_OK;
}

static HRESULT provide_for(const struct rpc_peer *accepter, struct rpc_import *import,
                           struct introduction *out_introduction)
{
    const struct rpc_peer *home = &import->link->session.peer; /* set once, before there were proxies */
    struct introduction_token id;
    struct rpc_proxy proxy;
    HRESULT hr;

    if (memcmp(home->node_id, accepter->node_id, RPC_NODE_ID_BYTES) == 0)
        return com_fail(E_NOTIMPL, "the object is of the node that asks", NULL);
    memcpy(id.bytes, accepter->node_id, sizeof(id.bytes));
    hr = IIntroduction_Provide(rpc__introduction_init(&proxy, import), &id, &out_introduction->nonce);
    if (FAILED(hr))
        return hr;
    memcpy(out_introduction->node.bytes, home->node_id, sizeof(id.bytes));
    memcpy(out_introduction->name, home->name, sizeof(home->name));
    out_introduction->incarnation = home->incarnation;
    return S_OK;
}

/*
 * What limits a peer here must not be got round by sending it elsewhere; so who has a view goes through this
 * node.
 */
static HRESULT check_view(const struct rpc_incoming *call)
{
    if (call->link->view)
        return com_fail(RPC_E_ACCESS_DENIED, "this node introduces nobody whom it limits", NULL);
    return S_OK;
}

static HRESULT introduced_Introduce(IIntroduction *iface, struct introduction *out_introduction)
{
    struct rpc_incoming *call = impl_from_IIntroduction(iface)->call;
    struct rpc_proxy *target;
    HRESULT hr = check_view(call);

    if (SUCCEEDED(hr))
        hr = take_passed_on(call->object, &target);
    if (FAILED(hr))
        return hr;
    hr = provide_for(&call->link->session.peer, target->import, out_introduction);
    (void)rpc_proxy_Release(target);
    return hr;
}

/* ---- where it is at home: for who passed it on ---- */

/* A place whose offer is over. (link->lock held) */
static struct offer *find_place(struct rpc_offers *offers, int64_t now_ns)
{
    uint32_t i;

    for (i = 0; i < OFFERS_MAX; i++)
        if (offers->list[i].until_ns <= now_ns)
            return &offers->list[i];
    return NULL;
}

/* (link->lock held) */
static HRESULT add_offer(struct rpc_link *link, const struct offer *offer, int64_t now_ns)
{
    struct offer *place;

    if (!link->offers) {
        link->offers = (struct rpc_offers *)port_alloc(sizeof(*link->offers));
        if (!link->offers)
            return E_OUTOFMEMORY;
        memset(link->offers, 0, sizeof(*link->offers));
    }
    place = find_place(link->offers, now_ns);
    if (!place)
        return com_fail(RPC_E_OUT_OF_RESOURCES, "8 objects wait to be accepted already", NULL);
    *place = *offer;
    return S_OK;
}

static HRESULT introduced_Provide(IIntroduction *iface, const struct introduction_token *accepter,
                                  struct introduction_token *out_nonce)
{
    struct rpc_incoming *call = impl_from_IIntroduction(iface)->call;
    int64_t now_ns = port_now_ns();
    struct offer offer = {.accepter = *accepter, .export_id = call->target, .until_ns = now_ns + OFFER_NS};
    HRESULT hr = check_view(call);

    if (FAILED(hr))
        return hr;
    if (rpc__import_of(call->object))
        return com_fail(E_NOTIMPL, "the object is of another node", NULL);
    port_random(offer.nonce.bytes, sizeof(offer.nonce.bytes));
    port_mutex_lock(&call->link->lock);
    hr = add_offer(call->link, &offer, now_ns);
    port_mutex_unlock(&call->link->lock);
    if (SUCCEEDED(hr))
        *out_nonce = offer.nonce;
    return hr;
}

/* ---- where it is at home: for who accepts it ---- */

/* Takes as long for any bytes. */
static bool token_equal(const struct introduction_token *one, const struct introduction_token *other)
{
    uint8_t different = 0;
    uint32_t i;

    for (i = 0; i < sizeof(one->bytes); i++)
        different |= (uint8_t)(one->bytes[i] ^ other->bytes[i]);
    return !different;
}

/* (link->lock held) */
static struct offer *find_offer(struct rpc_offers *offers, const struct introduction_token *nonce,
                                const struct rpc_peer *accepter, int64_t now_ns)
{
    uint32_t i;

    for (i = 0; offers && i < OFFERS_MAX; i++) {
        struct offer *offer = &offers->list[i];

        if (offer->until_ns > now_ns && token_equal(&offer->nonce, nonce) &&
            rpc__token_is_node(&offer->accepter, accepter))
            return offer;
    }
    return NULL;
}

/* What was provided over a link, with one reference; it is so no more. NULL: nothing. */
static IUnknown *take_offer(struct rpc_link *link, const struct introduction_token *nonce,
                            const struct rpc_peer *accepter)
{
    const struct rpc_export *entry = NULL;
    IUnknown *object = NULL;
    struct offer *offer;

    port_mutex_lock(&link->lock);
    offer = find_offer(link->offers, nonce, accepter, port_now_ns());
    if (offer) {
        entry = rpc_exports_find(&link->session.exports, offer->export_id);
        memset(offer, 0, sizeof(*offer));
    }
    if (entry && !entry->is_revoked) {
        object = (IUnknown *)entry->object;
        (void)IUnknown_AddRef(object);
    }
    port_mutex_unlock(&link->lock);
    return object;
}

static HRESULT introduced_Accept(IIntroduction *iface, const struct introduction_token *nonce,
                                 IUnknown **out_object)
{
    struct rpc_incoming *call = impl_from_IIntroduction(iface)->call;
    struct rpc_link *links[PORT_MAX_LINKS];
    IUnknown *object = NULL;
    uint32_t i, count;
    HRESULT hr = check_view(call);

    if (FAILED(hr))
        return hr;
    count = rpc__node_take_links(call->link->node, links);
    for (i = 0; i < count; i++) {
        if (!object)
            object = take_offer(links[i], nonce, &call->link->session.peer);
        rpc__link_release(links[i]);
    }
    if (!object)
        return com_fail(RPC_E_INVALID_OBJECT, "nothing is provided to this node under this nonce", NULL);
    *out_object = object;
    return S_OK;
}

/* ---- the object ---- */

/* It is no interface of any object: nobody asks it, and nobody holds it. */
static HRESULT introduced_QueryInterface(IIntroduction *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IIntroduction, iid, out_object);
}

static uint32_t introduced_AddRef(IIntroduction *iface)
{
    (void)iface;
    return 1;
}

static uint32_t introduced_Release(IIntroduction *iface)
{
    (void)iface;
    return 1;
}

static const struct IIntroductionVtbl introduced_vtbl = {
    .QueryInterface = introduced_QueryInterface,
    .AddRef = introduced_AddRef,
    .Release = introduced_Release,
    .Introduce = introduced_Introduce,
    .Provide = introduced_Provide,
    .Accept = introduced_Accept,
};

static HRESULT serve(struct rpc_incoming *call)
{
    struct introduced introduced = {{&introduced_vtbl}, call};

    if (call->method < 3 || call->method >= IIntroduction_interface.method_count)
        return RPC_E_INVALIDMETHOD;
    return IIntroduction_interface.stub(&introduced.IIntroduction_iface, call->method, call);
}

/* ---- turning it on ---- */

static void destroy(struct rpc_introducer *introducer)
{
    port_mutex_destroy(&introducer->lock);
    port_free(introducer);
}

HRESULT rpc_introduce(ILocalNode *iface)
{
    struct rpc_node *node = rpc__node_of(iface);
    struct rpc_introducer *introducer;

    if (node->introducer)
        return S_OK;
    introducer = (struct rpc_introducer *)port_alloc(sizeof(*introducer));
    if (!introducer)
        return E_OUTOFMEMORY;
    *introducer = (struct rpc_introducer){
        .iid = &IID_IIntroduction,
        .work = {.run = rpc__shortcut_introduce},
        .node = node,
        .attach = rpc__shortcut_attach,
        .enter = rpc__shortcut_enter,
        .leave = rpc__shortcut_leave,
        .serve = serve,
        .stop = rpc__shortcut_stop,
        .destroy = destroy,
    };
    if (!port_mutex_init(&introducer->lock)) {
        port_free(introducer);
        return E_OUTOFMEMORY;
    }
    node->introducer = introducer;
    return S_OK;
}
