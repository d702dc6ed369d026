/*
 * Where a machine's card is plugged in: a unix datagram socket, one frame each, as QEMU's `-netdev dgram`
 * speaks it. The card is another socket, which comes and goes with its machine. Used by the loop's thread
 * only.
 */
#ifndef PLUG_H
#define PLUG_H

#include <com.h>
#include <stdbool.h>
#include <uv.h>

/* Frames that wait for a card that is slower than what is sent to it. */
#define PLUG_WAITING_MAX 128

struct plug; /* opaque */

struct plug_config {
    uv_loop_t *loop;
    const char *path;      /* of the socket that is made; what was there is removed */
    const char *card_path; /* of the card's */
    void *context;

    /**
     * A frame came from the card.
     * @param length  as sent; if it is greater than ENGINE_FRAME_MAX, the end is missing
     */
    void (*received)(void *context, const uint8_t *frame, uint32_t length);
};

/** @retval OS_E_IO the socket cannot be made (the detail says why); E_OUTOFMEMORY */
COM_WARN_UNUSED HRESULT plug_create(const struct plug_config *config, struct plug **out_plug);

/** Closes the socket and removes its file; NULL is allowed. What is left goes with the loop's next round. */
void plug_destroy(struct plug *plug);

/** Looks whether a card is there, also another one than before. @retval false none is */
bool plug_look(struct plug *plug);

/** Keeps a frame for plug_flush. @retval false no card is there, or PLUG_WAITING_MAX frames wait */
bool plug_send(struct plug *plug, const uint8_t *frame, uint32_t length);

/** Sends what waits, as far as the card takes it; the rest follows by itself. */
void plug_flush(struct plug *plug);

#endif
