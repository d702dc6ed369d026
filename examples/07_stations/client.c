/*
 * Asks for what calls will return before they have: `07_stations /net/n1/stations`.
 *
 * Each answer that is printed took one round trip, however many calls it is made of: they leave one behind
 * the other, and the component's node runs each on what the one before it returned.
 */
#include <mmlite.h>
#include <stations.idl.h>
#include <stdio.h>

/* What this program calls or implements beside the interfaces of every node. */
static const struct com_interface *const interfaces[] = {&ILine_interface, &IStation_interface, NULL};

/* Which parameter of its method is promised, from 1 in the order of the .idl. */
enum { FIND_STATION = 2, NEXT_STATION = 1 };

static const char *executed(void)
{
    static const char *const words[] = {"not executed", "executed", "perhaps executed"};

    return words[rpc_last_executed()];
}

/* The promise of a station, of a call that has been begun: the promise holds what it needs of that. */
static HRESULT find(ILine *line, const char *name, IStation **out_station)
{
    COM_SCOPED(AsyncILine) call = NULL;
    COM_SCOPED(IStation) station = NULL;
    HRESULT hr = AsyncILine_create(line, &call);

    if (SUCCEEDED(hr))
        hr = rpc_async_promise(call, FIND_STATION, &IID_IStation, (void **)&station);
    if (SUCCEEDED(hr))
        hr = AsyncILine_Begin_Find(call, name);
    if (SUCCEEDED(hr))
        *out_station = COM_TAKE(station);
    return hr;
}

static HRESULT get_next(IStation *station, IStation **out_next)
{
    COM_SCOPED(AsyncIStation) call = NULL;
    COM_SCOPED(IStation) next = NULL;
    HRESULT hr = AsyncIStation_create(station, &call); /* of a promise, too */

    if (SUCCEEDED(hr))
        hr = rpc_async_promise(call, NEXT_STATION, &IID_IStation, (void **)&next);
    if (SUCCEEDED(hr))
        hr = AsyncIStation_Begin_GetNext(call);
    if (SUCCEEDED(hr))
        *out_next = COM_TAKE(next);
    return hr;
}

/* Prints the station so many stops behind another: the only call that waits is the last. */
static HRESULT show_stop(struct mmlite *mmlite, ILine *line, const char *from, uint32_t stops)
{
    COM_SCOPED(IStation) station = NULL;
    char name[STATION_NAME_BYTES];
    HRESULT hr = find(line, from, &station);
    uint32_t i;

    for (i = 0; i < stops && SUCCEEDED(hr); i++) {
        COM_SCOPED(IStation) before = COM_TAKE(station);

        hr = get_next(before, &station);
    }
    if (SUCCEEDED(hr)) /* else what came first has failed already: it is known before the last one is sent */
        hr = IStation_GetName(station, name, sizeof(name));
    if (FAILED(hr))
        printf("%s + %u: %s, %s\n", from, (unsigned)stops, mmlite_result_name(mmlite, hr), executed());
    else
        printf("%s + %u: %s\n", from, (unsigned)stops, name);
    return hr;
}

static HRESULT show(struct mmlite *mmlite, const char *path)
{
    COM_SCOPED(ILine) line = NULL;
    HRESULT hr = mmlite_bind_pipelined(mmlite, path, &IID_ILine, (void **)&line);

    if (FAILED(hr))
        return hr;
    hr = show_stop(mmlite, line, "Harbour", 2); /* the path is bound in the same round trip */
    if (FAILED(hr))
        return hr;
    hr = show_stop(mmlite, line, "Park", 0);
    (void)show_stop(mmlite, line, "Park", 4);    /* fails on purpose: the line ends before that */
    (void)show_stop(mmlite, line, "Airport", 1); /* so does this */
    return hr;
}

int main(int argument_count, char **arguments)
{
    struct mmlite *mmlite = NULL;
    HRESULT hr;

    if (argument_count != 2) {
        fprintf(stderr, "usage: %s PATH, such as /net/n1/stations\n", arguments[0]);
        return 2;
    }
    hr = mmlite_open(&(struct mmlite_options){.interfaces = interfaces}, &mmlite);
    if (SUCCEEDED(hr))
        hr = show(mmlite, arguments[1]);
    if (FAILED(hr))
        fprintf(stderr, "%s: %s %s\n", arguments[1], mmlite_result_name(mmlite, hr), com_error_detail());
    mmlite_close(mmlite);
    return FAILED(hr) ? 1 : 0;
}
