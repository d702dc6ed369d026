/* Shared by the files of the parser: parser.c (tokens, recovery, the file), parse_declaration.c,
 * parse_interface.c, parse_aggregate.c, parse_type.c, parse_attribute.c, parse_expression.c.
 */
#ifndef IDLC_PARSER_INTERNAL_H
#define IDLC_PARSER_INTERNAL_H

#include "attributes.h"
#include "parser.h"

/* How deep types and expressions nest before it is no honest input. */
#define PARSER_DEPTH_MAX 100
#define PARSER_TERMS_MAX 1000

struct parser {
    struct arena *arena;
    struct diagnostics *diagnostics;
    const struct token *tokens;
    uint32_t at;
    bool panic;      /* an error was reported; be quiet until the next recovery point */
    bool is_refused; /* it is another language; be quiet for good */
    uint32_t depth;
    uint32_t nesting;                /* structs and unions that are open */
    struct ast_declaration **tail;   /* where the next declaration of the unit is linked */
    struct ast_import **import_tail; /* and the next import */
    struct ast_declaration *library; /* that is open */
};

/* parser.c */
const struct token *parser_peek(const struct parser *parser, uint32_t ahead);
const struct token *parser_take(struct parser *parser);
bool parser_is(const struct parser *parser, int punctuation);
bool parser_is_word(const struct parser *parser, const char *word);
bool parser_accept(struct parser *parser, int punctuation);
bool parser_accept_word(struct parser *parser, const char *word);
bool parser_expect(struct parser *parser, int punctuation, const char *where);
struct ast_name parser_expect_name(struct parser *parser, const char *what);
void parser_error(struct parser *parser, const char *expected);
void parser_link(struct parser *parser, struct ast_declaration *declaration);
/* Reports a name that C or C++ takes for itself; parameters get an underscore where C++ does. */

/* What a name is of: words of C++ get an underscore there as those of parameters and members, and can be no
 * others. */
enum name_of { NAME_OF_PARAMETER, NAME_OF_MEMBER, NAME_OF_TYPE };

void parser_check_name(struct parser *parser, struct ast_name name, enum name_of of);
/* The '}' of what was opened at `opened`. */
void parser_expect_close(struct parser *parser, struct span opened, const char *where);
bool parser_enter(struct parser *parser); /* one level deeper; false: too deep (reported) */
void parser_leave(struct parser *parser);
/* Skips to `,` or `close` of this level, and behind a `,`; false at `close` or where the list must have
 * ended. */
bool parser_next_item(struct parser *parser, int close);
/* To the next statement of the file, or (in_body) of the interface: behind a ';', or before its '}'. */
void parser_recover(struct parser *parser, uint32_t begin, bool in_body);
/* All declarations of a file, or of a library up to its '}'. */
void parse_items(struct parser *parser, bool in_library);

/* parse_attribute.c */
struct ast_attribute *parse_attributes(struct parser *parser);
/* Links `more` behind `list`. */
struct ast_attribute *parse_join_attributes(struct ast_attribute *list, struct ast_attribute *more);

/* parse_declaration.c */
void parse_item(struct parser *parser);
/* Of a C header: what is not understood is skipped without a word. */
void parse_c_declaration(struct parser *parser);
struct ast_declaration *parse_new_declaration(struct parser *parser, enum ast_declaration_kind kind,
                                              struct span span, const char *doc,
                                              struct ast_attribute *attributes);
/*
 * typedef, const, struct, enum, cpp_quote: what may stand in a file and in an interface. False: none of them.
 */
bool parse_common(struct parser *parser, const char *doc, struct ast_attribute *attributes);
void parse_imports(struct parser *parser);

/* parse_interface.c */
void parse_interface(struct parser *parser, const char *doc, struct ast_attribute *attributes);
void parse_dispinterface(struct parser *parser, const char *doc, struct ast_attribute *attributes);
void parse_coclass(struct parser *parser, const char *doc, struct ast_attribute *attributes);
void parse_library(struct parser *parser, const char *doc, struct ast_attribute *attributes);

/* parser.c */
/* What other languages have at the beginning of a statement is named and reported. False: it is none of that.
 */
bool parse_refused(struct parser *parser);
/* The same around a token that was not expected. */
bool parse_refused_within(struct parser *parser);

/* parse_type.c */
struct ast_type *parse_specifier(struct parser *parser);
/* Whether a word says how a function is called or a pointer is stored. */
bool parse_is_convention(const char *word);
struct ast_type *parse_declarator(struct parser *parser, struct ast_type *type, struct ast_name *out_name);

/* parse_aggregate.c */
/* struct X, union X, enum X, with or without its definition. */
struct ast_type *parse_tagged(struct parser *parser, enum ast_tag tag);
struct ast_member *parse_member(struct parser *parser);

/* parse_expression.c */
struct ast_expression *parse_expression(struct parser *parser);

#endif
