/* The words of `mml call`, before anything of the cluster is known. */
#ifndef MML_CALL_WORDS_H
#define MML_CALL_WORDS_H

#include "mml.h"
#include <reflect/request.h>

enum { CALL_ARGUMENTS_MAX = TYPE_INFO_PARAMS_MAX, CALL_CALLS_MAX = 16 };

/* The words of one call. */
struct call_words {
    const char *object; /* of the calls behind the first: which output; NULL: the only one */
    const char *method; /* INTERFACE.METHOD or METHOD */
    struct request_argument arguments[CALL_ARGUMENTS_MAX];
    char *memory[CALL_ARGUMENTS_MAX]; /* files that were read */
    uint32_t argument_count;
};

struct call_options {
    const char *path;
    uint32_t timeout_ms;
    const char *raw;
    bool is_help; /* what the method looks like is asked for, not the call */
};

void call_print_help(void);

/**
 * Takes the options out of the words before the first --.
 * @return how many words are left
 */
int call_read_options(int count, char **arguments, struct call_options *options, enum mml_exit *out_result);

/** All calls of the command line, before the first is made; each is to be given to call_free_words. */
enum mml_exit call_read_words(struct call_words *calls, int *out_count, int count, char **arguments);

void call_free_words(struct call_words *words);

#endif
