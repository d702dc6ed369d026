/* The components that every Linux node has; the table is host_components.c. */
#ifndef HOST_COMPONENTS_H
#define HOST_COMPONENTS_H

#include <component.h>

/* Started before and after those that the program brings; the last row of each has a NULL name. */
extern const struct linked_component host_first_components[];
extern const struct linked_component host_last_components[];

/* Of a node that loads others, behind those that the program brings. */
extern const struct linked_component host_loading_components[];

/* Interfaces beside those of the components; ends with NULL. */
extern const struct com_interface *const host_interfaces[];

/** Constructor of the root namespace, called with NULL. */
HRESULT host_boot_namespace(struct INamespace *none, struct IUnknown **out_object);

#endif
