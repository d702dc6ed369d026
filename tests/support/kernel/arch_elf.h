#include "../../../os/lib/include/arch_elf.h"
