/* mml: the options that all commands have, the help, and the choice of the command. */
#include "mml.h"
#include <reflect/nearest.h>
#include <string.h>

static const struct mml_command commands[] = {
    {"cluster", "start, look at and end a cluster on this machine", mml_cluster},
    {"ls", "list the objects below a path", mml_ls},
    {"call", "call a method of any object by name", mml_call},
    {"describe", "show the interfaces of an object as IDL", mml_describe},
    {"ping", "measure round trips to a node or an object", mml_ping},
    {"stat", "show connections, calls, bytes and durations of nodes", mml_stat},
    {"limits", "show what peers take of nodes, and the most that they may", mml_limits},
    {"access", "show what a peer may see and do at a node, or cut what it holds", mml_access},
    {"trace", "show calls as they happen", mml_trace},
    {"load", "bring a component into a running node", mml_load},
    {"unload", "take a loaded component's name away", mml_unload},
    {"new", "write a small project of one's own, outside of MMLite's tree", mml_new},
    {"node", "be a Linux node until SIGTERM or Ctrl-C", mml_node},
    {"completion", "print what makes a shell complete mml's words", mml_completion},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

void mml_each_command(void (*visit)(void *context, const char *name), void *context)
{
    size_t i;

    for (i = 0; i < COMMAND_COUNT; i++)
        visit(context, commands[i].name);
}

/* The same as that of idlc: both come with one runtime. */
#define VERSION "0.1"

static void print_help(void)
{
    size_t i;

    printf("mml: look at and run a cluster of MMLite nodes\n"
           "\n"
           "usage: mml [--node ENDPOINT] [--json] COMMAND ...\n"
           "\n"
           "commands:\n");
    for (i = 0; i < COMMAND_COUNT; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    printf("\n"
           "options:\n"
           "  --node ENDPOINT  the node that holds the cluster's directory, such as tcp:127.0.0.1:40001;\n"
           "                   default: $MML_NODE, else the only cluster on this machine\n"
           "  --json           results as JSON on standard output\n"
           "  --help           this text; `mml COMMAND --help` tells more\n"
           "  --version        what this is\n"
           "\n"
           "examples:\n"
           "  mml cluster up --file README.md   a Linux node `host` and two kernels, n1 and n2, in QEMU\n"
           "  mml ls -R /net                    every object of every node\n"
           "  mml call /net/n1/calculator Divide dividend=7 divisor=2\n"
           "  mml ping n1 -c 1000               round trips of a null call to the kernel n1\n"
           "  mml stat n1                       connections and calls of n1, with failures and durations\n"
           "  mml cluster log n1                what n1 wrote to its console\n"
           "  mml cluster down                  end them\n"
           "\n"
           "exit codes: 0 it worked, 1 it failed (standard error says why and what to do), 2 wrong usage\n");
}

/*
 * Takes the global options out of the words, wherever they stand before a "--".
 * Returns false when one is incomplete, after saying so.
 */
static bool take_global_options(struct mml *mml, int *argument_count, char **arguments)
{
    int kept = 1;
    int i;

    for (i = 1; i < *argument_count && strcmp(arguments[i], "--") != 0; i++) {
        if (strcmp(arguments[i], "--json") == 0) {
            mml->json = true;
        } else if (strcmp(arguments[i], "--node") == 0) {
            if (++i == *argument_count) {
                mml_usage_error("", "--node needs an endpoint");
                return false;
            }
            mml->node = arguments[i];
        } else if (strncmp(arguments[i], "--node=", 7) == 0) {
            mml->node = arguments[i] + 7;
        } else {
            arguments[kept++] = arguments[i];
        }
    }
    for (; i < *argument_count; i++)
        arguments[kept++] = arguments[i];
    arguments[kept] = NULL;
    *argument_count = kept;
    return true;
}

int main(int argument_count, char **arguments)
{
    struct mml mml = {.node = NULL};
    struct nearest nearest;
    char meant[NEAREST_BYTES];
    size_t i;

    if (!take_global_options(&mml, &argument_count, arguments))
        return MML_USAGE;
    if (argument_count < 2)
        return (int)mml_usage_error("", "a command is missing");
    if (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0 ||
        strcmp(arguments[1], "help") == 0) {
        print_help();
        return MML_OK;
    }

    if (strcmp(arguments[1], "--version") == 0) {
        printf("mml %s (type information 1 to 2)\n", VERSION);
        return MML_OK;
    }

    for (i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(arguments[1], commands[i].name) == 0)
            return (int)commands[i].run(&mml, argument_count - 1, arguments + 1);

    nearest = nearest_to(arguments[1]);
    for (i = 0; i < COMMAND_COUNT; i++)
        nearest_offer(&nearest, commands[i].name);
    return (int)mml_usage_error("", "there is no command `%s`%s", arguments[1],
                                nearest_text(&nearest, meant));
}
