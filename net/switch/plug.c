/* See plug.h. */
#include "plug.h"
#include "engine.h"
#include <com_impl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Frames of one system call. */
#define BATCH 32

struct waiting_frame {
    uint32_t length;
    uint8_t bytes[ENGINE_FRAME_MAX];
};

struct plug {
    uv_poll_t poll;
    struct plug_config config;
    struct sockaddr_un own, card;
    int socket;
    bool connected;   /* to a card */
    bool awaits_room; /* it has taken as much as it can hold */
    uint32_t first;   /* place of the frame that waits longest */
    uint32_t count;
    struct waiting_frame waiting[PLUG_WAITING_MAX];
    uint8_t received[BATCH][ENGINE_FRAME_MAX];
};

static void on_event(uv_poll_t *poll, int status, int events);

static bool set_path(struct sockaddr_un *address, const char *path)
{
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof(address->sun_path))
        return false;
    memcpy(address->sun_path, path, strlen(path) + 1);
    return true;
}

/* Asks for what can happen next. */
static void watch(struct plug *plug)
{
    (void)uv_poll_start(&plug->poll, UV_READABLE | (plug->awaits_room ? UV_WRITABLE : 0),
                        on_event); /* of a handle that is open it cannot fail */
}

/* Without a card nothing waits, and the next card is taken as it comes. */
static void lose_card(struct plug *plug)
{
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};

    (void)connect(plug->socket, &nobody, sizeof(nobody)); /* a socket without a peer stays as it is */
    plug->connected = false;
    plug->count = 0;
    if (plug->awaits_room) {
        plug->awaits_room = false;
        watch(plug);
    }
}

bool plug_look(struct plug *plug)
{
    /*
     * Connected, a socket can wait for room at the other end, and what the card sends is bounded by its own
     * buffer and not by net.unix.max_dgram_qlen, which is often 10. Connecting again to the same card changes
     * nothing.
     */
    if (connect(plug->socket, (const struct sockaddr *)&plug->card, sizeof(plug->card)) == 0)
        plug->connected = true;
    else if (plug->connected)
        lose_card(plug);
    return plug->connected;
}

bool plug_send(struct plug *plug, const uint8_t *frame, uint32_t length)
{
    struct waiting_frame *place;

    if (!plug->connected || plug->count == PLUG_WAITING_MAX)
        return false;
    place = &plug->waiting[(plug->first + plug->count++) % PLUG_WAITING_MAX];
    place->length = length;
    memcpy(place->bytes, frame, length);
    return true;
}

/* Sends up to BATCH frames. Returns how many, or -1. */
static int send_batch(struct plug *plug)
{
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    uint32_t count = plug->count < BATCH ? plug->count : BATCH, i;

    memset(messages, 0, sizeof(messages));
    for (i = 0; i < count; i++) {
        struct waiting_frame *frame = &plug->waiting[(plug->first + i) % PLUG_WAITING_MAX];

        parts[i] = (struct iovec){.iov_base = frame->bytes, .iov_len = frame->length};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    return sendmmsg(plug->socket, messages, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void plug_flush(struct plug *plug)
{
    bool awaited_room = plug->awaits_room;
    int sent = 0;

    while (plug->count > 0 && (sent = send_batch(plug)) > 0) {
        plug->first = (plug->first + (uint32_t)sent) % PLUG_WAITING_MAX;
        plug->count -= (uint32_t)sent;
    }
    if (sent < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
        lose_card(plug);
    plug->awaits_room = plug->count > 0;
    if (plug->awaits_room != awaited_room)
        watch(plug);
}

/* Takes a batch of frames; what comes after it has its turn when others had theirs. */
static void receive_batch(struct plug *plug)
{
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    int count, i;

    memset(messages, 0, sizeof(messages));
    for (i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){.iov_base = plug->received[i], .iov_len = ENGINE_FRAME_MAX};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    /* MSG_TRUNC: the length is that of what was sent, also if it did not fit. */
    count = recvmmsg(plug->socket, messages, BATCH, MSG_DONTWAIT | MSG_TRUNC, NULL);
    if (count > 0 && !plug->connected)
        (void)plug_look(plug); /* whoever sends is there; else the next look will find it */
    for (i = 0; i < count; i++)
        plug->config.received(plug->config.context, plug->received[i], messages[i].msg_len);
}

static void on_event(uv_poll_t *poll, int status, int events)
{
    struct plug *plug = poll->data;

    if (status < 0) { /* an error that the next call will tell; libuv has stopped watching */
        receive_batch(plug);
        watch(plug);
        return;
    }
    if (events & UV_WRITABLE)
        plug_flush(plug);
    if (events & UV_READABLE)
        receive_batch(plug);
}

static void free_plug(uv_handle_t *handle)
{
    free(handle->data);
}

static HRESULT open_socket(struct plug *plug)
{
    plug->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (plug->socket < 0)
        return com_fail(OS_E_IO, "no socket: ", strerror(errno), NULL);
    (void)unlink(plug->own.sun_path); /* of an earlier switch; bind says if that was not enough */
    if (bind(plug->socket, (const struct sockaddr *)&plug->own, sizeof(plug->own)) != 0 ||
        uv_poll_init(plug->config.loop, &plug->poll, plug->socket) != 0) {
        int error = errno;

        close(plug->socket);
        return com_fail(OS_E_IO, plug->own.sun_path, ": ", strerror(error), NULL);
    }
    plug->poll.data = plug;
    return S_OK;
}

HRESULT plug_create(const struct plug_config *config, struct plug **out_plug)
{
    struct plug *plug = calloc(1, sizeof(*plug));
    HRESULT hr;

    if (!plug)
        return E_OUTOFMEMORY;
    plug->config = *config;
    hr = set_path(&plug->own, config->path) && set_path(&plug->card, config->card_path)
             ? open_socket(plug)
             : com_fail(OS_E_IO, config->path, ": the path is too long", NULL);
    if (FAILED(hr)) {
        free(plug);
        return hr;
    }
    watch(plug);
    *out_plug = plug;
    return S_OK;
}

void plug_destroy(struct plug *plug)
{
    if (!plug)
        return;
    uv_close((uv_handle_t *)&plug->poll, free_plug);
    close(plug->socket);
    (void)unlink(plug->own.sun_path); /* somebody may have removed it before */
}
