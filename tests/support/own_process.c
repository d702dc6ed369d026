/* See own_process.h. */
#include "cmocka_all.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include "own_process.h"

uint32_t own_process_mappings(const char *name)
{
    char line[1024], wanted[128];
    uint32_t count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");

    assert_non_null(maps);
    snprintf(wanted, sizeof(wanted), "/memfd:%s ", name);
    while (fgets(line, sizeof(line), maps))
        count += strstr(line, wanted) != NULL;
    fclose(maps);
    return count;
}

uint32_t own_process_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    uint32_t count = 0;

    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count - 3; /* itself, "." and ".." */
}
