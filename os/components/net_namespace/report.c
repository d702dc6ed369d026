/* Who learns how announcing this node went: the sink of ICluster, and people at the console. */
#include <os/console.idl.h>
#include <string.h>
#include "net_namespace_internal.h"

enum { LINE_BYTES = 240, DECIMAL_MAX = 20 };

struct line {
    char text[LINE_BYTES];
    uint32_t length;
};

static void append(struct line *line, const char *text)
{
    while (*text && line->length < LINE_BYTES - 1)
        line->text[line->length++] = *text++;
}

static void append_number(struct line *line, uint64_t number)
{
    char digits[DECIMAL_MAX + 1];
    uint32_t at = DECIMAL_MAX;

    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    append(line, digits + at);
}

/* "joined as n1 (incarnation 3)", or why not; a node without a console says nothing. */
static void say(struct net_namespace *net, HRESULT result, uint64_t incarnation, const char *detail)
{
    COM_SCOPED(IConsole) console = NULL;
    const char *name = com_result_name(result);
    struct line line = {.length = 0};

    if (FAILED(com_bind(net->ns, "console", &IID_IConsole, (void **)&console)))
        return;
    append(&line, SUCCEEDED(result) ? "joined as " : "not joined as ");
    append(&line, net->name);
    if (SUCCEEDED(result)) {
        append(&line, " (incarnation ");
        append_number(&line, incarnation);
        append(&line, ")");
    } else {
        append(&line, ": ");
        append(&line, name ? name : "failed");
        append(&line, detail[0] ? " " : "");
        append(&line, detail);
    }
    line.text[line.length++] = '\n';
    com_ignore(IConsole_Write(console, (const uint8_t *)line.text, line.length)); /* nobody to tell */
}

void net_namespace_report(struct net_namespace *net, HRESULT result, uint64_t incarnation, const char *detail)
{
    COM_SCOPED(IClusterSink) sink = NULL;
    char kept[COM_DETAIL_MAX + 1]; /* `detail` may be the thread's own, which every failing call replaces */
    size_t length = strlen(detail);
    bool is_news;

    if (length > COM_DETAIL_MAX)
        length = COM_DETAIL_MAX;
    memcpy(kept, detail, length);
    kept[length] = '\0';

    com_lock_take(&net->lock);
    is_news = !net->announced || net->result != result || SUCCEEDED(result);
    net->announced = true;
    net->result = result;
    net->incarnation = incarnation;
    memcpy(net->detail, kept, sizeof(kept));
    sink = net->sink;
    if (sink)
        IClusterSink_AddRef(sink);
    com_lock_give(&net->lock);

    if (is_news) /* not every attempt while the directory is away */
        say(net, result, incarnation, kept);
    if (sink)
        com_ignore(IClusterSink_Announced(sink, result, incarnation, kept)); /* it is only told */
}
