/* mml-demo: its options, the order of the steps, and the end, which leaves no process behind. */
#include "demo.h"
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Far above what the steps take; each of them has limits of its own. */
#define WATCHDOG_S 300

static const struct {
    const char *name;
    bool (*run)(struct demo *demo);
} steps[] = {
    {"a cluster of a Linux node and two kernels", demo_cluster},
    {"a call by path", demo_call},
    {"real files, digested by a kernel", demo_digest},
    {"a callback", demo_callback},
    {"kernel to kernel", demo_relay},
    {"a component that comes when it is asked for", demo_load},
    {"a component that was just written", demo_edit},
    {"a thousand calls over a bad network", demo_network},
    {"a node dies", demo_failure},
    {"round trips", demo_latency},
};

#define STEP_COUNT (sizeof(steps) / sizeof(steps[0]))

static void print_help(void)
{
    printf("usage: mml-demo [--keep] [FILE]...\n"
           "\n"
           "Starts a Linux node and two kernels in QEMU, a PC and a Cortex-M3, shows what they can do in ten "
           "steps,\n"
           "checks each, and ends them. The kernels digest README.md and every FILE given.\n"
           "\n"
           "  --keep  leave the cluster running\n"
           "\n"
           "example:\n"
           "  mml-demo --keep LICENSE\n"
           "\n"
           "Exit code: 0 each step held, 1 one did not, 2 wrong usage.\n");
}

/* The end */

/* A process that has ended but is still waiting for its parent to notice is gone. */
static bool is_alive(pid_t pid)
{
    char path[32], text[512];
    const char *after_name;
    size_t length;
    FILE *stat;

    snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    stat = fopen(path, "re");
    if (!stat)
        return false;
    length = fread(text, 1, sizeof(text) - 1, stat);
    fclose(stat);
    text[length] = '\0';
    after_name = strrchr(text, ')');
    return after_name && after_name[1] == ' ' && after_name[2] != 'Z' && after_name[2] != 'X';
}

/* Ends the cluster if there is one; true when nothing of it is left. */
static bool end_cluster(const struct demo *demo)
{
    struct demo_node nodes[16];
    size_t count = demo_list_nodes(demo, nodes, sizeof(nodes) / sizeof(nodes[0]));
    char output[1024];
    size_t i;

    if (count == 0)
        return true; /* it never came up, and `mml cluster up` has cleaned up after itself */
    for (i = 0; i < count; i++)
        if (strcmp(nodes[i].state, "running") == 0)
            kill(nodes[i].pid, SIGCONT); /* step 5 stops one for a moment */
    if (MML_RUN(demo, output, sizeof(output), "cluster", "down", "--name", demo->cluster) != 0)
        return false;

    for (i = 0; i < count; i++) {
        if (strcmp(nodes[i].state, "running") == 0 && is_alive(nodes[i].pid)) {
            fprintf(stderr, "mml-demo: process %ld of node %s is still there\n", (long)nodes[i].pid,
                    nodes[i].name);
            return false;
        }
    }
    return true;
}

/* Ctrl-C, or a demo that hangs: whatever the other threads wait for, the cluster is ended from here. */
static void *end_early(void *argument)
{
    const struct demo *demo = argument;
    const struct timespec limit = {.tv_sec = WATCHDOG_S};
    sigset_t signals;
    int number;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    do
        number = sigtimedwait(&signals, NULL, &limit);
    while (number < 0 && errno == EINTR);

    fprintf(stderr, "\nmml-demo: %s, ending the cluster\n", number > 0 ? strsignal(number) : "it hangs");
    programs_stop();
    programs_allow_for_this_thread();
    _exit(end_cluster(demo) && number > 0 ? 128 + number : 1);
}

static bool start_end_thread(struct demo *demo)
{
    sigset_t signals;
    pthread_t thread;

    /* All threads inherit the mask: only end_early gets these. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    return pthread_create(&thread, NULL, end_early, demo) == 0 && pthread_detach(thread) == 0;
}

static void print_what_to_try(const struct demo *demo)
{
    printf("\nthe cluster goes on; try\n"
           "  build/bin/mml ls -R /net\n"
           "  build/bin/mml ping n1\n"
           "  build/bin/01_calculator /net/n2/calculator\n"
           "  build/bin/mml cluster log n1\n"
           "  build/bin/mml cluster down --name %s\n",
           demo->cluster);
}

/* The beginning */

static bool find_folders(struct demo *demo)
{
    char program[DEMO_PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    char *root;

    if (length <= 0)
        return false;
    program[length] = '\0';
    snprintf(demo->folder, sizeof(demo->folder), "%s", dirname(program));

    /* build/bin/mml-demo lies two folders below README.md */
    root = realpath(dirname(dirname(program)), NULL);
    snprintf(demo->readme, sizeof(demo->readme), "%s/README.md", root ? root : ".");
    free(root);
    return true;
}

static int check_files(const struct demo *demo)
{
    int i;

    for (i = 0; i < demo->file_count; i++) {
        struct stat status;

        if (stat(demo->files[i], &status) != 0 || access(demo->files[i], R_OK) != 0) {
            fprintf(stderr, "mml-demo: %s: %s\n", demo->files[i], strerror(errno));
            return 1;
        }
        if (!S_ISREG(status.st_mode)) {
            fprintf(stderr,
                    "mml-demo: %s is not a file (a folder is served by `mml cluster up --dir NAME=%s`)\n",
                    demo->files[i], demo->files[i]);
            return 1;
        }
    }
    return 0;
}

static int run_steps(struct demo *demo)
{
    int64_t start_ns = demo_now_ns();
    unsigned held = 0;
    bool ended = true;
    size_t i;

    printf("%sMMLite%s: a Linux node and two kernels in QEMU, one tree of objects\n\n", report_bold(),
           report_plain());
    for (i = 0; i < STEP_COUNT; i++) {
        if (i > 0 && !demo->mmlite)
            report_step((unsigned)i + 1, false, "%s: there is no cluster", steps[i].name);
        else if (steps[i].run(demo))
            held++;
    }

    mmlite_close(demo->mmlite);
    if (!demo->keep)
        ended = end_cluster(demo);
    printf("\n%s%u of %zu steps held%s in %.1f s%s\n", report_bold(), held, STEP_COUNT, report_plain(),
           demo_ms_since(start_ns) / 1e3,
           demo->keep ? ""
           : ended    ? "; every process is gone"
                      : "");
    if (demo->keep)
        print_what_to_try(demo);
    return held == STEP_COUNT && ended ? 0 : 1;
}

int main(int argument_count, char **arguments)
{
    static const struct option options[] = {
        {"keep", no_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static struct demo demo;
    int option;

    while ((option = getopt_long(argument_count, arguments, "h", options, NULL)) != -1) {
        if (option == 'h') {
            print_help();
            return 0;
        }
        if (option != 'k')
            return 2;
        demo.keep = true;
    }
    demo.files = arguments + optind;
    demo.file_count = argument_count - optind;
    snprintf(demo.cluster, sizeof(demo.cluster), "demo-%ld", (long)getpid());

    if (check_files(&demo) != 0)
        return 1;
    if (!find_folders(&demo) || !start_end_thread(&demo)) {
        fprintf(stderr, "mml-demo: %s\n", strerror(errno));
        return 1;
    }
    return run_steps(&demo);
}
