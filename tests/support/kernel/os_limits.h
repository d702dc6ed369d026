#include "../../../os/lib/include/os_limits.h"
