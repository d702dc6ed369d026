/* What the system says of the process that runs the test. */
#ifndef OWN_PROCESS_H
#define OWN_PROCESS_H

#include <stdint.h>

/** How many mappings of files in memory are called `name`. */
uint32_t own_process_mappings(const char *name);

/** How many descriptors are open. */
uint32_t own_process_descriptors(void);

#endif
