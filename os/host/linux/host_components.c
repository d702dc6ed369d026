/* See host_components.h. */
#include "host_components.h"
#include <os/config.idl.h>
#include <os/file.idl.h>
#include <stddef.h>

#define DECLARE(component)                                                                   \
    HRESULT component##_component_main(struct INamespace *ns, struct IUnknown **out_object); \
    extern const struct com_interface *const component##_component_interfaces[];

#define ROW(name, component)                                               \
    {                                                                      \
        name, component##_component_main, component##_component_interfaces \
    }

DECLARE(boot_namespace)
DECLARE(probe)
DECLARE(node_object)
DECLARE(directory)
DECLARE(export_view)
DECLARE(net_namespace)
DECLARE(demand)

const struct linked_component host_first_components[] = {
    ROW("probe", probe),         ROW("node", node_object),
    ROW("directory", directory), ROW("export_view", export_view),
    {NULL, NULL, NULL},
};

/* Behind the program's own: what it registers itself is not to be loaded. */
const struct linked_component host_loading_components[] = {
    ROW("demand", demand),
    {NULL, NULL, NULL},
};

/* Of objects that no component of this table makes. */
const struct com_interface *const host_interfaces[] = {&IConfig_interface, &IFile_interface, NULL};

/* Being in the directory promises that everything else is there: so "net" comes last. */
const struct linked_component host_last_components[] = {
    ROW("net", net_namespace),
    {NULL, NULL, NULL},
};

HRESULT host_boot_namespace(struct INamespace *none, struct IUnknown **out_object)
{
    return boot_namespace_component_main(none, out_object);
}
