/*
 * replay.c - runs a fuzz target over its corpus without a fuzzer, as an ordinary test: linked with one of the targets beside
 * it, the program test_NAME feeds every file of tests/fuzz/corpus/NAME to it. An input that once broke something stays there.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size = -1;
    if (file && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    /* Exactly as large as the input, so that a sanitizer sees the first byte too many. */
    uint8_t *data = size >= 0 ? malloc(size > 0 ? (size_t)size : 1) : NULL;
    int bad = !data || fseek(file, 0, SEEK_SET) != 0 ||
              fread(data, 1, (size_t)size, file) != (size_t)size;
    if (bad)
        perror(path);
    else
        LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
    if (file)
        fclose(file);
    return bad;
}

int main(int count, char **arguments)
{
    (void)count;
    const char *name = strrchr(arguments[0], '/');
    char corpus[256], path[1024];
    snprintf(corpus, sizeof(corpus), "tests/fuzz/corpus/%s",
             (name ? name + 1 : arguments[0]) + strlen("test_"));
    DIR *directory = opendir(corpus);
    if (!directory) {
        perror(corpus);
        return 1;
    }
    int inputs = 0, bad = 0;
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", corpus, entry->d_name);
        bad |= replay(path);
        inputs++;
    }
    closedir(directory);
    printf("%d inputs\n", inputs);
    return bad || inputs == 0;
}
