/* References that stand for others: what rebinding proxies and promises have in common. */
#include "runtime.h"

void rpc__stand_in_init(struct rpc_stand_in *stand_in, struct rpc_node *node, struct rpc_rebinding *rebinding,
                        const void *identity_vtbl)
{
    struct rpc_import *import = &stand_in->import;

    import->rebinding = rebinding;
    import->identity.vtbl = identity_vtbl;
    import->identity.import = import;
    import->refs = 1;
    stand_in->node = node;
    rpc__node_addref(node);
    port_mutex_lock(&node->lock);
    stand_in->next = node->stand_ins;
    node->stand_ins = stand_in;
    port_mutex_unlock(&node->lock);
}

void rpc__stand_in_end(struct rpc_stand_in *stand_in)
{
    struct rpc_node *node = stand_in->node;
    struct rpc_proxy *proxy, *next;
    struct rpc_stand_in **at;

    port_mutex_lock(&node->lock);
    for (at = &node->stand_ins; *at != stand_in; at = &(*at)->next)
        ;
    *at = stand_in->next;
    port_mutex_unlock(&node->lock);
    for (proxy = stand_in->import.identity.next; proxy; proxy = next) {
        next = proxy->next;
        port_free(proxy);
    }
    rpc__node_release(node);
}

HRESULT rpc__stand_in_proxy(struct rpc_stand_in *stand_in, const IID *iid, void **out_object)
{
    struct rpc_proxy *proxy;
    HRESULT hr;

    port_mutex_lock(&stand_in->node->lock);
    hr = rpc__make_proxy(stand_in->node, &stand_in->import, iid, &proxy);
    if (SUCCEEDED(hr)) {
        (void)rpc_proxy_AddRef(proxy);
        *out_object = proxy;
    }
    port_mutex_unlock(&stand_in->node->lock);
    return hr;
}
