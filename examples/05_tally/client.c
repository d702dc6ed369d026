/* Keeps two tallies on any node: `05_tally /net/n1/tally`. */
#include <tally.idl.h>
#include <mmlite.h>
#include <inttypes.h>
#include <stdio.h>

static const struct com_interface *const interfaces[] = {&ITallyBook_interface, &ITally_interface, NULL};

static HRESULT add(struct mmlite *mmlite, const char *name, ITally *tally, int64_t value)
{
    int64_t total;
    HRESULT hr = ITally_Add(tally, value, &total);

    if (FAILED(hr))
        printf("%s: adding %" PRId64 " fails with %s\n", name, value, mmlite_result_name(mmlite, hr));
    else
        printf("%s: %" PRId64 " makes %" PRId64 "\n", name, value, total);
    return hr;
}

static HRESULT tally(struct mmlite *mmlite, const char *path)
{
    COM_SCOPED(ITallyBook) book = NULL;
    COM_SCOPED(ITally) one = NULL;
    COM_SCOPED(ITally) other = NULL;
    uint32_t count;
    int64_t largest;
    HRESULT hr;

    hr = mmlite_bind(mmlite, path, &IID_ITallyBook, (void **)&book);
    if (SUCCEEDED(hr))
        hr = ITallyBook_Open(book, &one);
    if (SUCCEEDED(hr))
        hr = ITallyBook_Open(book, &other);
    if (SUCCEEDED(hr))
        hr = add(mmlite, "one", one, 7);
    if (SUCCEEDED(hr))
        hr = add(mmlite, "other", other, -5);
    if (SUCCEEDED(hr))
        hr = add(mmlite, "one", one, 35);
    if (SUCCEEDED(hr))
        hr = add(mmlite, "other", other, INT64_MAX);
    if (FAILED(hr))
        return hr;
    (void)add(mmlite, "other", other, 10); /* fails on purpose */
    hr = ITally_GetStatistics(one, &count, &largest);
    if (SUCCEEDED(hr))
        printf("one: %" PRIu32 " values, the largest %" PRId64 "\n", count, largest);
    return hr;
}

int main(int argument_count, char **arguments)
{
    struct mmlite *mmlite = NULL;
    HRESULT hr;

    if (argument_count != 2) {
        fprintf(stderr, "usage: %s PATH, such as /net/n1/tally\n", arguments[0]);
        return 2;
    }
    hr = mmlite_open(&(struct mmlite_options){.interfaces = interfaces}, &mmlite);
    if (SUCCEEDED(hr))
        hr = tally(mmlite, arguments[1]);
    if (FAILED(hr))
        fprintf(stderr, "%s: %s %s\n", arguments[1], mmlite_result_name(mmlite, hr), com_error_detail());
    mmlite_close(mmlite);
    return FAILED(hr) ? 1 : 0;
}
