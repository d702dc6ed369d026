/*
 * Messages described by tables: what idlc makes with --optimize=size instead of code for each method. One
 * walker (rpc/wire, and rpc/runtime/table_*.c for calls) reads and writes them; the bytes, the checks and who
 * owns what are those of straight-line code. Tables are constant; nothing is allocated.
 */
#ifndef WIRE_TABLE_H
#define WIRE_TABLE_H

#include <com.h>
#include <wire_values.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a value is, in memory and on the wire. */
enum wire_kind {
    WIRE_KIND_CHAR,
    WIRE_KIND_INT8,
    WIRE_KIND_UINT8,
    WIRE_KIND_INT16,
    WIRE_KIND_UINT16,
    WIRE_KIND_INT32,
    WIRE_KIND_UINT32,
    WIRE_KIND_INT64,
    WIRE_KIND_UINT64,
    WIRE_KIND_SIZE,   /* size_t, uintptr_t */
    WIRE_KIND_OFFSET, /* ptrdiff_t, intptr_t */
    WIRE_KIND_FLOAT,
    WIRE_KIND_DOUBLE,
    WIRE_KIND_BOOLEAN, /* one byte */
    WIRE_KIND_BOOL,    /* C's, one byte as well */
    WIRE_KIND_HRESULT,
    WIRE_KIND_ENUM,
    WIRE_KIND_CLOSED,  /* an enum of `values` and no others */
    WIRE_KIND_NUMBERS, /* all before this one are numbers */
    WIRE_KIND_GUID = WIRE_KIND_NUMBERS,
    WIRE_KIND_RECORD,
    WIRE_KIND_TEXT,  /* a parameter; in a struct, an array of characters, or with WIRE_POINTER a pointer */
    WIRE_KIND_BYTES, /* a parameter; in a struct an array */
    WIRE_KIND_ARRAY, /* of numbers, GUIDs and structs */
    WIRE_KIND_INTERFACE,
    WIRE_KIND_COUNT,
};

enum wire_flag {
    WIRE_IN = 1,
    WIRE_OUT = 2,
    WIRE_POINTER = 4,   /* C has a pointer to the value; in stubs it points to `value` */
    WIRE_OPTIONAL = 8,  /* the pointer may be NULL: then there is no field */
    WIRE_UNSENT = 16,   /* a count: the stub takes it from the array that it counts */
    WIRE_IN_PLACE = 32, /* the method writes it into the reply */
    WIRE_SCRATCH = 64,  /* a struct that is too large for the stub's stack */
    WIRE_FIXED =
        128, /* a parameter of texts or bytes whose size or length is a constant: it has an `array` */
};

/* No text or array takes more bytes; idlc's WIRE_MESSAGE_BYTES_MAX. */
#define WIRE_TABLE_BYTES_MAX 0x04000000u

/* A parameter whose size or length is not counted by a parameter has a constant: of its `array`. */
#define WIRE_CONSTANT 255

struct wire_range {
    int64_t min;
    uint64_t max;
};

struct wire_record;
struct wire_array;

/* A parameter of a method, or a field of a struct. */
struct wire_member {
    uint8_t kind;    /* enum wire_kind */
    uint8_t flags;   /* enum wire_flag */
    uint16_t number; /* of the field */
    uint16_t offset; /* in the struct, or in the arguments */
    union {
        struct {
            uint8_t size;   /* the parameter that says how many elements there are, or there is room for; of a
                               count   that is not sent, the parameter whose elements it counts */
            uint8_t length; /* the one that says how many of them are good */
        };
        uint16_t
            value; /* where the stub keeps what C has a pointer to, from the beginning of the arguments */
    };
    union {
        const void *more;               /* NULL: all values of a number are good */
        const struct wire_range *range; /* of a number */
        const int32_t *values;          /* of WIRE_KIND_CLOSED: how many, then each */
        uint32_t limit;                 /* most bytes of texts and bytes; of arrays in structs, their size */
        const struct wire_array *array;
        const struct wire_record *record;
        const IID *iid;
    };
};

/* A repeated field. */
struct wire_array {
    uint32_t limit;  /* most elements or bytes */
    uint32_t size;   /* of a parameter: WIRE_CONSTANT elements; in a struct: its elements */
    uint32_t length; /* of a parameter: WIRE_CONSTANT elements that are good */
    uint16_t bytes;  /* of an element in memory */
    uint8_t kind;    /* of the elements */
    union {
        const int32_t *values;
        const struct wire_record *record;
    };
};

#define WIRE_RECORD_MEMBERS_MAX 64
#define WIRE_RECORD_ARRAYS_MAX 16

/* A struct. Its arrays have the numbers from 0 on in `size`. */
struct wire_record {
    const struct wire_member *members;
    uint32_t size;   /* in memory */
    uint32_t bound;  /* most bytes on the wire, without texts behind pointers */
    uint32_t room;   /* with those; 0: they have no bound */
    uint8_t count;   /* of the members */
    bool has_texts;  /* behind pointers */
    bool has_checks; /* arrays, and numbers that may not have all values: the struct is looked at when it was
                        read */
};

/* What the walker notes of a parameter. */
union wire_slot {
    struct wire_bytes bytes; /* texts and bytes that came */
    uint64_t number;         /* a number that came back; or what fits into `count` */
    uint32_t count; /* elements that come or came, the index of an interface, 1: a number, GUID or struct was
                       there */
};

/* Most parameters of a method. */
#define WIRE_METHOD_MEMBERS_MAX 24

/* The call takes as long as it takes. */
#define WIRE_METHOD_NO_TIMEOUT 0x7FFFFFFFu

/*
 * A method; in front of its arguments are as many slots as it has parameters. What it has among its
 * parameters says which of the walker's steps it needs: most need few.
 */
struct wire_method {
    const struct wire_member *members;
    HRESULT (*invoke)(void *object, const void *arguments); /* NULL: it is no remote one */
    uint32_t timeout_ms : 31;                               /* 0: the default; WIRE_METHOD_NO_TIMEOUT */
    uint32_t is_idempotent : 1;
    /* A bit for each but [in] numbers of any value, which are just read and written. */
    uint32_t special : WIRE_METHOD_MEMBERS_MAX;
    uint32_t has_input : 1;
    uint32_t has_output : 1;
    uint32_t has_pointers : 1;     /* to numbers, GUIDs, structs and interfaces */
    uint32_t has_arrays : 1;       /* [in]: the message is read again when the elements are counted */
    uint32_t has_unsent : 1;       /* counts that are taken from arrays */
    uint32_t has_sized_output : 1; /* texts, bytes and arrays */
    uint32_t has_in_place : 1;
    uint32_t has_interfaces : 1;
    uint32_t frame_bytes : 15; /* slots, arguments and what they point to in the stub */
    uint32_t is_oneway : 1;
    uint32_t number : 8;
    uint32_t count : 8; /* of the members */
};

/* ---- numbers ---- */

/* What wire_table_kinds says of a kind. */
enum {
    WIRE_KIND_TYPE = 7, /* enum wire_type of a field, or of a single element; 7: none, an array */
    WIRE_KIND_LOG = 3,  /* shift: bytes in memory are 1 << (bits & 3) */
    WIRE_KIND_SIGNED = 0x20,
    WIRE_KIND_CUT = 0x40,    /* a longer varint is cut to 32 bits, as every protobuf reader does */
    WIRE_KIND_NARROW = 0x80, /* what is on the wire may not fit into memory */
    WIRE_KIND_ZIGZAG = 0x100,
    WIRE_KIND_TRUTH = 0x200,
};

extern const uint16_t wire_table_kinds[WIRE_KIND_COUNT];

/** Bytes in memory of a number. */
__attribute__((always_inline)) static inline uint32_t wire_table_bytes(uint32_t kind)
{
    return 1u << (wire_table_kinds[kind] >> WIRE_KIND_LOG & 3);
}

static inline uint32_t wire_table_type(uint32_t kind)
{
    return wire_table_kinds[kind] & WIRE_KIND_TYPE;
}

/** The number at `at`, which needs no alignment; signed ones are extended. */
uint64_t wire_table_load(uint32_t kind, const void *at);

void wire_table_store(uint32_t kind, void *at, uint64_t value);

/** Most bytes of a number. */
uint32_t wire_table_bound(uint32_t kind);

/** Whether a number, or the zero of another kind, keeps to its range or is one of its enum's. */
bool wire_table_is_good(const struct wire_member *member, uint64_t value);

/** Whether a value is one of an enum's. */
bool wire_table_is_listed(const int32_t *values, uint64_t value);

/** Stores a number as a field; the caller made sure of the room. */
uint8_t *wire_table_put_field(uint8_t *at, uint32_t field, uint32_t kind, const void *from);

/** Stores a number as an element, without a key. */
uint8_t *wire_table_put_number(uint8_t *at, uint32_t kind, uint64_t value);

/** Reads a number to `to`; it is malformed if it does not fit, or is none of a closed enum's `values`. */
void wire_table_get_number(struct wire_reader *reader, uint32_t kind, const int32_t *values, void *to);

/* ---- structs ---- */

void wire_table_measure(struct wire_budget *budget, const struct wire_record *record, const void *from);

/** Stores a struct as a field; the caller made sure of the room. */
uint8_t *wire_table_put_record(uint8_t *at, uint32_t field, const struct wire_record *record,
                               const void *from, struct wire_budget *budget);

/** Reads a struct; `to` NULL: only sees whether it is good. @retval false it is malformed */
bool wire_table_get_record(const struct wire_record *record, struct wire_bytes bytes, void *to);

/** Ends the texts of a struct that was read, as wire_end_text. */
void wire_table_end(const struct wire_record *record, const void *value);

/* ---- arrays ---- */

/**
 * Reads the elements of a field, wherever they lie in a message. `to` NULL: only counts them and sees whether
 * they are good.
 * @param skips        does not look into GUIDs and structs, which will be read again
 * @param inout_count  elements there is room for; those that there are
 * @retval false the message is malformed, or there are more
 */
bool wire_table_get_array(const struct wire_member *member, struct wire_reader message, bool skips, void *to,
                          uint32_t *inout_count);

/** Stores elements as a field; the caller made sure of the room. */
uint8_t *wire_table_put_elements(uint8_t *at, uint32_t field, const struct wire_array *array,
                                 const void *from, uint32_t count, struct wire_budget *budget);

/** Bytes that so many elements take at most, without texts. */
size_t wire_table_array_bound(const struct wire_array *array, uint32_t count);

/* ---- members ---- */

/** The member with this number, or NULL. */
const struct wire_member *wire_table_member(const struct wire_member *members, uint32_t count,
                                            uint32_t number);

#ifdef __cplusplus
}
#endif

#endif
