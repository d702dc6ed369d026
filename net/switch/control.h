/* ISwitch: a running switch as an object that other processes call. */
#ifndef CONTROL_H
#define CONTROL_H

#include "loop_call.h"
#include "net_switch.h"

/**
 * The object, which lives no longer than both. Its methods have the loop's thread do the work.
 * @retval E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT control_create(struct net_switch *net, struct loop_calls *calls,
                                       ISwitch **out_switch);

#endif
