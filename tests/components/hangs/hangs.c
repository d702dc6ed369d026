/* A constructor that returns only when the node ends. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <rpc/node.idl.h>

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    COM_SCOPED(ILocalNode) node = NULL;
    HRESULT hr = com_bind(ns, "rpc", &IID_ILocalNode, (void **)&node);

    (void)out_object;
    return FAILED(hr) ? hr : ILocalNode_Sleep(node, INT64_MAX);
}
