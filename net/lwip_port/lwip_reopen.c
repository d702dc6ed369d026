/* Connections that come again from the port of one that has just ended. */
#include "lwip_internal.h"
#include <lwip/priv/tcp_priv.h>
#include <lwip/prot/ip4.h>
#include <lwip/prot/tcp.h>

/* The head of a segment. */
struct segment {
    ip_addr_t from, to;
    uint16_t from_port, to_port;
    uint32_t sequence;
    uint8_t flags;
};

/* @retval false it is none */
static bool read_segment(const struct pbuf *packet, struct segment *out_segment)
{
    struct ip_hdr ip;
    struct tcp_hdr tcp;

    if (pbuf_copy_partial(packet, &ip, sizeof(ip), 0) < sizeof(ip) || IPH_PROTO(&ip) != IP_PROTO_TCP ||
        pbuf_copy_partial(packet, &tcp, sizeof(tcp), IPH_HL_BYTES(&ip)) < sizeof(tcp))
        return false;
    ip_addr_copy_from_ip4(out_segment->from, ip.src);
    ip_addr_copy_from_ip4(out_segment->to, ip.dest);
    out_segment->from_port = lwip_ntohs(tcp.src);
    out_segment->to_port = lwip_ntohs(tcp.dest);
    out_segment->sequence = lwip_ntohl(tcp.seqno);
    out_segment->flags = TCPH_FLAGS(&tcp);
    return true;
}

/*
 * lwIP keeps the end of a connection for two minutes (TIME_WAIT). Whoever asks for a new one from the same
 * port meanwhile has its request acknowledged as if it were of the old one, resets that, and is not heard: it
 * asks in vain until it gives up. RFC 1122 (4.2.2.13) allows the old one to give way to a later sequence
 * number.
 */
void lwip__give_way(const struct pbuf *packet)
{
    struct segment segment;
    struct tcp_pcb *pcb;

    if (!tcp_tw_pcbs || !read_segment(packet, &segment) || (segment.flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
        return;
    for (pcb = tcp_tw_pcbs; pcb; pcb = pcb->next) {
        if (pcb->remote_port != segment.from_port || pcb->local_port != segment.to_port ||
            !ip_addr_cmp(&pcb->remote_ip, &segment.from) || !ip_addr_cmp(&pcb->local_ip, &segment.to))
            continue;
        if (TCP_SEQ_GT(segment.sequence, pcb->rcv_nxt))
            tcp_abort(pcb); /* of this state: it is freed, and says nothing */
        return;
    }
}
