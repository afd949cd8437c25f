/*
 * keys.c - see keys.h.
 */
#include "preload/command/keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_MAX = 128, SECRET_MAX = 128 }; /* bytes; AWS's have 20 and 40 */

int keys_add(struct keys *keys, const char *text, const char **why)
{
    size_t id = strcspn(text, ":");
    size_t secret = text[id] == ':' ? strlen(text + id + 1) : 0;
    *why = "a key is ID:SECRET, each of 1 to 128 characters without blanks; an ID has no '/' and "
           "no ','";
    if (id == 0 || id > ID_MAX || secret == 0 || secret > SECRET_MAX ||
        strpbrk(text, " \t") != NULL || strcspn(text, "/,") < id)
        return -1;
    *why = "out of memory";
    struct gateway_key *all = realloc(keys->all, (keys->count + 1) * sizeof *all);
    if (all == NULL)
        return -1;
    keys->all = all;
    char *copy = strdup(text);
    if (copy == NULL)
        return -1;
    copy[id] = '\0';
    keys->all[keys->count].id = copy;
    keys->all[keys->count++].secret = copy + id + 1;
    return 0;
}

int keys_read(struct keys *keys, const char *path)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0, before = keys->count;
    int result = file != NULL ? 0 : -1;
    if (file == NULL)
        fprintf(stderr, "ddbmock serve: --keys-file %s: %s\n", path, strerror(errno));
    for (int number = 1; result == 0 && getline(&line, &size, file) >= 0; number++) {
        const char *why;
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#')
            continue;
        result = keys_add(keys, line, &why);
        if (result != 0)
            fprintf(stderr, "ddbmock serve: --keys-file %s, line %d: %s\n", path, number, why);
    }
    if (result == 0 && (ferror(file) || keys->count == before)) {
        fprintf(stderr, "ddbmock serve: --keys-file %s: %s\n", path,
                ferror(file) ? strerror(errno) : "there is no key in it");
        result = -1;
    }
    free(line);
    if (file != NULL)
        fclose(file);
    return result;
}

void keys_release(struct keys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        free((char *)keys->all[i].id); /* and the secret behind it */
    free(keys->all);
    *keys = (struct keys){ 0 };
}
