/* Shared by ledger.c (calls) and objects_held.c (objects and who holds them). */
#ifndef SIM_LEDGER_INTERNAL_H
#define SIM_LEDGER_INTERNAL_H

#include "ledger.h"

void trace_reset(void);
void objects_reset(void);
void objects_check(void);

extern bool ledger_strict;

#endif
