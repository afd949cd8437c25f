/*
 * test_pages.c - Query and Scan: where a page starts and ends, what it shows, what Select, filters
 * and legacy parameters are refused. Sources: facts/fidelity.md sections 4 and 5; what is only
 * DynamoDB Local's is marked.
 */
#include "tests/unit/conformance/conformance.h"

#include <stdio.h>
#include <stdlib.h>

#define OUTSIDE   "The provided starting key is outside query boundaries based on provided conditions"
#define PREDICATE "The provided starting key does not match the range key predicate"
#define START     "The provided starting key is invalid"

/* Six items of numbers, pk 1, sk 0 to 5. */
static void fill_numbers(struct engine *engine)
{
    create_tables(engine);
    for (int i = 0; i < 6; i++) {
        char request[128];
        snprintf(request, sizeof request,
                 "{'TableName':'numbers','Item':{'pk':{'N':'1'},'sk':{'N':'%d'}}}", i);
        succeed(engine, "PutItem", quoted(request));
    }
}

/*
 * Every start key under every condition: how many items follow, or P for PREDICATE. The bound at
 * which the walk ends is refused: aws/aws-sdk-ruby#2456 of ">=" backwards; the others as DynamoDB
 * Local 2.6.1 has them.
 */
ENGINE_TEST(pages, start_keys_and_conditions)
{
    static const struct {
        const char *condition, *values, *forward, *backward; /* of start keys 0 to 5 */
    } cases[] = {
        { "", "", "543210", "012345" },
        { " AND sk = :a", ",':a':{'N':'3'}", "PPP0PP", "PPP0PP" },
        { " AND sk < :a", ",':a':{'N':'3'}", "210PPP", "012PPP" },
        { " AND sk <= :a", ",':a':{'N':'3'}", "321PPP", "0123PP" },
        { " AND sk > :a", ",':a':{'N':'3'}", "PPPP10", "PPPP01" },
        { " AND sk >= :a", ",':a':{'N':'3'}", "PPP210", "PPPP12" },
        { " AND sk BETWEEN :a AND :b", ",':a':{'N':'2'},':b':{'N':'4'}", "PP21PP", "PPP12P" },
    };
    fill_numbers(engine);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int backward = 0; backward < 2; backward++)
            for (int start = 0; start < 6; start++) {
                char request[512], wanted[64];
                snprintf(request, sizeof request,
                         "{'TableName':'numbers','KeyConditionExpression':'pk = "
                         ":p%s','ExpressionAttributeValues':{':p':{"
                         "'N':'1'}%s},'Select':'COUNT','ScanIndexForward':%s,'ExclusiveStartKey':{'"
                         "pk':{'N':'1'},'sk':{"
                         "'N':'%d'}}}",
                         cases[i].condition, cases[i].values, backward ? "false" : "true", start);
                char count = (backward ? cases[i].backward : cases[i].forward)[start];
                snprintf(wanted, sizeof wanted, "{'Count':%c,'ScannedCount':%c}", count, count);
                struct exchange exchange = { "Query", request, count == 'P' ? PREDICATE : wanted };
                check_exchanges(engine, &exchange, 1);
            }
}

#define QUERY(start)                                                                               \
    "{'TableName':'pair','KeyConditionExpression':'pk = "                                          \
    ":p','ExpressionAttributeValues':{':p':{'S':'a'}},'Select':"                                   \
    "'COUNT','ExclusiveStartKey':" start "}"
#define QUERY_SORTED(start)                                                                        \
    "{'TableName':'pair','KeyConditionExpression':'pk = :p AND sk < :s',"                          \
    "'ExpressionAttributeValues':{':p':{'S':'a'},':s':{'S':'c'}},'Select':'COUNT',"                \
    "'ExclusiveStartKey':" start "}"
#define QUERY_INDEX(start)                                                                         \
    "{'TableName':'indexed','IndexName':'all','KeyConditionExpression':'g = "                      \
    ":p','ExpressionAttributeValues':{':p':{'S':"                                                  \
    "'a'}},'Select':'COUNT','ExclusiveStartKey':" start "}"
#define SCAN(start) "{'TableName':'pair','Select':'COUNT','ExclusiveStartKey':" start "}"
#define SCAN_INDEX(start)                                                                          \
    "{'TableName':'indexed','IndexName':'all','Select':'COUNT','ExclusiveStartKey':" start "}"
#define NOTHING "{'Count':0,'ScannedCount':0}"

ENGINE_TEST(pages, start_keys)
{
    static const struct exchange exchanges[] = {
        { "Query", QUERY("{}"), START },
        { "Query", QUERY("{'pk':{'S':'a'}}"), START },
        { "Query", QUERY("{'pk':{'S':'a'},'sk':{'N':'1'}}"), START },
        { "Query", QUERY("{'pk':{'S':'a'},'sk':{'S':'b'},'z':{'S':'z'}}"), START },
        { "Query", QUERY("{'x':{'S':'a'},'y':{'S':'b'}}"), START },
        { "Query", QUERY("{'pk':{'S':'a'},'sk':{'S':''}}"), START ": " EMPTY_KEY("sk") },
        { "Query", QUERY("{'pk':{'S':'a'},'sk':{}}"), START ": " NO_VALUE },
        { "Query", QUERY("{'pk':{'S':'b'},'sk':{'S':'b'}}"), OUTSIDE },
        { "Query", QUERY("{'pk':{'S':'a'},'sk':{'S':'b'}}"), NOTHING },
        { "Query", QUERY_SORTED("{'pk':{'S':'a'},'sk':{'S':'b'}}"), NOTHING },
        { "Query", QUERY_SORTED("{'pk':{'S':'a'},'sk':{'S':'d'}}"), PREDICATE },
        { "Query", QUERY_SORTED("{'pk':{'S':'b'},'sk':{'S':'d'}}"), PREDICATE },
        { "Query", QUERY_SORTED("{'pk':{'S':'b'},'sk':{'S':'b'}}"),
          "The query can return at most one row and cannot be restarted" },
        { "Query", QUERY_INDEX("{'pk':{'S':'a'},'sk':{'S':'b'}}"), START },
        { "Query", QUERY_INDEX("{'pk':{'S':'a'},'sk':{'S':'b'},'g':{'S':'a'}}"), START },
        { "Query", QUERY_INDEX("{'g':{'S':'a'},'h':{'N':'1'}}"), START },
        { "Query", QUERY_INDEX("{'pk':{'S':'a'},'sk':{'S':'b'},'g':{'S':'a'},'h':{'S':'1'}}"),
          START },
        { "Query", QUERY_INDEX("{'pk':{'S':'a'},'sk':{'S':'b'},'g':{'S':'b'},'h':{'N':'1'}}"),
          OUTSIDE },
        { "Query", QUERY_INDEX("{'pk':{'S':'a'},'sk':{'S':'b'},'g':{'S':'a'},'h':{'N':'1'}}"),
          NOTHING },
        { "Scan", SCAN("{}"), START ": " SCHEMA },
        { "Scan", SCAN("{'pk':{'S':'a'}}"), START ": " SCHEMA },
        { "Scan", SCAN("{'pk':{'S':'a'},'sk':{'N':'1'}}"), START ": " SCHEMA },
        { "Scan", SCAN("{'pk':{'S':'a'},'sk':{'S':'b'},'z':{'S':'z'}}"), START ": " SCHEMA },
        { "Scan", SCAN("{'pk':{'S':''},'sk':{'S':'b'}}"), START ": " EMPTY_KEY("pk") },
        { "Scan", SCAN("{'pk':{'S':'a'},'sk':{'S':'b'}}"), NOTHING },
        { "Scan", SCAN_INDEX("{'pk':{'S':'a'},'sk':{'S':'b'}}"), START },
        { "Scan", SCAN_INDEX("{'pk':{'S':'a'},'sk':{'S':'b'},'g':{'S':'a'},'h':{'S':'1'}}"),
          START },
        { "Scan", SCAN_INDEX("{'pk':{'S':''},'sk':{'S':'b'},'g':{'S':'a'},'h':{'N':'1'}}"),
          START ": " EMPTY_KEY("pk") },
        { "Scan", SCAN_INDEX("{'pk':{'S':'a'},'sk':{'S':'b'},'g':{'S':'a'},'h':{'N':'1'}}"),
          NOTHING },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

/* A Limit that is reached at the bound which closes the range: nothing can follow, and there is no LastEvaluatedKey,
 * from which nobody could go on. */
ENGINE_TEST(pages, no_last_key_at_the_end_of_a_range)
{
#define RANGE_OF(condition, limit, rest)                                                           \
    "{'TableName':'pair','Select':'COUNT','Limit':" limit ",'KeyConditionExpression':'pk = :p "    \
    "AND sk " condition "','ExpressionAttributeValues':{':p':{'S':'a'},':b':{'S':'b'}" rest
#define TWO(rest)   "{'Count':2,'ScannedCount':2" rest "}"
#define LAST_OF(sk) ",'LastEvaluatedKey':{'pk':{'S':'a'},'sk':{'S':'" sk "'}}"
    static const struct exchange exchanges[] = {
        { "PutItem", "{'TableName':'pair','Item':{'pk':{'S':'a'},'sk':{'S':'a'}}}", "{}" },
        { "PutItem", "{'TableName':'pair','Item':{'pk':{'S':'a'},'sk':{'S':'b'}}}", "{}" },
        { "PutItem", "{'TableName':'pair','Item':{'pk':{'S':'a'},'sk':{'S':'c'}}}", "{}" },
        { "Query", RANGE_OF("<= :b", "2", "}}"), TWO("") },
        { "Query", RANGE_OF("<= :b", "2", "},'ScanIndexForward':false}"), TWO(LAST_OF("a")) },
        { "Query", RANGE_OF(">= :b", "2", "}}"), TWO(LAST_OF("c")) },
        { "Query", RANGE_OF(">= :b", "2", "},'ScanIndexForward':false}"), TWO("") },
        { "Query", RANGE_OF("BETWEEN :b AND :c", "2", ",':c':{'S':'c'}}}"), TWO("") },
        { "Query", RANGE_OF("BETWEEN :b AND :c", "2", ",':c':{'S':'c'}},'ScanIndexForward':false}"),
          TWO("") },
        { "Query", RANGE_OF("BETWEEN :b AND :b", "1", "}}"), "{'Count':1,'ScannedCount':1}" },
        { "Query", RANGE_OF("= :b", "1", "}}"), "{'Count':1,'ScannedCount':1" LAST_OF("b") "}" },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

/* A key is in one of four segments: the one in which the first two bits of md5("Outliers" + key)
 * fall. */
ENGINE_TEST(pages, start_keys_and_segments)
{
#define SEGMENT(n)                                                                                 \
    "{'TableName':'hash','Select':'COUNT','TotalSegments':4,'Segment':" n                          \
    ",'ExclusiveStartKey':{'pk':{'S':'a'}}}"
#define WRONG_SEGMENT(n)                                                                           \
    START ": Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "       \
          "TotalSegments: 4 Segment: " n
    static const struct exchange exchanges[] = {
        { "Scan", "{'TableName':'hash','Segment':1}",
          "The TotalSegments parameter is required but was not present in the request when Segment "
          "parameter is present" },
        { "Scan", "{'TableName':'hash','TotalSegments':1}",
          "The Segment parameter is required but was not present in the request when parameter "
          "TotalSegments is present" },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
    unsigned right = 0;
    for (char segment = '0'; segment < '4'; segment++) {
        char request[256], wrong[256];
        snprintf(request, sizeof request, SEGMENT("%c"), segment);
        snprintf(wrong, sizeof wrong, WRONG_SEGMENT("%c"), segment);
        bool here = strcmp(answer_to(engine, "Scan", request), quoted(NOTHING)) == 0;
        right += here;
        struct exchange exchange = { "Scan", request, here ? NOTHING : wrong };
        check_exchanges(engine, &exchange, 1);
    }
    cr_expect_eq(right, 1, "%u segments have the key", right);
}

/* What is shown of one item, of each index and Select. */
ENGINE_TEST(pages, selections)
{
#define ITEM                                                                                       \
    "'b':{'B':'AA=='},'g':{'S':'g'},'h':{'N':'1'},'inc':{'S':'i'},'l':{'S':'l'},'m':{'N':'2'},'n'" \
    ":{'S':'n'},'oth'"                                                                             \
    ":{'S':'o'},'pk':{'S':'a'},'sk':{'S':'s'}"
#define ONE(item) "{'Items':[{" item "}],'Count':1,'ScannedCount':1}"
#define COUNT     "{'Count':1,'ScannedCount':1}"
#define OF(rest)  "{'TableName':'indexed'" rest "}"
#define OF_KEY(name, value, rest)                                                                  \
    OF(",'KeyConditionExpression':'" name " = :v','ExpressionAttributeValues':{':v':{'S':'" value  \
       "'}}" rest)
#define OF_A(rest)  OF_KEY("pk", "a", rest)
#define OF_G(rest)  OF_KEY("g", "g", rest)
#define NEEDS_INDEX "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
#define ALL_OF(index)                                                                              \
    INVALID "Select type ALL_ATTRIBUTES is not supported for global secondary index " index        \
            " because its projection type is not ALL"
#define LACKS(index)              INVALID "Global secondary index " index " does not project [oth]"
#define EXCLUDES(parameter, what) "Cannot specify the " parameter " when choosing to get " what
    static const struct exchange exchanges[] = {
        { "Scan", OF(""), ONE(ITEM) },
        { "Scan", OF(",'IndexName':'all'"), ONE(ITEM) },
        { "Scan", OF(",'IndexName':'keys'"), ONE("'g':{'S':'g'},'pk':{'S':'a'},'sk':{'S':'s'}") },
        { "Scan", OF(",'IndexName':'some'"),
          ONE("'b':{'B':'AA=='},'inc':{'S':'i'},'pk':{'S':'a'},'sk':{'S':'s'}") },
        { "Scan", OF(",'IndexName':'l-keys'"), ONE("'l':{'S':'l'},'pk':{'S':'a'},'sk':{'S':'s'}") },
        { "Scan", OF(",'IndexName':'l-all'"), ONE(ITEM) },
        { "Scan", OF(",'IndexName':'l-some'"),
          ONE("'inc':{'S':'i'},'n':{'S':'n'},'pk':{'S':'a'},'sk':{'S':'s'}") },
        { "Scan", OF(",'Select':'ALL_ATTRIBUTES'"), ONE(ITEM) },
        { "Scan", OF(",'Select':'ALL_ATTRIBUTES','IndexName':'all'"), ONE(ITEM) },
        { "Scan", OF(",'Select':'ALL_ATTRIBUTES','IndexName':'keys'"), ALL_OF("keys") },
        { "Scan", OF(",'Select':'ALL_ATTRIBUTES','IndexName':'some'"), ALL_OF("some") },
        { "Scan", OF(",'Select':'ALL_ATTRIBUTES','IndexName':'l-keys'"), ONE(ITEM) },
        { "Scan", OF(",'Select':'ALL_PROJECTED_ATTRIBUTES','IndexName':'keys'"),
          ONE("'g':{'S':'g'},'pk':{'S':'a'},'sk':{'S':'s'}") },
        { "Scan", OF(",'Select':'COUNT'"), COUNT },
        { "Scan", OF(",'Select':'COUNT','IndexName':'keys'"), COUNT },
        { "Scan", OF(",'Select':'SPECIFIC_ATTRIBUTES','ProjectionExpression':'oth'"),
          ONE("'oth':{'S':'o'}") },
        { "Scan", OF(",'ProjectionExpression':'oth'"), ONE("'oth':{'S':'o'}") },
        { "Scan", OF(",'AttributesToGet':['oth']"), ONE("'oth':{'S':'o'}") },
        { "Scan", OF(",'ProjectionExpression':'nothing'"), ONE("") },
        { "Scan", OF(",'ProjectionExpression':'oth','IndexName':'keys'"), LACKS("keys") },
        { "Scan", OF(",'AttributesToGet':['oth'],'IndexName':'some'"), LACKS("some") },
        { "Scan", OF(",'ProjectionExpression':'oth','IndexName':'l-keys'"),
          ONE("'oth':{'S':'o'}") },
        { "Scan", OF(",'ProjectionExpression':'inc','IndexName':'some'"), ONE("'inc':{'S':'i'}") },
        { "Scan", OF(",'Select':'COUNT','ProjectionExpression':'oth'"),
          EXCLUDES("ProjectionExpression", "only the Count") },
        { "Scan", OF(",'Select':'COUNT','AttributesToGet':['oth']"),
          EXCLUDES("AttributesToGet", "only the Count") },
        { "Scan", OF(",'Select':'ALL_ATTRIBUTES','ProjectionExpression':'oth'"),
          EXCLUDES("ProjectionExpression", "ALL_ATTRIBUTES") },
        { "Scan",
          OF(",'Select':'ALL_PROJECTED_ATTRIBUTES','AttributesToGet':['oth'],'IndexName':'all'"),
          EXCLUDES("AttributesToGet", "ALL_PROJECTED_ATTRIBUTES") },
        { "Scan", OF(",'Select':'SPECIFIC_ATTRIBUTES'"),
          "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
          "SPECIFIC_ATTRIBUTES" },
        { "Scan", OF(",'IndexName':'nope'"), "The table does not have the specified index: nope" },
        { "Scan", OF(",'IndexName':'all','ConsistentRead':true"),
          "Consistent reads are not supported on global secondary indexes" },
        { "Scan", OF(",'IndexName':'l-all','ConsistentRead':true"), ONE(ITEM) },
        { "Scan", OF(",'Select':'ALL_PROJECTED_ATTRIBUTES'"), NEEDS_INDEX },
        { "Scan", "{'TableName':'nothing','Select':'ALL_PROJECTED_ATTRIBUTES'}", NEEDS_INDEX },
        { "Scan", OF(",'Select':'ALL_PROJECTED_ATTRIBUTES','ProjectionExpression':'oth'"),
          EXCLUDES("ProjectionExpression", "ALL_PROJECTED_ATTRIBUTES") },
        { "Query", OF_A(",'Select':'ALL_PROJECTED_ATTRIBUTES'"), NEEDS_INDEX },
        { "Query", OF_A(",'Select':'COUNT'"), COUNT },
        { "Query", OF_A(",'Select':'ALL_ATTRIBUTES'"), ONE(ITEM) },
        { "Query", OF_A(",'Select':'SPECIFIC_ATTRIBUTES','ProjectionExpression':'oth'"),
          ONE("'oth':{'S':'o'}") },
        { "Query", OF_A(",'Select':'SPECIFIC_ATTRIBUTES'"),
          "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
          "SPECIFIC_ATTRIBUTES" },
        { "Query", OF_A(",'Select':'COUNT','ProjectionExpression':'oth'"),
          EXCLUDES("ProjectionExpression", "only the Count") },
        { "Query", OF_A(",'Select':'ALL_ATTRIBUTES','ProjectionExpression':'oth'"),
          EXCLUDES("ProjectionExpression", "ALL_ATTRIBUTES") },
        { "Query", OF_A(",'IndexName':'l-keys','Select':'ALL_ATTRIBUTES'"), ONE(ITEM) },
        { "Query", OF_A(",'IndexName':'l-keys','ProjectionExpression':'oth, l'"),
          ONE("'l':{'S':'l'},'oth':{'S':'o'}") },
        { "Query", OF_G(",'IndexName':'keys','Select':'ALL_ATTRIBUTES'"), ALL_OF("keys") },
        { "Query", OF_G(",'IndexName':'keys','ProjectionExpression':'oth.a, g, inc, oth.b'"),
          INVALID "Global secondary index keys does not project [oth, inc]" },
        { "Query", OF_G(",'IndexName':'keys','FilterExpression':'attribute_exists(oth)'"),
          INVALID "Secondary index keys does not project one or more filter attributes: [oth]" },
        { "Query",
          OF_A(",'IndexName':'l-keys','FilterExpression':'z = oth OR size(b) > inc AND oth <> sk'"),
          INVALID
          "Secondary index l-keys does not project one or more filter attributes: [b, inc, oth, "
          "z]" },
        { "Scan",
          "{'TableName':'indexed','IndexName':'keys','FilterExpression':'attribute_exists("
          "oth)'}",
          "{'Items':[],'Count':0,'ScannedCount':1}" },
        { "Query",
          OF(",'IndexName':'all','KeyConditionExpression':'g = "
             ":g','ExpressionAttributeValues':{':g':{'S':'g'}},"
             "'ConsistentRead':true"),
          "Consistent reads are not supported on global secondary indexes" },
        { "Query",
          OF(",'IndexName':'all','KeyConditionExpression':'g = :g','FilterExpression':'h = "
             ":g','ExpressionAttributeValues':{"
             "':g':{'S':'g'}}"),
          "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
          "h" },
        /* of several the schema's first, wherever it stands */
        { "Query",
          OF(",'IndexName':'all','KeyConditionExpression':'g = :g','FilterExpression':'h = :g OR "
             "attribute_exists(g)','ExpressionAttributeValues':{':g':{'S':'g'}}"),
          "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
          "g" },
        { "Query",
          OF(",'IndexName':'all','KeyConditionExpression':'g = :g','FilterExpression':'pk = "
             ":p','ExpressionAttributeValues':{"
             "':g':{'S':'g'},':p':{'S':'a'}}"),
          ONE(ITEM) },
    };
    create_tables(engine);
    succeed(engine, "PutItem", quoted("{'TableName':'indexed','Item':{" ITEM "}}"));
    CHECK(engine, exchanges);
}

/* What a Query of the 2026 cohort puts into the envelope. */
ENGINE_TEST(pages, selections_in_both_cohorts)
{
#define ALSO_ENVELOPED(text) text, ENVELOPE text
    static const struct exchange exchanges[] = {
        { "Query", OF_A(",'Select':'SPECIFIC_ATTRIBUTES'"),
          ALSO_ENVELOPED("Must specify the AttributesToGet or ProjectionExpression when choosing "
                         "to get SPECIFIC_ATTRIBUTES") },
        { "Query", OF_A(",'Select':'COUNT','ProjectionExpression':'oth'"),
          ALSO_ENVELOPED(EXCLUDES("ProjectionExpression", "only the Count")) },
        { "Query", OF_A(",'Select':'ALL_PROJECTED_ATTRIBUTES','ProjectionExpression':'oth'"),
          ALSO_ENVELOPED(EXCLUDES("ProjectionExpression", "ALL_PROJECTED_ATTRIBUTES")) },
        { "Query", OF_A(",'Select':'ALL_PROJECTED_ATTRIBUTES'"), NEEDS_INDEX },
        { "Scan", OF(",'Select':'COUNT','ProjectionExpression':'oth'"),
          EXCLUDES("ProjectionExpression", "only the Count") },
        { "Scan", OF(",'Select':'ALL_PROJECTED_ATTRIBUTES'"), NEEDS_INDEX },
    };
    create_tables(engine);
    CHECK_BOTH(engine, exchanges);
}

/* Nothing looks inside a key attribute, of the table or of any of its indexes: dynalite. */
ENGINE_TEST(pages, inside_keys)
{
#define SCALAR(key)                                                                                \
    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: " key
    static const struct exchange exchanges[] = {
        { "GetItem", "{'TableName':'hash','Key':{'pk':{'S':'a'}},'ProjectionExpression':'pk.a'}",
          SCALAR("Key: pk") },
        { "BatchGetItem",
          "{'RequestItems':{'hash':{'Keys':[{'pk':{'S':'a'}}],'ProjectionExpression':'pk[0]'}}}",
          SCALAR("Key: pk") },
        { "Scan", "{'TableName':'hash','ProjectionExpression':'pk.a'}", SCALAR("Key: pk") },
        { "Scan", "{'TableName':'hash','FilterExpression':'attribute_exists(pk.a)'}",
          SCALAR("Key: pk") },
        { "Scan", "{'TableName':'indexed','IndexName':'all','ProjectionExpression':'g.a'}",
          SCALAR("IndexKey: g") },
        { "Scan", "{'TableName':'indexed','FilterExpression':'attribute_exists(l[1])'}",
          SCALAR("IndexKey: l") },
        { "GetItem",
          "{'TableName':'indexed','Key':{'pk':{'S':'a'},'sk':{'S':'b'}},'ProjectionExpression':'h."
          "a, pk.a'}",
          SCALAR("Key: pk") },
        { "PutItem",
          "{'TableName':'hash','Item':{'pk':{'S':'a'}},'ConditionExpression':'attribute_exists(pk."
          "a)'}",
          SCALAR("Key: pk") },
        { "DeleteItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'ConditionExpression':'attribute_exists(pk.a)"
          "'}",
          SCALAR("Key: pk") },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

/* Limit counts what is looked at; the last page of an exact Limit still has a key. */
ENGINE_TEST(pages, limits)
{
#define N_QUERY(rest)                                                                              \
    "{'TableName':'numbers','KeyConditionExpression':'pk = "                                       \
    ":p','ExpressionAttributeValues':{':p':{'N':'1'},':x':{"                                       \
    "'S':'x'}},'FilterExpression':'x = :x','Select':'COUNT'" rest "}"
#define LAST_NUMBER(n) "'LastEvaluatedKey':{'pk':{'N':'1'},'sk':{'N':'" n "'}}"
    static const struct exchange exchanges[] = {
        { "Query", N_QUERY(""), "{'Count':0,'ScannedCount':6}" },
        { "Query", N_QUERY(",'Limit':2"), "{'Count':0,'ScannedCount':2," LAST_NUMBER("1") "}" },
        { "Query", N_QUERY(",'Limit':6"), "{'Count':0,'ScannedCount':6," LAST_NUMBER("5") "}" },
        { "Query", N_QUERY(",'Limit':7"), "{'Count':0,'ScannedCount':6}" },
        { "Query", N_QUERY(",'Limit':2,'ScanIndexForward':false"),
          "{'Count':0,'ScannedCount':2," LAST_NUMBER("4") "}" },
        { "Query", N_QUERY(",'Limit':0"),
          ENVELOPE "Value '0' at 'limit' failed to satisfy constraint: Member must have value "
                   "greater than or equal to 1" },
        { "Scan", "{'TableName':'numbers','Limit':6,'Select':'COUNT'}",
          "{'Count':6,'ScannedCount':6," LAST_NUMBER("5") "}" },
    };
    fill_numbers(engine);
    CHECK(engine, exchanges);
}

/* The order of md5("Outliers" + key), by md5sum of coreutils. */
ENGINE_TEST(pages, scan_order)
{
    static const char *const order[] = { "h", "f", "b", "c", "d", "g", "e", "a" };
    create_tables(engine);
    for (char key = 'a'; key <= 'h'; key++) {
        char request[96];
        snprintf(request, sizeof request, "{'TableName':'hash','Item':{'pk':{'S':'%c'}}}", key);
        succeed(engine, "PutItem", quoted(request));
    }
    char wanted[512] = "{'Items':[";
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted), "%s{'pk':{'S':'%s'}}",
                 i ? "," : "", order[i]);
    strcat(wanted, "],'Count':8,'ScannedCount':8}");
    struct exchange exchange = { "Scan", "{'TableName':'hash'}", wanted };
    check_exchanges(engine, &exchange, 1);
}

/* KeyConditions, filters and AttributesToGet of before expressions. */
ENGINE_TEST(pages, legacy)
{
#define EQ(value) "{'ComparisonOperator':'EQ','AttributeValueList':[" value "]}"
#define KC(conditions, rest)                                                                       \
    "{'TableName':'pair','KeyConditions':{" conditions "},'Select':'COUNT'" rest "}"
#define PK              "'pk':" EQ("{'S':'u'}")
#define ARGUMENTS(name) INVALID "Invalid number of argument(s) for the " name " ComparisonOperator"
    static const struct exchange exchanges[] = {
        { "Query", "{'TableName':'pair'}",
          "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
          "request." },
        { "Query", KC(PK, ""), NOTHING },
        { "Query", KC("", ""), "Conditions can be of length 1 or 2 only" },
        { "Query", KC(PK ",'sk':" EQ("{'S':'u'}") ",'z':" EQ("{'S':'u'}"), ""),
          "Conditions can be of length 1 or 2 only" },
        { "Query", KC("'sk':" EQ("{'S':'u'}"), ""),
          "Query condition missed key schema element: pk" },
        { "Query", KC(PK ",'z':" EQ("{'S':'u'}"), ""),
          "Query condition missed key schema element: sk" },
        { "Query", KC("'pk':" EQ("{'N':'1'}"), ""),
          INVALID "Condition parameter type does not match schema type" },
        { "Query", KC("'pk':" EQ("{'S':''}"), ""), EMPTY_KEY("pk") },
        { "Query", KC("'pk':{'ComparisonOperator':'GT','AttributeValueList':[{'S':'u'}]}", ""),
          "Query key condition not supported" },
        { "Query", KC("'pk':{'ComparisonOperator':'EQ'}", ""), ARGUMENTS("EQ") },
        { "Query",
          KC(PK ",'sk':{'ComparisonOperator':'BETWEEN','AttributeValueList':[{'S':'2'},{'S':'1'}]}",
             ""),
          "The BETWEEN condition was provided a range where the lower bound is greater than the "
          "upper bound" },
        { "Query",
          KC(PK ",'sk':{'ComparisonOperator':'CONTAINS','AttributeValueList':[{'S':'2'}]}", ""),
          "Attempted conditional constraint is not an indexable operation" },
        { "Query",
          KC(PK,
             ",'QueryFilter':{'n':{'ComparisonOperator':'NULL','AttributeValueList':[{'S':'2'}]}}"),
          ARGUMENTS("NULL") },
        { "Query",
          KC(PK, ",'QueryFilter':{'n':{'ComparisonOperator':'IN','AttributeValueList':[{'S':'2'},{'"
                 "N':'1'}]}}"),
          INVALID "AttributeValues inside AttributeValueList must be of same type" },
        { "Query",
          KC(PK, ",'QueryFilter':{'n':{'ComparisonOperator':'LT','AttributeValueList':[{'BOOL':"
                 "true}]}}"),
          INVALID "ComparisonOperator LT is not valid for BOOL AttributeValue type" },
        { "Query", KC(PK, ",'QueryFilter':{'sk':" EQ("{'S':'u'}") "}"),
          "QueryFilter can only contain non-primary key attributes: Primary key attribute: sk" },
        { "Query", KC(PK, ",'ConditionalOperator':'AND'"),
          "ConditionalOperator cannot be used without Filter or Expected" },
        { "Query", KC(PK, ",'ConditionalOperator':'OR','QueryFilter':{'n':" EQ("{'S':'u'}") "}"),
          "ConditionalOperator can only be used when Filter or Expected has two or more elements" },
        { "Query", "{'TableName':'pair','KeyConditions':{" PK "},'AttributesToGet':['a','a']}",
          INVALID "Duplicate value in attribute name: a" },
        { "Scan", "{'TableName':'pair','ScanFilter':{'pk':" EQ("{'S':'u'}") "}}",
          "{'Items':[],'Count':0,'ScannedCount':0}" },
        { "Scan", "{'TableName':'pair','ScanFilter':{'n':{'AttributeValueList':[]}}}",
          ENVELOPE "Value null at 'scanFilter.n.member.comparisonOperator' failed to satisfy "
                   "constraint: Member must not be null" },
        { "Scan", "{'TableName':'pair','ExpressionAttributeNames':{'#a':'a'}}",
          "ExpressionAttributeNames can only be specified when using expressions" },
        { "Scan", "{'TableName':'pair','ExpressionAttributeValues':{':a':{'S':'a'}}}",
          "ExpressionAttributeValues can only be specified when using expressions: "
          "FilterExpression is null" },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

/* What a sort key cannot be is not asked for; of a partition key it is not minded. */
ENGINE_TEST(pages, sizes_of_conditions)
{
    static const struct {
        const char *condition, *index; /* :z is as long as the case has it */
        int size;
        bool fits;
    } cases[] = {
        { "pk = :a AND sk = :z", "", 1024, true },
        { "pk = :a AND sk = :z", "", 1025, false },
        { "pk = :a AND sk > :z", "", 1025, false },
        { "pk = :a AND sk BETWEEN :a AND :z", "", 1025, false },
        { "pk = :a AND begins_with(sk, :z)", "", 1025, false },
        { "pk = :a AND l = :z", ",'IndexName':'l-keys'", 1025, false },
        { "pk = :z AND sk = :a", "", 2049, true },
    };
    create_tables(engine);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *request;
        cr_assert_geq(asprintf(&request,
                               "{'TableName':'indexed'%s,'KeyConditionExpression':'%s',"
                               "'ExpressionAttributeValues':{':a':{'S':'0'},':z':{'S':'%0*d'}}}",
                               cases[i].index, cases[i].condition, cases[i].size, 1),
                      0);
        struct exchange exchange = {
            "Query", request,
            cases[i].fits ? "{'Items':[],'Count':0,'ScannedCount':0}"
                          : INVALID "Aggregated size of all range keys has exceeded the size limit "
                                    "of 1024 bytes"
        };
        check_exchanges(engine, &exchange, 1);
        free(request);
    }
}
