/*
 * embedded.c - see embedded.h. The assembler takes the files in as they are; the Makefile says that the object depends on them.
 */
#include "engine/stats/embedded.h"

#define EMBED(name, file)                                                                          \
    __asm__(".section .rodata\n"                                                                   \
            ".balign 8\n"                                                                          \
            ".globl " #name "\n"                                                                   \
            ".hidden " #name "\n" #name ":\n"                                                      \
            ".incbin \"" file "\"\n" #name "_end:\n"                                               \
            ".byte 0\n"                                                                            \
            ".balign 8\n"                                                                          \
            ".globl " #name "_size\n"                                                              \
            ".hidden " #name "_size\n" #name "_size:\n"                                            \
            ".quad " #name "_end - " #name "\n"                                                    \
            ".previous\n")

EMBED(embedded_prices, "engine/stats/prices.json");
EMBED(embedded_page, "engine/stats/report.html");
