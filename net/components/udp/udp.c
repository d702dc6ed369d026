/*
 * Streams over datagrams of the object "network", as INetwork under the name "udp".
 */
#include <com_names.h>
#include <component.h>
#include <net/socket.idl.h>
#include <udp/udp_network.h>

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    COM_SCOPED(INetwork) network = NULL;
    HRESULT hr = com_bind(ns, "network", &IID_INetwork, (void **)&network);

    return SUCCEEDED(hr) ? udp_network_create(network, (INetwork **)out_object) : hr;
}
