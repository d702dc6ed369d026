#include "../../../os/lib/include/os_format.h"
