/* The network of a kernel: lwIP on the card under the name "nic", addresses from the boot command line. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <lwip_port/lwip_network.h>
#include <os/config.idl.h>

/* What QEMU's user networking gives its only guest. */
#define DEFAULT_ADDRESS "10.0.2.15/24"
#define DEFAULT_GATEWAY "10.0.2.2"

#define ADDRESS_CAPACITY 32u

/* The value of a key, or a default. */
static HRESULT get_value(IConfig *config, const char *key, const char *otherwise,
                         char value[ADDRESS_CAPACITY])
{
    HRESULT hr = IConfig_Get(config, key, value, ADDRESS_CAPACITY);
    uint32_t i = 0;

    if (hr != NS_E_NOT_FOUND)
        return hr;
    do
        value[i] = otherwise[i];
    while (otherwise[i++]);
    return S_OK;
}

/* "A.B.C.D/24" -> the address alone, and "255.255.255.0" */
static bool split_prefix(char *address, char netmask[ADDRESS_CAPACITY])
{
    uint32_t bits = 0, digits = 0, length = 0, i, byte, rest;

    while (*address && *address != '/')
        address++;
    if (!*address)
        return false;
    *address++ = '\0';
    for (; *address >= '0' && *address <= '9' && digits < 3; address++, digits++)
        bits = bits * 10 + (uint32_t)(*address - '0');
    if (*address || !digits || bits > 32)
        return false;
    for (i = 0; i < 4; i++) {
        rest = bits > 8 * i ? bits - 8 * i : 0;
        byte = rest >= 8 ? 255 : 255 & ~(255u >> rest);
        if (i)
            netmask[length++] = '.';
        if (byte >= 100)
            netmask[length++] = (char)('0' + byte / 100);
        if (byte >= 10)
            netmask[length++] = (char)('0' + byte / 10 % 10);
        netmask[length++] = (char)('0' + byte % 10);
    }
    netmask[length] = '\0';
    return true;
}

HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    COM_SCOPED(IConfig) config = NULL;
    COM_SCOPED(INetworkInterface) card = NULL;
    char address[ADDRESS_CAPACITY], netmask[ADDRESS_CAPACITY], gateway[ADDRESS_CAPACITY];
    INetwork *network;
    HRESULT hr;

    *out_object = NULL;
    hr = com_bind(ns, "config", &IID_IConfig, (void **)&config);
    if (SUCCEEDED(hr))
        hr = get_value(config, "ip", DEFAULT_ADDRESS, address);
    if (SUCCEEDED(hr))
        hr = get_value(config, "gateway", DEFAULT_GATEWAY, gateway);
    if (FAILED(hr))
        return hr;
    if (!split_prefix(address, netmask))
        return com_fail(E_INVALIDARG, "ip= is not ADDRESS/BITS", NULL);

    hr = com_bind(ns, "nic", &IID_INetworkInterface, (void **)&card);
    if (FAILED(hr) && hr != NS_E_NOT_FOUND) /* without a card this machine can still talk to itself */
        return hr;
    hr = lwip_network_create(
        &(struct lwip_network_config){
            .card = card, .address = address, .netmask = netmask, .gateway = gateway},
        &network);
    if (FAILED(hr))
        return com_fail(hr, "no network: ip=", address, " gateway=", gateway, NULL);
    *out_object = (IUnknown *)network;
    return S_OK;
}
