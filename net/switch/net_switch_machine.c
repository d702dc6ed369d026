/*
 * Machines that come and go.
 *
 *   attached   the plug and a gateway are there; its card may come
 *   present    its card is there
 *   off        its card has gone, or Detach was called: the gateway is closed, its ports are free; the plug
 * stays
 *
 * A card that comes back by itself (somebody started the machine again) gets a new gateway with the ports of
 * before.
 */
#include "log.h"
#include "net_switch_internal.h"
#include <com_impl.h>
#include <stdio.h>
#include <string.h>

/* NULL: no machine was attached under that name. */
static struct machine *find_machine(struct net_switch *net, const char *name)
{
    uint32_t port;

    return engine_find_port(net->engine, name, &port) && net->machines[port].plug ? &net->machines[port]
                                                                                  : NULL;
}

static const char *name_of(const struct machine *machine)
{
    return engine_port_name(machine->net->engine, machine->port);
}

static HRESULT open_gateway(struct machine *machine)
{
    const struct gateway_config config = {
        .loop = machine->net->loop,
        .address = machine->address,
        .context = machine,
        .send = net_switch_received_from_gateway,
    };

    return gateway_create(&config, &machine->gateway);
}

static void close_gateway(struct machine *machine)
{
    gateway_destroy(machine->gateway);
    machine->gateway = NULL;
}

void net_switch_close_machine(struct machine *machine)
{
    close_gateway(machine);
    plug_destroy(machine->plug);
    machine->plug = NULL;
    machine->present = false;
}

static HRESULT open_plug(struct machine *machine)
{
    char path[SWITCH_NAME_MAX + sizeof(".port")], card_path[SWITCH_NAME_MAX + sizeof(".card")];
    const struct plug_config config = {
        .loop = machine->net->loop,
        .path = path,
        .card_path = card_path,
        .context = machine,
        .received = net_switch_received,
    };

    snprintf(path, sizeof(path), "%s.port", name_of(machine));
    snprintf(card_path, sizeof(card_path), "%s.card", name_of(machine));
    return plug_create(&config, &machine->plug);
}

HRESULT net_switch_attach(struct net_switch *net, const char *name, const char *address)
{
    struct machine *machine;
    uint32_t port;
    HRESULT hr;

    if (strcmp(name, SWITCH_GATEWAY) == 0)
        return com_fail(E_INVALIDARG, "no machine can be called ", name, NULL);
    hr = engine_add_port(net->engine, name, &port);
    if (FAILED(hr))
        return com_fail(hr, "no port can be made for ", name, NULL);
    machine = &net->machines[port];
    net_switch_close_machine(machine);
    *machine = (struct machine){.net = net, .port = port};
    snprintf(machine->address, sizeof(machine->address), "%s", address);
    hr = open_gateway(machine);
    if (SUCCEEDED(hr))
        hr = open_plug(machine);
    if (FAILED(hr)) {
        close_gateway(machine);
        return hr;
    }
    switch_log("%s: attached, address %s", name, address);
    return S_OK;
}

HRESULT net_switch_detach(struct net_switch *net, const char *name)
{
    struct machine *machine = find_machine(net, name);

    if (!machine)
        return com_fail(NS_E_NOT_FOUND, "no machine is attached as ", name, NULL);
    close_gateway(machine);
    (void)plug_look(machine->plug); /* so that the next card is taken at once */
    machine->present = false;
    switch_log("%s: detached", name);
    return S_OK;
}

HRESULT net_switch_forward(struct net_switch *net, const char *name, uint16_t machine_port,
                           uint16_t wanted_port, uint16_t *out_port)
{
    struct machine *machine = find_machine(net, name);
    HRESULT hr;

    if (!machine || !machine->gateway)
        return com_fail(NS_E_NOT_FOUND, "no machine is attached as ", name, NULL);
    if (machine->forward_count == FORWARDS_MAX)
        return com_fail(RPC_E_OUT_OF_RESOURCES, "too many ports are forwarded to ", name, NULL);
    hr = gateway_forward(machine->gateway, machine_port, wanted_port, out_port);
    if (FAILED(hr))
        return hr;
    machine->forwards[machine->forward_count++] = (struct forward){machine_port, *out_port};
    switch_log("%s: 127.0.0.1:%u leads to its port %u", name, *out_port, machine_port);
    return S_OK;
}

/* Coming and going by themselves */

static void open_again(struct machine *machine)
{
    uint32_t i;
    HRESULT hr = open_gateway(machine);

    for (i = 0; SUCCEEDED(hr) && i < machine->forward_count; i++) {
        uint16_t wanted = machine->forwards[i].port;

        hr = gateway_forward(machine->gateway, machine->forwards[i].machine_port, wanted,
                             &machine->forwards[i].port);
        if (SUCCEEDED(hr) && machine->forwards[i].port != wanted)
            switch_log("%s: 127.0.0.1:%u is taken, %u leads to its port %u", name_of(machine), wanted,
                       machine->forwards[i].port, machine->forwards[i].machine_port);
    }
    if (FAILED(hr))
        switch_log("%s: cannot be reached from this machine: %s", name_of(machine), com_error_detail());
}

void net_switch_look(struct net_switch *net)
{
    uint32_t port;

    for (port = 0; port < engine_port_count(net->engine); port++) {
        struct machine *machine = &net->machines[port];
        bool present = machine->plug && plug_look(machine->plug);

        if (present == machine->present)
            continue;
        machine->present = present;
        switch_log("%s: its card has %s", name_of(machine), present ? "come" : "gone");
        if (!present)
            close_gateway(machine);
        else if (!machine->gateway)
            open_again(machine);
    }
}
