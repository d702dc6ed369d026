/* Shared by the files of this folder: the table of what was loaded. */
#ifndef DEMAND_INTERNAL_H
#define DEMAND_INTERNAL_H

#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/components.idl.h>
#include <os/config.idl.h>
#include <os/file.idl.h>
#include <os/loader.idl.h>
#include <port.h>
#include <rpc/node.idl.h>
#include <string.h>

enum { DEMAND_NAME_MAX = 31, DEMAND_LOADED_MAX = 64, DEMAND_PATHS_MAX = 256 };

#define DEMAND_SWEEP_NS (500 * PORT_NS_PER_MS)
#define DEMAND_FAILURE_NS (1000 * PORT_NS_PER_MS)

/*
 * LOADING    a thread of its own reads, links and constructs it
 * READY      its object is there
 * FAILED     remembered for a moment, so that a crowd of binders does not load it again and again
 * RELEASED   the object is gone; its code goes when nobody is in it any more
 */
enum demand_state { DEMAND_LOADING, DEMAND_READY, DEMAND_FAILED, DEMAND_RELEASED };

struct demand_entry {
    struct demand_entry *next;
    char name[DEMAND_NAME_MAX + 1];    /* constant */
    char path[NAMESPACE_PATH_MAX + 1]; /* constant; "": the search list's */
    enum demand_state state;
    bool is_current; /* the name leads to it, or will; else it waits for its last release */
    bool is_pinned;  /* loaded by hand: stays until it is unloaded or replaced */
    uint32_t users;  /* threads that wait for it or are about to take a reference */
    bool reported;   /* why it cannot go was said */
    ILoadedImage *image;
    IUnknown *object; /* READY: one reference */
    void *searcher;   /* thread that looks for its file: what that binds is not loaded, too */
    HRESULT hr;       /* FAILED */
    char detail[128]; /* FAILED */
    int64_t since_ns; /* FAILED; READY: since when nobody else holds it, 0: somebody does */
};

struct demand {
    IDemand IDemand_iface;
    IComponents IComponents_iface;
    INamespace *root; /* constant, as those below; one reference, the node lives as long as this */
    ILoader *loader;
    ILocalNode *node;                 /* NULL: nothing is called from outside */
    int64_t keep_ns;                  /* how long what nobody holds stays */
    char search[DEMAND_PATHS_MAX];    /* paths with spaces */
    char load_from[DEMAND_PATHS_MAX]; /* what IComponents::Load may load: paths with spaces */

    struct port_mutex lock;
    struct port_condition changed;
    struct demand_entry *entries; /* (lock); their fields, too, but for the constants */
    uint32_t count;               /* (lock) */
    bool sweeping;                /* (lock) the sweeper runs */
    bool sweep_now;               /* (lock) it shall not wait for its next time */
};

extern struct demand demand;

/** Starts loading `name` from `path` ("": the search list) in a thread of its own. (lock held)
 * @retval RPC_E_OUT_OF_RESOURCES too much is loaded; E_OUTOFMEMORY */
HRESULT demand_begin(const char *name, const char *path, struct demand_entry **out_entry);

/** The entry that a name leads to; NULL: none. (lock held) */
struct demand_entry *demand_find(const char *name);

/** Takes an entry out of the table and frees it. (lock held) */
void demand_forget(struct demand_entry *entry);

/** Makes sure that the sweeper runs while there is something to sweep. (lock held) */
void demand_sweep_soon(void);

#endif
