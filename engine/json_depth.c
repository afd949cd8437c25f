/*
 * json_depth.c - see json_depth.h: brackets outside of strings are counted.
 */
#include "engine/json_depth.h"

enum { BLOCK = 32 /* bytes; compilers make vectors of a loop of this length */ };

/* How many of "{" and "[" there are, in strings too. */
static size_t count_opening(const char *text, size_t length)
{
    size_t count = 0, i = 0;
    for (; length - i >= BLOCK; i += BLOCK) {
        unsigned char found = 0;
        for (int j = 0; j < BLOCK; j++)
            found += (text[i + j] | 0x20) == '{'; /* '[' differs in this bit */
        count += found;
    }
    for (; i < length; i++)
        count += (text[i] | 0x20) == '{';
    return count;
}

bool json_nests_deeper(const char *text, size_t length, unsigned limit)
{
    if (count_opening(text, length) <= limit)
        return false;
    unsigned depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < length; i++) {
        switch (text[i]) {
        case '"':
            in_string = !in_string;
            break;
        case '\\':
            if (in_string)
                i++;
            break;
        case '{':
        case '[':
            if (!in_string && ++depth > limit)
                return true;
            break;
        case '}':
        case ']':
            if (!in_string && depth > 0)
                depth--;
            break;
        default:
            break;
        }
    }
    return false;
}
