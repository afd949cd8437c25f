/*
 * operators.c - comparison operators for tests/plugins/test_plugins.sh.
 */
#include <ddbmock_plugin.h>
#include <string.h>

/* The text of {"S":"text"}, which is all that it knows. */
static const char *text_of(const char *value, char *out, size_t size)
{
    const char *start = strncmp(value, "{\"S\":\"", 6) == 0 ? value + 6 : "";
    size_t length = strcspn(start, "\"");
    length = length < size - 1 ? length : size - 1;
    memcpy(out, start, length);
    out[length] = '\0';
    return out;
}

static bool ends_with(const char *attribute, const char *const *values, unsigned count)
{
    char whole[256], end[256];
    (void)count;
    if (attribute == NULL)
        return false;
    text_of(attribute, whole, sizeof whole);
    text_of(values[0], end, sizeof end);
    size_t length = strlen(whole), size = strlen(end);
    return length >= size && strcmp(whole + length - size, end) == 0;
}

static bool is_missing(const char *attribute, const char *const *values, unsigned count)
{
    (void)values;
    (void)count;
    return attribute == NULL;
}

const struct ddbmock_plugin ddbmock_plugin = {
    .version = DDBMOCK_PLUGIN_VERSION,
    .operators =
        (const struct ddbmock_operator[]){
            { "ENDS_WITH", 1, 1, ends_with },
            { "MISSING", 0, 0, is_missing },
            { NULL },
        },
};
