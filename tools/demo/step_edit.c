/*
 * Step 7: a component that was just written and built on this machine runs in the board; edited and built
 * again, it takes its own place while the board runs. A project of one's own, as `mml new` writes it and
 * docs/tutorial.md explains.
 */
#include "demo.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP 7
#define PATH "/net/n2/doubler"
#define BUILD_LIMIT_MS 120000 /* another installation from this tree may go first */
#define SOURCE_MAX 16384

/* What is edited: the amount is added twice from then on. */
#define BEFORE "__builtin_add_overflow(self->total, amount, &total)"
#define AFTER "__builtin_add_overflow(self->total, 2 * amount, &total)"

struct project {
    char tree[DEMO_PATH_MAX];        /* this project's own: what is installed comes from here */
    char prefix[DEMO_PATH_MAX + 16]; /* where it is installed for the step */
    char parent[64];
    char folder[80];
};

/* Runs a program with the installed tree in its PATH. Prints what it said if it fails. */
static bool run(const struct project *project, unsigned limit_ms, const char *const *words)
{
    static char output[16384];
    const char *path = getenv("PATH");
    char own[2 * DEMO_PATH_MAX];
    const char *arguments[16] = {"env", own};
    size_t count = 2;

    snprintf(own, sizeof(own), "PATH=%s/bin:%s", project->prefix, path ? path : "/usr/bin:/bin");
    while (*words && count + 1 < sizeof(arguments) / sizeof(arguments[0]))
        arguments[count++] = *words++;
    arguments[count] = NULL;
    if (program_run(arguments, output, sizeof(output), limit_ms) == 0)
        return true;
    fputs(output, stderr);
    return false;
}

#define RUN(project, ...) run(project, BUILD_LIMIT_MS, (const char *const[]){__VA_ARGS__, NULL})

static bool find_tree(const struct demo *demo, struct project *project)
{
    char path[DEMO_PATH_MAX + 8];

    snprintf(path, sizeof(path), "%s/../..", demo->folder);
    if (!realpath(path, project->tree))
        return false;
    snprintf(project->prefix, sizeof(project->prefix), "%s/build/prefix", project->tree);
    snprintf(project->parent, sizeof(project->parent), "/tmp/mml-demo-XXXXXX");
    if (!mkdtemp(project->parent))
        return false;
    snprintf(project->folder, sizeof(project->folder), "%s/doubler", project->parent);
    return true;
}

static bool install(const struct project *project)
{
    char prefix[sizeof(project->prefix) + 8];

    snprintf(prefix, sizeof(prefix), "prefix=%s", project->prefix);
    return RUN(project, "scons", "-Q", "-C", project->tree, "install", prefix);
}

/* Replaces the one place in the component's source. */
static bool edit(const struct project *project)
{
    static char source[SOURCE_MAX];
    char path[sizeof(project->folder) + 16];
    size_t length;
    FILE *file;
    char *at;

    snprintf(path, sizeof(path), "%s/component.c", project->folder);
    file = fopen(path, "r+e");
    if (!file)
        return false;
    length = fread(source, 1, sizeof(source) - 1, file);
    source[length] = '\0';
    at = strstr(source, BEFORE);
    rewind(file);
    if (at)
        fprintf(file, "%.*s%s%s", (int)(at - source), source, AFTER, at + strlen(BEFORE));
    return fclose(file) == 0 && at;
}

/* Builds for the board, loads it there, and has the project's own client call it. */
static bool build_and_call(const struct demo *demo, const struct project *project, const char *expected,
                           double *out_ms)
{
    char image[sizeof(project->folder) + 32], client[sizeof(project->folder) + 32], output[1024];
    const char *call[] = {client, PATH, "40", "2", NULL};
    int64_t start_ns = demo_now_ns();

    snprintf(image, sizeof(image), "%s/build/armv7m/doubler.elf", project->folder);
    snprintf(client, sizeof(client), "%s/build/doubler-client", project->folder);
    if (!RUN(project, "scons", "-Q", "-C", project->folder, "build/armv7m/doubler.elf",
             "build/doubler-client") ||
        MML_RUN(demo, output, sizeof(output), "--node", demo->directory, "load", "n2", "doubler", image) != 0)
        return false;
    *out_ms = demo_ms_since(start_ns);
    return program_run(call, output, sizeof(output), BUILD_LIMIT_MS) == 0 && strcmp(output, expected) == 0;
}

static bool play(const struct demo *demo, const struct project *project, const char **out_what,
                 double *out_ms)
{
    double first_ms;

    *out_what = "`scons install` failed";
    if (!install(project))
        return false;
    *out_what = "`mml new` failed";
    if (!RUN(project, "mml", "new", project->folder))
        return false;
    *out_what = "the new component did not run on n2";
    if (!build_and_call(demo, project, "40 makes 40\n2 makes 42\n", &first_ms))
        return false;
    *out_what = "the component's source could not be edited";
    if (!edit(project))
        return false;
    *out_what = "the edited component did not take its own place on n2";
    return build_and_call(demo, project, "40 makes 80\n2 makes 84\n", out_ms);
}

bool demo_edit(struct demo *demo)
{
    struct project project = {.tree = ""};
    const char *what = "no folder for a project";
    char output[256];
    double ms = 0;
    bool held;

    /* The project's client finds the cluster as any program does. */
    if (setenv("MML_NODE", demo->directory, 1) != 0 || !find_tree(demo, &project))
        return report_step(STEP, false, "%s: %s", what, strerror(errno));
    held = play(demo, &project, &what, &ms);
    if (held)
        report_step(
            STEP, true,
            "`mml new` wrote a project; built for the board, it ran on n2: 40 and 2 make 42. Edited, it was "
            "built and in its own place %.1f s later: 84",
            ms / 1e3);
    else
        report_step(STEP, false, "%s", what);
    (void)MML_RUN(demo, output, sizeof(output), "--node", demo->directory, "unload", "n2", "doubler");
    (void)RUN(&project, "rm", "-rf", project.parent);
    return held;
}
