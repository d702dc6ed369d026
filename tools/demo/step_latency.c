/* Step 10: round trips of a null call beside an echo of the same kernel over the same forwarded path. */
#include "demo.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <os/probe.idl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define STEP 10
#define ROUNDS 500
#define WARM_UP 20
#define TARGETS_MAX 8
#define ECHO_BYTES 22 /* as the frame of a null call has, about */
#define ECHO_LIMIT_S 3

/* One node: what is called and what was measured. */
struct latency_target {
    struct demo_node node;
    IProbe *probe;
    int echo; /* a socket; -1: the node has no echo service */
    int64_t call_ns[ROUNDS];
    int64_t echo_ns[ROUNDS];
};

static int connect_echo(const char *endpoint)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    const struct timeval limit = {.tv_sec = ECHO_LIMIT_S};
    unsigned port;
    int one = 1;
    int echo;

    if (sscanf(endpoint, "tcp:127.0.0.1:%u", &port) != 1)
        return -1;
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    echo = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (echo < 0)
        return -1;
    setsockopt(echo, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    setsockopt(echo, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (connect(echo, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(echo);
        return -1;
    }
    return echo;
}

static bool echo_once(int echo)
{
    char bytes[ECHO_BYTES] = "echo";
    size_t got = 0;

    if (send(echo, bytes, sizeof(bytes), MSG_NOSIGNAL) != sizeof(bytes))
        return false;
    while (got < sizeof(bytes)) {
        ssize_t length = recv(echo, bytes + got, sizeof(bytes) - got, 0);

        if (length <= 0)
            return false;
        got += (size_t)length;
    }
    return true;
}

static int compare_times(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

/* One call and one echo of every target, in turn, so that all see the same machine. */
static HRESULT measure_round(struct latency_target *targets, size_t count, int round)
{
    int place = round < 0 ? 0 : round; /* warming up: overwritten */
    size_t i;

    for (i = 0; i < count; i++) {
        struct latency_target *target = &targets[i];
        int64_t start_ns = demo_now_ns();
        HRESULT hr = IProbe_Null(target->probe);

        target->call_ns[place] = demo_now_ns() - start_ns;
        if (FAILED(hr))
            return hr;
        if (target->echo < 0)
            continue;
        start_ns = demo_now_ns();
        if (!echo_once(target->echo))
            return NET_E_CLOSED;
        target->echo_ns[place] = demo_now_ns() - start_ns;
    }
    return S_OK;
}

static void report_target(struct latency_target *target)
{
    double call_p50, call_p99;

    qsort(target->call_ns, ROUNDS, sizeof(int64_t), compare_times);
    qsort(target->echo_ns, ROUNDS, sizeof(int64_t), compare_times);
    call_p50 = (double)target->call_ns[ROUNDS / 2] / 1e3;
    call_p99 = (double)target->call_ns[ROUNDS * 99 / 100] / 1e3;
    if (target->echo < 0)
        report_detail("%-6s %8.0f %8.0f", target->node.name, call_p50, call_p99);
    else
        report_detail("%-6s %8.0f %8.0f   %8.0f %8.0f   %6.2f", target->node.name, call_p50, call_p99,
                      (double)target->echo_ns[ROUNDS / 2] / 1e3,
                      (double)target->echo_ns[ROUNDS * 99 / 100] / 1e3,
                      call_p50 * 1e3 / (double)target->echo_ns[ROUNDS / 2]);
}

static HRESULT open_target(struct demo *demo, struct latency_target *target)
{
    char path[NAMESPACE_PATH_MAX + 1];
    HRESULT hr;

    snprintf(path, sizeof(path), "/net/%s/probe", target->node.name);
    hr = mmlite_bind(demo->mmlite, path, &IID_IProbe, (void **)&target->probe);
    if (FAILED(hr))
        return hr;
    target->echo = connect_echo(target->node.echo);
    return target->echo < 0 && strcmp(target->node.echo, "-") != 0 ? NET_E_UNREACHABLE : S_OK;
}

bool demo_latency(struct demo *demo)
{
    struct latency_target *targets = calloc(TARGETS_MAX, sizeof(*targets));
    struct demo_node nodes[TARGETS_MAX];
    size_t count = targets ? demo_list_nodes(demo, nodes, TARGETS_MAX) : 0;
    HRESULT hr = count > 0 ? S_OK : E_FAIL;
    size_t i;
    int round;

    for (i = 0; i < count; i++) {
        targets[i].node = nodes[i];
        targets[i].echo = -1;
    }
    for (i = 0; SUCCEEDED(hr) && i < count; i++)
        hr = open_target(demo, &targets[i]);
    for (round = -WARM_UP; SUCCEEDED(hr) && round < ROUNDS; round++)
        hr = measure_round(targets, count, round);

    if (FAILED(hr)) {
        report_failure(demo, STEP, "round trips", hr);
    } else {
        report_step(STEP, true,
                    "round trips in microseconds, %d each, in turn: a null call, and the kernel's plain echo",
                    ROUNDS);
        report_detail("%-6s %8s %8s   %8s %8s   %6s", "node", "call p50", "p99", "echo p50", "p99", "ratio");
        for (i = 0; i < count; i++)
            report_target(&targets[i]);
    }

    for (i = 0; i < count; i++) {
        if (targets[i].probe)
            IProbe_Release(targets[i].probe);
        if (targets[i].echo >= 0)
            close(targets[i].echo);
    }
    free(targets);
    return SUCCEEDED(hr);
}
