/* A constructor that fails, with a reason. */
#include <com_impl.h>
#include <component.h>

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    (void)ns;
    (void)out_object;
    return com_fail(E_ACCESSDENIED, "the constructor's reason", NULL);
}
