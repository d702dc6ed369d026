/* What lwIP calls where lwipopts.h says so. */
#ifndef LWIP_HOOKS_H
#define LWIP_HOOKS_H

struct pbuf;

/** An IPv4 packet came. @return 0: lwIP goes on with it */
int lwip_port_ip4_input(struct pbuf *data);

#endif
