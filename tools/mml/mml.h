/*
 * mml, the command line: what its commands share. It uses the public headers only, as any program would.
 */
#ifndef MML_H
#define MML_H

#include <mmlite.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Exit codes. */
enum mml_exit {
    MML_OK = 0,
    MML_FAILED = 1, /* the command was understood and failed */
    MML_USAGE = 2,  /* it was not understood */
};

/* The global options. */
struct mml {
    const char *node; /* --node ENDPOINT of the directory's node; NULL: mmlite_open finds the cluster */
    bool json;
};

/* One command; gets the words from its own name on, as main does. */
struct mml_command {
    const char *name;
    const char *summary; /* one line of `mml --help` */
    enum mml_exit (*run)(const struct mml *mml, int argument_count, char **arguments);
};

enum mml_exit mml_ls(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit mml_ping(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit mml_stat(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit mml_limits(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit mml_access(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit mml_trace(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit mml_node(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit mml_load(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit mml_unload(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit mml_new(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit mml_cluster(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit mml_call(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit mml_describe(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit mml_completion(const struct mml *mml, int argument_count, char **arguments);

/* main.c */

/** Calls `visit` with the name of each command. */
void mml_each_command(void (*visit)(void *context, const char *name), void *context);

/* output.c */

/** Says on stderr what went wrong; `format` is one line without its end. */
void mml_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Says on stderr what to do about the error before it. */
void mml_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** mml_error for a failed call: `what` failed with `hr`; adds the code's name, text and detail. */
void mml_call_error(struct mmlite *mmlite, const char *what, HRESULT hr);

/** Says that the words make no sense, and where the help is. Returns MML_USAGE. */
enum mml_exit mml_usage_error(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Writes a JSON string with its quotes. */
void mml_json_string(FILE *file, const char *text);

/* Escape sequences; "" where stderr (or stdout) is not a terminal. */
const char *mml_bold(FILE *file);
const char *mml_red(FILE *file);
const char *mml_dim(FILE *file);
const char *mml_plain(FILE *file);

/* path_hint.c */

/** mml_hint for a path that could not be bound: the name that was perhaps meant, or how to find it. */
void mml_path_hint(struct mmlite *mmlite, const char *path, HRESULT hr);

/* place.c */

/** The path of what lies below the folder that holds this program's own: `below` "share/mmlite" of
 * PREFIX/bin/mml. */
void mml_path_beside(const char *below, char *path, size_t capacity);

/** The path for a process that has another working folder. Says why it fails. */
bool mml_absolute_path(const char *path, char *absolute, size_t capacity);

/** Whether this program is installed, with all that belongs to it; a build folder's is not. */
bool mml_is_installed(void);

/* connect.c */

/** Opens the cluster as a nameless client, or says why not. @retval NULL it failed */
struct mmlite *mml_connect(const struct mml *mml);

/** The monotonic clock. */
int64_t mml_now_ns(void);

#define MML_NS_PER_MS INT64_C(1000000)

/** Sleeps; wakes early for a signal that is handled. */
void mml_sleep_ms(unsigned duration_ms);

#endif
