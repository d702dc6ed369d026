/* Shared by ledger.c (calls), ledger_promises.c and objects_held.c (objects and who holds them). */
#ifndef SIM_LEDGER_INTERNAL_H
#define SIM_LEDGER_INTERNAL_H

#include "ledger.h"

void trace_reset(void);
void objects_reset(void);
void objects_check(void);

/** A machine crashed: its calls will not end. */
void calls_crashed(uint32_t node);

void promises_reset(void);
void promises_crashed(uint32_t node);

/** @retval false it is no promise @param out_call  0: of a Bind */
bool promises_find(const void *pointer, uint32_t *out_call);

/** What was sent where nothing goes wrong has been executed. */
void calls_check_quiet(void);

extern bool ledger_strict;

#endif
