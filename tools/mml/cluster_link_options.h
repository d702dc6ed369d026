/* The options of `mml cluster link`, `partition`, `heal` and `capture`, and their help. */
#ifndef CLUSTER_LINK_OPTIONS_H
#define CLUSTER_LINK_OPTIONS_H

#include "mml.h"
#include <net/switch.idl.h>

/* What the commands were called with. */
struct link_options {
    const char *cluster;
    const char *only;
    bool help, heal, reset;
    uint32_t directions; /* 0: both */
    uint64_t seed;       /* 0: none was given */
    struct switch_conditions conditions;
    unsigned given; /* which of them were given: a bit for each */
    int word_count;
    char **words;
};

void link_print_help(void);

/** Reads them; which there are depends on the command. Returns MML_OK or, after saying why, MML_USAGE. */
enum mml_exit link_read_options(const char *command, int argument_count, char **arguments,
                                struct link_options *out_options);

/** Whether a link is to be changed, not only looked at. */
static inline bool link_options_change(const struct link_options *options)
{
    return options->given || options->reset || options->seed;
}

/** Writes what the options say over the conditions that are. */
void link_options_apply(const struct link_options *options, struct switch_conditions *conditions);

#endif
