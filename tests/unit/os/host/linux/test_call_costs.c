/*
 * What a call costs when one follows another: on each side one system call to send and one to receive, and no
 * allocation. Client and server are processes of their own and are traced, so that nothing is overlooked; the
 * sanitizer's allocator tells of each allocation.
 *
 * Beside the calls there is what a node does about once a millisecond (a reader that lingers, the network's
 * timer), which on a busy machine falls between any two. So calls are counted in short rounds, and the
 * cheapest round is what calls themselves cost: a system call too many in each of them is in every round.
 */
#include <cmocka_all.h>
#include <mmlite.h>
#include <os/probe.idl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WARM_UP = 200, ROUNDS = 1500, CALLS = 2, THREADS_MAX = 64, KINDS_MAX = 16, LIMIT_S = 60 };

enum side { CLIENT, SERVER, SIDES };

/* System calls of one side in a round, by number. */
struct counts {
    uint32_t total;
    uint32_t kinds;
    struct {
        long number;
        uint32_t count;
    } kind[KINDS_MAX];
};

/* A traced thread. */
struct traced {
    pid_t thread;
    enum side side;
};

/* What the processes share. */
struct shared {
    uint32_t allocations[SIDES]; /* (atomic) */
    uint32_t fewest[SIDES];      /* allocations in a round; written by the client */
    char endpoint[128];
};

static struct shared *shared;
static enum side own_side;

int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void *, size_t),
                                              void (*free_hook)(const volatile void *));

static void count_allocation(const volatile void *memory, size_t size_bytes)
{
    (void)memory;
    (void)size_bytes;
    __atomic_add_fetch(&shared->allocations[own_side], 1, __ATOMIC_RELAXED);
}

static void ignore_free(const volatile void *memory)
{
    (void)memory;
}

/* ---- the traced processes ---- */

static void begin_process(enum side side)
{
    own_side = side;
    (void)alarm(LIMIT_S);
    if (!__sanitizer_install_malloc_and_free_hooks(count_allocation, ignore_free) ||
        ptrace(PTRACE_TRACEME, 0, NULL, NULL))
        _exit(2);
    (void)raise(SIGSTOP); /* until the tracer is ready */
}

static void run_server(const char *listen_at, int tell)
{
    struct mmlite_options options = {.directory = "self", .name = "costs", .listen = listen_at};
    struct mmlite *mmlite;

    begin_process(SERVER);
    if (FAILED(mmlite_open(&options, &mmlite)))
        _exit(3);
    snprintf(shared->endpoint, sizeof(shared->endpoint), "%s", mmlite_endpoints(mmlite));
    if (write(tell, "", 1) != 1)
        _exit(4);
    for (;;)
        pause();
}

/* One round; a call of getppid, which nobody else makes, marks its beginning and its end for the tracer. */
static void run_round(IProbe *probe)
{
    uint32_t before[SIDES], side, i;

    for (side = 0; side < SIDES; side++)
        before[side] = __atomic_load_n(&shared->allocations[side], __ATOMIC_RELAXED);
    (void)syscall(SYS_getppid);
    for (i = 0; i < CALLS; i++)
        if (IProbe_Null(probe) != S_OK)
            _exit(5);
    (void)syscall(SYS_getppid);
    for (side = 0; side < SIDES; side++) {
        uint32_t made = __atomic_load_n(&shared->allocations[side], __ATOMIC_RELAXED) - before[side];

        if (made < shared->fewest[side])
            shared->fewest[side] = made;
    }
}

static void run_client(int told)
{
    struct mmlite_options options = {.directory = shared->endpoint};
    struct mmlite *mmlite;
    IProbe *probe;
    uint32_t i;
    char byte;

    begin_process(CLIENT);
    if (read(told, &byte, 1) != 1 || FAILED(mmlite_open(&options, &mmlite)) ||
        FAILED(mmlite_bind(mmlite, "/net/costs/probe", &IID_IProbe, (void **)&probe)))
        _exit(3);
    for (i = 0; i < WARM_UP; i++)
        if (IProbe_Null(probe) != S_OK)
            _exit(5);
    for (i = 0; i < ROUNDS; i++)
        run_round(probe);
    _exit(0);
}

/* ---- the tracer ---- */

struct tracer {
    struct traced threads[THREADS_MAX];
    uint32_t thread_count;
    pid_t process[SIDES];
    bool counting;
    struct counts round[SIDES];
    struct counts best[SIDES];
    uint32_t rounds;
};

static struct traced *find_thread(struct tracer *tracer, pid_t thread)
{
    char path[64], line[128];
    uint32_t i, side = CLIENT;
    int group = 0;
    FILE *file;

    for (i = 0; i < tracer->thread_count; i++)
        if (tracer->threads[i].thread == thread)
            return &tracer->threads[i];
    assert_true(tracer->thread_count < THREADS_MAX);
    snprintf(path, sizeof(path), "/proc/%d/status", (int)thread);
    file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, "Tgid:", 5) == 0)
            group = atoi(line + 5);
    if (file)
        (void)fclose(file);
    if (group == tracer->process[SERVER])
        side = SERVER;
    tracer->threads[tracer->thread_count] = (struct traced){.thread = thread, .side = (enum side)side};
    return &tracer->threads[tracer->thread_count++];
}

static void count_one(struct counts *counts, long number)
{
    uint32_t i;

    counts->total++;
    for (i = 0; i < counts->kinds && counts->kind[i].number != number; i++)
        ;
    if (i == KINDS_MAX)
        return;
    if (i == counts->kinds) {
        counts->kind[i].number = number;
        counts->kind[i].count = 0;
        counts->kinds++;
    }
    counts->kind[i].count++;
}

static void mark(struct tracer *tracer)
{
    uint32_t side;

    if (tracer->counting) {
        for (side = 0; side < SIDES; side++)
            if (!tracer->rounds || tracer->round[side].total < tracer->best[side].total)
                tracer->best[side] = tracer->round[side];
        tracer->rounds++;
    }
    memset(tracer->round, 0, sizeof(tracer->round));
    tracer->counting = !tracer->counting;
}

/* A thread enters a system call, which counts, or leaves one. */
static void note_stop(struct tracer *tracer, pid_t thread)
{
    struct __ptrace_syscall_info info;

    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info) <= 0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY)
        return;
    if (info.entry.nr == SYS_getppid)
        mark(tracer);
    else if (tracer->counting)
        count_one(&tracer->round[find_thread(tracer, thread)->side], (long)info.entry.nr);
}

/* Traces until the client ends. @return its status */
static int trace(struct tracer *tracer)
{
    for (;;) {
        int status, deliver = 0;
        pid_t thread = waitpid(-1, &status, __WALL);

        assert_true(thread > 0);
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (thread == tracer->process[CLIENT])
                return status;
            continue;
        }
        if (WSTOPSIG(status) == (SIGTRAP | 0x80))
            note_stop(tracer, thread);
        else if (WSTOPSIG(status) != SIGSTOP && WSTOPSIG(status) != SIGTRAP)
            deliver = WSTOPSIG(status);
        (void)ptrace(PTRACE_SYSCALL, thread, NULL, deliver); /* it may have been killed meanwhile */
    }
}

static void start_tracing(pid_t process)
{
    int status;

    assert_int_equal(waitpid(process, &status, __WALL), process);
    assert_true(WIFSTOPPED(status));
    assert_int_equal(ptrace(PTRACE_SETOPTIONS, process, NULL,
                            PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL),
                     0);
    assert_int_equal(ptrace(PTRACE_SYSCALL, process, NULL, 0), 0);
}

static void print_counts(const char *who, const struct counts *counts, uint32_t allocations)
{
    uint32_t i;

    print_message("%s: %u system calls in %u calls, %u allocations\n", who, counts->total, CALLS,
                  allocations);
    for (i = 0; i < counts->kinds; i++)
        print_message("    %u of number %ld\n", counts->kind[i].count, counts->kind[i].number);
}

static uint32_t count_of(const struct counts *counts, long number)
{
    uint32_t i;

    for (i = 0; i < counts->kinds; i++)
        if (counts->kind[i].number == number)
            return counts->kind[i].count;
    return 0;
}

static void calls_cost_two_system_calls_each(const char *listen_at)
{
    static const char *const names[SIDES] = {"client", "server"};
    struct tracer tracer = {.rounds = 0};
    int tell[2], status;
    uint32_t side;
    pid_t ended;

    memset(shared, 0, sizeof(*shared));
    shared->fewest[CLIENT] = shared->fewest[SERVER] = UINT32_MAX;
    assert_int_equal(pipe(tell), 0);
    tracer.process[SERVER] = fork();
    if (tracer.process[SERVER] == 0)
        run_server(listen_at, tell[1]);
    start_tracing(tracer.process[SERVER]);
    tracer.process[CLIENT] = fork();
    if (tracer.process[CLIENT] == 0)
        run_client(tell[0]);
    start_tracing(tracer.process[CLIENT]);
    status = trace(&tracer);
    (void)kill(tracer.process[SERVER], SIGKILL);
    do /* its threads end before it does, and each is waited for */
        ended = waitpid(-1, NULL, __WALL);
    while (ended > 0 && ended != tracer.process[SERVER]);
    close(tell[0]);
    close(tell[1]);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(tracer.rounds, ROUNDS);
    for (side = 0; side < SIDES; side++)
        print_counts(names[side], &tracer.best[side], shared->fewest[side]);
    for (side = 0; side < SIDES; side++) {
        uint32_t sent = count_of(&tracer.best[side], SYS_sendmsg);
        uint32_t received = count_of(&tracer.best[side], SYS_recvfrom);

        assert_int_equal(sent, CALLS);
        /* The server waits for the next call already when a round begins, and may be late for its end. */
        assert_in_range(received, side == SERVER ? CALLS - 1 : CALLS, CALLS);
        assert_int_equal(tracer.best[side].total, sent + received);
        assert_int_equal(shared->fewest[side], 0);
    }
}

static void calls_over_tcp(void **state)
{
    (void)state;
    calls_cost_two_system_calls_each("tcp:127.0.0.1:0");
}

static void calls_over_unix(void **state)
{
    char listen_at[64];

    (void)state;
    snprintf(listen_at, sizeof(listen_at), "unix:/tmp/mmlite-costs-%ld", (long)getpid());
    calls_cost_two_system_calls_each(listen_at);
    (void)unlink(listen_at + strlen("unix:")); /* the server was killed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_over_tcp),
        cmocka_unit_test(calls_over_unix),
    };

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
