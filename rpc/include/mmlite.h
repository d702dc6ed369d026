/*
 * libmmlite: a node in a Linux program, in two calls. What a client or a gateway includes beside the
 * generated headers; link with `pkg-config --libs mmlite`.
 *
 *     struct mmlite *mmlite;
 *     COM_SCOPED(ICalculator) calculator = NULL;
 *
 *     hr = mmlite_open(&(struct mmlite_options){.interfaces = component_interfaces}, &mmlite);
 *     hr = mmlite_bind(mmlite, "/net/n1/calculator", &IID_ICalculator, (void **)&calculator);
 */
#ifndef MMLITE_H
#define MMLITE_H

#include <com_impl.h>
#include <rpc.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mmlite; /* opaque */
struct linked_component;

struct mmlite_options {
    /* Endpoint of the node that holds the directory; NULL: $MML_NODE, else the only cluster under
     * the run-time folder; "self": this node holds it; "none": no other nodes. */
    const char *directory;
    const char *name;   /* of this node; NULL: a nameless client */
    const char *listen; /* "tcp:127.0.0.1:0", "unix:/path", several with spaces; NULL: a client only (it can
                           still be called back over the connections it opened) */
    const struct com_interface *const *interfaces; /* beside those of the project; may be NULL */
    const struct linked_component *components;     /* started in order and registered; may be NULL */

    /*
     * Where components are that are not linked (NAME.so): folders of this machine, which are /components/1,
     * /components/2 … in the node's root, or paths that begin with /net/; up to a NULL, or NULL. Who binds a
     * name that nobody registered gets the object of the component of that name, which goes again when nobody
     * holds it. A loaded component may call what os/lib/exports.txt lists, so the program exports that: link
     * with the flags of pkg-config.
     */
    const char *const *component_folders;
    /* Paths with spaces between them; below them, and in those folders, are the images that others may have
     * this node load (IComponents, `mml load`): their code runs in this process. NULL: only in those folders.
     */
    const char *load_from;
    /* What each peer may see and do, as a text (docs/views.md); NULL: all that the node exports. */
    const char *policy;
    uint32_t keep_ms; /* how long a component stays that was loaded by its name and that nobody holds */
};

/**
 * Starts a node in this process: network, transports, boot namespace with "net" and "rpc", workers.
 * On failure com_error_detail() says what and where.
 *
 * @retval E_INVALIDARG the name is not 1 to 31 of a-z 0-9 _ -
 * @retval E_INVALIDARG the policy is malformed: the detail says in which line
 * @retval NET_E_UNREACHABLE no directory answers at the endpoint
 * @retval NET_E_NAME_IN_USE the name is taken; the detail names both endpoints
 * @retval NET_E_ADDRESS_IN_USE, NET_E_BAD_ENDPOINT of `listen`
 * @retval NS_E_NOT_FOUND, E_ACCESSDENIED, NS_E_NOT_NAMESPACE a folder of components cannot be opened, or is
 * none
 * @retval NS_E_NOT_FOUND no directory is named, and there is no cluster or more than one (the detail lists
 * them)
 */
COM_WARN_UNUSED HRESULT mmlite_open(const struct mmlite_options *options, struct mmlite **out_mmlite);

/**
 * Ends the node, in good order if that takes no more than a second: peers are told, calls that run end,
 * others were not executed. Proxies that are left are dead. NULL is allowed.
 */
void mmlite_close(struct mmlite *mmlite);

/** The boot namespace, borrowed. */
INamespace *mmlite_root(struct mmlite *mmlite);

/** The runtime, borrowed. */
ILocalNode *mmlite_node(struct mmlite *mmlite);

/** The endpoints it listens at, separated by spaces; "" for a client. */
const char *mmlite_endpoints(struct mmlite *mmlite);

/** Bind and QueryInterface in one. @retval those of both */
COM_WARN_UNUSED HRESULT mmlite_bind(struct mmlite *mmlite, const char *path, const IID *iid,
                                    void **out_object);

/**
 * As mmlite_bind, for longer than a connection lasts: when the node of the object was lost, the next call
 * binds the path again. A call that was under way fails and is repeated only if that makes no difference
 * (rpc_bind_rebinding).
 */
COM_WARN_UNUSED HRESULT mmlite_bind_rebinding(struct mmlite *mmlite, const char *path, const IID *iid,
                                              void **out_object);

/**
 * As mmlite_bind, without a round trip of its own: the path is bound together with the first calls of the
 * object, which say if it is not there (rpc_bind_pipelined).
 */
COM_WARN_UNUSED HRESULT mmlite_bind_pipelined(struct mmlite *mmlite, const char *path, const IID *iid,
                                              void **out_object);

/**
 * Gives other nodes read access to a file or directory of this machine, under /files/<name>: an IFile, or a
 * namespace of its files and folders. Neither ".." nor symbolic links lead out of a directory.
 *
 * @param name  NULL: the last element of `path`
 * @retval NS_E_NOT_FOUND, E_ACCESSDENIED it cannot be opened (the detail says why)
 * @retval NS_E_BAD_PATH its name is no name of a namespace's element, or it is neither file nor directory
 * @retval NS_E_EXISTS something of that name is exported already
 * @retval RPC_E_OUT_OF_RESOURCES 64 are exported
 */
COM_WARN_UNUSED HRESULT mmlite_export(struct mmlite *mmlite, const char *name, const char *path);

/**
 * Gives the peers that the text speaks of other views. Their connections end, so that they come again and
 * find them.
 * @retval E_INVALIDARG the detail says in which line, and why; nothing has changed
 */
COM_WARN_UNUSED HRESULT mmlite_set_policy(struct mmlite *mmlite, const char *policy);

/**
 * The name of a result code, also of the interfaces' own; never NULL ("0x8004…" if unknown; per thread).
 * @param mmlite  may be NULL, as after a mmlite_open that failed
 */
const char *mmlite_result_name(struct mmlite *mmlite, HRESULT hr);

#ifdef __cplusplus
}
#endif

#endif
