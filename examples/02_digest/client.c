/*
 * Has any node digest a file of any other: `02_digest /net/n1/digest /net/host/files/sample.txt`.
 */
#include <digest.idl.h>
#include <mmlite.h>
#include <inttypes.h>
#include <stdio.h>

/* What this program calls or implements beside the interfaces of every node. */
static const struct com_interface *const interfaces[] = {&IDigest_interface, NULL};

static void print_digest(const uint8_t *digest)
{
    unsigned i;

    for (i = 0; i < DIGEST_SHA256_BYTES; i++)
        printf("%02x", digest[i]);
}

/* One line, in the manner of sha256sum. */
static HRESULT show(struct mmlite *mmlite, IDigest *digest, const char *file)
{
    uint8_t sha256[DIGEST_SHA256_BYTES];
    uint64_t size_bytes;
    HRESULT hr = IDigest_File(digest, file, sha256, &size_bytes);

    if (FAILED(hr)) {
        printf("%s fails with %s\n", file, mmlite_result_name(mmlite, hr));
        return hr;
    }
    print_digest(sha256);
    printf("  %s, %" PRIu64 " bytes\n", file, size_bytes);
    return S_OK;
}

static HRESULT digest_files(struct mmlite *mmlite, const char *path, char *const *files)
{
    COM_SCOPED(IDigest) digest = NULL;
    HRESULT hr = mmlite_bind(mmlite, path, &IID_IDigest, (void **)&digest);

    if (FAILED(hr))
        fprintf(stderr, "%s: %s %s\n", path, mmlite_result_name(mmlite, hr), com_error_detail());
    for (; SUCCEEDED(hr) && *files; files++)
        hr = show(mmlite, digest, *files);

    return hr;
}

int main(int argument_count, char **arguments)
{
    struct mmlite *mmlite = NULL;
    HRESULT hr;

    if (argument_count < 3) {
        fprintf(stderr, "usage: %s PATH FILE..., such as /net/n1/digest /net/host/files/sample.txt\n",
                arguments[0]);
        return 2;
    }

    hr = mmlite_open(&(struct mmlite_options){.interfaces = interfaces}, &mmlite);
    if (FAILED(hr))
        fprintf(stderr, "%s: %s\n", mmlite_result_name(mmlite, hr), com_error_detail());
    else
        hr = digest_files(mmlite, arguments[1], arguments + 2);

    mmlite_close(mmlite);
    return FAILED(hr) ? 1 : 0;
}
