#include "wire.h"

void wire_plan(struct ir_param *params, uint32_t count)
{
    (void)params;
    (void)count;
}
