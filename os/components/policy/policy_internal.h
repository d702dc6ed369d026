/* Shared by the files of this folder: rules of a peer's view, and texts that describe them. */
#ifndef POLICY_INTERNAL_H
#define POLICY_INTERNAL_H

#include <com/namespace.idl.h>
#include <com_impl.h>
#include <rpc/type_info.idl.h>
#include <rpc/view.idl.h>

/* Of one peer, and of one line. */
enum { POLICY_RULES_MAX = 64, POLICY_MASKS_MAX = 32, POLICY_WORDS_MAX = 64 };

enum policy_rule_kind { POLICY_SHOW, POLICY_HIDE, POLICY_READ_ONLY, POLICY_RENAME };

struct policy_rule {
    enum policy_rule_kind kind;
    const char *path; /* without a slash at its ends; "": all */
    const char *name; /* RENAME: what `path`, one element, is called in the view */
};

/* ---- policy_view.c ---- */

/**
 * A view of `inner`. Once there is a SHOW, only what is at and below such a path can be seen, and what leads
 * there. HIDE takes away what is at and below its path. What is at and below a READ_ONLY path cannot be
 * changed. Namespaces that are bound through the view are views themselves as far as a rule speaks of what is
 * in them.
 *
 * @param rules  are copied, with their texts; paths are those of `inner`
 * @retval E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT policy_view_create(INamespace *inner, const struct policy_rule *rules,
                                           size_t rule_count, INamespace **out_view);

/* ---- policy_text.c ---- */

/* What a text says about one peer; the rules' texts lie in the text. */
struct policy_peer {
    const char *name;
    struct policy_rule rules[POLICY_RULES_MAX];
    size_t rule_count;
    struct view_mask masks[POLICY_MASKS_MAX];
    uint32_t mask_count;
    struct view_limits limits;
};

/**
 * Reads a text, which it cuts into words.
 *
 * @param table  of the node, for the names of methods
 * @param use    called with each peer when all that is said about it was read; a failure ends the reading
 * @retval E_INVALIDARG the detail says in which line, and why
 * @retval E_OUTOFMEMORY, and what `use` fails with
 */
COM_WARN_UNUSED HRESULT policy_read(IInterfaceTable *table, char *text,
                                    HRESULT (*use)(const struct policy_peer *peer, void *context),
                                    void *context);

/** The next line: cuts it off behind its end. NULL: there is none. */
char *policy_next_line(char **rest);

/* ---- policy_methods.c ---- */

/**
 * The interface and slot of "INTERFACE.METHOD", whose dot is there.
 *
 * @param out_why  of E_INVALIDARG: what is wrong, a literal
 * @retval E_INVALIDARG the node does not know it
 */
COM_WARN_UNUSED HRESULT policy_find_method(IInterfaceTable *table, char *word, IID *out_iid,
                                           uint32_t *out_slot, const char **out_why);

#endif
