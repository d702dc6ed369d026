/* Machines: whose threads and memory there are, their clocks, and what befalls them. */
#include "sim_internal.h"
#include <stdlib.h>
#include <string.h>

#define CANARY UINT64_C(0x5AFE5AFE5AFE5AFE)
#define FRESH 0xA5
#define FREED 0xDD

/* In front of each block. */
struct sim_block {
    struct sim_block *next;
    struct sim_block **at;
    struct sim_machine *machine;
    size_t size_bytes;
    uint64_t canary[2];
};

struct sim_machine sim__outside = {.name = "outside"};
static void (*left_hook)(void);

struct sim_machine *sim_machine_create(const char *name, uint64_t seed)
{
    struct sim_machine *machine = (struct sim_machine *)calloc(1, sizeof(*machine)), **at;

    if (!machine)
        port_panic("no memory for a machine");
    machine->name = name;
    machine->random = seed ? seed : 1;
    machine->clock_ns = sim.now_ns;
    machine->clock_set_ns = sim.now_ns;
    for (at = &sim.machines; *at; at = &(*at)->next)
        ;
    *at = machine;
    return machine;
}

bool sim_machine_start(struct sim_machine *machine, void (*main)(void *argument), void *argument)
{
    return sim__add_thread(machine, main, argument) != NULL;
}

void sim_on_machine_left(void (*hook)(void))
{
    left_hook = hook;
}

void sim__machine_left(const struct sim_machine *machine)
{
    if (left_hook && machine != &sim__outside)
        left_hook();
}

static void free_block(struct sim_block *block)
{
    if (block->canary[0] != CANARY || block->canary[1] != CANARY)
        port_panic("something was written before the start of a block of memory");
    block->canary[0] = 0;
    *block->at = block->next;
    if (block->next)
        block->next->at = block->at;
    block->machine->block_count--;
    sim.allocated--;
    memset(block + 1, FREED, block->size_bytes);
    free(block);
}

static void drop_all(struct sim_machine *machine)
{
    while (machine->threads)
        sim__drop_thread(machine->threads);
    while (machine->blocks)
        free_block(machine->blocks);
}

void sim_machine_crash(struct sim_machine *machine, uint64_t seed)
{
    if (sim__here() == machine)
        port_panic("a machine crashes itself");
    drop_all(machine);
    sim_machine_pause(machine, false);
    machine->fail_one_in = 0;
    machine->random = seed ? seed : 1;
}

void sim__end_machines(void)
{
    struct sim_machine *machine, *next;

    for (machine = sim__outside.next; machine; machine = next) {
        next = machine->next;
        drop_all(machine);
        free(machine);
    }
    while (sim__outside.threads)
        sim__drop_thread(sim__outside.threads);
    sim__outside.next = NULL;
}

void sim_machine_pause(struct sim_machine *machine, bool paused)
{
    struct sim_thread *thread;

    if (machine->paused == paused)
        return;
    machine->paused = paused;
    if (paused)
        machine->paused_since_ns = sim.now_ns;
    else
        machine->paused_ns += sim.now_ns - machine->paused_since_ns;
    for (thread = machine->threads; thread; thread = thread->next) {
        if (thread->state != READY)
            continue;
        if (paused)
            sim__unready(thread);
        else
            sim__make_ready(thread);
    }
}

int64_t sim_machine_paused_ns(const struct sim_machine *machine)
{
    return machine->paused_ns + (machine->paused ? sim.now_ns - machine->paused_since_ns : 0);
}

/* ---- clocks ---- */

int64_t sim__local_ns(const struct sim_machine *machine)
{
    int64_t passed_ns = sim.now_ns - machine->clock_set_ns;

    if (!machine->rate_ppm) /* mostly: divisions are dear here */
        return machine->clock_ns + passed_ns;
    return machine->clock_ns + passed_ns + passed_ns / 1000000 * machine->rate_ppm +
           passed_ns % 1000000 * machine->rate_ppm / 1000000;
}

int64_t sim__true_ns(const struct sim_machine *machine, int64_t local_ns)
{
    int64_t wait_ns = local_ns - machine->clock_ns, million = 1000000 + machine->rate_ppm, true_ns;

    if (local_ns == PORT_FOREVER)
        return PORT_FOREVER;
    if (wait_ns > INT64_C(1000000000000000)) /* eleven days */
        return local_ns;
    true_ns = machine->clock_set_ns + wait_ns;
    if (machine->rate_ppm)
        true_ns = machine->clock_set_ns + wait_ns / million * 1000000 +
                  (wait_ns % million * 1000000 + million - 1) / million;
    return true_ns > sim.now_ns ? true_ns + 1 : sim.now_ns; /* +1: both ways are rounded down */
}

int64_t sim_machine_now_ns(const struct sim_machine *machine)
{
    return sim__local_ns(machine);
}

void sim_machine_set_clock(struct sim_machine *machine, int32_t rate_ppm, int64_t jump_ns)
{
    machine->clock_ns = sim__local_ns(machine) + jump_ns;
    machine->clock_set_ns = sim.now_ns;
    machine->rate_ppm = rate_ppm;
}

/* ---- memory ---- */

void sim_machine_fail_alloc(struct sim_machine *machine, uint32_t one_in)
{
    machine->fail_one_in = one_in;
}

bool sim__lacks_memory(void)
{
    struct sim_machine *machine = sim__here();

    return machine->fail_one_in && sim__random(&machine->random) % machine->fail_one_in == 0;
}

void *port_alloc(size_t size_bytes)
{
    struct sim_machine *machine = sim__here();
    struct sim_block *block;

    if (sim.fail_countdown && !--sim.fail_countdown)
        return NULL;
    if (sim__lacks_memory())
        return NULL;
    block = (struct sim_block *)malloc(sizeof(*block) + size_bytes);
    if (!block)
        return NULL;
    block->machine = machine;
    block->size_bytes = size_bytes;
    block->canary[0] = CANARY;
    block->canary[1] = CANARY;
    block->at = &machine->blocks;
    block->next = machine->blocks;
    if (block->next)
        block->next->at = &block->next;
    machine->blocks = block;
    machine->block_count++;
    sim.allocated++;
    memset(block + 1, FRESH, size_bytes);
    return block + 1;
}

void port_free(void *memory)
{
    struct sim_block *block;

    if (!memory)
        return;
    block = (struct sim_block *)memory - 1;
    if (block->machine != sim__here() && block->machine != &sim__outside)
        port_panic("memory of another machine is freed");
    free_block(block);
}

uint32_t sim_allocated(void)
{
    return sim.allocated;
}

uint32_t sim_machine_blocks(const struct sim_machine *machine)
{
    return machine->block_count;
}

uint32_t sim_machine_threads(const struct sim_machine *machine)
{
    return machine->thread_count;
}

struct sim_machine *sim_machine_current(void)
{
    struct sim_machine *machine = sim__here();

    return machine == &sim__outside ? NULL : machine;
}

const char *sim_machine_name(const struct sim_machine *machine)
{
    return machine->name;
}

void port_random(void *bytes, size_t count)
{
    uint8_t *at = (uint8_t *)bytes;

    while (count--)
        *at++ = (uint8_t)(sim__random(&sim__here()->random) >> 32);
}
