/* See host_policy.h. */
#include "host_policy.h"
#include "host_view.h"
#include <com_names.h>
#include <rpc/type_info.idl.h>
#include <rpc/view.idl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wire.h>

enum { RULES_MAX = 64, MASKS_MAX = 32, WORDS_MAX = 64, LINE_BYTES = 1024, BASES_MAX = 16, FIRST_SLOT = 3 };

struct peer {
    char name[NODE_NAME_MAX + 1];
    struct host_rule rules[RULES_MAX];
    size_t rule_count;
    struct view_mask masks[MASKS_MAX];
    uint32_t mask_count;
    struct view_limits limits;
};

struct policy {
    IInterfaceTable *table;
    struct peer *peers; /* VIEW_PEERS_MAX of them */
    uint32_t peer_count;
    unsigned line;
};

static HRESULT fail(const struct policy *policy, const char *why, const char *word)
{
    char line[24];

    snprintf(line, sizeof(line), "policy, line %u: ", policy->line);
    return com_fail(E_INVALIDARG, line, why, word, NULL);
}

/* ---- names of methods ---- */

static bool is_text(struct wire_bytes bytes, const char *text)
{
    return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* One interface of the type information. */
struct described {
    uint32_t parent;
    uint32_t methods;
    int32_t found; /* which of them has the name; -1: none */
};

static void read_interface(struct wire_reader reader, const char *method, struct described *out)
{
    uint32_t tag, inner;

    *out = (struct described){.found = -1};
    while (wire_next(&reader, &tag)) {
        if (tag == WIRE_TAG(3, WIRE_VARINT)) {
            out->parent = wire_get_uint32(&reader);
        } else if (tag == WIRE_TAG(4, WIRE_BYTES)) {
            struct wire_reader one = wire_get_message(&reader);

            while (wire_next(&one, &inner)) {
                if (inner != WIRE_TAG(1, WIRE_BYTES))
                    wire_skip(&one, inner);
                else if (is_text(wire_get_bytes(&one), method))
                    out->found = (int32_t)out->methods;
            }
            out->methods++;
        } else {
            wire_skip(&reader, tag);
        }
    }
}

/* The slot of a method, its own or a base's. @retval false there is none of that name */
static bool find_slot(uint8_t *bytes, uint32_t size, const char *method, uint32_t *out_slot)
{
    struct described all[BASES_MAX];
    struct wire_reader reader;
    uint32_t count = 0, tag, at, hops, first;

    wire_reader_init(&reader, bytes, size);
    while (wire_next(&reader, &tag)) {
        if (tag == WIRE_TAG(3, WIRE_BYTES) && count < BASES_MAX)
            read_interface(wire_get_message(&reader), method, &all[count++]);
        else
            wire_skip(&reader, tag);
    }
    for (at = 0, hops = 0; at < count && hops < BASES_MAX; at = all[at].parent - 1, hops++) {
        uint32_t base;

        if (all[at].found >= 0) {
            first = FIRST_SLOT;
            for (base = all[at].parent; base && base <= count && hops < BASES_MAX;
                 base = all[base - 1].parent, hops++)
                first += all[base - 1].methods;
            *out_slot = first + (uint32_t)all[at].found;
            return true;
        }
        if (!all[at].parent)
            break;
    }
    return false;
}

static HRESULT find_interface(const struct policy *policy, const char *name,
                              struct type_info_entry *out_entry)
{
    HRESULT hr;

    memset(out_entry, 0, sizeof(*out_entry));
    do {
        hr = IInterfaceTable_GetNext(policy->table, &out_entry->iid, out_entry);
        if (FAILED(hr))
            return hr;
    } while (hr == S_OK && strcmp(out_entry->name, name) != 0);
    return hr == S_OK ? S_OK : fail(policy, "this node knows no interface ", name);
}

/* "INTERFACE.METHOD" */
static HRESULT find_method(const struct policy *policy, char *word, IID *out_iid, uint32_t *out_slot)
{
    char *dot = strchr(word, '.');
    struct type_info_entry entry;
    uint32_t length, total;
    uint8_t *bytes;
    bool found;
    HRESULT hr;

    if (!dot || dot == word || !dot[1])
        return fail(policy, "a method is INTERFACE.METHOD, not ", word);
    *dot = '\0';
    hr = find_interface(policy, word, &entry);
    if (FAILED(hr))
        return hr;
    bytes = entry.size_bytes ? malloc(entry.size_bytes) : NULL;
    if (!bytes)
        return entry.size_bytes ? E_OUTOFMEMORY : fail(policy, "this node has no type information of ", word);
    hr = IInterfaceTable_GetTypeInfo(policy->table, &entry.iid, 0, entry.size_bytes, bytes, &length, &total);
    found = SUCCEEDED(hr) && find_slot(bytes, length, dot + 1, out_slot);
    free(bytes);
    if (FAILED(hr))
        return hr;
    *out_iid = entry.iid;
    *dot = '.';
    return found ? S_OK : fail(policy, "there is no method ", word);
}

/* ---- lines ---- */

static HRESULT begin_peer(struct policy *policy, char *const *words, int count)
{
    const char *name = strcmp(words[1], "nameless") == 0 ? "" : words[1];
    uint32_t i;

    if (count != 2)
        return fail(policy, "peer takes one name, * or nameless", "");
    if (strlen(name) > NODE_NAME_MAX ||
        (*name && strcmp(name, "*") != 0 &&
         strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(name)))
        return fail(policy, "a node's name is 1 to 31 of a-z 0-9 _ -, not ", name);
    for (i = 0; i < policy->peer_count; i++)
        if (strcmp(policy->peers[i].name, name) == 0)
            return fail(policy, "there is a view already of ", words[1]);
    if (policy->peer_count == VIEW_PEERS_MAX)
        return fail(policy, "too many peers", "");
    memset(&policy->peers[policy->peer_count], 0, sizeof(policy->peers[0]));
    snprintf(policy->peers[policy->peer_count++].name, NODE_NAME_MAX + 1, "%s", name);
    return S_OK;
}

/* Every element of a path is a name. */
static HRESULT read_path(const struct policy *policy, const char *word, char path[NAMESPACE_PATH_MAX + 1])
{
    char name[NAMESPACE_NAME_MAX + 1];
    const char *rest = word;

    while (*rest)
        if (FAILED(com_path_split(rest, name, &rest)))
            return fail(policy, "this is no path: ", word);
    snprintf(path, NAMESPACE_PATH_MAX + 1, "%s", word + (*word == '/'));
    return S_OK;
}

static HRESULT add_rule(const struct policy *policy, struct peer *peer, enum host_rule_kind kind,
                        const char *path, const char *name)
{
    struct host_rule *rule = &peer->rules[peer->rule_count];
    HRESULT hr;

    if (peer->rule_count == RULES_MAX)
        return fail(policy, "too many rules of one peer", "");
    hr = read_path(policy, path, rule->path);
    if (FAILED(hr))
        return hr;
    if (kind == HOST_RENAME && (!*rule->path || strchr(rule->path, '/') || !com_name_is_valid(name)))
        return fail(policy, "only names of the root can be renamed, to another name: ", path);
    rule->kind = kind;
    snprintf(rule->name, sizeof(rule->name), "%s", name);
    peer->rule_count++;
    return S_OK;
}

static HRESULT add_rules(const struct policy *policy, struct peer *peer, enum host_rule_kind kind,
                         char *const *words, int count)
{
    HRESULT hr = S_OK;
    int i;

    for (i = 1; SUCCEEDED(hr) && i < count; i++)
        hr = add_rule(policy, peer, kind, words[i], "");
    return hr;
}

static struct view_mask *mask_of(struct peer *peer, const IID *iid)
{
    uint32_t i;

    for (i = 0; i < peer->mask_count; i++)
        if (com_guid_equal(&peer->masks[i].iid, iid))
            return &peer->masks[i];
    if (peer->mask_count == MASKS_MAX)
        return NULL;
    peer->masks[peer->mask_count] = (struct view_mask){.iid = *iid};
    return &peer->masks[peer->mask_count++];
}

/* deny: these methods; only: of their interfaces, no others. */
static HRESULT add_masks(const struct policy *policy, struct peer *peer, bool is_only, char *const *words,
                         int count)
{
    uint64_t bit;
    int i;

    for (i = 1; i < count; i++) {
        struct view_mask *mask;
        uint32_t slot = 0, before = peer->mask_count;
        IID iid = {0};
        HRESULT hr = find_method(policy, words[i], &iid, &slot);

        if (FAILED(hr))
            return hr;
        mask = mask_of(peer, &iid);
        if (!mask)
            return fail(policy, "too many interfaces with masks", "");
        if (slot >= 64)
            return fail(policy, "only the first 61 methods of an interface can be named: ", words[i]);
        bit = UINT64_C(1) << slot;
        if (is_only && before < peer->mask_count) {
            mask->denied = UINT64_MAX;
            mask->denies_others = true;
        }
        if (is_only)
            mask->denied &= ~bit;
        else
            mask->denied |= bit;
    }
    return S_OK;
}

static HRESULT set_limit(const struct policy *policy, struct peer *peer, char *const *words, int count)
{
    const struct {
        const char *name;
        uint32_t *limit;
    } limits[] = {
        {"exports", &peer->limits.exports},
        {"calls", &peer->limits.calls},
        {"calls-per-second", &peer->limits.calls_per_second},
        {"lookups-per-second", &peer->limits.lookups_per_second},
        {"bytes-per-second", &peer->limits.bytes_per_second},
        {"message-bytes", &peer->limits.message_bytes},
        {"activations", &peer->limits.activations},
        {"activations-per-second", &peer->limits.activations_per_second},
    };
    unsigned long long value;
    char *end;
    size_t i;

    if (count != 3)
        return fail(policy, "limit takes a name and a number", "");
    value = strtoull(words[2], &end, 10);
    if (words[2][0] < '0' || words[2][0] > '9' || *end || !value || value > UINT32_MAX)
        return fail(policy, "a limit is a number from 1 on, not ", words[2]);
    for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        if (strcmp(limits[i].name, words[1]) != 0)
            continue;
        *limits[i].limit = (uint32_t)value;
        return S_OK;
    }
    return fail(policy, "there is no limit ", words[1]);
}

static HRESULT read_words(struct policy *policy, char *const *words, int count)
{
    struct peer *peer = policy->peer_count ? &policy->peers[policy->peer_count - 1] : NULL;
    const char *what = words[0];

    if (count < 2)
        return fail(policy, "something is missing behind ", what);
    if (strcmp(what, "peer") == 0)
        return begin_peer(policy, words, count);
    if (!peer)
        return fail(policy, "before it comes a line `peer NAME`: ", what);
    if (strcmp(what, "show") == 0)
        return add_rules(policy, peer, HOST_SHOW, words, count);
    if (strcmp(what, "hide") == 0)
        return add_rules(policy, peer, HOST_HIDE, words, count);
    if (strcmp(what, "read-only") == 0)
        return add_rules(policy, peer, HOST_READ_ONLY, words, count);
    if (strcmp(what, "rename") == 0)
        return count == 3 ? add_rule(policy, peer, HOST_RENAME, words[1], words[2])
                          : fail(policy, "rename takes a name and a new one", "");
    if (strcmp(what, "deny") == 0 || strcmp(what, "only") == 0)
        return add_masks(policy, peer, what[0] == 'o', words, count);
    if (strcmp(what, "limit") == 0)
        return set_limit(policy, peer, words, count);
    return fail(policy, "there is no rule ", what);
}

static HRESULT read_line(struct policy *policy, char *line)
{
    char *words[WORDS_MAX], *state = NULL, *word;
    int count = 0;

    line[strcspn(line, "#")] = '\0';
    for (word = strtok_r(line, " \t\r", &state); word; word = strtok_r(NULL, " \t\r", &state)) {
        if (count == WORDS_MAX)
            return fail(policy, "too many words", "");
        words[count++] = word;
    }
    return count ? read_words(policy, words, count) : S_OK;
}

static HRESULT read_text(struct policy *policy, const char *text)
{
    char line[LINE_BYTES];
    HRESULT hr = S_OK;

    while (SUCCEEDED(hr) && *text) {
        size_t length = strcspn(text, "\n");

        policy->line++;
        if (length >= sizeof(line))
            return fail(policy, "the line is too long", "");
        snprintf(line, sizeof(line), "%.*s", (int)length, text);
        hr = read_line(policy, line);
        text += length + (text[length] == '\n');
    }
    return hr;
}

/* ---- views ---- */

static HRESULT apply_peer(IViews *views, INamespace *inner, const struct peer *peer)
{
    COM_SCOPED(INamespace) root = NULL;
    HRESULT hr = host_view_create(inner, peer->rules, peer->rule_count, &root);

    return FAILED(hr) ? hr
                      : IViews_SetView(views, peer->name, root, &peer->limits, peer->masks, peer->mask_count);
}

HRESULT host_policy_apply(ILocalNode *node, INamespace *inner, const char *text)
{
    COM_SCOPED(IInterfaceTable) table = NULL;
    COM_SCOPED(IViews) views = NULL;
    struct policy policy = {.peers = NULL};
    uint32_t i;
    HRESULT hr;

    hr = ILocalNode_QueryInterface(node, &IID_IInterfaceTable, (void **)&table);
    if (SUCCEEDED(hr))
        hr = ILocalNode_QueryInterface(node, &IID_IViews, (void **)&views);
    if (FAILED(hr))
        return hr;
    policy.table = table;
    policy.peers = calloc(VIEW_PEERS_MAX, sizeof(*policy.peers));
    hr = policy.peers ? read_text(&policy, text) : E_OUTOFMEMORY;
    for (i = 0; SUCCEEDED(hr) && i < policy.peer_count; i++)
        hr = apply_peer(views, inner, &policy.peers[i]);
    free(policy.peers);
    return hr;
}
