/*
 * The simulated network: links of whole frames between machines, as idl/rpc/transport.idl asks for, with
 * faults. What happens between machines is in memory outside of all of them; an ILink is in its machine's.
 *
 * A cable is one connection. It keeps order and loses nothing as long as it lives, as TCP does: what is held
 * up arrives late. It dies by a cut, of which both ends, one or none learn.
 */
#ifndef SIM_NETWORK_H
#define SIM_NETWORK_H

#include <com_impl.h>
#include <net/socket.idl.h>
#include <rpc/transport.idl.h>
#include <sim.h>

enum { HOSTS_MAX = 8 };

/* How cables behave; drawn from the seed. */
struct network_options {
    int64_t delay_ns;                  /* one way, at least */
    int64_t jitter_ns;                 /* more, at most */
    uint32_t capacity_bytes;           /* of each direction: more waits at the sender */
    uint32_t bytes_per_ms;             /* 0: no limit */
    uint32_t refuse_one_in;            /* connections that are refused; 0: none */
    uint32_t silent_one_in;            /* connections that succeed although nobody is there; 0: none */
    uint32_t corrupt_one_in;           /* frames that arrive changed; 0: none */
    bool corrupt_bodies;               /* anything in them; else what every decoder must see: the header */
    uint32_t loss, duplicate, reorder; /* of a hundred datagrams */
};

/* What a connection carries; outside of all machines. */
struct cable;

enum cable_cut {
    CUT_BOTH_LEARN,
    CUT_ONE_LEARNS,
    CUT_NOBODY_LEARNS,
    CUT_ONE_WAY, /* one direction carries nothing any more, and nobody learns */
};

/** Once for each simulation, before anything else; frees what the one before left. */
void network_reset(const struct network_options *options, uint64_t seed);

/** Faults stop; what was cut stays cut. */
void network_heal(void);

/** Host number of a machine: where it listens is "sim:<name>". */
void network_add_host(uint32_t host, const char *name, struct sim_machine *machine);

/** The machine crashed. @param told  its peers learn it after a while; else they never hear of it again */
void network_host_crashed(uint32_t host, bool told);

/** Frames from one to another are held up until that time; so are connects. */
void network_hold(uint32_t from, uint32_t to, int64_t until_ns);

/** Cuts one living cable, drawn at random. @retval false there is none */
bool network_cut(enum cable_cut how);

/** Of a machine: called in it. The network is an IDatagramNetwork, too, for links over datagrams. The
 * network's thread ends with network_stop. @retval E_OUTOFMEMORY */
COM_WARN_UNUSED HRESULT network_create(uint32_t host, INetwork **out_network, ITransport **out_transport);
void network_stop(INetwork *network);

/* ---- for the oracle ---- */

/** The other end of a link's cable, and whose it is; NULL: it has gone. */
ILink *network_peer_of(ILink *link, uint32_t *out_host);

/** Notes something about a link that its peer's end can be asked for also when the link has gone; 0: nothing
 * yet.
 */
void network_mark(ILink *link, uint64_t mark);
uint64_t network_peer_mark(ILink *link);

/** Whose machine has the other end, and whether that can still believe in the cable, as far as it was told.
 */
bool network_peer_host(ILink *link, uint32_t *out_host);

/** Whether nothing is on its way or waits to be received at either end. */
bool network_is_quiet(ILink *link);

/** Whether something arrived changed there. */
bool network_was_corrupted(ILink *link);

struct network_counters {
    uint64_t frames;
    uint32_t cables;
    uint32_t cuts;
    uint32_t corrupted;
    uint32_t refused;
};
extern struct network_counters network_counters;

#endif
