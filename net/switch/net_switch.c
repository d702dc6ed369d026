/* See net_switch.h: the switch as a whole, and what can be set. */
#include "net_switch.h"
#include "log.h"
#include "net_switch_internal.h"
#include <com_impl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How often it is looked whether machines have come or gone. */
#define LOOK_MS 50

#define NS_PER_MS 1e6

/* Life */

static void look(uv_timer_t *timer)
{
    struct net_switch *net = timer->data;

    net_switch_look(net);
    if (net->capture)
        capture_flush(net->capture);
}

static void note_closed(uv_handle_t *handle)
{
    struct net_switch *net = handle->data;

    if (--net->open_handles == 0)
        free(net);
}

/* None of these can fail: libuv only fills them in. */
static void open_handles(struct net_switch *net)
{
    (void)uv_prepare_init(net->loop, &net->before_sleep);
    (void)uv_check_init(net->loop, &net->after_sleep);
    (void)uv_timer_init(net->loop, &net->wake);
    (void)uv_timer_init(net->loop, &net->look);
    net->before_sleep.data = net->after_sleep.data = net->wake.data = net->look.data = net;
    net->open_handles = 4;
    net->wake_ns = INT64_MAX;
    (void)uv_prepare_start(&net->before_sleep, net_switch_before_sleep);
    (void)uv_check_start(&net->after_sleep, net_switch_after_sleep);
    (void)uv_timer_start(&net->look, look, LOOK_MS, LOOK_MS);
}

HRESULT net_switch_create(uv_loop_t *loop, struct net_switch **out_net)
{
    struct net_switch *net = calloc(1, sizeof(*net));
    struct engine_config config = {
        .context = net, .deliver = net_switch_deliver, .observe = net_switch_observe};
    HRESULT hr;

    if (!net)
        return E_OUTOFMEMORY;
    net->loop = loop;
    net->engine = engine_create(&config);
    hr = net->engine ? engine_add_port(net->engine, SWITCH_GATEWAY, &net->gateway_port) : E_OUTOFMEMORY;
    if (FAILED(hr)) {
        engine_destroy(net->engine);
        free(net);
        return hr;
    }
    open_handles(net);
    *out_net = net;
    return S_OK;
}

void net_switch_destroy(struct net_switch *net)
{
    uint64_t frames;
    uint32_t port;

    if (!net)
        return;
    for (port = 0; port < engine_port_count(net->engine); port++)
        net_switch_close_machine(&net->machines[port]);
    if (net->capture)
        (void)capture_end(net->capture, &frames); /* nobody is left to be told */
    engine_destroy(net->engine);
    uv_close((uv_handle_t *)&net->before_sleep, note_closed);
    uv_close((uv_handle_t *)&net->after_sleep, note_closed);
    uv_close((uv_handle_t *)&net->wake, note_closed);
    uv_close((uv_handle_t *)&net->look, note_closed);
}

/* Links */

static HRESULT find_port(const struct net_switch *net, const char *name, uint32_t *out_port)
{
    if (!engine_find_port(net->engine, name, out_port))
        return com_fail(NS_E_NOT_FOUND, "the switch has no port ", name, NULL);
    return S_OK;
}

/* Appends to a text that is cut at its end. */
__attribute__((format(printf, 3, 4))) static void append(char *text, size_t capacity, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text + length, capacity - length, format, arguments);
    va_end(arguments);
}

static double percent(uint32_t share)
{
    return 100.0 * share / SWITCH_SHARE_ALL;
}

static void describe(const struct switch_conditions *conditions, char *text, size_t capacity)
{
    text[0] = '\0';
    if (conditions->loss)
        append(text, capacity, ", loss %g%%", percent(conditions->loss));
    if (conditions->duplicate)
        append(text, capacity, ", duplicate %g%%", percent(conditions->duplicate));
    if (conditions->reorder)
        append(text, capacity, ", reorder %g%%", percent(conditions->reorder));
    if (conditions->delay_ns)
        append(text, capacity, ", delay %gms", (double)conditions->delay_ns / NS_PER_MS);
    if (conditions->jitter_ns)
        append(text, capacity, ", jitter %gms", (double)conditions->jitter_ns / NS_PER_MS);
    if (conditions->rate)
        append(text, capacity, ", rate %" PRIu64 " bit/s", conditions->rate);
    if (conditions->rate && conditions->queue_bytes)
        append(text, capacity, ", queue %" PRIu32 " bytes", conditions->queue_bytes);
    if (!text[0])
        append(text, capacity, ", no conditions");
}

static uint64_t draw_seed(void)
{
    uint32_t seed = 0;

    /* If the system has no random numbers, the time is as good for this. */
    if (uv_random(NULL, NULL, &seed, sizeof(seed), 0, NULL) != 0)
        seed = (uint32_t)uv_hrtime();
    return seed ? seed : 1;
}

HRESULT net_switch_set_link(struct net_switch *net, const char *name, uint32_t directions,
                            const struct switch_conditions *conditions, uint64_t *inout_seed)
{
    static const char *const words[] = {"", " (from it)", " (to it)", ""};
    char text[256];
    uint32_t port, place;
    HRESULT hr = find_port(net, name, &port);

    if (FAILED(hr))
        return hr;
    if (directions == 0 || (directions & ~(uint32_t)SWITCH_BOTH))
        return com_fail(E_INVALIDARG, "no such directions", NULL);
    if (!cable_conditions_are_valid(conditions))
        return com_fail(E_INVALIDARG,
                        "a condition is beyond its limits, or the jitter greater than the delay", NULL);
    if (*inout_seed == 0)
        *inout_seed = draw_seed();
    for (place = 0; place < ENGINE_DIRECTIONS; place++)
        if (directions & UINT32_C(1) << place)
            engine_set_cable(net->engine, port, place, conditions, *inout_seed, switch_now_ns());
    describe(conditions, text, sizeof(text));
    switch_log("%s: link%s: %s, seed %" PRIu64, name, words[directions], text + strlen(", "), *inout_seed);
    return S_OK;
}

HRESULT net_switch_get_link(struct net_switch *net, const char *name, uint32_t direction,
                            const struct cable **out_cable)
{
    uint32_t port;
    HRESULT hr = find_port(net, name, &port);

    if (FAILED(hr))
        return hr;
    if (direction != SWITCH_FROM_NODE && direction != SWITCH_TO_NODE)
        return com_fail(E_INVALIDARG, "no such direction", NULL);
    *out_cable = engine_cable(net->engine, port, direction - 1);
    return S_OK;
}

HRESULT net_switch_get_port(struct net_switch *net, uint32_t number, const char **out_name, bool *out_present,
                            uint32_t *out_group)
{
    if (number >= engine_port_count(net->engine))
        return S_FALSE;
    *out_name = engine_port_name(net->engine, number);
    *out_present = number == net->gateway_port || net->machines[number].present;
    *out_group = engine_port_group(net->engine, number);
    return S_OK;
}

/* Partitions */

/* Takes the next name of a list; false: there is none, and `hr` says whether that is an error. */
static bool next_port(const struct net_switch *net, const char **names, uint32_t *out_port, HRESULT *hr)
{
    char name[SWITCH_NAME_MAX + 1];
    size_t length;

    *names += strspn(*names, " ");
    length = strcspn(*names, " ");
    if (length == 0)
        return false;
    snprintf(name, sizeof(name), "%.*s", (int)(length < sizeof(name) ? length : 0), *names);
    *names += length;
    *hr = find_port(net, name, out_port);
    return SUCCEEDED(*hr);
}

/* Puts the named ports into a group: all of them, or none if one is not there. */
static HRESULT move_ports(struct net_switch *net, const char *names, uint32_t group)
{
    const char *rest = names;
    uint32_t port;
    HRESULT hr = S_OK;

    while (next_port(net, &rest, &port, &hr))
        ;
    if (FAILED(hr))
        return hr;
    for (rest = names; next_port(net, &rest, &port, &hr);)
        engine_set_group(net->engine, port, group);
    return S_OK;
}

HRESULT net_switch_partition(struct net_switch *net, const char *names)
{
    HRESULT hr;

    if (names[strspn(names, " ")] == '\0')
        return com_fail(E_INVALIDARG, "no port is named", NULL);
    hr = move_ports(net, names, engine_new_group(net->engine));
    if (SUCCEEDED(hr))
        switch_log("%s: partitioned from all others", names);
    return hr;
}

HRESULT net_switch_heal(struct net_switch *net, const char *names)
{
    bool all = names[strspn(names, " ")] == '\0';
    uint32_t port;
    HRESULT hr = move_ports(net, names, 0);

    for (port = 0; all && port < engine_port_count(net->engine); port++)
        engine_set_group(net->engine, port, 0);
    if (SUCCEEDED(hr))
        switch_log("%s: healed", all ? "all" : names);
    return hr;
}

/* Capture */

HRESULT net_switch_start_capture(struct net_switch *net, const char *path, const char *name)
{
    uint32_t port = 0;
    HRESULT hr = name[0] ? find_port(net, name, &port) : S_OK;

    if (FAILED(hr))
        return hr;
    if (net->capture)
        return com_fail(NS_E_EXISTS, "a capture is running", NULL);
    if (path[0] != '/')
        return com_fail(OS_E_IO, path, ": not an absolute path", NULL);
    hr = capture_create(path, &net->capture);
    if (FAILED(hr))
        return hr;
    net->captures_all = !name[0];
    net->captured_port = port;
    switch_log("%s: captured into %s", name[0] ? name : "all", path);
    return S_OK;
}

HRESULT net_switch_stop_capture(struct net_switch *net, uint64_t *out_frames)
{
    HRESULT hr;

    if (!net->capture)
        return com_fail(NS_E_NOT_FOUND, "no capture is running", NULL);
    hr = capture_end(net->capture, out_frames);
    net->capture = NULL;
    switch_log("capture ended after %" PRIu64 " frames%s%s", *out_frames, FAILED(hr) ? ": " : "",
               FAILED(hr) ? com_error_detail() : "");
    return hr;
}
