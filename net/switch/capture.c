/* See capture.h. */
#include "capture.h"
#include <com_impl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)
#define FRAME_BYTES_MAX 65535

struct capture {
    FILE *file;
    char *path;
    uint64_t bytes;
    uint64_t frames;
    bool is_full;
    int error; /* errno of the first write that failed; 0: none did */
};

/* All fields in the byte order of this machine, which the magic number shows. */
struct file_header {
    uint32_t magic;
    uint16_t major, minor;
    uint32_t zone, accuracy;
    uint32_t length_max;
    uint32_t link_type;
};

struct frame_header {
    uint32_t seconds, microseconds;
    uint32_t kept, length;
};

static void write_bytes(struct capture *capture, const void *bytes, size_t length)
{
    if (!capture->error && fwrite(bytes, 1, length, capture->file) != length)
        capture->error = errno ? errno : EIO;
    capture->bytes += length;
}

/* No pipe: one that nobody reads, or not fast enough, would stop the whole switch. */
static FILE *open_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0600);
    struct stat status;
    FILE *file = NULL;

    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode))
        errno = ENOTSUP;
    else if (fd >= 0)
        file = fdopen(fd, "w");
    if (fd >= 0 && !file)
        close(fd);
    return file;
}

HRESULT capture_create(const char *path, struct capture **out_capture)
{
    const struct file_header header = {
        .magic = 0xA1B2C3D4, .major = 2, .minor = 4, .length_max = FRAME_BYTES_MAX, .link_type = 1};
    struct capture *capture = calloc(1, sizeof(*capture));

    if (!capture)
        return E_OUTOFMEMORY;
    capture->path = strdup(path);
    capture->file = capture->path ? open_file(path) : NULL;
    if (!capture->file) {
        HRESULT hr = capture->path ? com_fail(OS_E_IO, path, ": ", strerror(errno), NULL) : E_OUTOFMEMORY;

        free(capture->path);
        free(capture);
        return hr;
    }
    write_bytes(capture, &header, sizeof(header));
    *out_capture = capture;
    return S_OK;
}

void capture_add(struct capture *capture, int64_t time_ns, const uint8_t *frame, uint32_t length)
{
    struct frame_header header = {
        .seconds = (uint32_t)(time_ns / NS_PER_S),
        .microseconds = (uint32_t)(time_ns % NS_PER_S / 1000),
        .kept = length,
        .length = length,
    };

    if (capture->bytes + sizeof(header) + length > CAPTURE_BYTES_MAX)
        capture->is_full = true;
    if (capture->is_full || capture->error)
        return;
    write_bytes(capture, &header, sizeof(header));
    write_bytes(capture, frame, length);
    capture->frames++;
}

void capture_flush(struct capture *capture)
{
    if (!capture->error && fflush(capture->file) != 0)
        capture->error = errno;
}

HRESULT capture_end(struct capture *capture, uint64_t *out_frames)
{
    HRESULT hr = S_OK;

    capture_flush(capture);
    if (fclose(capture->file) != 0 && !capture->error)
        capture->error = errno;
    if (capture->error)
        hr = com_fail(OS_E_IO, capture->path, ": ", strerror(capture->error), NULL);
    else if (capture->is_full)
        hr = com_fail(OS_E_IO, capture->path, " has become 1 GiB and ends earlier", NULL);
    *out_frames = capture->frames;
    free(capture->path);
    free(capture);
    return hr;
}
