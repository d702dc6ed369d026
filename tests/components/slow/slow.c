/* A constructor that takes three seconds and makes no object. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <rpc/node.idl.h>

#define SLOWNESS_NS INT64_C(3000000000)

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    COM_SCOPED(ILocalNode) node = NULL;
    HRESULT hr = com_bind(ns, "rpc", &IID_ILocalNode, (void **)&node);

    (void)out_object;
    return FAILED(hr) ? hr : ILocalNode_Sleep(node, ILocalNode_Now(node) + SLOWNESS_NS);
}
