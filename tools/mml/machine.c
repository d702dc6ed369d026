/* See machine.h. */
#include "machine.h"
#include "upload.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The address under which a machine reaches this one: the switch's gateway. */
#define GUEST_VIEW_OF_HOST "10.0.2.2"

/* Cards have addresses of QEMU's, the last byte is that of the machine's own address. */
#define CARD_ADDRESS_FORMAT "52:54:00:4d:4c:%02x"

#define PATH_CAPACITY 4096

struct machine_kind {
    const char *system;
    const char *emulator;
    const char *package;          /* of Debian, which has the emulator */
    const char *variant;          /* the folder below build/ */
    const char *const *arguments; /* of the emulator, which are the same for all nodes */
    const char *nic[2];        /* the option that puts its card on the network n0; its address comes behind */
    const char *module_option; /* gives the kernel a boot module */
    const char *module_format[2]; /* what stands around its path */
    size_t module_bytes_max;
};

static const char *const i386_arguments[] = {
    "-M",         "pc",
    "-accel",     "tcg",
    "-m",         "32",
    "-display",   "none",
    "-vga",       "none",
    "-no-reboot", "-nodefaults",
    "-device",    "isa-debug-exit,iobase=0xf4,iosize=0x04",
    NULL,
};

/* The kernel reads its command line, and ends its machine, by semihosting. */
static const char *const armv7m_arguments[] = {
    "-M",
    "mps2-an385",
    "-accel",
    "tcg",
    "-display",
    "none",
    "-no-reboot",
    "-nodefaults",
    "-semihosting-config",
    "enable=on,target=native",
    NULL,
};

static const struct machine_kind kinds[] = {
    {"kernel-i386",
     "qemu-system-i386",
     "qemu-system-x86",
     "kernel-i386",
     i386_arguments,
     {"-device", "ne2k_isa,netdev=n0,irq=9,iobase=0x300,mac="},
     "-initrd",
     {"", ""},
     16 << 20},
    {"kernel-armv7m",
     "qemu-system-arm",
     "qemu-system-arm",
     "kernel-armv7m",
     armv7m_arguments,
     {"-net", "nic,netdev=n0,macaddr="},
     "-device",
     {"loader,addr=0x21000000,force-raw=on,file=", ""}, /* the board's PSRAM */
     12 << 20},
};

static const struct machine_kind *find_kind(const char *system)
{
    size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].system, system) == 0)
            return &kinds[i];
    return NULL;
}

bool machine_is_known(const char *system)
{
    return find_kind(system) != NULL;
}

const char *machine_short_name(const char *system)
{
    return find_kind(system) ? system + strlen("kernel-") : system;
}

size_t machine_module_bytes_max(const char *system)
{
    const struct machine_kind *kind = find_kind(system);

    return kind ? kind->module_bytes_max : 0;
}

/*
 * $MMLITE_IMAGES/<variant>/node.elf, else where this program's build folder has it, else where it is
 * installed; where it should be if it is nowhere.
 */
static void image_path(const struct machine_kind *kind, char *path, size_t capacity)
{
    const char *images = getenv("MMLITE_IMAGES");
    char below[128];

    if (images && *images) {
        snprintf(path, capacity, "%s/%s/node.elf", images, kind->variant);
        return;
    }
    snprintf(below, sizeof(below), "%s/images/node.elf", kind->variant);
    mml_path_beside(below, path, capacity);
    if (access(path, R_OK) == 0 || !mml_is_installed())
        return;
    snprintf(below, sizeof(below), "share/mmlite/kernel/%s/node.elf", machine_short_name(kind->system));
    mml_path_beside(below, path, capacity);
}

bool machine_can_start(const char *system)
{
    const struct machine_kind *kind = find_kind(system);
    char path[PATH_CAPACITY];

    if (!process_find_program(kind->emulator, path, sizeof(path))) {
        mml_error("%s is not installed: it runs the kernels", kind->emulator);
        mml_hint("`apt install %s` (or `./dev build`, which installs what is missing)", kind->package);
        return false;
    }
    image_path(kind, path, sizeof(path));
    if (access(path, R_OK) != 0) {
        mml_error("there is no kernel image at %s: %s", path, strerror(errno));
        mml_hint("`./dev build` builds it; $MMLITE_IMAGES names another folder of images");
        return false;
    }
    return true;
}

/* Copies a value for an option of the emulator, where a comma must be written twice. */
static void escape_commas(const char *text, char *escaped, size_t capacity)
{
    size_t used = 0;

    for (; *text && used + 2 < capacity; text++) {
        if (*text == ',')
            escaped[used++] = ',';
        escaped[used++] = *text;
    }
    escaped[used] = '\0';
}

/* The value of the option that gives the machine the files that were added to the node. Says why not. */
static bool module_value(const struct machine_kind *kind, const struct cluster *cluster,
                         const struct cluster_node *node, char *value, size_t capacity)
{
    char path[CLUSTER_PATH_MAX], escaped[2 * CLUSTER_PATH_MAX];

    cluster_file_path(cluster, node->name, CLUSTER_ROMFS_SUFFIX, path);
    if (strchr(path, ' ')) { /* QEMU ends the path of a boot module there */
        mml_error("%s: the emulator cannot read an added file from a folder with a space in its name", path);
        mml_hint("set $XDG_RUNTIME_DIR to another folder");
        return false;
    }
    escape_commas(path, escaped, sizeof(escaped));
    snprintf(value, capacity, "%s%s%s", kind->module_format[0], escaped, kind->module_format[1]);
    return true;
}

/* The machine's end of its cable, and its card; `folder` is that of the cluster, open in the emulator, too.
 */
static void describe_card(const struct machine_kind *kind, const struct cluster_node *node, int folder,
                          char *network, size_t network_capacity, char *card, size_t card_capacity)
{
    const char *last_byte = strrchr(node->address, '.');
    unsigned number = last_byte ? (unsigned)strtoul(last_byte + 1, NULL, 10) : 0;

    /* By way of a descriptor: a path of a socket may have 107 bytes, and the folder may lie deep. */
    snprintf(network, network_capacity,
             "dgram,id=n0,local.type=unix,local.path=/proc/self/fd/%d/%s.card,"
             "remote.type=unix,remote.path=/proc/self/fd/%d/%s.port",
             folder, node->name, folder, node->name);
    snprintf(card, card_capacity, "%s" CARD_ADDRESS_FORMAT, kind->nic[1], number);
}

/* Whether `--policy` gave it one, which is among its files. */
static bool has_policy(const struct cluster *cluster, const struct cluster_node *node)
{
    char path[CLUSTER_PATH_MAX];

    cluster_file_path(cluster, node->name, CLUSTER_POLICY_SUFFIX, path);
    return access(path, F_OK) == 0;
}

bool machine_start(const struct cluster *cluster, struct cluster_node *node, const char *directory)
{
    const struct machine_kind *kind = find_kind(node->system);
    char emulator[PATH_CAPACITY], image[PATH_CAPACITY], log[CLUSTER_PATH_MAX], escaped[2 * CLUSTER_PATH_MAX];
    char append[1024], network[256], card[128], serial[2 * CLUSTER_PATH_MAX + 64];
    char module[2 * CLUSTER_PATH_MAX + 64];
    const char *arguments[64];
    const char *transport = strncmp(node->endpoint, "udp:", 4) == 0 ? "udp" : "tcp";
    size_t count = 0, i;
    bool started;
    int folder;

    if (!machine_can_start(node->system) || !process_find_program(kind->emulator, emulator, sizeof(emulator)))
        return false;
    if (node->has_added && !module_value(kind, cluster, node, module, sizeof(module)))
        return false;
    folder = open(cluster->path, O_PATH | O_DIRECTORY); /* not O_CLOEXEC: the emulator inherits it */
    if (folder < 0) {
        mml_error("%s: %s", cluster->path, strerror(errno));
        return false;
    }

    image_path(kind, image, sizeof(image));
    cluster_file_path(cluster, node->name, ".log", log);
    escape_commas(log, escaped, sizeof(escaped));
    snprintf(serial, sizeof(serial), "file,id=console,append=on,path=%s", escaped);
    describe_card(kind, node, folder, network, sizeof(network), card, sizeof(card));
    snprintf(append, sizeof(append),
             "node=%s endpoint=%s listen=%s:0.0.0.0:%u transport=%s directory=%s ip=%s loopback=%s "
             "switch=%s:%s:%u "
             "echo=tcp:0.0.0.0:%u%s components=/romfs%s load_from=" UPLOADS_PATH,
             node->name, node->endpoint, transport, MACHINE_RPC_PORT, transport, directory, node->address,
             GUEST_VIEW_OF_HOST, cluster->net_switch.address, node->address, MACHINE_RPC_PORT,
             MACHINE_ECHO_PORT, has_policy(cluster, node) ? " policy=/romfs/policy" : "",
             cluster_serves(cluster, COMPONENTS_NAME) ? "," COMPONENTS_PATH : "");

    arguments[count++] = emulator;
    for (i = 0; kind->arguments[i]; i++)
        arguments[count++] = kind->arguments[i];
    arguments[count++] = "-netdev";
    arguments[count++] = network;
    arguments[count++] = kind->nic[0];
    arguments[count++] = card;
    arguments[count++] = "-chardev";
    arguments[count++] = serial;
    arguments[count++] = "-serial";
    arguments[count++] = "chardev:console";
    arguments[count++] = "-kernel";
    arguments[count++] = image;
    arguments[count++] = "-append";
    arguments[count++] = append;
    if (node->has_added) {
        arguments[count++] = kind->module_option;
        arguments[count++] = module;
    }
    arguments[count] = NULL;

    cluster_log_line(cluster, node, "switched on");
    started = process_start(arguments, log, &node->process);
    if (!started)
        mml_error("cannot start %s for node %s: %s", emulator, node->name, strerror(errno));
    close(folder);
    return started;
}
