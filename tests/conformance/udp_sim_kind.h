/* The transport udp over a bad network, in virtual time. */
#ifndef CONFORMANCE_UDP_SIM_KIND_H
#define CONFORMANCE_UDP_SIM_KIND_H

#include <lossy_datagrams.h>
#include <udp/udp_network.h>

static inline HRESULT create_udp_over_loss(INetwork **out_network)
{
    static uint32_t seed;
    const struct lossy_options options = {.seed = seed++, .loss = 10, .duplicate = 10, .reorder = 20};
    INetwork *base;
    HRESULT hr = lossy_datagrams_create(&options, &base);

    if (FAILED(hr))
        return hr;
    hr = udp_network_create(base, out_network);
    INetwork_Release(base);
    return hr;
}

#endif
