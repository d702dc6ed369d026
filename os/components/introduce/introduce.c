/* Has this node take part in introductions; there is nothing to bind to. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <rpc.h>

HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    COM_SCOPED(ILocalNode) node = NULL;
    HRESULT hr;

    *out_object = NULL;
    hr = com_bind(ns, "rpc", &IID_ILocalNode, (void **)&node);
    return FAILED(hr) ? hr : rpc_introduce(node);
}
