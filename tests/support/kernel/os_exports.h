#include "../../../os/lib/include/os_exports.h"
