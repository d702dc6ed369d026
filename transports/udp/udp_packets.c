/* Lists of packets. */
#include "udp_internal.h"

void udp__insert(struct udp_list *list, struct udp_packet *before, struct udp_packet *packet)
{
    packet->next = before ? before->next : list->first;
    if (before)
        before->next = packet;
    else
        list->first = packet;
    if (!packet->next)
        list->last = packet;
    list->count++;
}

void udp__append(struct udp_list *list, struct udp_packet *packet)
{
    udp__insert(list, list->last, packet);
}

struct udp_packet *udp__remove(struct udp_list *list, struct udp_packet *before)
{
    struct udp_packet *packet = before ? before->next : list->first;

    if (before)
        before->next = packet->next;
    else
        list->first = packet->next;
    if (list->last == packet)
        list->last = before;
    list->count--;
    packet->next = NULL;
    return packet;
}

struct udp_packet *udp__take(struct udp_list *list)
{
    return udp__remove(list, NULL);
}

void udp__clear(struct udp_endpoint *endpoint, struct udp_list *list)
{
    while (list->first)
        endpoint->host.free_packet(endpoint->host.context, udp__take(list));
}
