/* The file that tcpdump reads. */
#include <cmocka_all.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <switch/capture.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[64];

static int make_path(void **state)
{
    (void)state;
    snprintf(path, sizeof(path), "/tmp/mml-test-capture-%d.pcap", (int)getpid());
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

static size_t read_file(uint8_t *bytes, size_t capacity)
{
    FILE *file = fopen(path, "r");
    size_t length;

    assert_non_null(file);
    length = fread(bytes, 1, capacity, file);
    fclose(file);
    return length;
}

static uint32_t word(const uint8_t *bytes)
{
    uint32_t value;

    memcpy(&value, bytes, sizeof(value));
    return value;
}

static void frames_are_in_the_file_with_their_times(void **state)
{
    struct capture *capture = NULL;
    uint8_t bytes[256];
    uint64_t frames = 0;

    (void)state;
    assert_int_equal(capture_create(path, &capture), S_OK);
    capture_add(capture, INT64_C(1700000000123456789), (const uint8_t *)"first frame!!!", 14);
    capture_flush(capture);
    assert_int_equal(read_file(bytes, sizeof(bytes)), 24 + 16 + 14); /* before the end, too */
    capture_add(capture, INT64_C(1700000001000000000), (const uint8_t *)"the second one!", 15);
    assert_int_equal(capture_end(capture, &frames), S_OK);
    assert_int_equal(frames, 2);

    assert_int_equal(read_file(bytes, sizeof(bytes)), 24 + 16 + 14 + 16 + 15);
    assert_int_equal(word(bytes), 0xA1B2C3D4);
    assert_int_equal(word(bytes + 4), 2 | 4 << 16); /* version 2.4 */
    assert_int_equal(word(bytes + 16), 65535);
    assert_int_equal(word(bytes + 20), 1); /* Ethernet */
    assert_int_equal(word(bytes + 24), 1700000000);
    assert_int_equal(word(bytes + 28), 123456);
    assert_int_equal(word(bytes + 32), 14);
    assert_int_equal(word(bytes + 36), 14);
    assert_memory_equal(bytes + 40, "first frame!!!", 14);
    assert_memory_equal(bytes + 40 + 14 + 16, "the second one!", 15);
}

static void file_that_cannot_be_made_or_written_says_why(void **state)
{
    struct capture *capture = NULL;
    uint64_t frames = 0;

    (void)state;
    assert_int_equal(capture_create("/nowhere/capture.pcap", &capture), OS_E_IO);
    assert_non_null(strstr(com_error_detail(), "/nowhere/capture.pcap"));
    assert_null(capture);

    assert_int_equal(capture_create("/dev/full", &capture), S_OK);
    capture_add(capture, 0, (const uint8_t *)"frame", 5);
    capture_flush(capture);
    capture_add(capture, 0, (const uint8_t *)"frame", 5); /* comes too late */
    assert_int_equal(capture_end(capture, &frames), OS_E_IO);
    assert_non_null(strstr(com_error_detail(), "No space left"));
    assert_int_equal(frames, 1);
}

static void pipe_is_refused_and_not_waited_for(void **state)
{
    struct capture *capture = NULL;
    int reader;

    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(capture_create(path, &capture), OS_E_IO);
    reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(reader >= 0);
    assert_int_equal(capture_create(path, &capture), OS_E_IO);
    assert_null(capture);
    close(reader);
}

static void file_does_not_grow_beyond_its_limit(void **state)
{
    static uint8_t frame[60000];
    struct capture *capture = NULL;
    uint64_t frames = 0, added;

    (void)state;
    assert_int_equal(capture_create("/dev/null", &capture), S_OK);
    for (added = 0; added < CAPTURE_BYTES_MAX / sizeof(frame) + 10; added++)
        capture_add(capture, 0, frame, sizeof(frame));
    assert_int_equal(capture_end(capture, &frames), OS_E_IO);
    assert_non_null(strstr(com_error_detail(), "1 GiB"));
    assert_int_equal(frames, (CAPTURE_BYTES_MAX - 24) / (sizeof(frame) + 16));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(frames_are_in_the_file_with_their_times, make_path, remove_file),
        cmocka_unit_test(file_that_cannot_be_made_or_written_says_why),
        cmocka_unit_test_setup_teardown(pipe_is_refused_and_not_waited_for, make_path, remove_file),
        cmocka_unit_test(file_does_not_grow_beyond_its_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
