/* What a base system starts with: it asks for the application by its name, which loads it from the RomFS. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    COM_SCOPED(IUnknown) application = NULL;

    (void)out_object; /* it does not stay */
    return com_bind(ns, "application", &IID_IUnknown, (void **)&application);
}
