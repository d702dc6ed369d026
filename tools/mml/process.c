/* See process.h. */
#include "process.h"
#include "mml.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_NS (3000 * MML_NS_PER_MS)
#define POLL_MS 5

/* What /proc says of a process. */
struct status {
    char state;
    int thread_count;
    uint64_t start_time;
};

/* False if there is no such process. */
static bool read_status(pid_t pid, struct status *out_status)
{
    char path[32];
    char text[1024];
    const char *after_name;
    size_t length;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    file = fopen(path, "re");
    if (!file)
        return false;
    length = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[length] = '\0';

    /* The second field is the program's name, which may hold anything, also spaces and brackets. */
    after_name = strrchr(text, ')');
    return after_name && sscanf(after_name + 1,
                                " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %d %*d"
                                " %" SCNu64,
                                &out_status->state, &out_status->thread_count, &out_status->start_time) == 3;
}

bool process_is_alive(const struct process *process)
{
    struct status status;

    if (process->pid <= 0 || !read_status(process->pid, &status) || status.start_time != process->start_time)
        return false;
    /* Its first thread may be gone while others still hold its sockets. */
    return (status.state != 'Z' && status.state != 'X') || status.thread_count > 1;
}

/* The child's half of process_start; on failure it writes errno to `report`, which success closes. */
__attribute__((noreturn)) static void run_child(const char *const *arguments, const char *log_path,
                                                int report)
{
    sigset_t none;
    int input, output, error;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();

    input = open("/dev/null", O_RDONLY);
    output = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (input >= 0 && output >= 0 && dup2(input, 0) >= 0 && dup2(output, 1) >= 0 && dup2(output, 2) >= 0) {
        if (input > 2)
            close(input);
        if (output > 2)
            close(output);
        execv(arguments[0], (char *const *)(uintptr_t)arguments);
    }

    error = errno;
    if (write(report, &error, sizeof(error)) < 0)
        _exit(126);
    _exit(127);
}

bool process_start(const char *const *arguments, const char *log_path, struct process *out_process)
{
    int report[2];
    int error = 0;
    ssize_t got;
    struct status status;
    pid_t pid;

    if (pipe2(report, O_CLOEXEC) != 0)
        return false;
    pid = fork();
    if (pid < 0) {
        close(report[0]);
        close(report[1]);
        return false;
    }
    if (pid == 0)
        run_child(arguments, log_path, report[1]);

    close(report[1]);
    do
        got = read(report[0], &error, sizeof(error));
    while (got < 0 && errno == EINTR);
    close(report[0]);
    if (got == sizeof(error)) {
        waitpid(pid, NULL, 0);
        errno = error;
        return false;
    }

    out_process->pid = pid;
    /* Our own child: its entry is there until we wait for it. */
    if (!read_status(pid, &status)) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        errno = ESRCH;
        return false;
    }
    out_process->start_time = status.start_time;
    return true;
}

/* Signals the process if it is still the same one. */
static void signal_process(const struct process *process, int number)
{
    if (process_is_alive(process))
        kill(process->pid, number);
}

static bool wait_until_gone(const struct process *process, int64_t deadline_ns)
{
    while (process_is_alive(process)) {
        if (mml_now_ns() >= deadline_ns)
            return false;
        mml_sleep_ms(POLL_MS);
    }
    waitpid(process->pid, NULL, WNOHANG); /* if it was our child */
    return true;
}

bool process_end(const struct process *process, bool by_force)
{
    if (!process_is_alive(process))
        return true;
    if (!by_force) {
        signal_process(process, SIGTERM);
        if (wait_until_gone(process, mml_now_ns() + PATIENCE_NS))
            return true;
    }
    signal_process(process, SIGKILL);
    if (wait_until_gone(process, mml_now_ns() + PATIENCE_NS))
        return true;

    errno = ETIMEDOUT;
    return false;
}

bool process_find_program(const char *name, char *path, size_t capacity)
{
    const char *next = getenv("PATH");

    while (next && *next) {
        size_t length = strcspn(next, ":");

        if ((size_t)snprintf(path, capacity, "%.*s/%s", (int)length, next, name) < capacity &&
            access(path, X_OK) == 0)
            return true;
        next += length + (next[length] == ':');
    }
    return false;
}
