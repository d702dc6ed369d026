/*
 * Classes: what a peer is told of the interfaces of this node's objects, and what it told of its own, so that
 * QueryInterface of a proxy needs no call.
 */
#include "view.h"
#include <string.h>

/* What an object says about itself. */
struct description {
    const IID *iids[RPC_CLASS_IIDS_MAX];
    uint32_t count;
    bool is_closed;
};

/* As a peer is told. */
struct shown {
    struct rpc_class content;
    IID iids[RPC_CLASS_IIDS_MAX];
};

bool rpc__class_has(const struct rpc_class *known, const IID *iid)
{
    uint32_t i;

    for (i = 0; i < known->iid_count; i++)
        if (com_guid_equal(&known->iids[i], iid))
            return true;
    return false;
}

/* A copy in one block; NULL: out of memory. */
static const struct rpc_class *copy_class(const struct rpc_class *content)
{
    size_t bytes = content->iid_count * sizeof(IID);
    struct rpc_class *copy = (struct rpc_class *)port_alloc(sizeof(*copy) + bytes);

    if (!copy)
        return NULL;
    *copy = *content;
    copy->iids = (const IID *)(const void *)(copy + 1);
    memcpy(copy + 1, content->iids, bytes);
    return copy;
}

/* ---- the peer's ---- */

void rpc__class_announced(struct rpc_link *link, const struct rpc_class *content)
{
    struct rpc_classes *classes = &link->session.classes;

    classes->theirs[classes->their_count - 1] = copy_class(content); /* without it, objects are asked */
}

void rpc__classes_free(struct rpc_link *link)
{
    struct rpc_classes *classes = &link->session.classes;

    while (classes->their_count)
        port_free((void *)(uintptr_t)classes->theirs[--classes->their_count]);
    while (classes->our_count)
        port_free((void *)(uintptr_t)classes->ours[--classes->our_count]);
}

/* ---- ours ---- */

/*
 * An object of a third node is what that node said it is, as long as it is there. Its classes stay as long as
 * `import`.
 */
static void describe_import(const struct rpc_import *import, struct description *out_description)
{
    const struct rpc_class *known;
    uint32_t i;

    port_mutex_lock(&import->link->lock);
    known = import->link->closed ? NULL : import->known;
    port_mutex_unlock(&import->link->lock);
    out_description->is_closed = known && known->is_closed;
    out_description->count = known ? known->iid_count : 0;
    for (i = 0; i < out_description->count; i++)
        out_description->iids[i] = &known->iids[i];
}

/* (no lock held) */
static void describe(IUnknown *object, struct description *out_description)
{
    const struct rpc_import *import = rpc__import_of(object);
    size_t count;

    if (import) {
        describe_import(import, out_description);
        return;
    }
    count = com_list_interfaces(object, out_description->iids, RPC_CLASS_IIDS_MAX);
    out_description->is_closed = count && count <= RPC_CLASS_IIDS_MAX;
    out_description->count = (uint32_t)(count < RPC_CLASS_IIDS_MAX ? count : RPC_CLASS_IIDS_MAX);
}

/*
 * What the peer may know of that. An interface that this node could not pass calls to is not told, and may
 * become known later; one that the peer may not call is not there. (node->lock held)
 */
static void show(const struct rpc_link *link, const struct description *description, struct shown *out_shown)
{
    struct rpc_class *content = &out_shown->content;
    uint32_t i;

    *content = (struct rpc_class){out_shown->iids, 0, description->is_closed};
    for (i = 0; i < description->count; i++) {
        const IID *iid = description->iids[i];
        const struct com_interface *interface = rpc__node_interface(link->node, iid);

        if (com_guid_equal(iid, &IID_IUnknown))
            continue;
        if (!interface)
            content->is_closed = false;
        else if (!rpc__view_hides(link, interface))
            out_shown->iids[content->iid_count++] = *iid;
    }
}

static bool are_equal(const struct rpc_class *one, const struct rpc_class *other)
{
    return one->iid_count == other->iid_count && one->is_closed == other->is_closed &&
           memcmp(one->iids, other->iids, one->iid_count * sizeof(IID)) == 0;
}

/*
 * Objects are of one class if they say the same, whatever they are: an image that is loaded where another was
 * has its tables at the same addresses. (lock held)
 */
static uint8_t number_of(struct rpc_link *link, const struct rpc_class *content)
{
    struct rpc_classes *classes = &link->session.classes;
    const struct rpc_class *copy;
    uint8_t number;

    for (number = classes->our_count; number; number--)
        if (are_equal(classes->ours[number - 1], content))
            return number;
    if (classes->our_count >= classes->capacity ||
        classes->our_count >= link->session.peer.limits.max_classes)
        return 0;
    copy = copy_class(content);
    if (!copy)
        return 0;
    classes->ours[classes->our_count++] = copy;
    return classes->our_count;
}

uint8_t rpc__tell_class(struct rpc_link *link, IUnknown *object, uint32_t id)
{
    struct description description;
    struct rpc_export *entry;
    struct shown shown;
    uint8_t number = 0;

    if (!(link->session.features & RPC_FEATURE_CLASSES)) /* constant: the link is or was open */
        return 0;
    describe(object, &description);
    if (!description.count && !description.is_closed)
        return 0;
    rpc__interface_lock(link);
    show(link, &description, &shown);
    entry = rpc_exports_find(&link->session.exports, id);
    if (entry && !link->closed && (shown.content.iid_count || shown.content.is_closed)) {
        number = number_of(link, &shown.content);
        entry->class_number = number;
    }
    rpc__interface_unlock(link);
    return number;
}

bool rpc__shows_interface(struct rpc_link *link, const IID *iid)
{
    const struct com_interface *interface;
    bool shows;

    port_mutex_lock(&link->node->lock);
    interface = rpc__node_interface(link->node, iid);
    shows = interface && !rpc__view_hides(link, interface);
    port_mutex_unlock(&link->node->lock);
    return shows;
}
