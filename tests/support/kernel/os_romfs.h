#include "../../../os/lib/include/os_romfs.h"
