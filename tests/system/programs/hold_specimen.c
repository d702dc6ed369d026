/*
 * hold_specimen PATH: holds a reference to the specimen of that path. For each line of its input it calls it,
 * and prints "version V count C". A line "leave NAME" or "job MS" has it leave that name or a job behind;
 * after "part" it holds what that handed out in its place. Ends with its input.
 */
#include <mmlite.h>
#include <specimen.idl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mmlite *mmlite;

static void require(HRESULT hr, const char *what)
{
    if (SUCCEEDED(hr))
        return;
    fprintf(stderr, "hold_specimen: %s: %s %s\n", what, mmlite_result_name(mmlite, hr), com_error_detail());
    exit(1);
}

static void call(ISpecimen *specimen)
{
    uint32_t version, count;

    require(ISpecimen_GetVersion(specimen, &version), "GetVersion");
    require(ISpecimen_Count(specimen, &count), "Count");
    printf("version %u count %u\n", (unsigned)version, (unsigned)count);
}

static ISpecimen *exchange(ISpecimen *specimen)
{
    ISpecimen *part;

    require(ISpecimen_HandOut(specimen, &part), "HandOut");
    ISpecimen_Release(specimen);
    return part;
}

int main(int argument_count, char **arguments)
{
    static const struct com_interface *const interfaces[] = {&ISpecimen_interface, NULL};
    ISpecimen *specimen;
    char line[128];

    if (argument_count != 2) {
        fprintf(stderr, "usage: hold_specimen PATH\n");
        return 2;
    }
    require(mmlite_open(&(struct mmlite_options){.interfaces = interfaces}, &mmlite), "the cluster");
    require(mmlite_bind(mmlite, arguments[1], &IID_ISpecimen, (void **)&specimen), arguments[1]);
    while (fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "leave ", 6) == 0)
            require(ISpecimen_LeaveName(specimen, line + 6), line);
        else if (strncmp(line, "job ", 4) == 0)
            require(ISpecimen_LeaveJob(specimen, (uint32_t)strtoul(line + 4, NULL, 10)), line);
        else if (strcmp(line, "part") == 0)
            specimen = exchange(specimen);
        else
            call(specimen);
        fflush(stdout);
    }
    ISpecimen_Release(specimen);
    mmlite_close(mmlite);
    return 0;
}
