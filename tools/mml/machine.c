/* See machine.h. */
#include "machine.h"
#include "upload.h"
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Where services listen inside every machine; outside, each has a port of its own. */
#define GUEST_RPC_PORT 7000
#define GUEST_ECHO_PORT 7007

/* The address under which a machine reaches this one (QEMU's user networking). */
#define GUEST_VIEW_OF_HOST "10.0.2.2"

#define PATH_CAPACITY 4096
#define LOG_END_BYTES 2048

struct machine_kind {
    const char *system;
    const char *emulator;
    const char *package;          /* of Debian, which has the emulator */
    const char *variant;          /* the folder below build/ */
    const char *const *arguments; /* of the emulator, which are the same for all nodes */
    const char *nic[2];           /* the option that puts its network card on the network n0 */
    const char *module_option;    /* gives the kernel a boot module */
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
     {"-device", "ne2k_isa,netdev=n0,irq=9,iobase=0x300"},
     "-initrd",
     {"", ""},
     16 << 20},
    {"kernel-armv7m",
     "qemu-system-arm",
     "qemu-system-arm",
     "kernel-armv7m",
     armv7m_arguments,
     {"-net", "nic,netdev=n0"},
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

/* Binds a TCP port of 127.0.0.1, 0 for any free one; returns the port, 0 if it is taken. */
static unsigned bind_port(unsigned port, int *out_socket)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof(address);
    int one = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *out_socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*out_socket < 0)
        return 0;
    /* As the emulator does: connections of the machine before may still be waiting for their end. */
    setsockopt(*out_socket, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(*out_socket, (struct sockaddr *)&address, size) != 0 ||
        getsockname(*out_socket, (struct sockaddr *)&address, &size) != 0) {
        close(*out_socket);
        *out_socket = -1;
        return 0;
    }
    return ntohs(address.sin_port);
}

/*
 * A port for each endpoint: the one it has if that is free, else any. They are all bound at once, so that
 * they differ, and let go for the emulator; whoever takes one in between is noticed by machine_lost_port.
 */
static bool choose_ports(char (*const endpoints[])[NET_ENDPOINT_MAX + 1], unsigned ports[], size_t count)
{
    int sockets[2] = {-1, -1};
    bool chosen = true;
    size_t i;

    for (i = 0; i < count; i++) {
        unsigned before = 0;

        ports[i] =
            sscanf(*endpoints[i], "tcp:127.0.0.1:%u", &before) == 1 ? bind_port(before, &sockets[i]) : 0;
        if (ports[i] == 0)
            ports[i] = bind_port(0, &sockets[i]);
        if (ports[i] == 0)
            chosen = false;
        snprintf(*endpoints[i], sizeof(*endpoints[i]), "tcp:127.0.0.1:%u", ports[i]);
    }
    for (i = 0; i < count; i++)
        if (sockets[i] >= 0)
            close(sockets[i]);

    if (!chosen)
        mml_error("no free TCP port on 127.0.0.1: %s", strerror(errno));
    return chosen;
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

static void write_log_line(const char *path, const char *node)
{
    FILE *log = fopen(path, "ae");

    if (log) {
        fprintf(log, "[mml: %s is switched on]\n", node);
        fclose(log);
    }
}

bool machine_start(const struct cluster *cluster, struct cluster_node *node, const char *directory)
{
    const struct machine_kind *kind = find_kind(node->system);
    char(*const endpoints[])[NET_ENDPOINT_MAX + 1] = {&node->endpoint, &node->echo};
    unsigned ports[2];
    char emulator[PATH_CAPACITY], image[PATH_CAPACITY], log[CLUSTER_PATH_MAX], escaped[2 * CLUSTER_PATH_MAX];
    char append[1024], network[256], serial[2 * CLUSTER_PATH_MAX + 64];
    char module[2 * CLUSTER_PATH_MAX + 64];
    const char *arguments[64];
    size_t count = 0, i;

    if (!machine_can_start(node->system) || !choose_ports(endpoints, ports, 2))
        return false;
    if (!process_find_program(kind->emulator, emulator, sizeof(emulator)))
        return false;

    if (node->has_added && !module_value(kind, cluster, node, module, sizeof(module)))
        return false;
    image_path(kind, image, sizeof(image));
    cluster_file_path(cluster, node->name, ".log", log);
    escape_commas(log, escaped, sizeof(escaped));
    snprintf(serial, sizeof(serial), "file,id=console,append=on,path=%s", escaped);
    snprintf(network, sizeof(network),
             "user,id=n0,restrict=off,hostfwd=tcp:127.0.0.1:%u-:%u,hostfwd=tcp:127.0.0.1:%u-:%u", ports[0],
             GUEST_RPC_PORT, ports[1], GUEST_ECHO_PORT);
    snprintf(append, sizeof(append),
             "node=%s endpoint=%s listen=tcp:0.0.0.0:%u directory=%s loopback=%s echo=tcp:0.0.0.0:%u "
             "components=/romfs%s load_from=" UPLOADS_PATH,
             node->name, node->endpoint, GUEST_RPC_PORT, directory, GUEST_VIEW_OF_HOST, GUEST_ECHO_PORT,
             cluster_serves(cluster, COMPONENTS_NAME) ? "," COMPONENTS_PATH : "");

    arguments[count++] = emulator;
    for (i = 0; kind->arguments[i]; i++)
        arguments[count++] = kind->arguments[i];
    arguments[count++] = "-netdev";
    arguments[count++] = network;
    arguments[count++] = kind->nic[0];
    arguments[count++] = kind->nic[1];
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

    write_log_line(log, node->name);
    if (!process_start(arguments, log, &node->process)) {
        mml_error("cannot start %s for node %s: %s", emulator, node->name, strerror(errno));
        return false;
    }
    return true;
}

bool machine_lost_port(const struct cluster *cluster, const struct cluster_node *node)
{
    char path[CLUSTER_PATH_MAX];
    char text[LOG_END_BYTES + 1];
    size_t length;
    FILE *log;

    cluster_file_path(cluster, node->name, ".log", path);
    log = fopen(path, "re");
    if (!log)
        return false;
    if (fseek(log, -LOG_END_BYTES, SEEK_END) != 0)
        rewind(log);
    length = fread(text, 1, LOG_END_BYTES, log);
    text[length] = '\0';
    fclose(log);
    return strstr(text, "host forwarding rule") != NULL;
}
