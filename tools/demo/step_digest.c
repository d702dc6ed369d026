/* Step 3: a kernel reads files of the Linux node by path; its digests are those of sha256sum. */
#include "demo.h"
#include <digest.idl.h>
#include <inttypes.h>
#include <string.h>

#define STEP 3
#define SHA256_LIMIT_MS 30000
#define LARGE_BYTES (50 * 1000 * 1000)

/* What the sha256sum of this machine says; 64 digits. */
static bool ask_sha256sum(const char *path, char digits[65])
{
    const char *arguments[] = {"sha256sum", "--", path, NULL};
    char output[DEMO_PATH_MAX + 128];
    const char *line = output;

    if (program_run(arguments, output, sizeof(output), SHA256_LIMIT_MS) != 0)
        return false;
    line += *line == '\\'; /* it escapes names with line ends, and says so */
    return sscanf(line, "%64[0-9a-f]", digits) == 1 && strlen(digits) == 64;
}

static void write_digits(const uint8_t sha256[DIGEST_SHA256_BYTES], char digits[65])
{
    unsigned i;

    for (i = 0; i < DIGEST_SHA256_BYTES; i++)
        snprintf(digits + 2 * i, 3, "%02x", sha256[i]);
}

/* Digests one file and compares; the line says both. */
static bool digest_file(struct demo *demo, IDigest *digest, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *name = slash ? slash + 1 : file;
    uint8_t sha256[DIGEST_SHA256_BYTES];
    char path[NAMESPACE_PATH_MAX + 1], ours[65], theirs[65] = "";
    uint64_t size_bytes = 0;
    int64_t start_ns;
    double ms;
    bool same, in_time;
    HRESULT hr;

    snprintf(path, sizeof(path), "/net/host/files/%s", name);
    start_ns = demo_now_ns();
    hr = IDigest_File(digest, path, sha256, &size_bytes);
    ms = demo_ms_since(start_ns);
    if (FAILED(hr))
        return report_failure(demo, STEP, path, hr);

    write_digits(sha256, ours);
    if (!ask_sha256sum(file, theirs))
        return report_step(STEP, false, "sha256sum does not digest %s", file);

    same = strcmp(ours, theirs) == 0;
    in_time = size_bytes > LARGE_BYTES || ms < SHA256_LIMIT_MS;
    report_step(STEP, same && in_time, "n1 read %s by path, %" PRIu64 " bytes in %.0f ms, %.1f MB/s; %s",
                path, size_bytes, ms, (double)size_bytes / ms / 1e3,
                same ? "its SHA-256 is that of sha256sum:" : "the digests differ:");
    report_detail("n1        %s", ours);
    report_detail("sha256sum %s", theirs);
    return same && in_time;
}

bool demo_digest(struct demo *demo)
{
    COM_SCOPED(IDigest) digest = NULL;
    bool held = true;
    int i;
    HRESULT hr;

    hr = mmlite_bind(demo->mmlite, "/net/n1/digest", &IID_IDigest, (void **)&digest);
    if (FAILED(hr))
        return report_failure(demo, STEP, "/net/n1/digest", hr);

    held = digest_file(demo, digest, demo->readme);
    for (i = 0; i < demo->file_count; i++)
        held = digest_file(demo, digest, demo->files[i]) && held;
    return held;
}
