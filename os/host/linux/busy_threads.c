/* See busy_threads.h. */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "busy_threads.h"

enum { COUNT_STEP = 16 };

/* What is left of a function that has done its last call takes some hundred instructions. */
#define ELSEWHERE_NS 1000000u

/* Reads a line of /proc/self/task/ID/. @retval false the thread is gone */
static bool read_line(int32_t id, const char *name, char *text, size_t capacity)
{
    char path[64];
    ssize_t length;
    int file;

    snprintf(path, sizeof(path), "/proc/self/task/%" PRId32 "/%s", id, name);
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    length = read(file, text, capacity - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

/* @retval false the thread is gone */
static bool read_thread(int32_t id, char *out_state, uint64_t *out_run_ns)
{
    char text[512];
    const char *at;

    *out_run_ns = 0; /* where the system does not count it, only sleep tells */
    if (read_line(id, "schedstat", text, sizeof(text)))
        *out_run_ns = strtoull(text, NULL, 10);
    if (!read_line(id, "stat", text, sizeof(text)))
        return false;
    at = strrchr(text, ')'); /* the name before it may have any bytes */
    return at && sscanf(at + 1, " %c", out_state) == 1;
}

/* Where it is while it sleeps is in the system, called from there where it must not be unloaded anyway. */
static bool is_asleep(char state)
{
    return state == 'S' || state == 'I' || state == 'Z' || state == 'X';
}

static bool add(struct busy_threads *busy, int32_t id, uint64_t run_ns)
{
    if (busy->count % COUNT_STEP == 0) {
        void *larger = realloc(busy->threads, (busy->count + COUNT_STEP) * sizeof(busy->threads[0]));

        if (!larger)
            return false;
        busy->threads = larger;
    }
    busy->threads[busy->count++] = (struct busy_thread){run_ns, id};
    return true;
}

HRESULT busy_threads_note(struct busy_threads *busy)
{
    DIR *folder = opendir("/proc/self/task");
    struct dirent *entry;
    HRESULT hr = S_OK;

    *busy = (struct busy_threads){NULL, 0};
    if (!folder)
        return OS_E_IO;
    while (SUCCEEDED(hr) && (entry = readdir(folder)) != NULL) {
        int32_t id = (int32_t)strtol(entry->d_name, NULL, 10);
        uint64_t run_ns;
        char state;

        if (id > 0 && id != gettid() && read_thread(id, &state, &run_ns) && !is_asleep(state) &&
            !add(busy, id, run_ns))
            hr = E_OUTOFMEMORY;
    }
    closedir(folder);
    if (FAILED(hr))
        busy_threads_free(busy);
    return hr;
}

bool busy_threads_remain(struct busy_threads *busy)
{
    size_t i = 0;

    while (i < busy->count) {
        uint64_t run_ns;
        char state;

        if (read_thread(busy->threads[i].id, &state, &run_ns) && !is_asleep(state) &&
            run_ns < busy->threads[i].run_ns + ELSEWHERE_NS)
            i++;
        else
            busy->threads[i] = busy->threads[--busy->count];
    }
    return busy->count > 0;
}

void busy_threads_free(struct busy_threads *busy)
{
    free(busy->threads);
    *busy = (struct busy_threads){NULL, 0};
}
