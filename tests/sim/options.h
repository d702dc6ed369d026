/* What a simulation is like: drawn from its seed, printed, and changed one by one when a failure is made
 * smaller. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stddef.h>
#include "draw.h"

enum { NODES_MAX = 5, CLIENTS_MAX = 3, OPERATIONS_MAX = 64, FAULTS_MAX = 32 };

/*
 * X(name, least, most, what it is), in the order in which they are printed. Those that are 0 are not printed.
 * Times are microseconds.
 */
#define SIM_OPTIONS(X)                                                                                 \
    X(nodes, 2, NODES_MAX, "machines")                                                                 \
    X(clients, 1, CLIENTS_MAX, "threads of each that call others")                                     \
    X(operations, 1, OPERATIONS_MAX, "that each of them does")                                         \
    X(pause_us, 0, 1000000, "between two of them, on average")                                         \
    X(preempt, 1, 1000, "a thread loses the processor at one in so many places where it can")          \
    X(stall, 0, 100000, "and at one in so many for a while; 0: never")                                 \
    X(stall_us, 1, 100000, "at most so long")                                                          \
    X(delay_us, 1, 1000000, "of the network, one way")                                                 \
    X(jitter_us, 0, 1000000, "more than that, at most")                                                \
    X(window, 64, 1000000, "bytes on their way in one direction of a connection")                      \
    X(bandwidth, 0, 1000000, "bytes a millisecond; 0: no limit")                                       \
    X(nested, 0, 8, "levels of calls that call back")                                                  \
    X(names, 0, 1, "clients register and unregister names")                                            \
    X(oneway, 0, 1, "clients make calls that have no answer")                                          \
    X(cancel, 0, 1, "clients cancel calls")                                                            \
    X(halves, 0, 1, "clients begin calls, and finish or forget them later")                            \
    X(lasting, 0, 1, "clients have proxies that outlive connections")                                  \
    X(watch, 0, 1, "clients want to know when a node is gone")                                         \
    X(promises, 0, 1, "clients call what other calls will return")                                     \
    X(drain, 0, 1, "nodes that end in good order let calls end first")                                 \
    X(introduce, 0, 31, "sum of 1 << n of the nodes that take part in introductions")                  \
    X(udp, 0, 1, "connections are those of the transport udp, over datagrams")                         \
    X(loss, 0, 60, "of a hundred datagrams are lost")                                                  \
    X(duplicate, 0, 60, "of a hundred come twice")                                                     \
    X(reorder, 0, 60, "of a hundred are overtaken by others")                                          \
    X(faults, 0, FAULTS_MAX, "events of the kinds that follow, each kind as often as its number says") \
    X(cut, 0, 9, "connections break, and both ends, one or none learn it")                             \
    X(hold, 0, 9, "one machine does not hear another for a while")                                     \
    X(partition, 0, 9, "first one machine does not hear another, then that not the first")             \
    X(crash, 0, 9, "machines crash and start again")                                                   \
    X(old_id, 0, 1, "then some start with the identity that they had")                                 \
    X(boots, 0, 1, "machines count their starts, and say which one it is")                             \
    X(stop, 0, 9, "nodes end in good order and start again")                                           \
    X(pause, 0, 9, "machines stand still")                                                             \
    X(clock, 0, 9, "clocks jump, or go up to a tenth too fast or too slowly")                          \
    X(oom, 0, 9, "memory is short for a while")                                                        \
    X(refuse, 0, 1000, "one in so many connects is refused")                                           \
    X(silent, 0, 1000, "one in so many connects leads nowhere")                                        \
    X(corrupt, 0, 10000, "one in so many frames arrives with a wrong header")                          \
    X(noise, 0, 10000, "one in so many frames arrives changed anywhere: only safety is checked")

struct sim_options {
#define X(name, low, high, text) uint32_t name;
    SIM_OPTIONS(X)
#undef X
    /* What is left of the events, in a failure that is made smaller: a bit each. */
    uint64_t fault_mask;
    uint64_t operation_mask[NODES_MAX][CLIENTS_MAX];
};

void options_draw(uint64_t seed, struct sim_options *out_options);

/** "nodes=3 clients=2 ..."; cut at `capacity`. */
void options_print(const struct sim_options *options, char *text, size_t capacity);

/**
 * Takes over what the text names; the others stay.
 * @return NULL; or where in the text the first word begins that is no option, or out of range
 */
const char *options_parse(const char *text, struct sim_options *options);

/** Whether whatever is sent leaves at once. */
bool options_have_room(const struct sim_options *options);

/** Whether nothing can go wrong: every call must succeed, and soon. */
bool options_are_calm(const struct sim_options *options);

/** Whether nothing befalls nodes but that they end in good order, once their calls have ended. */
bool options_are_orderly(const struct sim_options *options);

#endif
