/* A switch that runs in a thread of the test, in a folder of its own, with cards that the test plays. */
#ifndef RUNNING_SWITCH_H
#define RUNNING_SWITCH_H

#include <cmocka_all.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <switch/control.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX 2048
#define LIMIT_MS 10000 /* no wait of a test is longer; it never passes on a good machine */

struct running_switch {
    char folder[32];
    char folder_before[1024];
    uv_loop_t loop;
    struct loop_calls calls;
    struct net_switch *net;
    ISwitch *object;
    pthread_t thread;
};

static inline HRESULT running_switch__stop(void *argument)
{
    uv_stop(argument);
    return S_OK;
}

static inline void *running_switch__main(void *argument)
{
    struct running_switch *at = argument;

    (void)uv_run(&at->loop, UV_RUN_DEFAULT);
    return NULL;
}

static inline struct running_switch *running_switch_start(void)
{
    struct running_switch *at = calloc(1, sizeof(*at));

    assert_non_null(at);
    (void)signal(SIGPIPE, SIG_IGN); /* as mml-switch does */
    snprintf(at->folder, sizeof(at->folder), "/tmp/mml-test-XXXXXX");
    assert_non_null(mkdtemp(at->folder));
    assert_non_null(getcwd(at->folder_before, sizeof(at->folder_before)));
    assert_int_equal(chdir(at->folder), 0);
    assert_int_equal(uv_loop_init(&at->loop), 0);
    assert_true(loop_calls_init(&at->calls, &at->loop));
    assert_int_equal(net_switch_create(&at->loop, &at->net), S_OK);
    assert_int_equal(control_create(at->net, &at->calls, &at->object), S_OK);
    assert_int_equal(pthread_create(&at->thread, NULL, running_switch__main, at), 0);
    return at;
}

/* Ends it and removes the folder, which must have no files of the switch left. */
static inline void running_switch_end(struct running_switch *at)
{
    assert_int_equal(loop_calls_run(&at->calls, running_switch__stop, &at->loop), S_OK);
    pthread_join(at->thread, NULL);
    loop_calls_end(&at->calls);
    assert_int_equal(ISwitch_Detach(at->object, "n1"), RPC_E_DISCONNECTED); /* nobody would do it */
    ISwitch_Release(at->object);
    net_switch_destroy(at->net);
    assert_int_equal(uv_run(&at->loop, UV_RUN_DEFAULT), 0);
    loop_calls_destroy(&at->calls);
    assert_int_equal(uv_loop_close(&at->loop), 0); /* every handle is closed */
    assert_int_equal(chdir(at->folder_before), 0);
    assert_int_equal(rmdir(at->folder), 0);
    free(at);
}

/* A card without a machine: frames are what the test sends and receives. */
struct raw_card {
    char name[16];
    int socket;
};

static inline void raw_card_address(const char *name, const char *suffix, struct sockaddr_un *address)
{
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    snprintf(address->sun_path, sizeof(address->sun_path), "%s.%s", name, suffix);
}

/** Attaches a machine and waits until the switch sees its card. */
static inline struct raw_card raw_card_plug(struct running_switch *at, const char *name, const char *address)
{
    struct raw_card card = {.socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    struct sockaddr_un own;

    snprintf(card.name, sizeof(card.name), "%s", name);
    assert_int_equal(ISwitch_Attach(at->object, name, address), S_OK);
    raw_card_address(name, "card", &own);
    (void)unlink(own.sun_path);
    assert_int_equal(bind(card.socket, (const struct sockaddr *)&own, sizeof(own)), 0);
    return card;
}

static inline void raw_card_pull(struct raw_card *card)
{
    struct sockaddr_un own;

    raw_card_address(card->name, "card", &own);
    close(card->socket);
    (void)unlink(own.sun_path);
}

/** Sends as QEMU does: to the path, each frame by itself. @retval false the switch does not take it now */
static inline bool raw_card_send(const struct raw_card *card, const void *frame, size_t length)
{
    struct sockaddr_un port;

    raw_card_address(card->name, "port", &port);
    return sendto(card->socket, frame, length, MSG_DONTWAIT, (const struct sockaddr *)&port, sizeof(port)) >=
           0;
}

/** @return the length, or -1 if nothing comes within that time */
static inline ssize_t raw_card_receive(const struct raw_card *card, uint8_t frame[FRAME_MAX], int wait_ms)
{
    struct pollfd readable = {.fd = card->socket, .events = POLLIN};

    return poll(&readable, 1, wait_ms) == 1 ? recv(card->socket, frame, FRAME_MAX, MSG_DONTWAIT) : -1;
}

static inline bool is_present(struct running_switch *at, const char *name)
{
    char found[SWITCH_NAME_MAX + 1];
    boolean present = false;
    uint32_t number, group;

    for (number = 0; ISwitch_GetPort(at->object, number, found, &present, &group) == S_OK; number++)
        if (strcmp(found, name) == 0)
            return present;
    return false;
}

static inline void sleep_ms(unsigned duration_ms)
{
    const struct timespec duration = {.tv_sec = duration_ms / 1000, .tv_nsec = duration_ms % 1000 * 1000000L};

    nanosleep(&duration, NULL);
}

static inline void wait_until_present(struct running_switch *at, const char *name, bool wanted)
{
    int waited_ms;

    for (waited_ms = 0; is_present(at, name) != wanted; waited_ms += 5) {
        assert_true(waited_ms < LIMIT_MS);
        sleep_ms(5);
    }
}

#endif
