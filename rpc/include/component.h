/*
 * What an image is made of. A component is one or more C files with the two symbols below; the same sources
 * are linked into a kernel image, into a Linux node, or loaded by name.
 */
#ifndef COMPONENT_H
#define COMPONENT_H

#include <com.h>

#ifdef __cplusplus
extern "C" {
#endif

struct INamespace;
struct IUnknown;

/* The only symbols that a file which is loaded shows. */
#define COMPONENT_SYMBOL __attribute__((visibility("default")))

/**
 * The constructor of a component: makes its object, binding what it needs in `ns`.
 * The build renames the symbol to <name>_component_main where the component is linked.
 *
 * @param ns          where the component finds others; borrowed, AddRef to keep
 * @param out_object  the object, with one reference; NULL with S_OK or OS_E_NOT_PRESENT when the hardware
 *                    it drives is absent
 * @retval S_OK, or the reason why there is no object
 */
COMPONENT_SYMBOL HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object);

/* The interfaces that the component's .idl files define and that can be remote; ends with NULL. */
COMPONENT_SYMBOL extern const struct com_interface *const component_interfaces[];

/* One row of the table that the build writes for an image; the last has a NULL name. */
struct linked_component {
    const char *name;
    HRESULT (*main)(struct INamespace *ns, struct IUnknown **out_object);
    const struct com_interface *const *interfaces; /* NULL in an image without the component "rpc" */
};

/* In start order: what a component binds comes before it. */
extern const struct linked_component linked_components[];

#ifdef __cplusplus
}
#endif

#endif
