/*
 * What a component sees of its node, played by a test: a namespace, the runtime under the name "rpc" (without
 * threads: the test moves the clock and runs the jobs), and objects that count their references.
 */
#ifndef FAKE_WORLD_H
#define FAKE_WORLD_H

#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <net/socket.idl.h>
#include <os/config.idl.h>
#include <rpc/node.idl.h>

enum { FAKE_PEERS_MAX = 8, FAKE_LOST_MAX = 8 };

/* What ILocalNode::Connect finds at one endpoint. */
struct fake_peer {
    const char *endpoints;
    INamespace *root; /* borrowed; NULL: `hr` */
    HRESULT hr;
};

struct fake_node {
    ILocalNode ILocalNode_iface;
    IIncarnation IIncarnation_iface;
    struct com_refs refs;
    int64_t now_ns;
    struct fake_peer peers[FAKE_PEERS_MAX];
    uint32_t peer_count;
    uint32_t connect_count;
    IUnknown *lost[FAKE_LOST_MAX]; /* objects that IsConnected calls lost; borrowed */
    uint32_t lost_count;
    bool all_lost; /* IsConnected calls every object lost, until the next Connect */
    IJob *job;     /* the one that is scheduled */
    int64_t job_ns;
    INamespace *exported_root;
    uint64_t incarnation; /* that it was given */
    HRESULT listen_hr;
    char listens_at[NET_ENDPOINT_MAX + 1]; /* what Listen was asked for */
};

/** A namespace that holds up to 100 objects; walks into others as a real one does. */
INamespace *fake_namespace_create(void);

/** On the test's stack; fake_node_end checks that nobody holds it any more. */
void fake_node_init(struct fake_node *node);
void fake_node_end(struct fake_node *node);

/** Moves the clock to the scheduled job and runs it. Fails the test if there is none. */
void fake_node_run_job(struct fake_node *node);

/** An INode whose Ping gives `ping_hr`, and that notes the deadline of the thread that called. */
struct fake_inode {
    INode INode_iface;
    struct com_refs refs;
    HRESULT ping_hr;
    uint32_t ping_count;
    int64_t ping_deadline_ns;
    void (*on_ping)(void *context); /* may be NULL */
    void *context;
};
void fake_inode_init(struct fake_inode *inode, HRESULT ping_hr);

/** An IConfig with these keys and values, up to a NULL key; keys whose value is NULL are left out. Not
 * copied. */
IConfig *fake_config_create(const char *const (*pairs)[2]);

/** Registers or fails the test. */
void fake_register(INamespace *ns, const char *name, void *object);

/** The references that are left on an object. */
uint32_t fake_references(void *object);

#endif
