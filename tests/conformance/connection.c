#include "connection.h"
#include <stdio.h>

void dial_endpoint(const struct network_kind *kind, const char *endpoint, char out_dial[NET_ENDPOINT_MAX + 1])
{
    if (kind->dial_host)
        snprintf(out_dial, NET_ENDPOINT_MAX + 1, "%.4s%s%s", endpoint, kind->dial_host,
                 strrchr(endpoint, ':'));
    else
        snprintf(out_dial, NET_ENDPOINT_MAX + 1, "%s", endpoint);
}

void open_network(struct connection *at, const struct network_kind *kind)
{
    memset(at, 0, sizeof(*at));
    at->kind = kind;
    mailbox_init(&at->mailbox);
    create_network(kind, &at->network);
    assert_int_equal(
        INetwork_Listen(at->network, kind->listen_at, &at->mailbox.IAcceptSink_iface, &at->listener), S_OK);
    assert_int_equal(IListener_GetEndpoint(at->listener, at->endpoint, sizeof(at->endpoint)), S_OK);
    dial_endpoint(kind, at->endpoint, at->dial);
}

void open_connection(struct connection *at, const struct network_kind *kind)
{
    open_network(at, kind);
    assert_int_equal(INetwork_Connect(at->network, at->dial, soon(), &at->near), S_OK);
    assert_true(mailbox_wait(&at->mailbox, &at->mailbox.accepted, 1, LIMIT_NS));
    at->far = at->mailbox.sockets[0];
}

void close_connection(struct connection *at)
{
    if (at->near)
        ISocket_Release(at->near);
    if (at->listener)
        IListener_Release(at->listener);
    mailbox_end(&at->mailbox);
    INetwork_Release(at->network);
}

HRESULT send_bytes(ISocket *socket, const void *bytes, size_t count)
{
    struct net_part part = {bytes, (uint32_t)count};

    return ISocket_Send(socket, &part, 1, soon());
}

HRESULT receive_bytes(ISocket *socket, void *bytes, size_t count)
{
    HRESULT hr = S_OK;
    size_t got = 0;

    while (SUCCEEDED(hr) && got < count) {
        uint32_t received = 0;

        hr = ISocket_Receive(socket, (uint8_t *)bytes + got, (uint32_t)(count - got), soon(), &received);
        if (SUCCEEDED(hr))
            assert_in_range(received, 1, count - got);
        got += received;
    }
    return hr;
}

void expect_bytes(ISocket *socket, const char *text)
{
    char got[64] = "";

    assert_int_equal(receive_bytes(socket, got, strlen(text)), S_OK);
    assert_string_equal(got, text);
}

void expect_end(ISocket *socket)
{
    uint32_t received;
    char byte;

    assert_int_equal(ISocket_Receive(socket, &byte, 1, soon(), &received), NET_E_CLOSED);
    assert_int_equal(ISocket_Receive(socket, &byte, 1, NET_NO_WAIT, &received), NET_E_CLOSED);
}

void fill_with_pattern(uint8_t *bytes, size_t count)
{
    uint32_t random = 1;
    size_t i;

    for (i = 0; i < count; i++)
        bytes[i] = (uint8_t)((random = random * 1664525u + 1013904223u) >> 24);
}

void send_transfer(void *argument)
{
    struct transfer *transfer = argument;

    transfer->hr = send_bytes(transfer->socket, transfer->bytes, transfer->count);
}

void send_forever(void *argument)
{
    struct transfer *transfer = argument;
    struct net_part part = {transfer->bytes, transfer->count};

    do
        transfer->hr = ISocket_Send(transfer->socket, &part, 1, NET_FOREVER);
    while (SUCCEEDED(transfer->hr));
}

void receive_forever(void *argument)
{
    struct transfer *transfer = argument;
    uint32_t received;
    char byte;

    transfer->hr = ISocket_Receive(transfer->socket, &byte, 1, NET_FOREVER, &received);
}
