/* See host_network.h. */
#include <stdlib.h>
#include <tcp/tcp_transport.h>
#include <udp/udp_network.h>
#include <udp/udp_transport.h>
#include <unix/unix_transport.h>
#include <uv/uv_network.h>
#include "host_network.h"

enum { TRANSPORTS = 3 };

struct host_network {
    INetwork *network;
    INetwork *udp; /* over it */
    struct rpc_transport transports[TRANSPORTS];
};

HRESULT host_network_create(struct host_network **out_network)
{
    struct host_network *network = calloc(1, sizeof(*network));
    HRESULT hr;

    if (!network)
        return E_OUTOFMEMORY;
    network->transports[0] = (struct rpc_transport){"unix", NULL};
    network->transports[1] = (struct rpc_transport){"tcp", NULL};
    network->transports[2] = (struct rpc_transport){"udp", NULL};
    hr = uv_network_create(&network->network);
    if (SUCCEEDED(hr))
        hr = unix_transport_create(network->network, &network->transports[0].transport);
    if (SUCCEEDED(hr))
        hr = tcp_transport_create(network->network, NULL, &network->transports[1].transport);
    if (SUCCEEDED(hr))
        hr = udp_network_create(network->network, &network->udp);
    if (SUCCEEDED(hr))
        hr = udp_transport_create(network->udp, NULL, &network->transports[2].transport);
    if (FAILED(hr)) {
        host_network_destroy(network);
        return hr;
    }
    *out_network = network;
    return S_OK;
}

void host_network_describe(struct host_network *network, struct rpc_node_config *config)
{
    config->network = network->network;
    config->transports = network->transports;
    config->transport_count = TRANSPORTS;
}

void host_network_destroy(struct host_network *network)
{
    size_t i;

    if (!network)
        return;
    for (i = 0; i < TRANSPORTS; i++) {
        if (network->transports[i].transport)
            ITransport_Release(network->transports[i].transport);
    }
    if (network->udp)
        INetwork_Release(network->udp);
    if (network->network)
        INetwork_Release(network->network);
    free(network);
}
