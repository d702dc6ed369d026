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
#include <rpc/view.idl.h>
#include <string.h>

enum { DEMAND_NAME_MAX = 31, DEMAND_LOADED_MAX = 64, DEMAND_PATHS_MAX = CONFIG_VALUE_MAX + 1 };

#define DEMAND_SWEEP_NS (500 * PORT_NS_PER_MS)
#define DEMAND_FAILURE_NS (1000 * PORT_NS_PER_MS)
#define DEMAND_ROOM_NS (2000 * PORT_NS_PER_MS)
#define DEMAND_CLOSE_NS (1000 * PORT_NS_PER_MS)

/*
 * LOADING    a thread of its own reads, links and constructs it
 * READY      its object is there
 * FAILED     remembered for a moment, so that a crowd of binders does not load it again and again
 * RELEASED   the object is gone; its code goes when nobody is in it any more
 */
enum demand_state { DEMAND_LOADING, DEMAND_READY, DEMAND_FAILED, DEMAND_RELEASED };

struct demand;

struct demand_entry {
    struct demand_entry *next;
    struct demand *demand;             /* constant */
    char name[DEMAND_NAME_MAX + 1];    /* constant */
    char path[NAMESPACE_PATH_MAX + 1]; /* constant; "": the search list's */
    enum demand_state state;
    bool is_current;      /* the name leads to it, or will; else it waits for its last release */
    bool is_pinned;       /* loaded by hand: stays until it is unloaded or replaced */
    uint32_t users;       /* threads that wait for it or are about to take a reference */
    bool reported;        /* why it cannot go was said */
    ILoadedImage *image;  /* one reference; FAILED: if its constructor failed */
    IUnknown *object;     /* READY: one reference */
    IUnknown *activation; /* LOADING: of the peer whose call asked for it, one reference; NULL: nobody's */
    void *searcher; /* thread that binds names on its behalf, which are not loaded for that; NULL: none */
    HRESULT hr;     /* FAILED */
    char detail[COM_DETAIL_MAX + 1]; /* FAILED */
    int64_t since_ns;                /* FAILED; READY: since when nobody else holds it, 0: somebody does */
};

struct demand {
    IDemand IDemand_iface;
    IComponents IComponents_iface;
    struct com_refs refs; /* its threads hold one each */
    INamespace *root;     /* constant, as those below; one reference, until Close takes the name away */
    ILoader *loader;
    ILocalNode *node;                 /* NULL: nothing is called from outside */
    int64_t keep_ns;                  /* how long what nobody holds stays */
    char search[DEMAND_PATHS_MAX];    /* paths, apart by spaces or commas */
    char load_from[DEMAND_PATHS_MAX]; /* what IComponents::Load may load: as `search` */

    struct port_mutex lock;
    struct port_condition changed;
    struct demand_entry *entries; /* (lock); their fields, too, but for the constants */
    uint32_t count;               /* (lock) */
    uint32_t threads;             /* (lock) that load, and the one that sweeps */
    bool sweeping;                /* (lock) one does, or is about to */
    bool sweep_now;               /* (lock) it shall not wait for its next time */
    bool closing;                 /* (lock) the node ends */
    bool naming;                  /* (lock) a thread changes what names lead to */
};

/* ---- demand.c ---- */

/** Until when the running thread may wait. */
int64_t demand_own_deadline(void);

/** Waits until an entry is loaded. (lock held) @retval its result */
HRESULT demand_await(struct demand_entry *entry, int64_t deadline_ns);

/** Components have names that nodes can have, too: other names are of files and the like. */
bool demand_is_component_name(const char *name);

/** References for threads. */
void demand_addref(struct demand *demand);
void demand_release(struct demand *demand);

/**
 * Until demand_end_naming no other thread changes is_current of an entry that has an object, or registers or
 * unregisters one, for which the lock is let go of. (lock held, let go of while another does)
 */
void demand_begin_naming(struct demand *demand);

/** (lock held) */
void demand_end_naming(struct demand *demand);

/* ---- demand_load.c ---- */

/**
 * Starts loading `name` from `path` ("": the search list) in a thread of its own. (lock held)
 *
 * @param is_current  the name leads to it from now on; else when it is there
 * @retval RPC_E_OUT_OF_RESOURCES too much is loaded; RPC_E_DISCONNECTED the node ends; E_OUTOFMEMORY
 */
HRESULT demand_begin(struct demand *demand, const char *name, const char *path, bool is_current,
                     struct demand_entry **out_entry);

/** The entry that a name leads to; NULL: none. (lock held) */
struct demand_entry *demand_find(struct demand *demand, const char *name);

/** Takes an entry out of the table and frees it. (lock held) */
void demand_forget(struct demand_entry *entry);

/** What the running thread binds from here on, on behalf of an entry, is not loaded, too; and the end of
 * that. (no lock held) */
void demand_set_searcher(struct demand_entry *entry, bool searches);

/* ---- demand_file.c ---- */

/** Binds the file of an image: at its path, or the first of its name. (no lock held) */
HRESULT demand_open(struct demand_entry *entry, IFile **out_file);

/** Reads all of it into a block for com_free. */
HRESULT demand_read(IFile *file, uint8_t **out_bytes, uint32_t *out_size);

/* ---- demand_sweep.c ---- */

/** Makes sure that a thread sweeps while there is something to sweep. (lock held) */
void demand_sweep_soon(struct demand *demand);

/** Frees the image of an entry that has no object (any more), if nothing leads into it and nobody is in it.
 * (no lock held) @retval false it stays, for now */
bool demand_free_image(struct demand_entry *entry);

/** One look at everything, by one thread at a time: the sweeper, and when that has ended, Close. (lock held,
 * let go of) */
void demand_sweep(struct demand *demand);

/* ---- what a node has: demand_node.c, demand_paths.c, demand_tables.c; demand_alone.c in a system that
 * is none ---- */

/** Its QueryInterface. */
HRESULT demand_query(struct demand *demand, const IID *iid, void **out_object);

/** Binds what it needs in its root and reads its configuration; demand_end gives all back, and frees it. */
HRESULT demand_start(struct demand *demand);
void demand_end(struct demand *demand);

/** IDemand::Close. */
HRESULT demand_close(struct demand *demand);

/** Who loads and unloads faster than the sweeper looks waits for it, for a while. (lock held, let go of) */
void demand_await_room(struct demand *demand);

/** Binds the file of an image by its name. (no lock held) */
HRESULT demand_find_file(struct demand *demand, const char *name, IFile **out_file);

/** Whether images may be loaded from a path by hand. @retval NS_E_BAD_PATH, E_ACCESSDENIED */
HRESULT demand_check_path(const struct demand *demand, const char *path);

/** Whether the running thread may have something loaded, see IActivations. (lock held) */
HRESULT demand_begin_activation(const struct demand *demand, IUnknown **out_activation);
void demand_end_activation(IUnknown *activation);

/** Gives a node the interfaces of an image. @retval OS_E_BAD_IMAGE their table is malformed */
HRESULT demand_add_interfaces(struct demand *demand, ILoadedImage *image);

/** Looks for what the node would still call in an image. @retval S_OK there is something, and the detail says
 * what */
HRESULT demand_find_in_node(struct demand *demand, ILoadedImage *image);

/** Takes its interfaces back. @retval false somebody holds a proxy of one, or is in a call of one */
bool demand_remove_interfaces(struct demand *demand, ILoadedImage *image);

#endif
