/*
 * Processes that outlive the mml that started them. A pid alone can be somebody else's by the time it is
 * used, so a process is known by its pid and the time it started, and signalled only while both are right.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
    pid_t pid;           /* 0: none */
    uint64_t start_time; /* field 22 of /proc/PID/stat: clock ticks after boot */
};

/**
 * Starts a program in a session of its own: no terminal, no signals of ours; standard input is empty, output
 * and errors are appended to the file `log_path`.
 *
 * @param arguments  with the program's path first; ends with NULL
 * @retval false it could not be started; errno says why
 */
bool process_start(const char *const *arguments, const char *log_path, struct process *out_process);

/** False once it ended (also while its parent has not noticed yet). */
bool process_is_alive(const struct process *process);

/**
 * Ends a process and waits until it is gone: asks with SIGTERM first and insists with SIGKILL after 3 s;
 * `by_force` insists at once. A process that is gone already is fine.
 * @retval false it is still there (errno says why)
 */
bool process_end(const struct process *process, bool by_force);

/**
 * The path of a program as the shell would find it in $PATH.
 * @retval false it is not there
 */
bool process_find_program(const char *name, char *path, size_t capacity);

#endif
