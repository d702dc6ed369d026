/* A constructor whose hardware is not there. */
#include <com_impl.h>
#include <component.h>

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    (void)ns;
    *out_object = NULL;
    return S_OK;
}
