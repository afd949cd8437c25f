/*
 * report_text.c - the report for a terminal. See report.h.
 */
#include <inttypes.h>
#include <string.h>

#include "engine/stats/report.h"

static double number(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

static const char *text(const json_t *object, const char *name)
{
    const char *found = json_string_value(json_object_get(object, name));
    return found ? found : "-";
}

static void show_rates(FILE *out, const json_t *table, const char *kind)
{
    const json_t *figures = json_object_get(table, kind);
    if (number(figures, "units") <= 0)
        return;
    fprintf(out, "  %-6s %14.1f %9.2f %9.2f %9.2f %9.2f %9.2f %9.2f\n", kind,
            number(figures, "units"), number(figures, "least"), number(figures, "average"),
            number(figures, "median"), number(figures, "p90"), number(figures, "p99"),
            number(figures, "most"));
}

static void show_hot(FILE *out, const json_t *table, const char *list, const char *title)
{
    size_t i;
    json_t *each;
    json_array_foreach(json_object_get(table, list), i, each)
    {
        fprintf(
            out,
            "  %-22s %5.1f %%  read %.1f, write %.1f, at most %.1f and %.1f in a second%s: %s\n",
            i == 0 ? title : "", 100 * number(each, "share"), number(each, "read"),
            number(each, "write"), number(each, "read_peak"), number(each, "write_peak"),
            json_is_true(json_object_get(each, "beyond_partition"))
                ? " (more than one partition serves)"
                : "",
            text(each, "key"));
    }
}

static void show_pages(FILE *out, const json_t *table)
{
    const json_t *scans = json_object_get(table, "scans");
    size_t i;
    json_t *each;
    if (number(scans, "requests") > 0)
        fprintf(out, "  scans                  %.0f, for %.1f units\n", number(scans, "requests"),
                number(scans, "read"));
    json_array_foreach(json_object_get(table, "filters"), i, each)
    {
        fprintf(out, "  %-22s %.0f of %.0f items returned, for %.1f units: %s\n",
                i == 0 ? "filters" : "", number(each, "returned"), number(each, "scanned"),
                number(each, "read"), text(each, "filter"));
    }
    json_array_foreach(json_object_get(table, "large_items"), i, each)
    {
        fprintf(out, "  %-22s %.0f of 409600 bytes: %s\n", i == 0 ? "items near the limit" : "",
                number(each, "bytes"), text(each, "key"));
    }
}

static void show_throttled(FILE *out, const json_t *table)
{
    const json_t *throttled = json_object_get(table, "throttled");
    static const char *const kinds[] = { "read", "write" };
    for (int n = 0; throttled && n < 2; n++) {
        const json_t *kind = json_object_get(throttled, kinds[n]);
        fprintf(out, "  %-22s %s: %.1f units in %.0f s, with %.0f a second provisioned\n",
                n == 0 ? "would be throttled" : "", kinds[n], number(kind, "units"),
                number(kind, "seconds"), number(kind, "provisioned"));
    }
}

static void show_costs(FILE *out, const json_t *costs, const char *currency)
{
    fprintf(out, "  on demand              %.6f %s for this run, %.2f a month at its rate\n",
            number(costs, "on_demand_run"), currency, number(costs, "on_demand_month"));
    fprintf(out, "  provisioned            %.2f a month", number(costs, "provisioned_month"));
    if (json_object_get(costs, "provisioned_reads"))
        fprintf(out, ", for %.0f read and %.0f write units a second",
                number(costs, "provisioned_reads"), number(costs, "provisioned_writes"));
    fprintf(out, "\n  storage                %.6f a month\n", number(costs, "storage_month"));
}

void report_text(const json_t *model, FILE *out)
{
    const json_t *prices = json_object_get(model, "prices");
    const char *currency = text(prices, "currency");
    size_t i;
    json_t *table;
    fprintf(out, "%s\n%.0f requests of %.0f process%s in %.3f s, from %s to %s\n",
            text(model, "file"), number(model, "requests"), number(model, "processes"),
            number(model, "processes") == 1 ? "" : "es", number(model, "seconds"),
            text(model, "from"), text(model, "to"));
    if (number(model, "broken_lines") > 0)
        fprintf(out, "%.0f lines are no statistics and were left out\n",
                number(model, "broken_lines"));
    json_array_foreach(json_object_get(model, "tables"), i, table)
    {
        const char *index = json_string_value(json_object_get(table, "index"));
        fprintf(out, "\n%s%s%s (%s): %.0f requests", text(table, "table"), index ? "/" : "",
                index ? index : "", text(table, "region"), number(table, "requests"));
        if (json_object_get(table, "items"))
            fprintf(out, ", %.0f items, %.0f bytes", number(table, "items"),
                    number(table, "bytes"));
        fprintf(out, "\n  %-6s %14s %9s %9s %9s %9s %9s %9s\n", "", "units", "least/s", "average",
                "median", "p90", "p99", "most");
        show_rates(out, table, "read");
        show_rates(out, table, "write");
        show_hot(out, table, "hot_partitions", "hot partition keys");
        show_hot(out, table, "hot_keys", "hot items");
        show_pages(out, table);
        show_throttled(out, table);
        show_costs(out, json_object_get(table, "costs"), currency);
    }
    fprintf(out, "\nin all\n");
    show_costs(out, json_object_get(model, "costs"), currency);
    fprintf(out, "  prices: %s\n", text(prices, "name"));
}
