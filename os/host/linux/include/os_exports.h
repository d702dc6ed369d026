/* What loaded components may call, for the loader of a Linux node. */
#include "../../../lib/include/os_exports.h"
