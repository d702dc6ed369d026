/* The kernel's contract with its processor and board, for components that are compiled for unit tests. */
#include "../../../os/lib/include/arch.h"
