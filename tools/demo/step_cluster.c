/* Step 1: a cluster comes up, and one tree shows all of it. */
#include "demo.h"
#include <calculator.idl.h>
#include <digest.idl.h>
#include <ledger.idl.h>
#include <relay.idl.h>
#include <string.h>
#include <ticker.idl.h>

#define STEP 1
#define JOIN_LIMIT_MS 10000
#define WORDS_MAX 150

/* What this program calls or implements beside the interfaces of every node. */
static const struct com_interface *const interfaces[] = {
    &ICalculator_interface,
    &IDigest_interface,
    &IRelay_interface,
    &ITicker_interface,
    &ITickListener_interface,
    &ILedger_interface,
    NULL,
};

static int bring_up(struct demo *demo, char *output, size_t capacity)
{
    const char *words[WORDS_MAX] = {"cluster",           "up",    "--name", demo->cluster, "--nodes",
                                    "n1=i386,n2=armv7m", "--file"};
    size_t count = 7;
    int i;

    words[count++] = demo->readme;
    for (i = 0; i < demo->file_count && count + 2 < WORDS_MAX; i++) {
        words[count++] = "--file";
        words[count++] = demo->files[i];
    }
    return mml_run(demo, words, count, output, capacity);
}

/* The tree names what the later steps call. */
static bool tree_is_whole(const char *tree)
{
    static const char *const nodes[] = {"\n  host/\n", "\n  n1/\n", "\n  n2/\n"};
    size_t i;

    for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
        const char *node = strstr(tree, nodes[i]);

        if (!node || !strstr(node, "\n    digest\n") || !strstr(node, "\n    probe\n"))
            return false;
    }
    return strstr(tree, "\n      README.md\n") != NULL;
}

bool demo_cluster(struct demo *demo)
{
    struct mmlite_options options = {.directory = demo->directory, .interfaces = interfaces};
    static char progress[4096], tree[65536];
    struct demo_node nodes[8];
    int64_t start_ns = demo_now_ns();
    double joined_ms;
    bool whole;
    HRESULT hr;

    if (bring_up(demo, progress, sizeof(progress)) != 0)
        return report_step(STEP, false, "the cluster did not come up");
    joined_ms = demo_ms_since(start_ns);
    if (demo_list_nodes(demo, nodes, sizeof(nodes) / sizeof(nodes[0])) != 3)
        return report_step(STEP, false, "`mml cluster ls` does not show three nodes");

    snprintf(demo->directory, sizeof(demo->directory), "%s", nodes[0].endpoint);
    hr = mmlite_open(&options, &demo->mmlite);
    if (FAILED(hr))
        return report_failure(demo, STEP, demo->directory, hr);
    if (MML_RUN(demo, tree, sizeof(tree), "--node", demo->directory, "ls", "-R", "/net") != 0)
        return report_step(STEP, false, "`mml ls -R /net` failed");

    whole = tree_is_whole(tree);
    report_step(STEP, whole && joined_ms < JOIN_LIMIT_MS,
                "host (Linux) and the kernels n1 (i386) and n2 (Cortex-M3) joined after %.1f s; `mml ls -R "
                "/net` shows %s",
                joined_ms / 1e3, whole ? "one tree:" : "less than the tree should have:");
    report_text(tree);
    return whole && joined_ms < JOIN_LIMIT_MS;
}
