/* Shared by ledger.c (calls) and objects_held.c (objects and who holds them). */
#ifndef SIM_LEDGER_INTERNAL_H
#define SIM_LEDGER_INTERNAL_H

#include "ledger.h"

void trace_reset(void);
void objects_reset(void);
void objects_check(void);

/** A machine crashed: its calls will not end. */
void calls_crashed(uint32_t node);

/** What was sent where nothing goes wrong has been executed. */
void calls_check_quiet(void);

extern bool ledger_strict;

#endif
