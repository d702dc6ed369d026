/*
 * lwIP 2.1.3 without an operating system below it (NO_SYS): its raw API is guarded by the lock of
 * lwip_network.c, and everything blocking is ours. All memory is static: what lwIP takes is known when the
 * image is linked.
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0

#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_ARP 1
#define LWIP_ICMP 1
#define LWIP_UDP 1
/* lwip_datagram.c looks at what comes before lwIP does. */
#define LWIP_HOOK_FILENAME "lwip_hooks.h"
#define LWIP_HOOK_IP4_INPUT(data, netif) lwip_port_ip4_input(data)
#define LWIP_TCP 1
#define LWIP_RAW 0
#define LWIP_DHCP 0
#define LWIP_DNS 0
#define IP_REASSEMBLY 0
#define IP_FRAG 0
#define LWIP_STATS 0
#define LWIP_HAVE_LOOPIF 1
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_LOOPBACK_MAX_PBUFS 32

#define MEM_ALIGNMENT 8
#define MEM_SIZE (96 * 1024)
/* All that one window can hold twice over: small segments are merged when they wait (lwip_socket.c). */
#define PBUF_POOL_SIZE 96
#define MEMP_NUM_PBUF 32
#define MEMP_NUM_TCP_PCB 24
#define MEMP_NUM_UDP_PCB 16
#define MEMP_NUM_TCP_PCB_LISTEN 4
#define MEMP_NUM_TCP_SEG 96
#define MEMP_NUM_ARP_QUEUE 8
#define MEMP_NUM_SYS_TIMEOUT 8

#define TCP_MSS 1460
/*
 * The window is what the card keeps when the peer sends it all at once, as an emulator's network does: three
 * fifths of it (lwip_network.c), which leaves room for acknowledgements of what goes the other way and for a
 * second connection. With twice that the ring of an NE2000 overran, and each loss cost the peer's time-out of
 * a second.
 */
#define TCP_WND lwip_port_window_bytes
#define TCP_WND_MAX_FRAMES 12            /* more did not make it faster */
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1 /* lwIP's are for a window that is a constant */
#define TCP_SND_BUF (16 * TCP_MSS)
#define TCP_SND_QUEUELEN 64
#define TCP_LISTEN_BACKLOG 1
#define TCP_DEFAULT_LISTEN_BACKLOG 8
#define LWIP_TCP_RTO_TIME 500
/*
 * TCP counts time in twice this, and takes three of those, at least, before it sends again what was not
 * acknowledged: 0.3 s, about as Linux does. With lwIP's own value it is 1.5 s, and two losses in a row take
 * longer than a silent peer may.
 */
#define TCP_TMR_INTERVAL 50
#define LWIP_TCP_KEEPALIVE 0
#define LWIP_SO_LINGER 0
#define SO_REUSE 1 /* to listen again while connections of before are there, as elsewhere */
#define TCP_OVERSIZE TCP_MSS

#define LWIP_NETIF_TX_SINGLE_PBUF 0
#define LWIP_TIMERS 1
#define LWIP_PROVIDE_ERRNO 0

#endif
