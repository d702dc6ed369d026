/*
 * What do a bind and a call cost over a slow link, one after the other and in one round trip? Another process
 * stands between the two nodes and delays whatever passes; a raw ping-pong through the same process, and both
 * ways to bind and call /probe, take turns in one run.
 */
#include <arpa/inet.h>
#include <com_names.h>
#include <mmlite.h>
#include <netinet/tcp.h>
#include <os/probe.idl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMES 20     /* of each kind in a round */
#define WARM_UP 2    /* that are not counted */
#define ROUNDS 5     /* odd: the median is one of them */
#define RAW_BYTES 64 /* each way */

static const int delays_us[] = {500, 2000, 10000}; /* one way */

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void fail(const char *what, HRESULT hr)
{
    fprintf(stderr, "pipeline: %s: %s%s%s\n", what, mmlite_result_name(NULL, hr),
            *com_error_detail() ? ": " : "", com_error_detail());
    exit(1);
}

/* ---- sockets ---- */

/* A port of its own, of 127.0.0.1. */
static int listen_anywhere(struct sockaddr_in *out_address)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t size = sizeof(address);

    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 4) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        fail("a port to listen at", E_FAIL);
    *out_address = address;
    return listener;
}

static void send_at_once(int end)
{
    int on = 1;

    if (setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
        fail("TCP_NODELAY", E_FAIL);
}

static int connect_to(const struct sockaddr_in *address)
{
    int end = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connect(end, (const struct sockaddr *)address, sizeof(*address)) != 0)
        fail("connecting", E_FAIL);
    send_at_once(end);
    return end;
}

/* ---- the process that delays ---- */

struct chunk {
    struct chunk *next;
    int64_t due_ns;
    ssize_t size;
    char bytes[4096];
};

/* One direction of a connection. */
struct way {
    int from, to;
    struct chunk *first, **last;
};

enum { WAYS_MAX = 16 };

struct delayer {
    int64_t delay_ns;
    int listeners[2];
    struct sockaddr_in targets[2]; /* where what comes to each goes */
    struct way ways[WAYS_MAX];
    int way_count;
};

static void add_way(struct delayer *delayer, int from, int to)
{
    struct way *way = &delayer->ways[delayer->way_count++];

    *way = (struct way){.from = from, .to = to};
    way->last = &way->first;
}

static void take_connection(struct delayer *delayer, int which)
{
    int from = accept(delayer->listeners[which], NULL, NULL), to;

    if (from < 0 || delayer->way_count + 2 > WAYS_MAX)
        _exit(1);
    send_at_once(from);
    to = connect_to(&delayer->targets[which]);
    add_way(delayer, from, to);
    add_way(delayer, to, from);
}

static void take_bytes(struct delayer *delayer, struct way *way)
{
    struct chunk *chunk = malloc(sizeof(*chunk));

    if (!chunk)
        _exit(1);
    chunk->next = NULL;
    chunk->size = recv(way->from, chunk->bytes, sizeof(chunk->bytes), 0);
    chunk->due_ns = now_ns() + delayer->delay_ns;
    if (chunk->size <= 0) { /* the run is over, or will say why it is not */
        way->from = -1;
        free(chunk);
        return;
    }
    *way->last = chunk;
    way->last = &chunk->next;
}

/* Passes on what is due. @return when the next is */
static int64_t pass_on(struct way *way, int64_t next_ns)
{
    struct chunk *chunk;

    while ((chunk = way->first) != NULL && chunk->due_ns <= now_ns()) {
        if (send(way->to, chunk->bytes, (size_t)chunk->size, MSG_NOSIGNAL) != chunk->size)
            way->from = -1;
        way->first = chunk->next;
        if (!way->first)
            way->last = &way->first;
        free(chunk);
    }
    return chunk && chunk->due_ns < next_ns ? chunk->due_ns : next_ns;
}

static void delay(struct delayer *delayer)
{
    for (;;) {
        struct pollfd polled[2 + WAYS_MAX];
        int64_t next_ns = INT64_MAX, wait_ns;
        int count = delayer->way_count, i;

        for (i = 0; i < 2; i++)
            polled[i] = (struct pollfd){.fd = delayer->listeners[i], .events = POLLIN};
        for (i = 0; i < count; i++) {
            polled[2 + i] = (struct pollfd){.fd = delayer->ways[i].from, .events = POLLIN};
            next_ns = pass_on(&delayer->ways[i], next_ns);
        }
        wait_ns = next_ns == INT64_MAX ? 0 : next_ns - now_ns();
        if (wait_ns < 0)
            wait_ns = 0;
        if (ppoll(polled, (nfds_t)count + 2,
                  next_ns == INT64_MAX ? NULL : &(struct timespec){.tv_nsec = wait_ns}, NULL) < 0)
            _exit(1);
        for (i = 0; i < count; i++)
            if (polled[2 + i].revents)
                take_bytes(delayer, &delayer->ways[i]);
        for (i = 0; i < 2; i++)
            if (polled[i].revents)
                take_connection(delayer, i);
    }
}

/* ---- the other processes ---- */

static void pong(int listener)
{
    char bytes[RAW_BYTES];
    int end = accept(listener, NULL, NULL);

    send_at_once(end);
    while (recv(end, bytes, sizeof(bytes), MSG_WAITALL) == sizeof(bytes))
        if (send(end, bytes, sizeof(bytes), MSG_NOSIGNAL) != sizeof(bytes))
            break;
    _exit(0);
}

/* Serves until it is killed; tells its endpoint through `tell`. */
static void serve(int tell)
{
    struct mmlite_options options = {.directory = "self", .name = "bench", .listen = "tcp:127.0.0.1:0"};
    struct mmlite *mmlite;
    HRESULT hr = mmlite_open(&options, &mmlite);

    if (FAILED(hr))
        fail("the server", hr);
    if (write(tell, mmlite_endpoints(mmlite), strlen(mmlite_endpoints(mmlite)) + 1) < 0)
        _exit(1);
    for (;;)
        pause();
}

/* A process that ends with this one. */
static pid_t start(void)
{
    pid_t child = fork();

    if (child < 0)
        fail("fork", E_FAIL);
    if (child == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    return child;
}

static void stop(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static struct sockaddr_in start_server(pid_t *out_server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char endpoint[200] = "";
    unsigned port;
    int tell[2];

    if (pipe(tell) != 0)
        fail("pipe", E_FAIL);
    *out_server = start();
    if (*out_server == 0)
        serve(tell[1]);
    close(tell[1]);
    if (read(tell[0], endpoint, sizeof(endpoint) - 1) <= 0 ||
        sscanf(endpoint, "tcp:127.0.0.1:%u", &port) != 1)
        exit(1); /* the server has said why */
    close(tell[0]);
    address.sin_port = htons((uint16_t)port);
    return address;
}

/* ---- measuring ---- */

static int compare_times(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

/* Half of them are faster. */
static int64_t median(int64_t *times, size_t count)
{
    qsort(times, count, sizeof(*times), compare_times);
    return times[count / 2];
}

static void ping(int end)
{
    char bytes[RAW_BYTES] = "ping";

    if (send(end, bytes, sizeof(bytes), MSG_NOSIGNAL) != sizeof(bytes) ||
        recv(end, bytes, sizeof(bytes), MSG_WAITALL) != sizeof(bytes))
        fail("ping-pong", E_FAIL);
}

typedef HRESULT (*bind_fn)(INamespace *ns, const char *path, const IID *iid, void **out_object);

static void bind_and_call(INamespace *root, bind_fn bind_path)
{
    COM_SCOPED(IProbe) probe = NULL;
    HRESULT hr = bind_path(root, "probe", &IID_IProbe, (void **)&probe);

    if (SUCCEEDED(hr))
        hr = IProbe_Null(probe);
    if (FAILED(hr))
        fail("probe", hr);
}

/* The median of one kind; `root` NULL: of the ping-pong. @return nanoseconds */
static int64_t measure(int end, INamespace *root, bind_fn bind_path)
{
    int64_t sample[TIMES];
    int i;

    for (i = -WARM_UP; i < TIMES; i++) {
        int64_t begin_ns = now_ns();

        if (root)
            bind_and_call(root, bind_path);
        else
            ping(end);
        sample[i < 0 ? 0 : i] = now_ns() - begin_ns;
    }
    return median(sample, TIMES);
}

static INamespace *connect_root(struct mmlite *mmlite, const struct sockaddr_in *address)
{
    char endpoint[64];
    INamespace *root;
    HRESULT hr;

    snprintf(endpoint, sizeof(endpoint), "tcp:127.0.0.1:%d", ntohs(address->sin_port));
    hr = ILocalNode_Connect(mmlite_node(mmlite), endpoint,
                            ILocalNode_Now(mmlite_node(mmlite)) + INT64_C(5000000000), &root);
    if (FAILED(hr))
        fail(endpoint, hr);
    return root;
}

/* Median, and the least and the largest of all rounds. */
static void print_ratio(int64_t *thousandths)
{
    double middle = (double)median(thousandths, ROUNDS) / 1e3; /* sorted from here on */

    printf("  %5.2f (%.2f to %.2f)", middle, (double)thousandths[0] / 1e3,
           (double)thousandths[ROUNDS - 1] / 1e3);
}

static void compare(int delay_us)
{
    int64_t raw_ns[ROUNDS], one_by_one[ROUNDS], together[ROUNDS];
    struct delayer delayer = {.delay_ns = delay_us * INT64_C(1000)};
    struct sockaddr_in through[2];
    struct mmlite *mmlite;
    pid_t server, echo, between; /* before this process has threads */
    INamespace *root;
    int listener, end, i;
    HRESULT hr;

    listener = listen_anywhere(&delayer.targets[0]);
    echo = start();
    if (echo == 0)
        pong(listener);
    close(listener);
    delayer.targets[1] = start_server(&server);
    for (i = 0; i < 2; i++)
        delayer.listeners[i] = listen_anywhere(&through[i]);
    between = start();
    if (between == 0)
        delay(&delayer);
    for (i = 0; i < 2; i++)
        close(delayer.listeners[i]);
    end = connect_to(&through[0]);
    hr = mmlite_open(&(struct mmlite_options){.directory = "none"}, &mmlite);
    if (FAILED(hr))
        fail("the client", hr);
    root = connect_root(mmlite, &through[1]);
    for (i = 0; i < ROUNDS; i++) {
        raw_ns[i] = measure(end, NULL, NULL);
        one_by_one[i] = measure(end, root, com_bind) * 1000 / raw_ns[i];
        together[i] = measure(end, root, rpc_bind_pipelined) * 1000 / raw_ns[i];
    }
    printf("%8.1f %10.2f", delay_us / 1e3, (double)median(raw_ns, ROUNDS) / 1e6);
    print_ratio(one_by_one);
    print_ratio(together);
    printf("\n");
    INamespace_Release(root);
    mmlite_close(mmlite);
    close(end);
    stop(between);
    stop(server);
    stop(echo);
}

int main(void)
{
    size_t i;

    printf(
        "a bind and a call over TCP in raw round trips of the same way (median of %d, %d rounds in turn)\n",
        TIMES, ROUNDS);
    printf("%8s %10s  %-21s  %s\n", "delay/ms", "raw/ms", "one after the other", "pipelined");
    fflush(stdout);
    for (i = 0; i < sizeof(delays_us) / sizeof(delays_us[0]); i++) {
        compare(delays_us[i]);
        fflush(stdout);
    }
    return 0;
}
