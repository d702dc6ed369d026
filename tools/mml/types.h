/*
 * What interfaces look like: asked from the node whose object it is, else from this program, else from any
 * other node of the cluster (the same id means the same interface everywhere).
 */
#ifndef MML_TYPES_H
#define MML_TYPES_H

#include "mml.h"
#include <reflect/type_info.h>

/* Interfaces of one object, and of all that are known. */
enum { MML_INTERFACES_MAX = 256 };

struct mml_types;

/** One interface of an object. */
struct mml_interface {
    IID iid;
    const struct type_info *info; /* NULL: no node says what it looks like */
};

/** The interfaces of one object, and where it is. */
struct mml_object_types {
    char node[NODE_NAME_MAX + 1]; /* "" nameless */
    struct mml_interface interfaces[MML_INTERFACES_MAX];
    size_t count;
};

/**
 * Nothing is asked yet. The program is borrowed.
 * @param for_people  of several nodes that know an interface, one is preferred that has its documentation
 */
struct mml_types *mml_types_create(struct mmlite *mmlite, bool for_people);

/** Frees all type_infos that were handed out. NULL is allowed. */
void mml_types_destroy(struct mml_types *types);

/**
 * The interfaces that an object has.
 *
 * @retval E_NOTIMPL it is an object of this program
 * @retval NS_E_NOT_FOUND neither its node nor any other says anything about interfaces
 * @retval other failures of the calls; com_error_detail() tells more
 */
COM_WARN_UNUSED HRESULT mml_types_of_object(struct mml_types *types, IUnknown *object,
                                            struct mml_object_types *out_object);

/**
 * What an interface looks like.
 * @param object  whose node is asked first; may be NULL
 * @retval E_NOINTERFACE nobody knows it; com_error_detail() says why, if somebody said something that was
 * refused
 */
COM_WARN_UNUSED HRESULT mml_types_get(struct mml_types *types, IUnknown *object, const IID *iid,
                                      const struct type_info **out_info);

/** The id of an interface that any node has, by its name or as the id itself. @retval E_NOINTERFACE */
COM_WARN_UNUSED HRESULT mml_types_find(struct mml_types *types, const char *name, IID *out_iid);

/** Calls `visit` for each interface that any node has, once each. */
void mml_types_each(struct mml_types *types, void (*visit)(void *context, const IID *iid, const char *name),
                    void *context);

#endif
