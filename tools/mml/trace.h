/* mml trace: a call that some node saw, and how it is printed. */
#ifndef MML_TRACE_H
#define MML_TRACE_H

#include "types.h"
#include <rpc/observe.idl.h>

/* One record of a node. */
struct trace_record {
    struct trace_record *next;
    const char *node; /* where it was seen */
    struct trace_call call;
    int64_t began_ns; /* real time; less the way of the answer that it came in, which nobody knows */
    uint64_t reading; /* of all nodes: the answer that it came in */
    unsigned rounds;  /* how often the nodes were asked since it came */
    uint8_t bytes[];  /* parameters and results, as far as they were kept */
};

/* Turns records into text. */
struct trace_printer {
    const struct mml *mml;
    struct mmlite *mmlite;
    struct mml_types *types;
    IID unknown[32]; /* interfaces that nobody knows: not asked for again */
    uint32_t unknown_count;
};

/** A line of text, moved to the right by `depth`, or of JSON. */
void trace_print(struct trace_printer *printer, const struct trace_record *record, unsigned depth);

#endif
