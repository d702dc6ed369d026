/* See control.h. */
#include "control.h"
#include <com_impl.h>
#include <stdio.h>

struct control {
    ISwitch ISwitch_iface;
    struct com_refs refs;
    struct net_switch *net;   /* constant; used by the loop's thread */
    struct loop_calls *calls; /* constant */
};

/* The arguments and results of one call, on their way to the loop's thread and back. */
struct request {
    struct net_switch *net;
    const char *name;
    const char *text; /* an address, names, a path */
    uint32_t number;  /* of a port, or directions */
    uint16_t machine_port;
    uint16_t port;
    const struct switch_conditions *conditions;
    uint64_t value; /* a seed, a count */
    struct switch_conditions out_conditions;
    struct switch_counters out_counters;
    char out_name[SWITCH_NAME_MAX + 1];
    bool out_present;
};

static const struct ISwitchVtbl control_vtbl;

static struct control *impl_from_ISwitch(ISwitch *iface)
{
    assert(iface->vtbl == &control_vtbl);
    return container_of(iface, struct control, ISwitch_iface);
}

static HRESULT run(ISwitch *iface, HRESULT (*function)(void *argument), struct request *request)
{
    struct control *control = impl_from_ISwitch(iface);

    request->net = control->net;
    return loop_calls_run(control->calls, function, request);
}

static HRESULT control_QueryInterface(ISwitch *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ISwitch, iid, out_object);
}

static uint32_t control_AddRef(ISwitch *iface)
{
    return com_refs_add(&impl_from_ISwitch(iface)->refs);
}

static uint32_t control_Release(ISwitch *iface)
{
    struct control *control = impl_from_ISwitch(iface);
    uint32_t left = com_refs_release(&control->refs);

    if (left == 0)
        com_free(control);
    return left;
}

/* Machines */

static HRESULT run_attach(void *argument)
{
    struct request *request = argument;

    return net_switch_attach(request->net, request->name, request->text);
}

static HRESULT control_Attach(ISwitch *iface, const char *name, const char *address)
{
    struct request request = {.name = name, .text = address};

    return run(iface, run_attach, &request);
}

static HRESULT run_detach(void *argument)
{
    struct request *request = argument;

    return net_switch_detach(request->net, request->name);
}

static HRESULT control_Detach(ISwitch *iface, const char *name)
{
    struct request request = {.name = name};

    return run(iface, run_detach, &request);
}

static HRESULT run_forward(void *argument)
{
    struct request *request = argument;

    return net_switch_forward(request->net, request->name, request->machine_port, request->port,
                              &request->port);
}

static HRESULT control_Forward(ISwitch *iface, const char *name, uint32_t node_port, uint32_t wanted_port,
                               uint32_t *out_port)
{
    struct request request = {
        .name = name, .machine_port = (uint16_t)node_port, .port = (uint16_t)wanted_port};
    HRESULT hr = run(iface, run_forward, &request);

    if (SUCCEEDED(hr))
        *out_port = request.port;
    return hr;
}

/* Links */

static HRESULT run_set_link(void *argument)
{
    struct request *request = argument;

    return net_switch_set_link(request->net, request->name, request->number, request->conditions,
                               &request->value);
}

static HRESULT control_SetLink(ISwitch *iface, const char *name, uint32_t directions,
                               const struct switch_conditions *conditions, uint64_t seed, uint64_t *out_seed)
{
    struct request request = {.name = name, .number = directions, .conditions = conditions, .value = seed};
    HRESULT hr = run(iface, run_set_link, &request);

    if (SUCCEEDED(hr))
        *out_seed = request.value;
    return hr;
}

static HRESULT run_get_link(void *argument)
{
    struct request *request = argument;
    const struct cable *cable;
    HRESULT hr = net_switch_get_link(request->net, request->name, request->number, &cable);

    if (FAILED(hr))
        return hr;
    request->out_conditions = cable->conditions;
    request->out_counters = cable->counters;
    request->value = cable->seed;
    return S_OK;
}

static HRESULT control_GetLink(ISwitch *iface, const char *name, uint32_t direction,
                               struct switch_conditions *out_conditions, struct switch_counters *out_counters,
                               uint64_t *out_seed)
{
    struct request request = {.name = name, .number = direction};
    HRESULT hr = run(iface, run_get_link, &request);

    if (FAILED(hr))
        return hr;
    *out_conditions = request.out_conditions;
    *out_counters = request.out_counters;
    *out_seed = request.value;
    return S_OK;
}

static HRESULT run_get_port(void *argument)
{
    struct request *request = argument;
    const char *name;
    HRESULT hr =
        net_switch_get_port(request->net, request->number, &name, &request->out_present, &request->number);

    if (hr == S_OK)
        snprintf(request->out_name, sizeof(request->out_name), "%s", name);
    return hr;
}

static HRESULT control_GetPort(ISwitch *iface, uint32_t number, char *name, boolean *out_present,
                               uint32_t *out_group)
{
    struct request request = {.number = number};
    HRESULT hr = run(iface, run_get_port, &request);

    if (FAILED(hr))
        return hr;
    snprintf(name, SWITCH_NAME_MAX + 1, "%s", request.out_name);
    *out_present = request.out_present;
    *out_group = hr == S_OK ? request.number : 0;
    return hr;
}

/* Partitions */

static HRESULT run_partition(void *argument)
{
    struct request *request = argument;

    return net_switch_partition(request->net, request->text);
}

static HRESULT control_Partition(ISwitch *iface, const char *names)
{
    struct request request = {.text = names};

    return run(iface, run_partition, &request);
}

static HRESULT run_heal(void *argument)
{
    struct request *request = argument;

    return net_switch_heal(request->net, request->text);
}

static HRESULT control_Heal(ISwitch *iface, const char *names)
{
    struct request request = {.text = names};

    return run(iface, run_heal, &request);
}

/* Capture */

static HRESULT run_start_capture(void *argument)
{
    struct request *request = argument;

    return net_switch_start_capture(request->net, request->text, request->name);
}

static HRESULT control_StartCapture(ISwitch *iface, const char *path, const char *name)
{
    struct request request = {.name = name, .text = path};

    return run(iface, run_start_capture, &request);
}

static HRESULT run_stop_capture(void *argument)
{
    struct request *request = argument;

    return net_switch_stop_capture(request->net, &request->value);
}

static HRESULT control_StopCapture(ISwitch *iface, uint64_t *out_frames)
{
    struct request request = {.value = 0};
    HRESULT hr = run(iface, run_stop_capture, &request);

    if (SUCCEEDED(hr))
        *out_frames = request.value;
    return hr;
}

static const struct ISwitchVtbl control_vtbl = {
    .QueryInterface = control_QueryInterface,
    .AddRef = control_AddRef,
    .Release = control_Release,
    .Attach = control_Attach,
    .Detach = control_Detach,
    .Forward = control_Forward,
    .SetLink = control_SetLink,
    .GetLink = control_GetLink,
    .GetPort = control_GetPort,
    .Partition = control_Partition,
    .Heal = control_Heal,
    .StartCapture = control_StartCapture,
    .StopCapture = control_StopCapture,
};

HRESULT control_create(struct net_switch *net, struct loop_calls *calls, ISwitch **out_switch)
{
    struct control *control = com_alloc(sizeof(*control));

    if (!control)
        return E_OUTOFMEMORY;
    *control =
        (struct control){.ISwitch_iface = {&control_vtbl}, .refs = COM_REFS_INIT, .net = net, .calls = calls};
    *out_switch = &control->ISwitch_iface;
    return S_OK;
}
