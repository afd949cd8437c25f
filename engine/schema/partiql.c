/*
 * partiql.c - inputs of the PartiQL operations, in the model's order.
 */
#include "engine/schema/shapes.h"
#include "engine/schema/common.h"

static const struct shape parti_ql_statement = {
    .kind = SHAPE_STRING,
    .name = "PartiQLStatement",
    MINIMUM(1),
    MAXIMUM(8192),
};

static const struct shape prepared_statement_parameters = {
    .kind = SHAPE_LIST,
    .name = "PreparedStatementParameters",
    MINIMUM(1),
    .element = &shape_attribute_value,
};

static const struct shape parti_ql_next_token = {
    .kind = SHAPE_STRING,
    .name = "PartiQLNextToken",
    MINIMUM(1),
    MAXIMUM(32768),
};

const struct shape schema_execute_statement = {
    .kind = SHAPE_STRUCTURE,
    .name = "ExecuteStatementInput",
    .members =
        (const struct member[]){
            { "Statement", &parti_ql_statement, REQUIRED },
            { "Parameters", &prepared_statement_parameters },
            { "ConsistentRead", &shape_boolean },
            { "NextToken", &parti_ql_next_token },
            { "ReturnConsumedCapacity", &shape_return_consumed_capacity },
            { "Limit", &shape_positive_integer },
            { "ReturnValuesOnConditionCheckFailure",
              &shape_return_values_on_condition_check_failure },
            { NULL },
        },
};

static const struct shape batch_statement_request = {
    .kind = SHAPE_STRUCTURE,
    .name = "BatchStatementRequest",
    .members =
        (const struct member[]){
            { "Statement", &parti_ql_statement, REQUIRED },
            { "Parameters", &prepared_statement_parameters },
            { "ConsistentRead", &shape_boolean },
            { "ReturnValuesOnConditionCheckFailure",
              &shape_return_values_on_condition_check_failure },
            { NULL },
        },
};

static const struct shape parti_ql_batch_request = {
    .kind = SHAPE_LIST,
    .name = "PartiQLBatchRequest",
    MINIMUM(1),
    MAXIMUM(25),
    .element = &batch_statement_request,
};

const struct shape schema_batch_execute_statement = {
    .kind = SHAPE_STRUCTURE,
    .name = "BatchExecuteStatementInput",
    .members =
        (const struct member[]){
            { "Statements", &parti_ql_batch_request, REQUIRED },
            { "ReturnConsumedCapacity", &shape_return_consumed_capacity },
            { NULL },
        },
};

static const struct shape parameterized_statement = {
    .kind = SHAPE_STRUCTURE,
    .name = "ParameterizedStatement",
    .members =
        (const struct member[]){
            { "Statement", &parti_ql_statement, REQUIRED },
            { "Parameters", &prepared_statement_parameters },
            { "ReturnValuesOnConditionCheckFailure",
              &shape_return_values_on_condition_check_failure },
            { NULL },
        },
};

static const struct shape parameterized_statements = {
    .kind = SHAPE_LIST,
    .name = "ParameterizedStatements",
    MINIMUM(1),
    MAXIMUM(100),
    .element = &parameterized_statement,
};

const struct shape schema_execute_transaction = {
    .kind = SHAPE_STRUCTURE,
    .name = "ExecuteTransactionInput",
    .members =
        (const struct member[]){
            { "TransactStatements", &parameterized_statements, REQUIRED },
            { "ClientRequestToken", &shape_client_request_token },
            { "ReturnConsumedCapacity", &shape_return_consumed_capacity },
            { NULL },
        },
};
