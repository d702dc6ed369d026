/* See busy_threads.h. */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "busy_threads.h"

/* Ticks are some 10 ms: after two of them it has run for at least one. */
enum { TICKS_ELSEWHERE = 2, COUNT_STEP = 16 };

/* Reads a line of /proc/self/task/ID/stat. @retval false the thread is gone */
static bool read_thread(int32_t id, char *out_state, uint64_t *out_ticks)
{
    char path[64], text[512];
    uint64_t user, system;
    const char *at;
    ssize_t length;
    int file;

    snprintf(path, sizeof(path), "/proc/self/task/%" PRId32 "/stat", id);
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    length = read(file, text, sizeof(text) - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    at = strrchr(text, ')'); /* the name before it may have any bytes */
    if (!at || sscanf(at + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64, out_state,
                      &user, &system) != 3)
        return false;
    *out_ticks = user + system;
    return true;
}

/* Where it is while it sleeps is in the system, called from there where it must not be unloaded anyway. */
static bool is_asleep(char state)
{
    return state == 'S' || state == 'I' || state == 'Z' || state == 'X';
}

static bool add(struct busy_threads *busy, int32_t id, uint64_t ticks)
{
    if (busy->count % COUNT_STEP == 0) {
        void *larger = realloc(busy->threads, (busy->count + COUNT_STEP) * sizeof(busy->threads[0]));

        if (!larger)
            return false;
        busy->threads = larger;
    }
    busy->threads[busy->count++] = (struct busy_thread){ticks, id};
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
        uint64_t ticks;
        char state;

        if (id > 0 && id != gettid() && read_thread(id, &state, &ticks) && !is_asleep(state) &&
            !add(busy, id, ticks))
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
        uint64_t ticks;
        char state;

        if (read_thread(busy->threads[i].id, &state, &ticks) && !is_asleep(state) &&
            ticks < busy->threads[i].ticks + TICKS_ELSEWHERE)
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
