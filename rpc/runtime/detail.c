/* Details that go to a peer or come from one; details that stay are only copied (thread.c). */
#include "thread.h"
#include <string.h>
#include <wire.h>

void rpc__thread_make_text(struct rpc_thread *thread)
{
    char *detail = thread->detail;
    size_t length = strlen(detail), end = length;

    if (length == RPC_DETAIL_MAX) { /* it may have been cut within a character */
        while (end && ((uint8_t)detail[end - 1] & 0xC0) == 0x80)
            end--;
        if (end && (uint8_t)detail[end - 1] >= 0xC0 &&
            !wire_is_text((struct wire_bytes){(uint8_t *)detail + end - 1, (uint32_t)(length - end + 1)}))
            detail[length = end - 1] = '\0';
    }
    if (wire_is_text((struct wire_bytes){(uint8_t *)detail, (uint32_t)length}))
        return;
    for (; *detail; detail++)
        if ((uint8_t)*detail > 0x7F)
            *detail = '?';
}
