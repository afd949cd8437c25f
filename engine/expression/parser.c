/*
 * parser.c - from tokens to operands and leaves. One machine with a stack in the arena reads
 * conditions and assigned values: they share operands, calls and parentheses, and a text of 4,096
 * opening parentheses must not be answered with the host thread's stack.
 *
 * An opening parenthesis where a condition may begin opens either a condition or an operand; the
 * machine does not decide before it must, so that an error is found at the first token that fits
 * neither reading, as the service finds it.
 */
#include "engine/expression/internal.h"

/* What an opened, unfinished part of the text waits for. */
enum frame_type {
    FRAME_GROUP,       /* "(" where a condition or a sum may stand */
    FRAME_PARENTHESIS, /* "(" where only an operand may stand */
    FRAME_CALL,        /* arguments */
    FRAME_ARITHMETIC,  /* the right operand of + or - */
    FRAME_COMPARE,     /* the right operand of a comparator */
    FRAME_BETWEEN_LOW,
    FRAME_BETWEEN_HIGH,
    FRAME_IN,
    FRAME_NOT,
    FRAME_AND,
    FRAME_OR,
};

struct frame {
    enum frame_type type;
    enum comparator comparator;
    enum operand_type arithmetic;
    struct operand *operand;  /* the call, or the left operand */
    struct operand *last;     /* of a list that begins with `operand` */
    unsigned count;           /* of that list */
    struct fragment fragment; /* the left condition */
};

/* What was read last. */
struct item {
    enum { ITEM_OPERAND, ITEM_SUM, ITEM_CONDITION } type;
    bool parenthesized;
    struct operand *operand;
    struct fragment fragment;
};

struct machine {
    struct parser *parser;
    bool condition; /* else an assigned value */
    struct frame *frames;
    size_t depth, capacity;
    struct item item;
};

int parser_begin(struct parser *parser, struct request *request, enum expression_kind kind,
                 struct slice text, struct placeholders *placeholders)
{
    *parser = (struct parser){
        .request = request,
        .arena = &request->arena,
        .kind = kind,
        .text = text,
        .placeholders = placeholders,
        .duplicate_section_at = SIZE_MAX,
    };
    if (tokenize(parser) < 0)
        return -1;
    parser->started = ARENA_NEW_ARRAY(parser->arena, parser->token_count + 1, struct operand *);
    parser->completed = ARENA_NEW_ARRAY(parser->arena, parser->token_count + 1, struct operand *);
    return 0;
}

const struct token *current_token(const struct parser *parser)
{
    return &parser->tokens[parser->position];
}

struct slice token_text(const struct parser *parser, const struct token *token)
{
    return (struct slice){ parser->text.data + token->start, token->end - token->start };
}

bool accept_token(struct parser *parser, enum token_type type)
{
    if (current_token(parser)->type != type)
        return false;
    parser->position++;
    return true;
}

int expect_token(struct parser *parser, enum token_type type)
{
    return accept_token(parser, type) ? 0 : fail_syntax(parser);
}

static struct operand *start_operand(struct parser *parser, enum operand_type type)
{
    struct operand *operand = ARENA_NEW(parser->arena, struct operand);
    operand->type = type;
    operand->completed_from = parser->completed_count;
    parser->started[parser->started_count++] = operand;
    return operand;
}

static void complete_operand(struct parser *parser, struct operand *operand)
{
    parser->completed[parser->completed_count++] = operand;
}

/* Steps over "name" or "#name", or, behind a dot, ":name", which no request can define as a name.
 */
static int accept_element(struct parser *parser, bool behind_dot)
{
    if (behind_dot && accept_token(parser, TOKEN_VALUE_PLACEHOLDER))
        return 0;
    return accept_token(parser, TOKEN_NAME) || accept_token(parser, TOKEN_NAME_PLACEHOLDER)
               ? 0
               : fail_syntax(parser);
}

static uint32_t index_value(struct slice digits)
{
    uint32_t value = 0;
    for (size_t i = 0; i < digits.length; i++) {
        if (value > (UINT32_MAX - 9) / 10)
            return UINT32_MAX; /* out of range: check_words refuses it */
        value = value * 10 + (uint32_t)(digits.data[i] - '0');
    }
    return value;
}

int parse_path(struct parser *parser, struct operand **out)
{
    struct operand *operand = start_operand(parser, OPERAND_PATH);
    operand->first_token = parser->position;
    if (accept_element(parser, false) < 0)
        return -1;
    size_t count = 1;
    for (;; count++) {
        if (accept_token(parser, TOKEN_DOT)) {
            if (accept_element(parser, true) < 0)
                return -1;
        } else if (accept_token(parser, TOKEN_OPEN_INDEX)) {
            if (expect_token(parser, TOKEN_INDEX) < 0 ||
                expect_token(parser, TOKEN_CLOSE_INDEX) < 0)
                return -1;
        } else {
            break;
        }
    }
    operand->tokens = parser->position - operand->first_token;
    operand->path.elements = ARENA_NEW_ARRAY(parser->arena, count, struct path_element);
    for (size_t i = 0; i < operand->tokens; i++) {
        const struct token *token = &parser->tokens[operand->first_token + i];
        struct slice text = token_text(parser, token);
        if (token->type == TOKEN_INDEX)
            operand->path.elements[operand->path.count++].index = index_value(text);
        else if (token->type >= TOKEN_NAME && token->type <= TOKEN_VALUE_PLACEHOLDER)
            operand->path.elements[operand->path.count++].name = text;
    }
    complete_operand(parser, operand);
    *out = operand;
    return 0;
}

int parse_value_placeholder(struct parser *parser, struct operand **out)
{
    const struct token *token = current_token(parser);
    if (expect_token(parser, TOKEN_VALUE_PLACEHOLDER) < 0)
        return -1;
    struct operand *operand = start_operand(parser, OPERAND_VALUE);
    operand->text = token_text(parser, token);
    complete_operand(parser, operand);
    *out = operand;
    return 0;
}

static struct frame *push_frame(struct machine *machine, enum frame_type type,
                                struct operand *operand)
{
    if (machine->depth == machine->capacity) {
        size_t capacity = machine->capacity ? 2 * machine->capacity : 8;
        struct frame *frames = ARENA_NEW_ARRAY(machine->parser->arena, capacity, struct frame);
        if (machine->depth > 0)
            memcpy(frames, machine->frames, machine->depth * sizeof *frames);
        machine->frames = frames;
        machine->capacity = capacity;
    }
    struct frame *frame = &machine->frames[machine->depth++];
    *frame = (struct frame){
        .type = type, .operand = operand, .last = operand, .count = operand != NULL
    };
    return frame;
}

static struct frame *top_frame(const struct machine *machine)
{
    return machine->depth > 0 ? &machine->frames[machine->depth - 1] : NULL;
}

/* Whether what comes next may be a condition (or, of an assigned value, a sum), not only an
 * operand. */
static bool in_condition(const struct machine *machine)
{
    const struct frame *top = top_frame(machine);
    return !top || top->type == FRAME_GROUP || top->type == FRAME_NOT || top->type == FRAME_AND ||
           top->type == FRAME_OR;
}

static void set_operand(struct machine *machine, struct operand *operand)
{
    machine->item = (struct item){ .type = ITEM_OPERAND, .operand = operand };
}

/* Takes the item as one more of the frame's list. */
static void append_operand(struct frame *frame, struct operand *operand)
{
    if (frame->last)
        frame->last->next = operand;
    else
        frame->operand = operand;
    frame->last = operand;
    frame->count++;
}

/* Reads what may begin here: opens frames, or leaves an operand in machine->item and *complete
 * true. */
static int read_primary(struct machine *machine, bool *complete)
{
    struct parser *parser = machine->parser;
    const struct token *token = current_token(parser);
    struct operand *operand;
    *complete = false;
    switch (token->type) {
    case TOKEN_OPEN:
        parser->position++;
        push_frame(machine, in_condition(machine) ? FRAME_GROUP : FRAME_PARENTHESIS, NULL);
        return 0;
    case TOKEN_NOT:
        if (!machine->condition || !in_condition(machine))
            return fail_syntax(parser);
        parser->position++;
        push_frame(machine, FRAME_NOT, NULL);
        return 0;
    case TOKEN_NAME:
        if (token[1].type == TOKEN_OPEN) {
            operand = start_operand(parser, OPERAND_CALL);
            operand->text = token_text(parser, token);
            parser->position += 2;
            push_frame(machine, FRAME_CALL, NULL)->operand = operand;
            return 0;
        }
        break;
    case TOKEN_NAME_PLACEHOLDER:
        break;
    case TOKEN_VALUE_PLACEHOLDER:
        if (parse_value_placeholder(parser, &operand) < 0)
            return -1;
        set_operand(machine, operand);
        *complete = true;
        return 0;
    default:
        return fail_syntax(parser);
    }
    if (parse_path(parser, &operand) < 0)
        return -1;
    set_operand(machine, operand);
    *complete = true;
    return 0;
}

static void set_condition(struct machine *machine, struct fragment fragment)
{
    machine->item = (struct item){ .type = ITEM_CONDITION, .fragment = fragment };
}

static void add_leaf(struct machine *machine, enum leaf_type type, enum comparator comparator,
                     struct operand *operands, unsigned count)
{
    struct parser *parser = machine->parser;
    if (parser->leaf_count == parser->leaf_capacity) {
        size_t capacity = parser->leaf_capacity ? 2 * parser->leaf_capacity : 4;
        struct leaf *leaves = ARENA_NEW_ARRAY(parser->arena, capacity, struct leaf);
        if (parser->leaf_count > 0)
            memcpy(leaves, parser->leaves, parser->leaf_count * sizeof *leaves);
        parser->leaves = leaves;
        parser->leaf_capacity = capacity;
    }
    size_t index = parser->leaf_count++;
    parser->leaves[index] = (struct leaf){
        .type = type,
        .comparator = comparator,
        .operands = operands,
        .operand_count = count,
        .completed_from = operands->completed_from,
        .completed_to = parser->completed_count,
    };
    set_condition(machine, fragment_leaf(parser->leaves, (int)index));
}

/* The frame's operands and the item are a condition. */
static void close_leaf(struct machine *machine, enum leaf_type type)
{
    struct frame *frame = top_frame(machine);
    append_operand(frame, machine->item.operand);
    for (struct operand *operand = frame->operand; operand; operand = operand->next)
        operand->place = PLACE_OPERAND;
    machine->depth--;
    add_leaf(machine, type, frame->comparator, frame->operand, frame->count);
}

/*
 * Whether the service has made up its mind about the parenthesis that ends here. It reads ahead
 * where a condition or a sum may begin, over the left operand up to what follows it, and an error
 * met on the way is a syntax error.
 */
static bool is_decided(const struct machine *machine)
{
    const struct item *item = &machine->item;
    bool in_call = false;
    if (item->type != ITEM_OPERAND)
        return true;
    for (size_t i = machine->depth; i-- > 0;) {
        switch (machine->frames[i].type) {
        case FRAME_PARENTHESIS:
            break;
        case FRAME_CALL:
            in_call = true;
            break;
        case FRAME_GROUP:
            if (machine->condition)
                return !in_call && item->operand->type == OPERAND_CALL;
            if (i + 1 < machine->depth)
                return false;
            break;
        case FRAME_NOT:
        case FRAME_AND:
        case FRAME_OR:
            return !in_call;
        default:
            return true;
        }
    }
    return !in_call;
}

/* Steps over ")". The service refuses a parenthesis around another as soon as it has understood it.
 */
static int close_parenthesis(struct machine *machine)
{
    struct parser *parser = machine->parser;
    if (expect_token(parser, TOKEN_CLOSE) < 0)
        return -1;
    if (machine->item.parenthesized) {
        parser->redundant_parentheses = true;
        if (is_decided(machine))
            return fail_parentheses(parser);
    }
    machine->item.parenthesized = true;
    machine->depth--;
    return 0;
}

/* The item is an operand, and the frame wants one. */
static int end_operand(struct machine *machine, bool *complete)
{
    struct parser *parser = machine->parser;
    struct frame *frame = top_frame(machine);
    struct operand *operand = machine->item.operand;
    switch (frame->type) {
    case FRAME_PARENTHESIS:
        return close_parenthesis(machine);
    case FRAME_CALL:
        operand->place = PLACE_ARGUMENT;
        if (frame->operand->last_argument)
            frame->operand->last_argument->next = operand;
        else
            frame->operand->arguments = operand;
        frame->operand->last_argument = operand;
        frame->operand->argument_count++;
        if (accept_token(parser, TOKEN_COMMA)) {
            *complete = false;
            return 0;
        }
        if (expect_token(parser, TOKEN_CLOSE) < 0)
            return -1;
        complete_operand(parser, frame->operand);
        machine->depth--;
        set_operand(machine, frame->operand);
        return 0;
    case FRAME_ARITHMETIC: {
        struct operand *sum = ARENA_NEW(parser->arena, struct operand);
        sum->type = frame->arithmetic;
        sum->completed_from = frame->operand->completed_from;
        sum->arguments = frame->operand;
        sum->last_argument = operand;
        sum->argument_count = 2;
        frame->operand->next = operand;
        frame->operand->place = operand->place = PLACE_OPERAND;
        machine->depth--;
        machine->item = (struct item){ .type = ITEM_SUM, .operand = sum };
        return 0;
    }
    case FRAME_COMPARE:
        close_leaf(machine, LEAF_COMPARE);
        return 0;
    case FRAME_BETWEEN_LOW:
        if (expect_token(parser, TOKEN_AND) < 0)
            return -1;
        append_operand(frame, operand);
        frame->type = FRAME_BETWEEN_HIGH;
        *complete = false;
        return 0;
    case FRAME_BETWEEN_HIGH:
        close_leaf(machine, LEAF_BETWEEN);
        return 0;
    default: /* FRAME_IN */
        if (accept_token(parser, TOKEN_COMMA)) {
            append_operand(frame, operand);
            *complete = false;
            return 0;
        }
        if (expect_token(parser, TOKEN_CLOSE) < 0)
            return -1;
        close_leaf(machine, LEAF_IN);
        return 0;
    }
}

/*
 * For KeyConditionExpression: remembers the OR or NOT that comes first when the tree is walked from
 * its root, which is the last one built of those whose first leaf is the leftmost.
 */
static void note_logical(struct parser *parser, int first_leaf, const char *name)
{
    if (!parser->logical_name || first_leaf <= parser->logical_first) {
        parser->logical_first = first_leaf;
        parser->logical_name = name;
    }
}

/* The item is a condition: NOT binds closest, then AND, then OR. */
static void combine_conditions(struct machine *machine)
{
    struct parser *parser = machine->parser;
    bool more_and = current_token(parser)->type == TOKEN_AND;
    for (struct frame *frame; (frame = top_frame(machine)) != NULL; machine->depth--) {
        struct fragment fragment = machine->item.fragment;
        if (frame->type == FRAME_NOT) {
            fragment = fragment_not(fragment);
            note_logical(parser, fragment.entry, "NOT");
        } else if (frame->type == FRAME_AND) {
            fragment = fragment_and(parser->leaves, frame->fragment, fragment);
        } else if (frame->type == FRAME_OR && !more_and) {
            fragment = fragment_or(parser->leaves, frame->fragment, fragment);
            note_logical(parser, fragment.entry, "OR");
        } else {
            return;
        }
        parser->logical_operators++;
        set_condition(machine, fragment);
    }
}

/* The item is a condition; *done when the whole text is one. */
static int end_condition(struct machine *machine, bool *complete, bool *done)
{
    struct parser *parser = machine->parser;
    combine_conditions(machine);
    enum token_type type = current_token(parser)->type;
    if (type == TOKEN_AND || type == TOKEN_OR) {
        parser->position++;
        push_frame(machine, type == TOKEN_AND ? FRAME_AND : FRAME_OR, NULL)->fragment =
            machine->item.fragment;
        *complete = false;
        return 0;
    }
    if (top_frame(machine) && type == TOKEN_CLOSE)
        return close_parenthesis(machine);
    if (top_frame(machine) || type != TOKEN_END)
        return fail_syntax(parser);
    *done = true;
    return 0;
}

/* The item is an operand where a condition is wanted: it begins a comparison, ends a group, or is a
 * call by itself. */
static int begin_comparison(struct machine *machine, bool *complete)
{
    struct parser *parser = machine->parser;
    const struct frame *top = top_frame(machine);
    struct operand *operand = machine->item.operand;
    enum token_type type = current_token(parser)->type;
    bool compares =
        (type >= TOKEN_EQ && type <= TOKEN_GE) || type == TOKEN_BETWEEN || type == TOKEN_IN;
    /* A call in a group may yet turn out to be compared, or not to be closed. */
    bool open = top && top->type == FRAME_GROUP && type != TOKEN_CLOSE;
    if (parser->redundant_parentheses && (compares || (operand->type == OPERAND_CALL && !open)))
        return fail_parentheses(parser);
    if (type >= TOKEN_EQ && type <= TOKEN_GE) {
        parser->position++;
        push_frame(machine, FRAME_COMPARE, operand)->comparator =
            (enum comparator)(type - TOKEN_EQ);
        *complete = false;
        return 0;
    }
    if (type == TOKEN_BETWEEN || type == TOKEN_IN) {
        parser->position++;
        push_frame(machine, type == TOKEN_IN ? FRAME_IN : FRAME_BETWEEN_LOW, operand);
        *complete = false;
        return type == TOKEN_IN ? expect_token(parser, TOKEN_OPEN) : 0;
    }
    if (type == TOKEN_CLOSE && top && top->type == FRAME_GROUP)
        return close_parenthesis(machine);
    if (operand->type != OPERAND_CALL)
        return fail_syntax(parser);
    bool parenthesized = machine->item.parenthesized;
    add_leaf(machine, LEAF_CALL, COMPARE_EQ, operand, 1);
    machine->item.parenthesized = parenthesized;
    return 0;
}

static int run_condition(struct machine *machine)
{
    bool complete = false, done = false;
    while (!done) {
        if (!complete) {
            if (read_primary(machine, &complete) < 0)
                return -1;
        } else if (machine->item.type == ITEM_CONDITION) {
            if (end_condition(machine, &complete, &done) < 0)
                return -1;
        } else if (in_condition(machine)) {
            if (begin_comparison(machine, &complete) < 0)
                return -1;
        } else if (end_operand(machine, &complete) < 0) {
            return -1;
        }
    }
    return 0;
}

int parse_condition(struct parser *parser, struct fragment *out)
{
    struct machine machine = { .parser = parser, .condition = true };
    if (run_condition(&machine) < 0)
        return -1;
    *out = machine.item.fragment;
    return 0;
}

int parse_assigned(struct parser *parser, struct operand **out)
{
    struct machine machine = { .parser = parser };
    bool complete = false;
    for (;;) {
        if (!complete) {
            if (read_primary(&machine, &complete) < 0)
                return -1;
            continue;
        }
        if (!in_condition(&machine)) {
            if (end_operand(&machine, &complete) < 0)
                return -1;
            continue;
        }
        enum token_type type = current_token(parser)->type;
        bool sum = machine.item.type == ITEM_OPERAND && (type == TOKEN_PLUS || type == TOKEN_MINUS);
        if (parser->redundant_parentheses && (sum || machine.depth == 0))
            return fail_parentheses(parser);
        if (sum) {
            parser->position++;
            push_frame(&machine, FRAME_ARITHMETIC, machine.item.operand)->arithmetic =
                type == TOKEN_PLUS ? OPERAND_PLUS : OPERAND_MINUS;
            complete = false;
        } else if (machine.depth == 0) {
            break;
        } else if (close_parenthesis(&machine) < 0) {
            return -1;
        }
    }
    *out = machine.item.operand;
    return 0;
}
