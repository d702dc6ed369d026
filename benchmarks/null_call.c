/*
 * What does a null call cost beside the socket it goes over? Two processes on one processor; a raw ping-pong
 * and calls of /net/bench/probe take turns in one run, over TCP, over UDP and over a unix socket.
 */
#include <arpa/inet.h>
#include <mmlite.h>
#include <os/probe.idl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALLS 5000   /* of each kind in a round */
#define WARM_UP 500  /* round trips that are not counted */
#define ROUNDS 7     /* odd: the median is one of them */
#define RAW_BYTES 64 /* each way */

struct kind {
    const char *name;
    const char *listen; /* for mmlite_open */
    int family, type;   /* of the socket of the raw ping-pong */
};

static const struct kind kinds[] = {
    {"tcp", "tcp:127.0.0.1:0", AF_INET, SOCK_STREAM},
    {"udp", "udp:127.0.0.1:0", AF_INET, SOCK_DGRAM},
    {"unix", "unix:%s/mmlite-bench-%d", AF_UNIX, SOCK_STREAM},
};

static int64_t sample[CALLS];

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void fail(const char *what, HRESULT hr)
{
    fprintf(stderr, "null_call: %s: %s%s%s\n", what, mmlite_result_name(NULL, hr),
            *com_error_detail() ? ": " : "", com_error_detail());
    exit(1);
}

/* ---- the other process ---- */

static void pong(int end)
{
    char bytes[RAW_BYTES];

    while (recv(end, bytes, sizeof(bytes), MSG_WAITALL) == sizeof(bytes))
        if (send(end, bytes, sizeof(bytes), MSG_NOSIGNAL) != sizeof(bytes))
            break;
    _exit(0);
}

/* Where the process `server` listens. */
static void make_endpoint(const struct kind *kind, pid_t server, char *endpoint, size_t capacity)
{
    const char *folder = getenv("XDG_RUNTIME_DIR");

    snprintf(endpoint, capacity, kind->listen, folder ? folder : "/tmp", (int)server);
}

/* Serves until it is killed; tells its endpoint through `tell`. */
static void serve(const struct kind *kind, int tell)
{
    char listen_at[200];
    struct mmlite_options options = {.directory = "self", .name = "bench", .listen = listen_at};
    struct mmlite *mmlite;
    const char *endpoints;
    HRESULT hr;

    make_endpoint(kind, getpid(), listen_at, sizeof(listen_at));
    hr = mmlite_open(&options, &mmlite);
    if (FAILED(hr))
        fail("the server", hr);
    endpoints = mmlite_endpoints(mmlite);
    if (write(tell, endpoints, strlen(endpoints) + 1) < 0)
        _exit(1);
    for (;;)
        pause();
}

/* A process that ends with this one. */
static pid_t start(void)
{
    pid_t child = fork();

    if (child < 0) {
        perror("null_call: fork");
        exit(1);
    }
    if (child == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    return child;
}

static void stop(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

/* With the socket file that a killed process leaves. */
static void stop_server(const struct kind *kind, pid_t server)
{
    char endpoint[200];

    stop(server);
    make_endpoint(kind, server, endpoint, sizeof(endpoint));
    if (kind->family == AF_UNIX)
        unlink(endpoint + strlen("unix:"));
}

/* ---- measuring ---- */

static int compare_times(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

/* Half of them are faster. @return nanoseconds */
static int64_t median(int64_t *times, size_t count)
{
    qsort(times, count, sizeof(*times), compare_times);
    return times[count / 2];
}

/* Each is connected to the port of the other. */
static void datagram_pair(int ends[2])
{
    struct sockaddr_in addresses[2];
    socklen_t size = sizeof(addresses[0]);
    int i;

    for (i = 0; i < 2; i++) {
        addresses[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        ends[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (bind(ends[i], (struct sockaddr *)&addresses[i], size) != 0 ||
            getsockname(ends[i], (struct sockaddr *)&addresses[i], &size) != 0)
            fail("a port for datagrams", E_FAIL);
    }
    for (i = 0; i < 2; i++)
        if (connect(ends[i], (struct sockaddr *)&addresses[!i], size) != 0)
            fail("a pair of ports for datagrams", E_FAIL);
}

static void connected_pair(int family, int type, int ends[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int listener;

    if (type == SOCK_DGRAM) {
        datagram_pair(ends);
        return;
    }
    if (family == AF_UNIX) {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            fail("socketpair", E_FAIL);
        return;
    }
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0 ||
        connect(ends[0], (struct sockaddr *)&address, size) != 0)
        fail("a loopback connection", E_FAIL);
    ends[1] = accept(listener, NULL, NULL);
    close(listener);
}

static int64_t ping(int end)
{
    char bytes[RAW_BYTES] = "ping";
    int i;

    for (i = -WARM_UP; i < CALLS; i++) {
        int64_t begin_ns = now_ns();

        if (send(end, bytes, sizeof(bytes), MSG_NOSIGNAL) != sizeof(bytes) ||
            recv(end, bytes, sizeof(bytes), MSG_WAITALL) != sizeof(bytes))
            fail("ping-pong", E_FAIL);
        sample[i < 0 ? 0 : i] = now_ns() - begin_ns;
    }
    return median(sample, CALLS);
}

static int64_t call(IProbe *probe)
{
    int i;

    for (i = -WARM_UP; i < CALLS; i++) {
        int64_t begin_ns = now_ns();
        HRESULT hr = IProbe_Null(probe);

        if (FAILED(hr))
            fail("IProbe::Null", hr);
        sample[i < 0 ? 0 : i] = now_ns() - begin_ns;
    }
    return median(sample, CALLS);
}

static IProbe *bind_probe(int told, struct mmlite **out_mmlite)
{
    struct mmlite_options options = {0};
    char endpoint[200] = "";
    IProbe *probe = NULL;
    HRESULT hr;

    if (read(told, endpoint, sizeof(endpoint) - 1) <= 0)
        exit(1); /* the server has said why */
    options.directory = endpoint;
    hr = mmlite_open(&options, out_mmlite);
    if (SUCCEEDED(hr))
        hr = mmlite_bind(*out_mmlite, "/net/bench/probe", &IID_IProbe, (void **)&probe);
    if (FAILED(hr))
        fail("/net/bench/probe", hr);
    return probe;
}

static void measure(const struct kind *kind)
{
    int64_t raw_ns[ROUNDS], call_ns[ROUNDS], ratio[ROUNDS];
    struct mmlite *mmlite;
    int tell[2], ends[2], i;
    pid_t server, echo;
    IProbe *probe;
    double middle;

    connected_pair(kind->family, kind->type, ends);
    if (pipe(tell) != 0)
        fail("pipe", E_FAIL);
    echo = start(); /* before this process has threads */
    if (echo == 0)
        pong(ends[1]);
    server = start();
    if (server == 0)
        serve(kind, tell[1]);
    close(ends[1]);
    close(tell[1]);
    probe = bind_probe(tell[0], &mmlite);
    for (i = 0; i < ROUNDS; i++) {
        raw_ns[i] = ping(ends[0]);
        call_ns[i] = call(probe);
        ratio[i] = call_ns[i] * 1000 / raw_ns[i];
    }
    middle = (double)median(ratio, ROUNDS) / 1e3; /* and sorted from here on */
    printf("%-5s %10.2f %10.2f %8.2f  (%.2f to %.2f)\n", kind->name, (double)median(raw_ns, ROUNDS) / 1e3,
           (double)median(call_ns, ROUNDS) / 1e3, middle, (double)ratio[0] / 1e3,
           (double)ratio[ROUNDS - 1] / 1e3);
    IProbe_Release(probe);
    mmlite_close(mmlite);
    close(ends[0]);
    close(tell[0]);
    stop(echo);
    stop_server(kind, server);
}

int main(void)
{
    cpu_set_t one;
    size_t i;

    CPU_ZERO(&one);
    CPU_SET(0, &one);
    if (sched_setaffinity(0, sizeof(one), &one) != 0)
        perror("null_call: not pinned to one processor");
    printf("round trips in microseconds (median of %d), %d rounds in turn, both processes on one processor\n",
           CALLS, ROUNDS);
    printf("%-5s %10s %10s %8s\n", "", "raw", "null call", "ratio");
    fflush(stdout);
    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        measure(&kinds[i]);
    return 0;
}
