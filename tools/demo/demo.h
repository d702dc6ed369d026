/*
 * mml-demo: starts a real cluster and shows what it can do, in ten steps that are checked. A user of the
 * public headers and of the mml command, as anybody's program would be.
 */
#ifndef DEMO_H
#define DEMO_H

#include <mmlite.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define DEMO_PATH_MAX 4096
#define DEMO_NS_PER_MS INT64_C(1000000)

struct demo {
    char folder[DEMO_PATH_MAX]; /* of this program, and of mml */
    char readme[DEMO_PATH_MAX];
    char **files; /* FILE..., as they were given */
    int file_count;
    bool keep;
    char cluster[32];                     /* its name */
    char directory[NET_ENDPOINT_MAX + 1]; /* its endpoint */
    struct mmlite *mmlite;                /* the client; NULL until the cluster is up */
};

/* A step prints its line with report_step and returns whether it held. */
bool demo_cluster(struct demo *demo);  /* step_cluster.c */
bool demo_call(struct demo *demo);     /* step_call.c */
bool demo_digest(struct demo *demo);   /* step_digest.c */
bool demo_callback(struct demo *demo); /* step_callback.c */
bool demo_relay(struct demo *demo);    /* step_relay.c */
bool demo_load(struct demo *demo);     /* step_load.c */
bool demo_edit(struct demo *demo);     /* step_edit.c */
bool demo_network(struct demo *demo);  /* step_network.c */
bool demo_failure(struct demo *demo);  /* step_failure.c */
bool demo_latency(struct demo *demo);  /* step_latency.c */

/* report.c */

/** One line for a step: whether it held, and what was seen. Returns `held`. */
bool report_step(unsigned number, bool held, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** A line below a step. */
void report_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Lines below a step, as a program printed them. */
void report_text(const char *text);

/** report_step for a call that failed: `what` could not be done, with the code's name, text and detail. */
bool report_failure(struct demo *demo, unsigned number, const char *what, HRESULT hr);

/** Colours for the terminal; "" where standard output is none. */
const char *report_bold(void);
const char *report_plain(void);

/* programs.c */

/**
 * Runs a program and waits for it; its standard output goes to `output` (cut at the capacity, ended with a
 * NUL), its errors to ours. After `limit_ms` it is ended.
 * @return its exit code; 128 + the signal that ended it; -1 if it could not be started
 */
int program_run(const char *const *arguments, char *output, size_t capacity, unsigned limit_ms);

/** program_run for `mml WORD...`, which are `count` words. */
int mml_run(const struct demo *demo, const char *const *words, size_t count, char *output, size_t capacity);

#define MML_RUN(demo, output, capacity, ...)          \
    mml_run(demo, (const char *const[]){__VA_ARGS__}, \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), output, capacity)

/**
 * No program is started from here on, and the one that runs is ended: for who cleans up on another thread.
 */
void programs_stop(void);

/** Takes programs_stop back, for that thread's own programs. The others' calls never return. */
void programs_allow_for_this_thread(void);

/* A node as `mml cluster ls` shows it. */
struct demo_node {
    char name[32];
    char state[16];
    pid_t pid;
    char endpoint[NET_ENDPOINT_MAX + 1];
    char echo[NET_ENDPOINT_MAX + 1];
};

/** Reads the cluster's nodes; returns how many, at most `capacity`, 0 after a failure. */
size_t demo_list_nodes(const struct demo *demo, struct demo_node *nodes, size_t capacity);

/* The monotonic clock. */
int64_t demo_now_ns(void);
double demo_ms_since(int64_t start_ns);
void demo_sleep_ms(unsigned duration_ms);

#endif
