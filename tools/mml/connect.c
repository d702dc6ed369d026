/* The client side of every command that talks to nodes. */
#include "mml.h"
#include <os/components.idl.h>
#include <time.h>

int64_t mml_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void mml_sleep_ms(unsigned duration_ms)
{
    struct timespec duration = {.tv_sec = duration_ms / 1000, .tv_nsec = duration_ms % 1000 * 1000000L};

    nanosleep(&duration, NULL);
}

/* What to do when no node could be reached. */
static void hint_for(const struct mml *mml, HRESULT hr)
{
    if (hr == NET_E_BAD_ENDPOINT)
        mml_hint("give an endpoint such as `--node tcp:127.0.0.1:40001`");
    else if (mml->node)
        mml_hint("check that a node with a directory listens at %s; `mml cluster ls` shows the clusters here",
                 mml->node);
    else if (hr == NS_E_NOT_FOUND)
        mml_hint("`mml cluster up` starts a cluster; with several, choose one with `--node ENDPOINT`");
    else
        mml_hint(
            "`mml cluster ls` shows which nodes are alive; `mml cluster down` clears what is left of them");
}

struct mmlite *mml_connect(const struct mml *mml)
{
    static const struct com_interface *const interfaces[] = {&IComponents_interface, NULL};
    struct mmlite_options options = {.directory = mml->node, .interfaces = interfaces};
    struct mmlite *mmlite = NULL;
    HRESULT hr = mmlite_open(&options, &mmlite);

    if (FAILED(hr)) {
        mml_call_error(mmlite, mml->node ? mml->node : "no cluster", hr);
        hint_for(mml, hr);
        mmlite_close(mmlite);
        return NULL;
    }
    return mmlite;
}
