/*
 * mml-switch: the switch of a cluster as a process. The loop runs here; libmmlite's threads take calls of
 * ISwitch at unix:switch.control.
 */
#include "control.h"
#include "log.h"
#include <errno.h>
#include <mmlite.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define CONTROL_ENDPOINT "unix:switch.control"

static const struct com_interface *const interfaces[] = {&ISwitch_interface, NULL};

struct program {
    uv_loop_t loop;
    uv_signal_t terminate, interrupt;
    struct loop_calls calls;
    struct net_switch *net;
    struct mmlite *mmlite;
};

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "mml-switch: error: %s: %s\n", what, why);
    return 1;
}

static int fail_hr(const char *what, HRESULT hr)
{
    const char *detail = com_error_detail();

    fprintf(stderr, "mml-switch: error: %s: %s %s\n", what, mmlite_result_name(NULL, hr), detail);
    return 1;
}

static void print_help(void)
{
    printf("usage: mml-switch FOLDER\n"
           "\n"
           "Is the switch of the cluster whose folder it is, until SIGTERM or Ctrl-C: an Ethernet of unix "
           "sockets in "
           "that\n"
           "folder, with a gateway to 127.0.0.1. `mml cluster up` starts it; `mml cluster link`, `partition` "
           "and\n"
           "`capture` talk to it.\n"
           "\n"
           "example:\n"
           "  mml-switch ${XDG_RUNTIME_DIR:-/tmp}/mmlite-$(id -u)/default\n");
}

static void end(uv_signal_t *handle, int number)
{
    struct program *program = handle->data;

    switch_log("ended by %s", strsignal(number));
    uv_stop(&program->loop);
}

/* Each connection through a gateway takes a descriptor. */
static void raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit); /* with fewer, new connections fail earlier */
    }
}

static HRESULT serve(struct program *program)
{
    COM_SCOPED(ISwitch) control = NULL;
    const struct mmlite_options options = {
        .directory = "none", .listen = CONTROL_ENDPOINT, .interfaces = interfaces};
    HRESULT hr = control_create(program->net, &program->calls, &control);

    if (SUCCEEDED(hr))
        hr = mmlite_open(&options, &program->mmlite);
    if (SUCCEEDED(hr))
        hr = INamespace_Register(mmlite_root(program->mmlite), "switch", (IUnknown *)control, 0);
    return hr;
}

static void watch_signals(struct program *program)
{
    program->terminate.data = program->interrupt.data = program;
    (void)uv_signal_init(&program->loop, &program->terminate);
    (void)uv_signal_init(&program->loop, &program->interrupt);
    (void)uv_signal_start(&program->terminate, end, SIGTERM); /* without them it can still be killed */
    (void)uv_signal_start(&program->interrupt, end, SIGINT);
}

/* Ends what serve began, while calls may still be coming in. */
static void finish(struct program *program)
{
    loop_calls_end(&program->calls);
    mmlite_close(program->mmlite);
    net_switch_destroy(program->net);
    uv_close((uv_handle_t *)&program->terminate, NULL);
    uv_close((uv_handle_t *)&program->interrupt, NULL);
    (void)uv_run(&program->loop, UV_RUN_DEFAULT); /* until all handles are closed */
    loop_calls_destroy(&program->calls);
    (void)uv_loop_close(&program->loop);
}

int main(int argument_count, char **arguments)
{
    static struct program program;
    int result = 0;
    HRESULT hr;

    if (argument_count == 2 && (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0)) {
        print_help();
        return 0;
    }
    if (argument_count != 2 || arguments[1][0] == '-') {
        fprintf(stderr, "mml-switch: error: it needs one folder\n"
                        "  next: `mml-switch --help` shows how it is used\n");
        return 2;
    }
    /* Names of sockets are short then, however deep the folder lies. */
    if (chdir(arguments[1]) != 0)
        return fail(arguments[1], strerror(errno));
    raise_limit();
    (void)signal(SIGPIPE, SIG_IGN); /* see gateway.h */
    if (uv_loop_init(&program.loop) != 0 || !loop_calls_init(&program.calls, &program.loop))
        return fail("no event loop", strerror(errno));
    watch_signals(&program);

    hr = net_switch_create(&program.loop, &program.net);
    if (SUCCEEDED(hr))
        hr = serve(&program);
    if (SUCCEEDED(hr)) {
        printf("ready: switch at %s\n", CONTROL_ENDPOINT);
        fflush(stdout);
        (void)uv_run(&program.loop, UV_RUN_DEFAULT); /* until `end` */
    } else {
        result = fail_hr(arguments[1], hr);
    }
    finish(&program);
    return result;
}
