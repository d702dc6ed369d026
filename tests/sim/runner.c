#include "runner.h"
#include "ledger.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A simulation takes milliseconds. One that takes this long turns in circles. */
#define LIMIT_S 120u

/* One in so many seeds is run twice, to see whether it repeats. */
#define TWICE_ONE_IN 50u

#define EXIT_VIOLATION 3

struct shared {
    _Atomic uint64_t next;
    _Atomic uint64_t done;
    struct report reports[WORKERS_MAX];
};

static struct report *current;

void run_options(const struct run *run, uint64_t seed, struct sim_options *out_options)
{
    options_draw(seed, out_options);
    (void)options_parse(run->changes, out_options); /* was checked */
}

/* ---- in the process that simulates ---- */

static void leave(const char *invariant, const char *text)
{
    strncpy(current->invariant, invariant, sizeof(current->invariant) - 1);
    strncpy(current->text, text, sizeof(current->text) - 1);
    fflush(NULL);
    _exit(EXIT_VIOLATION);
}

static void panic(const char *why)
{
    violate("panic", "%s", why);
}

static void prepare(const struct run *run, struct report *report)
{
    current = report;
    ledger_on_violation(leave);
    sim_on_panic(panic);
    trace_aloud(run->aloud);
}

static void simulate_one(const struct run *run, uint64_t seed, const struct sim_options *options, bool twice)
{
    uint64_t first, second;

    current->seed = seed;
    (void)alarm(LIMIT_S);
    first = world_run(seed, options, run->workload);
    if (twice) {
        trace_aloud(false);
        sim_on_panic(panic);
        second = world_run(seed, options, run->workload);
        if (first != second)
            violate("repeat", "the same seed took two courses: %016llx, %016llx", (unsigned long long)first,
                    (unsigned long long)second);
    }
}

/* ---- in the one that waits for it ---- */

/* Completes the report of a process that has ended. @return whether all that it did held */
static bool judge(struct report *report, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (report->invariant[0])
        return false;
    strcpy(report->invariant, "crash");
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        snprintf(report->text, sizeof(report->text), "it does not end: %u s", LIMIT_S);
    else if (WIFSIGNALED(status))
        snprintf(report->text, sizeof(report->text), "the process ended by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(report->text, sizeof(report->text), "the process ended with exit code %d",
                 WEXITSTATUS(status));
    return false;
}

static struct shared *share(void)
{
    void *memory =
        mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        perror("sim: no memory to share with processes");
        exit(2);
    }
    return (struct shared *)memory;
}

static pid_t start_process(void)
{
    pid_t process;

    fflush(NULL);
    process = fork();
    if (process < 0) {
        perror("sim: no process can be started");
        exit(2);
    }
    return process;
}

bool run_one(const struct run *run, uint64_t seed, const struct sim_options *options,
             struct report *out_report)
{
    struct shared *shared = share();
    pid_t process = start_process();
    int status = 0;
    bool held;

    if (!process) {
        prepare(run, &shared->reports[0]);
        simulate_one(run, seed, options, run->twice);
        exit(0);
    }
    shared->reports[0].seed = seed;
    (void)waitpid(process, &status, 0);
    held = judge(&shared->reports[0], status);
    *out_report = shared->reports[0];
    (void)munmap(shared, sizeof(*shared));
    return held;
}

static bool is_over(int64_t until_s)
{
    return until_s && time(NULL) >= until_s;
}

static void work(const struct run *run, struct shared *shared, struct report *report, uint64_t last,
                 int64_t until_s)
{
    uint64_t seed;

    prepare(run, report);
    while (!is_over(until_s) && (seed = atomic_fetch_add(&shared->next, 1)) <= last) {
        struct sim_options options;

        run_options(run, seed, &options);
        simulate_one(run, seed, &options, run->twice || seed % TWICE_ONE_IN == 0);
        atomic_fetch_add(&shared->done, 1);
    }
}

uint64_t run_many(const struct run *run, uint64_t first, uint64_t last, int64_t until_s, uint32_t workers,
                  void (*failed)(const struct run *run, const struct report *report))
{
    struct shared *shared = share();
    pid_t processes[WORKERS_MAX] = {0};
    uint32_t running = 0, i;
    uint64_t done;
    int status;

    atomic_store(&shared->next, first);
    for (i = 0; i < workers; i++) {
        processes[i] = start_process();
        if (!processes[i]) {
            work(run, shared, &shared->reports[i], last, until_s);
            exit(0);
        }
        running++;
    }
    while (running) {
        pid_t ended = wait(&status);

        for (i = 0; i < workers && processes[i] != ended; i++)
            ;
        if (i == workers)
            continue;
        if (judge(&shared->reports[i], status)) {
            running--;
            continue;
        }
        atomic_fetch_add(&shared->done, 1);
        failed(run, &shared->reports[i]);
        if (run->first)
            atomic_store(&shared->next, last + 1);
        memset(&shared->reports[i], 0, sizeof(shared->reports[i]));
        processes[i] = start_process(); /* another goes on */
        if (!processes[i]) {
            work(run, shared, &shared->reports[i], last, until_s);
            exit(0);
        }
    }
    done = atomic_load(&shared->done);
    (void)munmap(shared, sizeof(*shared));
    return done;
}
