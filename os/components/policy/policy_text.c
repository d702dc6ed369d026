/* Texts that say what peers may see and do; the language is described in docs/views.md. */
#include <com_names.h>
#include <os_format.h>
#include <rpc/node.idl.h>
#include <string.h>
#include "policy_internal.h"

struct policy {
    IInterfaceTable *table;
    struct policy_peer *peer; /* that is being read */
    bool has_peer;
    HRESULT (*use)(const struct policy_peer *peer, void *context);
    void *context;
    uint32_t name_count;
    const char *names[VIEW_PEERS_MAX]; /* of the peers so far */
    unsigned line;
};

static HRESULT fail(const struct policy *policy, const char *why, const char *word)
{
    char line[24];

    os_format(line, sizeof(line), "policy, line %u: ", policy->line);
    return com_fail(E_INVALIDARG, line, why, word, NULL);
}

/* ---- lines ---- */

/* What was said about a peer is complete. */
static HRESULT end_peer(struct policy *policy)
{
    return policy->has_peer ? policy->use(policy->peer, policy->context) : S_OK;
}

static HRESULT begin_peer(struct policy *policy, char *const *words, int count)
{
    const char *name = strcmp(words[1], "nameless") == 0 ? "" : words[1];
    HRESULT hr;
    uint32_t i;

    if (count != 2)
        return fail(policy, "peer takes one name, * or nameless", "");
    if (strlen(name) > NODE_NAME_MAX ||
        (*name && strcmp(name, "*") != 0 &&
         strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(name)))
        return fail(policy, "a node's name is 1 to 31 of a-z 0-9 _ -, not ", name);
    for (i = 0; i < policy->name_count; i++)
        if (strcmp(policy->names[i], name) == 0)
            return fail(policy, "there is a view already of ", words[1]);
    if (policy->name_count == VIEW_PEERS_MAX)
        return fail(policy, "too many peers", "");
    hr = end_peer(policy);
    if (FAILED(hr))
        return hr;
    policy->names[policy->name_count++] = name;
    memset(policy->peer, 0, sizeof(*policy->peer));
    policy->peer->name = name;
    policy->has_peer = true;
    return S_OK;
}

/* Every element of a path is a name. */
static HRESULT check_path(const struct policy *policy, const char *path)
{
    char name[NAMESPACE_NAME_MAX + 1];
    const char *rest = path;

    while (*rest)
        if (FAILED(com_path_split(rest, name, &rest)))
            return fail(policy, "this is no path: ", path);
    return S_OK;
}

static HRESULT add_rule(const struct policy *policy, struct policy_peer *peer, enum policy_rule_kind kind,
                        const char *path, const char *name)
{
    HRESULT hr;

    if (peer->rule_count == POLICY_RULES_MAX)
        return fail(policy, "too many rules of one peer", "");
    hr = check_path(policy, path);
    if (FAILED(hr))
        return hr;
    if (*path == '/')
        path++;
    if (kind == POLICY_RENAME && (!*path || strchr(path, '/') || !com_name_is_valid(name)))
        return fail(policy, "only names of the root can be renamed, to another name: ", path);
    peer->rules[peer->rule_count++] = (struct policy_rule){kind, path, name};
    return S_OK;
}

static HRESULT add_rules(const struct policy *policy, struct policy_peer *peer, enum policy_rule_kind kind,
                         char *const *words, int count)
{
    HRESULT hr = S_OK;
    int i;

    for (i = 1; SUCCEEDED(hr) && i < count; i++)
        hr = add_rule(policy, peer, kind, words[i], "");
    return hr;
}

static struct view_mask *mask_of(struct policy_peer *peer, const IID *iid)
{
    uint32_t i;

    for (i = 0; i < peer->mask_count; i++)
        if (com_guid_equal(&peer->masks[i].iid, iid))
            return &peer->masks[i];
    if (peer->mask_count == POLICY_MASKS_MAX)
        return NULL;
    peer->masks[peer->mask_count] = (struct view_mask){.iid = *iid};
    return &peer->masks[peer->mask_count++];
}

/* deny: these methods; only: of their interfaces, no others. */
static HRESULT add_masks(const struct policy *policy, struct policy_peer *peer, bool is_only,
                         char *const *words, int count)
{
    uint64_t bit;
    int i;

    for (i = 1; i < count; i++) {
        struct view_mask *mask;
        uint32_t slot = 0, before = peer->mask_count;
        IID iid = {0};
        const char *why = NULL, *dot = strchr(words[i], '.');
        HRESULT hr;

        if (!dot || dot == words[i] || !dot[1])
            return fail(policy, "a method is INTERFACE.METHOD, not ", words[i]);
        hr = policy_find_method(policy->table, words[i], &iid, &slot, &why);
        if (FAILED(hr))
            return hr == E_INVALIDARG && why ? fail(policy, why, words[i]) : hr;
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

/* A number from 1 to UINT32_MAX. */
static bool read_number(const char *text, uint32_t *out_value)
{
    uint64_t value = 0;

    for (; *text >= '0' && *text <= '9' && value <= UINT32_MAX; text++)
        value = value * 10 + (uint64_t)(*text - '0');
    *out_value = (uint32_t)value;
    return !*text && value && value <= UINT32_MAX;
}

static HRESULT set_limit(const struct policy *policy, struct policy_peer *peer, char *const *words, int count)
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
    uint32_t value;
    size_t i;

    if (count != 3)
        return fail(policy, "limit takes a name and a number", "");
    if (!read_number(words[2], &value))
        return fail(policy, "a limit is a number from 1 on, not ", words[2]);
    for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        if (strcmp(limits[i].name, words[1]) != 0)
            continue;
        *limits[i].limit = value;
        return S_OK;
    }
    return fail(policy, "there is no limit ", words[1]);
}

static HRESULT read_words(struct policy *policy, char *const *words, int count)
{
    struct policy_peer *peer = policy->has_peer ? policy->peer : NULL;
    const char *what = words[0];

    if (count < 2)
        return fail(policy, "something is missing behind ", what);
    if (strcmp(what, "peer") == 0)
        return begin_peer(policy, words, count);
    if (!peer)
        return fail(policy, "before it comes a line `peer NAME`: ", what);
    if (strcmp(what, "show") == 0)
        return add_rules(policy, peer, POLICY_SHOW, words, count);
    if (strcmp(what, "hide") == 0)
        return add_rules(policy, peer, POLICY_HIDE, words, count);
    if (strcmp(what, "read-only") == 0)
        return add_rules(policy, peer, POLICY_READ_ONLY, words, count);
    if (strcmp(what, "rename") == 0)
        return count == 3 ? add_rule(policy, peer, POLICY_RENAME, words[1], words[2])
                          : fail(policy, "rename takes a name and a new one", "");
    if (strcmp(what, "deny") == 0 || strcmp(what, "only") == 0)
        return add_masks(policy, peer, what[0] == 'o', words, count);
    if (strcmp(what, "limit") == 0)
        return set_limit(policy, peer, words, count);
    return fail(policy, "there is no rule ", what);
}

/* The next word of a line, cut off behind its end. @retval NULL there is none */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t\r");
    size_t length = strcspn(word, " \t\r");

    if (!length)
        return NULL;
    *rest = word + length + (word[length] != '\0');
    word[length] = '\0';
    return word;
}

static HRESULT read_line(struct policy *policy, char *line)
{
    char *words[POLICY_WORDS_MAX], *word;
    int count = 0;

    line[strcspn(line, "#")] = '\0';
    while ((word = next_word(&line)) != NULL) {
        if (count == POLICY_WORDS_MAX)
            return fail(policy, "too many words", "");
        words[count++] = word;
    }
    return count ? read_words(policy, words, count) : S_OK;
}

char *policy_next_line(char **rest)
{
    char *line = *rest;
    size_t length = strcspn(line, "\n");

    if (!*line)
        return NULL;
    *rest = line + length + (line[length] != '\0');
    line[length] = '\0';
    return line;
}

HRESULT policy_read(IInterfaceTable *table, char *text,
                    HRESULT (*use)(const struct policy_peer *peer, void *context), void *context)
{
    struct policy *policy = (struct policy *)com_alloc(sizeof(*policy) + sizeof(*policy->peer));
    HRESULT hr = S_OK;
    char *line;

    if (!policy)
        return E_OUTOFMEMORY;
    memset(policy, 0, sizeof(*policy));
    policy->table = table;
    policy->peer = (struct policy_peer *)(policy + 1);
    policy->use = use;
    policy->context = context;
    while (SUCCEEDED(hr) && (line = policy_next_line(&text)) != NULL) {
        policy->line++;
        hr = read_line(policy, line);
    }
    if (SUCCEEDED(hr))
        hr = end_peer(policy);
    com_free(policy);
    return hr;
}
