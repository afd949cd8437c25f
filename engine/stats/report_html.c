/*
 * report_html.c - the report as a page: report.html with the model in it, which its script draws. See report.h.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/stats/embedded.h"
#include "engine/stats/report.h"

/* Where the model goes. */
static const char mark[] = "@MODEL@";

void report_html(const json_t *model, FILE *out)
{
    const char *place = memmem(embedded_page, embedded_page_size, mark, sizeof mark - 1);
    char *json = json_dumps(model, JSON_COMPACT | JSON_REAL_PRECISION(12));
    fwrite(embedded_page, 1, (size_t)(place - embedded_page), out);
    /* A "</script>" in somebody's key does not end the script. */
    for (const char *at = json ? json : "null"; *at; at++)
        if (*at == '<')
            fputs("\\u003c", out);
        else
            fputc(*at, out);
    place += sizeof mark - 1;
    fwrite(place, 1, embedded_page_size - (size_t)(place - embedded_page), out);
    free(json);
}
