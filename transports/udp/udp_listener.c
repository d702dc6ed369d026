/* IListener on a port. */
#include "udp_port.h"
#include <string.h>

/* A port that went a moment ago may still be held below, by who was receiving. */
#define CLOSING_NS (200 * PORT_NS_PER_MS)
#define CLOSING_STEP_NS PORT_NS_PER_MS

static const struct IListenerVtbl udp_listener_vtbl;

static struct udp_listener *impl_from_IListener(IListener *iface)
{
    assert(iface->vtbl == &udp_listener_vtbl);
    return container_of(iface, struct udp_listener, IListener_iface);
}

static HRESULT udp_listener_QueryInterface(IListener *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IListener, iid, out_object);
}

static uint32_t udp_listener_AddRef(IListener *iface)
{
    return com_refs_add(&impl_from_IListener(iface)->refs);
}

static HRESULT udp_listener_Close(IListener *iface)
{
    struct udp_listener *listener = impl_from_IListener(iface);
    struct udp_port *port = listener->port;

    udp__port_lock(port);
    if (!listener->closed) {
        listener->closed = true;
        port->listener = NULL;
        port->endpoint.listening = false;
    }
    while (listener->accepting &&
           __atomic_load_n(&listener->network->thread, __ATOMIC_RELAXED) != port_thread_slot())
        (void)port_condition_wait(&listener->idle, &port->lock, PORT_FOREVER);
    udp__port_unlock(port);
    return S_OK;
}

static uint32_t udp_listener_Release(IListener *iface)
{
    struct udp_listener *listener = impl_from_IListener(iface);
    uint32_t left = com_refs_release(&listener->refs);

    if (left)
        return left;
    com_ignore(udp_listener_Close(iface)); /* cannot fail */
    udp__port_release(listener->port);
    IAcceptSink_Release(listener->sink);
    INetwork_Release(&listener->network->INetwork_iface);
    port_condition_destroy(&listener->idle);
    port_free(listener);
    return 0;
}

static HRESULT udp_listener_GetEndpoint(IListener *iface, char *endpoint, uint32_t capacity)
{
    struct udp_listener *listener = impl_from_IListener(iface);
    char text[NET_ENDPOINT_MAX + 1];
    uint32_t size = udp__print(&listener->port->address, text);

    if (size > capacity)
        return E_INVALIDARG;
    memcpy(endpoint, text, size);
    return S_OK;
}

static const struct IListenerVtbl udp_listener_vtbl = {
    .QueryInterface = udp_listener_QueryInterface,
    .AddRef = udp_listener_AddRef,
    .Release = udp_listener_Release,
    .GetEndpoint = udp_listener_GetEndpoint,
    .Close = udp_listener_Close,
};

/* ---- accepting ---- */

/* A reference, unless the last Release is under way in another thread. */
static bool hold(struct udp_listener *listener)
{
    uint32_t count = __atomic_load_n(&listener->refs.count, __ATOMIC_RELAXED);
    bool held = false;

    while (count && !held)
        held = __atomic_compare_exchange_n(&listener->refs.count, &count, count + 1, false, __ATOMIC_ACQUIRE,
                                           __ATOMIC_RELAXED);
    return held;
}

/* The listener, referenced; NULL: there is none any more. */
static struct udp_listener *begin_accept(struct udp_port *port)
{
    struct udp_listener *listener;

    udp__port_lock(port);
    listener = port->listener;
    if (listener && !hold(listener))
        listener = NULL;
    if (listener)
        listener->accepting = true;
    udp__port_unlock(port);
    return listener;
}

static void end_accept(struct udp_port *port, struct udp_listener *listener)
{
    udp__port_lock(port);
    listener->accepting = false;
    port_condition_wake_all(&listener->idle);
    udp__port_unlock(port);
    IListener_Release(&listener->IListener_iface);
}

void udp__accept(struct udp_port *port, struct udp_socket *accepted)
{
    while (accepted) {
        struct udp_socket *socket = accepted;
        struct udp_listener *listener = begin_accept(port);

        accepted = socket->next;
        if (listener) {
            udp__socket_give(socket);
            com_ignore(
                IAcceptSink_Accepted(listener->sink, &socket->ISocket_iface)); /* who wants it has it */
            end_accept(port, listener);
        }
        ISocket_Release(&socket->ISocket_iface);
    }
}

/* ---- listening ---- */

/* The port that has the address, with one more reference; NULL: none has. */
static struct udp_port *find_port(struct udp_network *network, const struct net_address *address)
{
    struct udp_port *port;

    port_mutex_lock(&network->lock);
    for (port = network->ports; port; port = port->next)
        if (address->port && !port->dialled && udp_same_address(&port->address, address))
            break;
    if (port)
        (void)com_refs_add(&port->refs);
    port_mutex_unlock(&network->lock);
    return port;
}

/* @retval S_FALSE the port is about to go */
static HRESULT attach(struct udp_listener *listener, struct udp_port *port)
{
    HRESULT hr = S_OK;

    udp__port_lock(port);
    if (port->retired)
        hr = S_FALSE;
    else if (port->listener)
        hr = NET_E_ADDRESS_IN_USE;
    if (hr == S_OK) {
        port->listener = listener;
        port->endpoint.listening = true;
        port->wants_watch = true;
    }
    udp__port_unlock(port);
    return hr;
}

/* One try: a port whose listener has gone but not its connections, or a new one. */
static HRESULT try_port(struct udp_listener *listener, const struct net_address *address)
{
    struct udp_port *port = find_port(listener->network, address);
    HRESULT hr = S_OK;

    if (!port)
        hr = udp__port_open(listener->network, address, NULL, &port);
    if (FAILED(hr))
        return hr;
    hr = attach(listener, port);
    if (hr == S_OK)
        listener->port = port;
    else
        udp__port_release(port);
    return hr;
}

static HRESULT take_port(struct udp_listener *listener, const struct net_address *address)
{
    struct udp_network *network = listener->network;
    int64_t give_up_ns = port_now_ns() + CLOSING_NS, now_ns;
    HRESULT hr;

    for (;;) {
        bool was_ours;

        hr = try_port(listener, address);
        now_ns = port_now_ns();
        port_mutex_lock(&network->lock);
        was_ours =
            hr == S_FALSE || (hr == NET_E_ADDRESS_IN_USE && udp_same_address(&network->closed_at, address));
        if (was_ours && now_ns < give_up_ns)
            (void)port_condition_wait(&network->changed, &network->lock, now_ns + CLOSING_STEP_NS);
        port_mutex_unlock(&network->lock);
        if (!was_ours || now_ns >= give_up_ns)
            return hr == S_FALSE ? NET_E_ADDRESS_IN_USE : hr;
    }
}

static void free_listener(struct udp_listener *listener)
{
    port_condition_destroy(&listener->idle);
    port_free(listener);
}

HRESULT udp__listen(struct udp_network *network, const char *endpoint, IAcceptSink *sink,
                    IListener **out_listener)
{
    struct udp_listener *listener;
    struct net_address address;
    HRESULT hr = udp__parse(endpoint, &address);

    *out_listener = NULL;
    if (FAILED(hr))
        return hr;
    listener = (struct udp_listener *)port_alloc(sizeof(*listener));
    if (!listener)
        return E_OUTOFMEMORY;
    memset(listener, 0, sizeof(*listener));
    if (!port_condition_init(&listener->idle)) {
        port_free(listener);
        return E_OUTOFMEMORY;
    }
    listener->IListener_iface.vtbl = &udp_listener_vtbl;
    com_refs_init(&listener->refs);
    listener->network = network;
    listener->sink = sink;
    IAcceptSink_AddRef(sink);
    hr = take_port(listener, &address);
    if (FAILED(hr)) {
        IAcceptSink_Release(sink);
        free_listener(listener);
        return com_fail(hr, "cannot listen at ", endpoint, NULL);
    }
    INetwork_AddRef(&network->INetwork_iface);
    *out_listener = &listener->IListener_iface;
    return S_OK;
}
