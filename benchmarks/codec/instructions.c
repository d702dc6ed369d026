#include "instructions.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

void instructions_begin(void)
{
    CALLGRIND_ZERO_STATS;
    CALLGRIND_TOGGLE_COLLECT;
}

void instructions_end(uint32_t part)
{
    char name[20];

    CALLGRIND_TOGGLE_COLLECT;
    snprintf(name, sizeof(name), "part %" PRIu32, part);
    CALLGRIND_DUMP_STATS_AT(name);
}

/* Each part is a file with "desc: Trigger: Client Request: part 7" and "summary: 12345". */
static void read_part(FILE *file, uint32_t parts, uint64_t *counts)
{
    uint32_t part = parts;
    char line[400];
    uint64_t count;

    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, "desc: Trigger: Client Request: part %" SCNu32, &part) == 1)
            continue;
        if (sscanf(line, "summary: %" SCNu64, &count) == 1 && part < parts)
            counts[part] = count;
    }
}

static void read_parts(const char *folder, uint32_t parts, uint64_t *counts)
{
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    char path[600];
    FILE *file;

    while (directory && (entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        file = fopen(path, "r");
        if (file) {
            read_part(file, parts, counts);
            fclose(file);
        }
        unlink(path);
    }
    if (directory)
        closedir(directory);
}

static int run_valgrind(const char *folder)
{
    char output[300], program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    pid_t child;
    int status;

    if (length < 0)
        return -1;
    program[length] = '\0';

    snprintf(output, sizeof(output), "--callgrind-out-file=%s/part", folder);
    fflush(stdout);
    child = fork();
    if (child == 0) {
        execlp("valgrind", "valgrind", "--quiet", "--tool=callgrind", "--collect-atstart=no", output, program,
               INSTRUCTIONS_ARGUMENT, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool instructions_count(uint32_t parts, uint64_t *out_counts)
{
    const char *temporary = getenv("TMPDIR");
    char folder[200];
    uint32_t i;
    int code;

    snprintf(folder, sizeof(folder), "%s/bench-codec.XXXXXX", temporary ? temporary : "/tmp");
    if (!mkdtemp(folder)) {
        perror(folder);
        return false;
    }
    memset(out_counts, 0, parts * sizeof(*out_counts));
    code = run_valgrind(folder);
    read_parts(folder, parts, out_counts);
    rmdir(folder);
    if (code == 127)
        fprintf(stderr,
                "bench-codec: instructions are not counted: there is no valgrind (Debian: valgrind)\n");
    else if (code != 0)
        fprintf(stderr, "bench-codec: instructions are not counted: valgrind failed\n");
    for (i = 0; i < parts && code == 0; i++) {
        if (out_counts[i])
            continue;
        fprintf(stderr, "bench-codec: valgrind did not count part %" PRIu32 "\n", i);
        code = -1;
    }
    return code == 0;
}
