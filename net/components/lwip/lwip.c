/*
 * The kernel's network: lwIP on the card that is registered as "nic", as INetwork under the name "network".
 */
#include <com_names.h>
#include <component.h>
#include <lwip_port/lwip_network.h>
#include <os/config.idl.h>
#include <string.h>

/* Those of the first machine on a switch, and what QEMU's user networking gives a single one. */
#define DEFAULT_ADDRESS "10.0.2.15"
#define DEFAULT_NETMASK "255.255.255.0"
#define DEFAULT_GATEWAY "10.0.2.2"
#define ADDRESS_BYTES 16

static HRESULT get_address(IConfig *config, const char *key, const char *otherwise, char *address)
{
    HRESULT hr = IConfig_Get(config, key, address, ADDRESS_BYTES);

    if (hr != NS_E_NOT_FOUND)
        return hr;
    memcpy(address, otherwise, strlen(otherwise) + 1);
    return S_OK;
}

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    char address[ADDRESS_BYTES], netmask[ADDRESS_BYTES], gateway[ADDRESS_BYTES];
    COM_SCOPED(INetworkInterface) card = NULL;
    COM_SCOPED(IConfig) config = NULL;
    struct lwip_network_config network;
    HRESULT hr;

    hr = com_bind(ns, "nic", &IID_INetworkInterface, (void **)&card);
    if (FAILED(hr))
        return hr;
    hr = com_bind(ns, "config", &IID_IConfig, (void **)&config);
    if (SUCCEEDED(hr))
        hr = get_address(config, "ip", DEFAULT_ADDRESS, address);
    if (SUCCEEDED(hr))
        hr = get_address(config, "netmask", DEFAULT_NETMASK, netmask);
    if (SUCCEEDED(hr))
        hr = get_address(config, "gateway", DEFAULT_GATEWAY, gateway);
    if (FAILED(hr))
        return hr;
    network.card = card;
    network.address = address;
    network.netmask = netmask;
    network.gateway = gateway;
    return lwip_network_create(&network, (INetwork **)out_object);
}
