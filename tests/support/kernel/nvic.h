#include "../../../os/arch/armv7m/nvic.h"
