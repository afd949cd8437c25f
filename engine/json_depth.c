/*
 * json_depth.c - see json_depth.h: brackets outside of strings are counted.
 */
#include "engine/json_depth.h"

bool json_nests_deeper(const char *text, size_t length, unsigned limit)
{
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
