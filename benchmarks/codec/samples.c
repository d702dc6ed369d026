#include "codecs.h"

#include <string.h>

/* Numbers of one to five bytes; the text has 32. */
const struct samples samples = {
    .a = 7,
    .b = -300,
    .c = 1000000,
    .text = "/net/n1/files/components/mail.so",
    .points = {{1, -2, 3},
               {100, 2000, -30000},
               {0, 0, 0},
               {-64, 63, 64},
               {5, 55, 555},
               {-100000, 100000, 1},
               {9, 8, 7},
               {12345, 23456, 34567},
               {-1, -1, -1},
               {300, 300, 300},
               {70000, 80000, 90000},
               {2, 4, 8},
               {16, 32, 64},
               {128, 256, 512},
               {-7, 1024, 2048},
               {4096, 8192, 16384}},
    .person = {.id = 1234567890123,
               .name = "Grace Brewster Murray Hopper",
               .home = {"1 Navy Yard, Building 200", "Washington", 20374},
               .work = {"5 Arlington Ridge Road", "Arlington", 22202},
               .active = 1},
    .offset = 65536,
    .blob = {1, 2, 3, 200, [BLOB_BYTES - 1] = 255},
};

void digest_number(uint64_t *digest, uint64_t value)
{
    *digest = (*digest ^ value) * UINT64_C(0x100000001B3);
}

void digest_bytes(uint64_t *digest, const void *bytes, size_t size)
{
    size_t i;

    digest_number(digest, size);
    for (i = 0; i < size; i++)
        digest_number(digest, ((const uint8_t *)bytes)[i]);
}

void digest_text(uint64_t *digest, int32_t a, int32_t b, int32_t c, const char *text)
{
    digest_number(digest, (uint32_t)a);
    digest_number(digest, (uint32_t)b);
    digest_number(digest, (uint32_t)c);
    digest_bytes(digest, text, strlen(text));
}

void digest_points(uint64_t *digest, const struct codec_point *points, uint32_t count)
{
    uint32_t i;

    digest_number(digest, count);
    for (i = 0; i < count; i++) {
        digest_number(digest, (uint32_t)points[i].x);
        digest_number(digest, (uint32_t)points[i].y);
        digest_number(digest, (uint32_t)points[i].z);
    }
}

static void digest_address(uint64_t *digest, const struct codec_address *address)
{
    digest_bytes(digest, address->street, strlen(address->street));
    digest_bytes(digest, address->city, strlen(address->city));
    digest_number(digest, address->postcode);
}

void digest_person(uint64_t *digest, const struct codec_person *person)
{
    digest_number(digest, person->id);
    digest_bytes(digest, person->name, strlen(person->name));
    digest_address(digest, &person->home);
    digest_address(digest, &person->work);
    digest_number(digest, person->active);
}

void digest_blob(uint64_t *digest, uint64_t offset, const uint8_t *data, uint32_t length)
{
    digest_number(digest, offset);
    digest_bytes(digest, data, length);
}
