#include "../../../rpc/port/os/port_os.h"
