/* Running mml and other programs, so that nothing of them is left whenever and however the demo ends. */
#include "demo.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MML_LIMIT_MS 40000
#define ARGUMENTS_MAX 160

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;
static pid_t running;         /* (lock) 0: none */
static bool is_stopping;      /* (lock) */
static pthread_t last_thread; /* (lock) may start programs although is_stopping */
static bool has_last_thread;  /* (lock) */

int64_t demo_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

double demo_ms_since(int64_t start_ns)
{
    return (double)(demo_now_ns() - start_ns) / 1e6;
}

void demo_sleep_ms(unsigned duration_ms)
{
    struct timespec duration = {.tv_sec = duration_ms / 1000, .tv_nsec = duration_ms % 1000 * 1000000L};

    nanosleep(&duration, NULL);
}

/* Forks unless the demo is ending, in which case a thread that is not to clean up stays here for good. */
static pid_t fork_unless_stopping(void)
{
    pid_t pid;

    pthread_mutex_lock(&lock);
    while (is_stopping && !(has_last_thread && pthread_equal(last_thread, pthread_self())))
        pthread_cond_wait(&ended, &lock);
    pid = fork();
    if (pid > 0)
        running = pid;
    if (pid != 0)
        pthread_mutex_unlock(&lock);
    return pid;
}

__attribute__((noreturn)) static void run_child(const char *const *arguments, int output)
{
    sigset_t none;
    int input = open("/dev/null", O_RDONLY);

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (input >= 0 && dup2(input, 0) >= 0 && dup2(output, 1) >= 0)
        execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    fprintf(stderr, "mml-demo: cannot run %s: %s\n", arguments[0], strerror(errno));
    _exit(127);
}

/* Reads to the end or the deadline; what does not fit is read and dropped, so that the program goes on. */
static bool read_output(int from, char *output, size_t capacity, int64_t deadline_ns)
{
    size_t used = 0;

    for (;;) {
        struct pollfd wait = {.fd = from, .events = POLLIN};
        int64_t left_ms = (deadline_ns - demo_now_ns()) / DEMO_NS_PER_MS;
        char bytes[4096];
        ssize_t length;

        if (left_ms <= 0 || (poll(&wait, 1, (int)left_ms) <= 0 && errno != EINTR))
            return false;
        length = read(from, bytes, sizeof(bytes));
        if (length == 0)
            return true;
        if (length < 0)
            continue;
        if ((size_t)length > capacity - 1 - used)
            length = (ssize_t)(capacity - 1 - used);
        memcpy(output + used, bytes, (size_t)length);
        used += (size_t)length;
        output[used] = '\0';
    }
}

/* Waits for the running program, and only then forgets its pid: it cannot be another's meanwhile. */
static int reap(pid_t pid)
{
    siginfo_t info;
    int status = 0;

    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR)
        continue;
    pthread_mutex_lock(&lock);
    waitpid(pid, &status, 0);
    running = 0;
    pthread_cond_broadcast(&ended);
    pthread_mutex_unlock(&lock);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int program_run(const char *const *arguments, char *output, size_t capacity, unsigned limit_ms)
{
    int64_t deadline_ns = demo_now_ns() + limit_ms * DEMO_NS_PER_MS;
    int pipes[2];
    pid_t pid;

    output[0] = '\0';
    if (pipe2(pipes, O_CLOEXEC) != 0)
        return -1;
    pid = fork_unless_stopping();
    if (pid == 0)
        run_child(arguments, pipes[1]);
    close(pipes[1]);
    if (pid < 0) {
        close(pipes[0]);
        return -1;
    }
    if (!read_output(pipes[0], output, capacity, deadline_ns)) {
        fprintf(stderr, "mml-demo: %s took longer than %u s\n", arguments[0], limit_ms / 1000);
        kill(pid, SIGTERM); /* mml undoes what it did; we have not waited for it, so the pid is its */
    }
    close(pipes[0]);
    return reap(pid);
}

int mml_run(const struct demo *demo, const char *const *words, size_t count, char *output, size_t capacity)
{
    const char *arguments[ARGUMENTS_MAX];
    char program[DEMO_PATH_MAX + 8];
    size_t i;

    snprintf(program, sizeof(program), "%s/mml", demo->folder);
    arguments[0] = program;
    for (i = 0; i < count && i + 2 < ARGUMENTS_MAX; i++)
        arguments[i + 1] = words[i];
    arguments[i + 1] = NULL;
    return program_run(arguments, output, capacity, MML_LIMIT_MS);
}

void programs_stop(void)
{
    struct timespec deadline;
    int error = 0;

    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 10;
    pthread_mutex_lock(&lock);
    is_stopping = true;
    if (running > 0)
        kill(running, SIGTERM);
    while (running > 0 && error == 0) /* the thread that started it reaps it */
        error = pthread_cond_timedwait(&ended, &lock, &deadline);
    if (running > 0)
        kill(running, SIGKILL);
    pthread_mutex_unlock(&lock);
}

void programs_allow_for_this_thread(void)
{
    pthread_mutex_lock(&lock);
    last_thread = pthread_self();
    has_last_thread = true;
    pthread_mutex_unlock(&lock);
}

size_t demo_list_nodes(const struct demo *demo, struct demo_node *nodes, size_t capacity)
{
    char output[8192];
    char *line, *rest = output;
    size_t count = 0;

    if (MML_RUN(demo, output, sizeof(output), "cluster", "ls", "--name", demo->cluster) != 0)
        return 0;
    while (count < capacity && (line = strsep(&rest, "\n")) != NULL) {
        struct demo_node *node = &nodes[count];
        long pid;

        /* NODE SYSTEM STATE PID ENDPOINT ECHO; the lines above them have no number there */
        if (sscanf(line, " %31s %*s %15s %ld %127s %127s", node->name, node->state, &pid, node->endpoint,
                   node->echo) == 5) {
            node->pid = (pid_t)pid;
            count++;
        }
    }
    return count;
}
