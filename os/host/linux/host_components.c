/* See host_components.h. */
#include "host_components.h"
#include <os/config.idl.h>
#include <os/file.idl.h>
#include <stddef.h>

#define DECLARE(component)                                                                   \
    HRESULT component##_component_main(struct INamespace *ns, struct IUnknown **out_object); \
    extern const struct com_interface *const component##_component_interfaces[];             \
    extern const struct com_type_info *const component##_component_types[];

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
DECLARE(type_info)
DECLARE(observe)
DECLARE(policy)
DECLARE(introduce)

const struct linked_component host_first_components[] = {
    ROW("probe", probe),         ROW("node", node_object),
    ROW("directory", directory), ROW("export_view", export_view),
    ROW("types", type_info),     ROW("observe", observe),
    ROW("policy", policy),       ROW("introduce", introduce),
    {NULL, NULL, NULL},
};

/* Behind the program's own: what it registers itself is not to be loaded. */
const struct linked_component host_loading_components[] = {
    ROW("demand", demand),
    {NULL, NULL, NULL},
};

/* Of objects that no component of this table makes. */
const struct com_interface *const host_interfaces[] = {&IConfig_interface, &IFile_interface, NULL};

/* So that the linker takes the type information of all of them: interfaces refer to it weakly. */
extern const struct com_type_info IConfig_type_info, IFile_type_info;
extern const struct com_type_info *const host_types[];
extern const struct com_type_info *const *const host_component_types[];
const struct com_type_info *const host_types[] = {&IConfig_type_info, &IFile_type_info};
const struct com_type_info *const *const host_component_types[] = {
    probe_component_types,       node_object_component_types,   directory_component_types,
    export_view_component_types, net_namespace_component_types, type_info_component_types,
    demand_component_types,      observe_component_types,       policy_component_types,
    introduce_component_types,
};

/* Being in the directory promises that everything else is there: so "net" comes last. */
const struct linked_component host_last_components[] = {
    ROW("net", net_namespace),
    {NULL, NULL, NULL},
};

HRESULT host_boot_namespace(struct INamespace *none, struct IUnknown **out_object)
{
    return boot_namespace_component_main(none, out_object);
}
