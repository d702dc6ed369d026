/* The plan of a remote method: how each parameter travels. */
#ifndef IDLC_WIRE_H
#define IDLC_WIRE_H

#include "ir.h"

/** Fills the plan of each parameter; what cannot travel was refused by the checks. */
void wire_plan(struct ir_param *params, uint32_t count);

#endif
