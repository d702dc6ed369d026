#include "simulate.h"
#include "runner.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { OPTIONS_BYTES = 1024, SHRUNK_MAX = 3 };

static struct {
    const char *program;
    bool json;
    bool shrink;
    uint64_t violations;
} command;

static void usage(FILE *to)
{
    fprintf(to,
            "usage: %s [--seed N | --seeds A..B | --hours H] [-j PROCESSES]\n"
            "           [--options 'NAME=VALUE ...'] [--trace] [--first] [--shrink] [--twice] [--json]\n"
            "\n"
            "Simulates nodes and what befalls them; each seed is another course of events, and always the "
            "same one.\n"
            "  --seed N      that one\n"
            "  --seeds A..B  all of these (1..1000)\n"
            "  --hours H     ever new ones, for that long\n"
            "  -j PROCESSES  at once (as many as there are processors)\n"
            "  --options     of a simulation, instead of those that the seed gives:\n",
            command.program);
#define X(name, low, high, text) fprintf(to, "                  %-10s %u..%u: %s\n", #name, low, high, text);
    SIM_OPTIONS(X)
#undef X
    fprintf(to, "  --trace       print every event\n"
                "  --first       end with the first that breaks a promise\n"
                "  --shrink      make the first failures smaller\n"
                "  --twice       run every seed twice, and compare\n"
                "  --json        for scripts\n"
                "The last line is `N seeds, M violations`; the exit code is 0 only if M is 0.\n");
}

/* ---- what is printed ---- */

static void print_json_text(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < ' ')
            printf("\\u%04x", (unsigned)*text);
        else
            putchar(*text);
    }
    putchar('"');
}

static void print_failure(const struct report *report, const struct sim_options *options, bool shrunk)
{
    char text[OPTIONS_BYTES];

    options_print(options, text, sizeof(text));
    if (command.json) {
        printf("%s\n  {\"seed\": %llu, \"invariant\": ", command.violations > 1 ? "," : "",
               (unsigned long long)report->seed);
        print_json_text(report->invariant);
        printf(", \"options\": ");
        print_json_text(text);
        printf(", \"events\": ");
        print_json_text(report->text);
        printf("}");
    } else if (shrunk) {
        printf("seed %llu, smaller: %s\n%s\nrepeat: %s --seed %llu --trace --options '%s'\n\n",
               (unsigned long long)report->seed, text, report->text, command.program,
               (unsigned long long)report->seed, text);
    } else {
        printf("seed %llu: %s\n%s\nrepeat: %s --seed %llu --trace\n\n", (unsigned long long)report->seed,
               text, report->text, command.program, (unsigned long long)report->seed);
    }
    fflush(stdout);
}

static void report_failure(const struct run *run, const struct report *report)
{
    struct report smaller = *report;
    struct sim_options options;
    bool can_shrink;

    command.violations++;
    run_options(run, report->seed, &options);
    can_shrink =
        command.shrink && command.violations <= SHRUNK_MAX && strcmp(report->invariant, "repeat") != 0;
    if (!can_shrink || !command.json)
        print_failure(report, &options, false);
    if (!can_shrink)
        return;
    shrink(run, &smaller, &options);
    print_failure(&smaller, &options, true);
}

/* ---- the command line ---- */

struct arguments {
    uint64_t first, last;
    double hours;
    uint32_t processes;
    bool one;
};

__attribute__((noreturn, format(printf, 1, 2))) static void misuse(const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "sim: ");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n  %s --help\n", command.program);
    exit(2);
}

static bool parse_seeds(const char *text, struct arguments *arguments)
{
    unsigned long long first, last;
    char rest;

    if (sscanf(text, "%llu..%llu%c", &first, &last, &rest) != 2 || last < first)
        return false;
    arguments->first = first;
    arguments->last = last;
    return true;
}

static void parse(int argc, char **argv, struct arguments *arguments, struct run *run)
{
    struct sim_options scratch;
    const char *wrong;
    int i;

    for (i = 1; i < argc; i++) {
        const char *word = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        char rest;

        if (strcmp(word, "--trace") == 0) {
            run->aloud = true;
        } else if (strcmp(word, "--shrink") == 0) {
            command.shrink = true;
        } else if (strcmp(word, "--first") == 0) {
            run->first = true;
        } else if (strcmp(word, "--twice") == 0) {
            run->twice = true;
        } else if (strcmp(word, "--json") == 0) {
            command.json = true;
        } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            usage(stdout);
            exit(0);
        } else if (strcmp(word, "--seed") == 0) {
            unsigned long long seed;

            if (sscanf(value, "%llu%c", &seed, &rest) != 1)
                misuse("--seed takes a number, not '%s'", value);
            arguments->first = arguments->last = seed;
            arguments->one = true;
            i++;
        } else if (strcmp(word, "--seeds") == 0) {
            if (!parse_seeds(value, arguments))
                misuse("--seeds takes A..B, such as 1..1000, not '%s'", value);
            i++;
        } else if (strcmp(word, "--hours") == 0) {
            if (sscanf(value, "%lf%c", &arguments->hours, &rest) != 1 || arguments->hours <= 0)
                misuse("--hours takes a number above 0, not '%s'", value);
            i++;
        } else if (strcmp(word, "-j") == 0) {
            if (sscanf(value, "%u%c", &arguments->processes, &rest) != 1 || !arguments->processes)
                misuse("-j takes a number above 0, not '%s'", value);
            i++;
        } else if (strcmp(word, "--options") == 0) {
            options_draw(1, &scratch);
            wrong = options_parse(value, &scratch);
            if (wrong)
                misuse("unknown or out of range: '%.*s'", (int)strcspn(wrong, " "), wrong);
            run->changes = value;
            i++;
        } else {
            misuse("unknown option '%s'", word);
        }
    }
}

static uint32_t count_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count < 1 ? 1 : count > WORKERS_MAX ? WORKERS_MAX : (uint32_t)count;
}

static uint64_t run_single(const struct run *run, uint64_t seed)
{
    struct sim_options options;
    struct report report;
    char text[OPTIONS_BYTES];

    run_options(run, seed, &options);
    options_print(&options, text, sizeof(text));
    if (!command.json)
        printf("seed %llu: %s\n", (unsigned long long)seed, text);
    if (!run_one(run, seed, &options, &report))
        report_failure(run, &report);
    return 1;
}

int simulate(int argc, char **argv, const struct world_workload *workload)
{
    struct arguments arguments = {.first = 1, .last = 1000, .processes = count_processors()};
    struct run run = {.workload = workload, .changes = ""};
    int64_t until_s = 0;
    uint64_t done;

    command.program = argv[0];
    parse(argc, argv, &arguments, &run);
    if (arguments.processes > WORKERS_MAX)
        arguments.processes = WORKERS_MAX;
    if (arguments.hours > 0) {
        until_s = time(NULL) + (int64_t)(arguments.hours * 3600);
        arguments.first = (uint64_t)time(NULL) * 1000; /* new ones each time */
        arguments.last = UINT64_MAX - WORKERS_MAX;
    }
    if (command.json)
        printf("{\"violations\": [");
    if (arguments.one)
        done = run_single(&run, arguments.first);
    else
        done = run_many(&run, arguments.first, arguments.last, until_s, arguments.processes, report_failure);
    if (command.json)
        printf("],\n \"seeds\": %llu}\n", (unsigned long long)done);
    else
        printf("%llu seeds, %llu violations\n", (unsigned long long)done,
               (unsigned long long)command.violations);
    return command.violations ? 1 : 0;
}
