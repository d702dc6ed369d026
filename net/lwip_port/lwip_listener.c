/* IListener on a raw pcb of lwIP, and what endpoints look like. */
#include "lwip_internal.h"
#include <string.h>

#define ACCEPTED_MAX 8

struct lwip_listener {
    IListener IListener_iface;
    struct com_refs refs;
    struct lwip_event accepted;
    struct tcp_pcb *pcb;            /* (lock) NULL: closed */
    IAcceptSink *sink;              /* constant, one reference */
    ISocket *sockets[ACCEPTED_MAX]; /* (lock) not yet told */
    uint32_t socket_count;          /* (lock) */
    struct port_condition idle;     /* the sink returned */
    bool accepting;                 /* (lock) the network's thread is in the sink */
    ip_addr_t address;
    uint16_t port;
};

/* ---- endpoints ---- */

HRESULT lwip__parse_endpoint(const char *endpoint, ip_addr_t *out_address, uint16_t *out_port)
{
    const char *colon;
    char address[16];
    uint32_t port = 0;
    size_t length;

    if (strncmp(endpoint, "tcp:", 4) != 0)
        return com_fail(NET_E_BAD_ENDPOINT, "not tcp:ADDRESS:PORT: ", endpoint, NULL);
    colon = strrchr(endpoint + 4, ':');
    length = colon ? (size_t)(colon - (endpoint + 4)) : 0;
    if (!length || length >= sizeof(address) || !colon[1])
        return com_fail(NET_E_BAD_ENDPOINT, "not tcp:ADDRESS:PORT: ", endpoint, NULL);
    memcpy(address, endpoint + 4, length);
    address[length] = '\0';
    for (colon++; *colon >= '0' && *colon <= '9' && port <= UINT16_MAX; colon++)
        port = port * 10 + (uint32_t)(*colon - '0');
    if (*colon || port > UINT16_MAX || !ipaddr_aton(address, out_address))
        return com_fail(NET_E_BAD_ENDPOINT, "not tcp:ADDRESS:PORT: ", endpoint, NULL);
    *out_port = (uint16_t)port;
    return S_OK;
}

/* ---- lwIP's callback and the event that it leads to ---- */

static err_t on_accepted(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct lwip_listener *listener = (struct lwip_listener *)argument;
    ISocket *socket;

    if (error != ERR_OK || !pcb)
        return ERR_VAL;
    if (!listener || listener->socket_count == ACCEPTED_MAX || !(socket = lwip__socket_wrap(pcb))) {
        tcp_abort(pcb);
        return ERR_ABRT;
    }
    listener->sockets[listener->socket_count++] = socket;
    if (!listener->accepted.queued) {
        (void)com_refs_add(&listener->refs); /* the event's */
        lwip__post(&listener->accepted);
    }
    return ERR_OK;
}

static void run_accepted(struct lwip_event *event)
{
    struct lwip_listener *listener = container_of(event, struct lwip_listener, accepted);

    for (;;) {
        ISocket *socket = NULL;
        bool open;

        lwip__lock();
        open = listener->pcb != NULL;
        if (listener->socket_count) {
            socket = listener->sockets[0];
            listener->socket_count--;
            memmove(listener->sockets, listener->sockets + 1, listener->socket_count * sizeof(socket));
        }
        listener->accepting = open && socket;
        lwip__unlock();
        if (!socket)
            break;
        if (open)
            com_ignore(IAcceptSink_Accepted(listener->sink, socket)); /* who wants it has added a reference */
        ISocket_Release(socket);
        lwip__lock();
        listener->accepting = false;
        port_condition_wake_all(&listener->idle);
        lwip__unlock();
    }
    IListener_Release(&listener->IListener_iface);
}

/* ---- IListener ---- */

static const struct IListenerVtbl lwip_listener_vtbl;

static struct lwip_listener *impl_from_IListener(IListener *iface)
{
    assert(iface->vtbl == &lwip_listener_vtbl);
    return container_of(iface, struct lwip_listener, IListener_iface);
}

static HRESULT lwip_listener_QueryInterface(IListener *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IListener, iid, out_object);
}

static uint32_t lwip_listener_AddRef(IListener *iface)
{
    return com_refs_add(&impl_from_IListener(iface)->refs);
}

static HRESULT lwip_listener_Close(IListener *iface)
{
    struct lwip_listener *listener = impl_from_IListener(iface);

    lwip__lock();
    if (listener->pcb) {
        tcp_arg(listener->pcb, NULL);
        (void)tcp_close(listener->pcb); /* a listening pcb always closes */
        listener->pcb = NULL;
    }
    while (listener->accepting && lwip__network->thread != port_thread_slot())
        (void)port_condition_wait(&listener->idle, &lwip__network->lock, PORT_FOREVER);
    lwip__unlock();
    return S_OK;
}

static uint32_t lwip_listener_Release(IListener *iface)
{
    struct lwip_listener *listener = impl_from_IListener(iface);
    uint32_t left = com_refs_release(&listener->refs);

    if (left)
        return left;
    com_ignore(lwip_listener_Close(iface)); /* cannot fail */
    while (listener->socket_count)
        ISocket_Release(listener->sockets[--listener->socket_count]);
    IAcceptSink_Release(listener->sink);
    port_condition_destroy(&listener->idle);
    port_free(listener);
    return 0;
}

static HRESULT lwip_listener_GetEndpoint(IListener *iface, char *endpoint, uint32_t capacity)
{
    struct lwip_listener *listener = impl_from_IListener(iface);
    char text[NET_ENDPOINT_MAX + 1] = "tcp:", digits[6];
    uint32_t port = listener->port, count = 0;
    size_t length;

    (void)ipaddr_ntoa_r(&listener->address, text + 4, 16);
    length = strlen(text);
    text[length++] = ':';
    do
        digits[count++] = (char)('0' + port % 10);
    while ((port /= 10) != 0);
    while (count)
        text[length++] = digits[--count];
    text[length++] = '\0';
    if (length > capacity)
        return E_INVALIDARG;
    memcpy(endpoint, text, length);
    return S_OK;
}

static const struct IListenerVtbl lwip_listener_vtbl = {
    .QueryInterface = lwip_listener_QueryInterface,
    .AddRef = lwip_listener_AddRef,
    .Release = lwip_listener_Release,
    .GetEndpoint = lwip_listener_GetEndpoint,
    .Close = lwip_listener_Close,
};

/* Binds and listens. (lock held) */
static HRESULT open_pcb(struct lwip_listener *listener, const char *endpoint)
{
    struct tcp_pcb *pcb = tcp_new(), *listening;
    err_t error;

    if (!pcb)
        return E_OUTOFMEMORY;
    ip_set_option(pcb, SOF_REUSEADDR);
    error = tcp_bind(pcb, &listener->address, listener->port);
    listener->port = pcb->local_port;
    listening =
        error == ERR_OK ? tcp_listen_with_backlog_and_err(pcb, TCP_DEFAULT_LISTEN_BACKLOG, &error) : NULL;
    if (!listening) {
        tcp_abort(pcb);
        if (error == ERR_MEM)
            return E_OUTOFMEMORY;
        return com_fail(error == ERR_USE ? NET_E_ADDRESS_IN_USE : NET_E_BAD_ENDPOINT, "cannot listen at ",
                        endpoint, NULL);
    }
    listener->pcb = listening;
    tcp_arg(listening, listener);
    tcp_accept(listening, on_accepted);
    return S_OK;
}

HRESULT lwip__listen(const char *endpoint, IAcceptSink *sink, IListener **out_listener)
{
    struct lwip_listener *listener;
    HRESULT hr;

    *out_listener = NULL;
    listener = (struct lwip_listener *)port_alloc(sizeof(*listener));
    if (!listener)
        return E_OUTOFMEMORY;
    memset(listener, 0, sizeof(*listener));
    if (!port_condition_init(&listener->idle)) {
        port_free(listener);
        return E_OUTOFMEMORY;
    }
    hr = lwip__parse_endpoint(endpoint, &listener->address, &listener->port);
    if (SUCCEEDED(hr)) {
        listener->IListener_iface.vtbl = &lwip_listener_vtbl;
        com_refs_init(&listener->refs);
        listener->accepted.run = run_accepted;
        listener->sink = sink;
        lwip__lock();
        hr = open_pcb(listener, endpoint);
        lwip__unlock();
    }
    if (FAILED(hr)) {
        port_condition_destroy(&listener->idle);
        port_free(listener);
        return hr;
    }
    IAcceptSink_AddRef(sink);
    *out_listener = &listener->IListener_iface;
    return S_OK;
}
