/* Shared by the files of this component: the one object under the name "net". */
#ifndef NET_NAMESPACE_INTERNAL_H
#define NET_NAMESPACE_INTERNAL_H

#include <com_impl.h>
#include <com_names.h>
#include <os/config.idl.h>
#include <rpc/node.idl.h>

/* What connecting to a node may take; less if the calling thread has less time. */
#define NET_CONNECT_NS (INT64_C(3000) * 1000000)

struct net_namespace {
    INamespace INamespace_iface;
    ICluster ICluster_iface;
    IJob IJob_iface;
    struct com_refs refs;

    /* Constant. */
    INamespace *ns;                                /* the node's root; one reference */
    ILocalNode *node;                              /* one reference */
    char name[NODE_NAME_MAX + 1];                  /* of this node; "": nameless */
    char endpoints[NODE_ENDPOINTS_MAX + 1];        /* of this node; "": it does not listen */
    char directory_endpoint[CONFIG_VALUE_MAX + 1]; /* "self": it is here; "": there is none */

    struct com_lock lock;
    IDirectory *directory;           /* (lock) of the last GetDirectory; NULL: none yet, or lost */
    IClusterSink *sink;              /* (lock) may be NULL */
    bool announced;                  /* (lock) at least one attempt ended; the three below are of the last */
    HRESULT result;                  /* (lock) */
    uint64_t incarnation;            /* (lock) */
    char detail[COM_DETAIL_MAX + 1]; /* (lock) */

    /* Of the job, which runs in one worker at a time. */
    IUnknown *registration; /* this node's entry in the directory; NULL: not entered */
    int64_t backoff_ns;
};

/* cluster.c */
extern const struct IClusterVtbl net_namespace_cluster_vtbl;

/** As ICluster::GetDirectory. */
HRESULT net_namespace_get_directory(struct net_namespace *net, IDirectory **out_directory);

/** The connection to `directory` was lost: the next net_namespace_get_directory makes a new one. */
void net_namespace_forget_directory(struct net_namespace *net, IDirectory *directory);

/** Whether a call failed because its object or its node is not there any more. */
bool net_namespace_is_lost(HRESULT hr);

/** When a connection that is begun now has to be there. */
int64_t net_namespace_connect_deadline(struct net_namespace *net);

/* report.c */

/** Tells the sink and the console of an attempt to announce this node, which ended with `result`. */
void net_namespace_report(struct net_namespace *net, HRESULT result, uint64_t incarnation,
                          const char *detail);

/* announcer.c */
extern const struct IJobVtbl net_namespace_job_vtbl;

/* net_namespace.c */
uint32_t net_namespace_add_reference(struct net_namespace *net);
uint32_t net_namespace_release_reference(struct net_namespace *net);

/** QueryInterface of all three interfaces. */
HRESULT net_namespace_query(struct net_namespace *net, const IID *iid, void **out_object);

#endif
