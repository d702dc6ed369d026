/* Listening, and connecting to who listens. */
#include "loopback_internal.h"
#include <string.h>

#define PREFIX "loopback:"

/* A connection that the listener's sink was not yet told of. */
struct waiting {
    struct waiting *next;
    ISocket *socket;
};

struct loopback_listener {
    IListener IListener_iface;
    struct com_refs refs;
    struct loopback_event accepted;
    struct loopback_network *network; /* constant, one reference */
    struct loopback_listener *next;   /* (lock) */
    struct waiting *waiting;          /* (lock) */
    struct port_condition idle;       /* the sink returned */
    bool accepting;                   /* (lock) the network's thread is in the sink */
    bool closed;                      /* (lock) */
    IAcceptSink *sink;                /* constant, one reference */
    char endpoint[NET_ENDPOINT_MAX + 1];
};

static HRESULT check_endpoint(const char *endpoint)
{
    size_t length = strlen(endpoint);

    if (strncmp(endpoint, PREFIX, strlen(PREFIX)) != 0 || length == strlen(PREFIX) ||
        length > NET_ENDPOINT_MAX)
        return com_fail(NET_E_BAD_ENDPOINT, "not loopback:NAME: ", endpoint, NULL);
    return S_OK;
}

/* (lock held) */
static struct loopback_listener *find(struct loopback_network *network, const char *endpoint)
{
    struct loopback_listener *listener;

    for (listener = network->listeners; listener; listener = listener->next)
        if (strcmp(listener->endpoint, endpoint) == 0)
            return listener;
    return NULL;
}

/* (lock held) */
static struct waiting *take_waiting(struct loopback_listener *listener)
{
    struct waiting *first = listener->waiting;

    if (first)
        listener->waiting = first->next;
    return first;
}

static void run_accepted(struct loopback_event *event)
{
    struct loopback_listener *listener = container_of(event, struct loopback_listener, accepted);
    struct loopback_network *network = listener->network;
    struct waiting *waiting;

    port_mutex_lock(&network->lock);
    while ((waiting = take_waiting(listener)) != NULL) {
        bool open = !listener->closed;

        listener->accepting = open;
        port_mutex_unlock(&network->lock);
        if (open)
            com_ignore(IAcceptSink_Accepted(listener->sink,
                                            waiting->socket)); /* who wants it has added a reference */
        ISocket_Release(waiting->socket);
        port_free(waiting);
        port_mutex_lock(&network->lock);
        listener->accepting = false;
        port_condition_wake_all(&listener->idle);
    }
    port_mutex_unlock(&network->lock);
    IListener_Release(&listener->IListener_iface);
}

/* ---- IListener ---- */

static const struct IListenerVtbl loopback_listener_vtbl;

static struct loopback_listener *impl_from_IListener(IListener *iface)
{
    assert(iface->vtbl == &loopback_listener_vtbl);
    return container_of(iface, struct loopback_listener, IListener_iface);
}

static HRESULT loopback_listener_QueryInterface(IListener *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IListener, iid, out_object);
}

static uint32_t loopback_listener_AddRef(IListener *iface)
{
    return com_refs_add(&impl_from_IListener(iface)->refs);
}

static HRESULT loopback_listener_Close(IListener *iface)
{
    struct loopback_listener *listener = impl_from_IListener(iface), **at;
    struct loopback_network *network = listener->network;

    port_mutex_lock(&network->lock);
    listener->closed = true;
    for (at = &network->listeners; *at && *at != listener; at = &(*at)->next)
        ;
    if (*at)
        *at = listener->next;
    while (listener->accepting && network->thread != port_thread_slot())
        (void)port_condition_wait(&listener->idle, &network->lock, PORT_FOREVER);
    port_mutex_unlock(&network->lock);
    return S_OK;
}

static uint32_t loopback_listener_Release(IListener *iface)
{
    struct loopback_listener *listener = impl_from_IListener(iface);
    uint32_t left = com_refs_release(&listener->refs);
    struct waiting *waiting;

    if (left)
        return left;
    com_ignore(loopback_listener_Close(iface)); /* cannot fail */
    while ((waiting = take_waiting(listener)) != NULL) {
        ISocket_Release(waiting->socket);
        port_free(waiting);
    }
    IAcceptSink_Release(listener->sink);
    port_condition_destroy(&listener->idle);
    loopback__release(listener->network);
    port_free(listener);
    return 0;
}

static HRESULT loopback_listener_GetEndpoint(IListener *iface, char *endpoint, uint32_t capacity)
{
    struct loopback_listener *listener = impl_from_IListener(iface);
    size_t size = strlen(listener->endpoint) + 1;

    if (size > capacity)
        return E_INVALIDARG;
    memcpy(endpoint, listener->endpoint, size);
    return S_OK;
}

static const struct IListenerVtbl loopback_listener_vtbl = {
    .QueryInterface = loopback_listener_QueryInterface,
    .AddRef = loopback_listener_AddRef,
    .Release = loopback_listener_Release,
    .GetEndpoint = loopback_listener_GetEndpoint,
    .Close = loopback_listener_Close,
};

HRESULT loopback__listen(struct loopback_network *network, const char *endpoint, IAcceptSink *sink,
                         IListener **out_listener)
{
    struct loopback_listener *listener;
    HRESULT hr = check_endpoint(endpoint);

    *out_listener = NULL;
    if (FAILED(hr))
        return hr;
    listener = (struct loopback_listener *)port_alloc(sizeof(*listener));
    if (!listener)
        return E_OUTOFMEMORY;
    memset(listener, 0, sizeof(*listener));
    if (!port_condition_init(&listener->idle)) {
        port_free(listener);
        return E_OUTOFMEMORY;
    }
    listener->IListener_iface.vtbl = &loopback_listener_vtbl;
    com_refs_init(&listener->refs);
    listener->accepted.run = run_accepted;
    listener->network = network;
    loopback__addref(network);
    listener->sink = sink;
    IAcceptSink_AddRef(sink);
    memcpy(listener->endpoint, endpoint, strlen(endpoint) + 1);

    port_mutex_lock(&network->lock);
    if (find(network, endpoint)) {
        hr = com_fail(NET_E_ADDRESS_IN_USE, "somebody listens at ", endpoint, NULL);
    } else {
        listener->next = network->listeners;
        network->listeners = listener;
    }
    port_mutex_unlock(&network->lock);
    if (FAILED(hr)) {
        IListener_Release(&listener->IListener_iface);
        return hr;
    }
    *out_listener = &listener->IListener_iface;
    return S_OK;
}

/* ---- connecting ---- */

/* Puts the other end where the network's thread tells the listener of it. */
static HRESULT announce(struct loopback_network *network, const char *endpoint, struct waiting *waiting)
{
    struct loopback_listener *listener;
    struct waiting **at;

    port_mutex_lock(&network->lock);
    listener = find(network, endpoint);
    if (listener) {
        for (at = &listener->waiting; *at; at = &(*at)->next)
            ;
        *at = waiting;
        if (!listener->accepted.queued) {
            (void)com_refs_add(&listener->refs); /* the event's */
            loopback__post(network, &listener->accepted);
        }
    }
    port_mutex_unlock(&network->lock);
    return listener ? S_OK : com_fail(NET_E_UNREACHABLE, "nobody listens at ", endpoint, NULL);
}

HRESULT loopback__connect(struct loopback_network *network, const char *endpoint, ISocket **out_socket)
{
    struct waiting *waiting;
    HRESULT hr = check_endpoint(endpoint);

    *out_socket = NULL;
    if (FAILED(hr))
        return hr;
    waiting = (struct waiting *)port_alloc(sizeof(*waiting));
    if (!waiting)
        return E_OUTOFMEMORY;
    waiting->next = NULL;
    hr = loopback__pair(network, out_socket, &waiting->socket);
    if (FAILED(hr)) {
        port_free(waiting);
        return hr;
    }
    hr = announce(network, endpoint, waiting);
    if (FAILED(hr)) {
        ISocket_Release(waiting->socket);
        ISocket_Release(*out_socket);
        *out_socket = NULL;
        port_free(waiting);
    }
    return hr;
}
