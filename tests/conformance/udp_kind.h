/* The transport udp on Linux. */
#ifndef CONFORMANCE_UDP_KIND_H
#define CONFORMANCE_UDP_KIND_H

#include <udp/udp_network.h>
#include <uv/uv_network.h>

static inline HRESULT create_udp_network(INetwork **out_network)
{
    INetwork *base;
    HRESULT hr = uv_network_create(&base);

    if (FAILED(hr))
        return hr;
    hr = udp_network_create(base, out_network);
    INetwork_Release(base);
    return hr;
}

#endif
