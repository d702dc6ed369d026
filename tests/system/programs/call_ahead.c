/*
 * call_ahead ENDPOINT: calls what calls of the node there will return, and prints what comes of it. That node
 * has a namespace "folder" with an object "probe" at export 0, null under the name "null", and takes names.
 */
#include <mmlite.h>
#include <os/probe.idl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static struct mmlite *mmlite;

static void require(HRESULT hr, const char *what)
{
    if (SUCCEEDED(hr))
        return;
    fprintf(stderr, "call_ahead: %s: %s %s\n", what, mmlite_result_name(mmlite, hr), com_error_detail());
    exit(1);
}

static void show(const char *what, HRESULT hr)
{
    static const char *const executed[] = {"no", "yes", "unknown"};

    printf("%s: %s, executed: %s\n", what, mmlite_result_name(mmlite, hr), executed[rpc_last_executed()]);
}

/* A chain of three, of which the last waits for all. */
static void increment(INamespace *root, const char *folder, const char *name)
{
    COM_SCOPED(INamespace) promised = NULL;
    COM_SCOPED(IProbe) probe = NULL;
    int32_t value = 0;

    require(rpc_bind_pipelined(root, folder, &IID_INamespace, (void **)&promised), folder);
    require(rpc_bind_pipelined(promised, name, &IID_IProbe, (void **)&probe), name);
    show(name, IProbe_Increment(probe, 41, &value));
    printf("%" PRId32 "\n", value);
}

static void unregister(INamespace *root, const char *name)
{
    COM_SCOPED(INamespace) promised = NULL;

    require(rpc_bind_pipelined(root, name, &IID_INamespace, (void **)&promised), name);
    show(name, INamespace_Unregister(promised, "any"));
}

int main(int argument_count, char **arguments)
{
    COM_SCOPED(INamespace) root = NULL;
    ILocalNode *node;

    if (argument_count != 2) {
        fprintf(stderr, "usage: call_ahead ENDPOINT\n");
        return 2;
    }
    require(mmlite_open(&(struct mmlite_options){.directory = "none"}, &mmlite), "the node");
    node = mmlite_node(mmlite);
    require(ILocalNode_Connect(node, arguments[1], ILocalNode_Now(node) + INT64_C(5000000000), &root),
            arguments[1]);
    increment(root, "folder", "probe");
    increment(root, "folder", "absent");
    increment(root, "nowhere", "probe");
    unregister(root, "null");
    require(INamespace_Register(root, "own", (IUnknown *)mmlite_root(mmlite), 0), "own");
    unregister(root, "own");
    INamespace_Release(COM_TAKE(root));
    mmlite_close(mmlite);
    return 0;
}
