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
#define LWIP_UDP 0
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

/* Checked by the link below (the card's CRC) only on real wires: keep TCP's own checks. */
#define MEM_ALIGNMENT 8
#define MEM_SIZE (96 * 1024)
#define PBUF_POOL_SIZE 48
#define MEMP_NUM_PBUF 32
#define MEMP_NUM_TCP_PCB 24
#define MEMP_NUM_TCP_PCB_LISTEN 4
#define MEMP_NUM_TCP_SEG 96
#define MEMP_NUM_ARP_QUEUE 8
#define MEMP_NUM_SYS_TIMEOUT 8

/* A window large enough that a transfer never waits for it on a fast wire. */
#define TCP_MSS 1460
#define TCP_WND (16 * TCP_MSS)
#define TCP_SND_BUF (16 * TCP_MSS)
#define TCP_SND_QUEUELEN 64
#define TCP_LISTEN_BACKLOG 1
#define TCP_DEFAULT_LISTEN_BACKLOG 8
#define LWIP_TCP_RTO_TIME 500
#define LWIP_TCP_KEEPALIVE 0
#define LWIP_SO_LINGER 0
#define TCP_OVERSIZE TCP_MSS

#define LWIP_NETIF_TX_SINGLE_PBUF 0
#define LWIP_TIMERS 1
#define LWIP_PROVIDE_ERRNO 0

#endif
