/*
 * SHA-256 of the digest example, with the examples of FIPS 180-4 (NIST) and every way of cutting a message.
 */
#include <cmocka_all.h>
#include <stdio.h>
#include <string.h>
#include "../../../examples/02_digest/sha256.h"

static void digest(const void *bytes, size_t count, uint8_t out_digest[SHA256_DIGEST_BYTES])
{
    struct sha256 hash;

    sha256_begin(&hash);
    sha256_add(&hash, bytes, count);
    sha256_end(&hash, out_digest);
}

static void assert_digest(const char *message, const char *expected)
{
    uint8_t bytes[SHA256_DIGEST_BYTES];
    char digits[2 * SHA256_DIGEST_BYTES + 1];
    unsigned i;

    digest(message, strlen(message), bytes);
    for (i = 0; i < SHA256_DIGEST_BYTES; i++)
        snprintf(digits + 2 * i, 3, "%02x", bytes[i]);
    assert_string_equal(digits, expected);
}

static void digests_of_nist_examples_are_right(void **state)
{
    (void)state;
    assert_digest("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_digest("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_digest("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                  "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
}

static void digest_of_a_million_letters_is_right(void **state)
{
    static const uint8_t expected[SHA256_DIGEST_BYTES] = {
        0xcd, 0xc7, 0x6e, 0x5c, 0x99, 0x14, 0xfb, 0x92, 0x81, 0xa1, 0xc7, 0xe2, 0x84, 0xd7, 0x3e, 0x67,
        0xf1, 0x80, 0x9a, 0x48, 0xa4, 0x97, 0x20, 0x0e, 0x04, 0x6d, 0x39, 0xcc, 0xc7, 0x11, 0x2c, 0xd0,
    };
    uint8_t bytes[SHA256_DIGEST_BYTES];
    struct sha256 hash;
    char letters[1000];
    unsigned i;

    (void)state;
    memset(letters, 'a', sizeof(letters));
    sha256_begin(&hash);
    for (i = 0; i < 1000; i++)
        sha256_add(&hash, letters, sizeof(letters));
    sha256_end(&hash, bytes);
    assert_memory_equal(bytes, expected, sizeof(expected));
}

static void a_message_may_be_cut_anywhere(void **state)
{
    uint8_t message[200], whole[SHA256_DIGEST_BYTES], cut[SHA256_DIGEST_BYTES];
    size_t length, first;
    unsigned i;

    (void)state;
    for (i = 0; i < sizeof(message); i++)
        message[i] = (uint8_t)(i * 7);
    for (length = 0; length <= sizeof(message); length++) {
        digest(message, length, whole);
        for (first = 0; first <= length; first++) {
            struct sha256 hash;

            sha256_begin(&hash);
            sha256_add(&hash, message, first);
            sha256_add(&hash, message + first, length - first);
            sha256_end(&hash, cut);
            assert_memory_equal(cut, whole, sizeof(whole));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_of_nist_examples_are_right),
        cmocka_unit_test(digest_of_a_million_letters_is_right),
        cmocka_unit_test(a_message_may_be_cut_anywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
