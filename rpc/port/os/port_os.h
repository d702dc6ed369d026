/* How a kernel gives port.h its components, step by step while it starts. */
#ifndef PORT_OS_H
#define PORT_OS_H

#include <com_impl.h>

/** port_alloc works from here on. */
void port_os_use_heap(struct IHeap *heap);

/**
 * Binds "threads", "synchro" and "timer", as far as they are there: all of port.h works once they are. What
 * the boot thread kept in its storage moves with it.
 */
void port_os_use_components(struct INamespace *ns);

/** Whether all of port.h works. */
bool port_os_is_ready(void);

#endif
