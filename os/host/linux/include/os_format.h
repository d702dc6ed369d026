/* The formatter of the support library, for components that are compiled for Linux. */
#include "../../../lib/include/os_format.h"
