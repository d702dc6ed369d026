/*
 * A running switch: sockets, gateways, capture and clock around the engine, on a libuv loop. All functions
 * are called by the loop's thread; ISwitch (control.h) is what other processes call.
 */
#ifndef NET_SWITCH_H
#define NET_SWITCH_H

#include "engine.h"
#include <uv.h>

struct net_switch; /* opaque */

/** Makes the switch with its port "gateway". The sockets of its ports are made in the working folder. */
COM_WARN_UNUSED HRESULT net_switch_create(uv_loop_t *loop, struct net_switch **out_net);

/** Closes everything; NULL is allowed. What is left goes with the loop's next round. */
void net_switch_destroy(struct net_switch *net);

/* As in ISwitch. */

COM_WARN_UNUSED HRESULT net_switch_attach(struct net_switch *net, const char *name, const char *address);
COM_WARN_UNUSED HRESULT net_switch_detach(struct net_switch *net, const char *name);
COM_WARN_UNUSED HRESULT net_switch_forward(struct net_switch *net, const char *name, uint16_t machine_port,
                                           uint16_t wanted_port, uint16_t *out_port);
COM_WARN_UNUSED HRESULT net_switch_set_link(struct net_switch *net, const char *name, uint32_t directions,
                                            const struct switch_conditions *conditions, uint64_t *inout_seed);
COM_WARN_UNUSED HRESULT net_switch_get_link(struct net_switch *net, const char *name, uint32_t direction,
                                            const struct cable **out_cable);
COM_WARN_UNUSED HRESULT net_switch_get_port(struct net_switch *net, uint32_t number, const char **out_name,
                                            bool *out_present, uint32_t *out_group);
COM_WARN_UNUSED HRESULT net_switch_partition(struct net_switch *net, const char *names);
COM_WARN_UNUSED HRESULT net_switch_heal(struct net_switch *net, const char *names);
COM_WARN_UNUSED HRESULT net_switch_start_capture(struct net_switch *net, const char *path, const char *name);
COM_WARN_UNUSED HRESULT net_switch_stop_capture(struct net_switch *net, uint64_t *out_frames);

#endif
