/* See cluster_link_options.h. */
#include "cluster_link_options.h"
#include "folder.h"
#include "quantity.h"
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum condition { LOSS, DUPLICATE, REORDER, DELAY, JITTER, RATE, QUEUE, CONDITIONS };

void link_print_help(void)
{
    printf("usage: mml cluster link [--name NAME] [LINK]\n"
           "       mml cluster link [--name NAME] LINK [CONDITION]... [--from|--to] [--seed N] [--reset]\n"
           "       mml cluster partition [--name NAME] LINK[,LINK]...\n"
           "       mml cluster heal [--name NAME] [LINK[,LINK]...]\n"
           "       mml cluster capture [--name NAME] start FILE [--only LINK]\n"
           "       mml cluster capture [--name NAME] stop\n"
           "\n"
           "Looks at the cluster's network and changes it, while it runs. LINK is a node in a machine, or "
           "`gateway`,\n"
           "the way between all machines and this one.\n"
           "\n"
           "  link       prints links, their conditions and what happened to frames; or sets conditions: "
           "those that\n"
           "             are named change, the others stay, --reset takes all back first\n"
           "  partition  cuts links off from all others; those of one command still reach each other\n"
           "  heal       (or partition --heal) takes that back: for these links, or for all\n"
           "  capture    writes frames into a file that tcpdump and Wireshark read\n"
           "\n"
           "conditions, for both directions of the link or only frames --from or --to it:\n"
           "  --loss 30%%        the share of frames that is lost\n"
           "  --duplicate 1%%    the share that arrives twice\n"
           "  --reorder 5%%      the share that up to three later frames overtake\n"
           "  --delay 20ms      how long the way takes\n"
           "  --jitter 5ms      by how much that varies, up and down; frames stay in order\n"
           "  --rate 1mbit      how many bits in a second (kbit, mbit, gbit)\n"
           "  --queue 64k       how many bytes may wait for the rate (default: 64k)\n"
           "  --seed N          of the random numbers (from 1): same seed, same frames, same decisions;\n"
           "                    default: one is drawn, and printed\n"
           "\n"
           "options:\n"
           "  --name NAME       of the cluster (default: the only one)\n"
           "  --only LINK       capture what this node's card sends and receives (default: every frame once, "
           "as\n"
           "                    it leaves its sender's cable)\n"
           "\n"
           "examples:\n"
           "  mml cluster link n1 --loss 30%% --delay 20ms --seed 7\n"
           "  mml cluster link n1\n"
           "  mml cluster link n1 --reset\n"
           "  mml cluster partition n1,n2 && sleep 6 && mml cluster heal\n"
           "  mml cluster capture start n1.pcap --only n1\n"
           "  mml cluster capture stop && tcpdump -r n1.pcap\n");
}

enum {
    OPTION_CONDITION = 0x100,
    OPTION_SEED = 0x200,
    OPTION_FROM,
    OPTION_TO,
    OPTION_RESET,
    OPTION_HEAL,
    OPTION_ONLY
};

/* Reading options */

static bool read_condition(enum condition condition, const char *text, struct switch_conditions *conditions)
{
    switch (condition) {
    case LOSS:
        return quantity_read_share(text, &conditions->loss);
    case DUPLICATE:
        return quantity_read_share(text, &conditions->duplicate);
    case REORDER:
        return quantity_read_share(text, &conditions->reorder);
    case DELAY:
        return quantity_read_time(text, &conditions->delay_ns) && conditions->delay_ns <= SWITCH_DELAY_MAX_NS;
    case JITTER:
        return quantity_read_time(text, &conditions->jitter_ns) &&
               conditions->jitter_ns <= SWITCH_DELAY_MAX_NS;
    case RATE:
        return quantity_read_rate(text, &conditions->rate) && conditions->rate >= SWITCH_RATE_MIN &&
               conditions->rate <= SWITCH_RATE_MAX;
    default:
        return quantity_read_size(text, &conditions->queue_bytes) && conditions->queue_bytes > 0 &&
               conditions->queue_bytes <= SWITCH_QUEUE_MAX;
    }
}

/* Writes a condition over that of another. */
static void copy_condition(enum condition condition, const struct switch_conditions *from,
                           struct switch_conditions *to)
{
    switch (condition) {
    case LOSS:
        to->loss = from->loss;
        break;
    case DUPLICATE:
        to->duplicate = from->duplicate;
        break;
    case REORDER:
        to->reorder = from->reorder;
        break;
    case DELAY:
        to->delay_ns = from->delay_ns;
        break;
    case JITTER:
        to->jitter_ns = from->jitter_ns;
        break;
    case RATE:
        to->rate = from->rate;
        break;
    default:
        to->queue_bytes = from->queue_bytes;
        break;
    }
}

/* The conditions come first, in their order. */
static const struct option link_words[] = {
    {"loss", required_argument, NULL, OPTION_CONDITION + LOSS},
    {"duplicate", required_argument, NULL, OPTION_CONDITION + DUPLICATE},
    {"reorder", required_argument, NULL, OPTION_CONDITION + REORDER},
    {"delay", required_argument, NULL, OPTION_CONDITION + DELAY},
    {"jitter", required_argument, NULL, OPTION_CONDITION + JITTER},
    {"rate", required_argument, NULL, OPTION_CONDITION + RATE},
    {"queue", required_argument, NULL, OPTION_CONDITION + QUEUE},
    {"name", required_argument, NULL, 'n'},
    {"help", no_argument, NULL, 'h'},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"from", no_argument, NULL, OPTION_FROM},
    {"to", no_argument, NULL, OPTION_TO},
    {"reset", no_argument, NULL, OPTION_RESET},
    {NULL, 0, NULL, 0},
};

static bool read_seed(const char *text, uint64_t *out_seed)
{
    char *end;

    errno = 0;
    *out_seed = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && *out_seed > 0;
}

static enum mml_exit take_option(const char *command, int option, const char *word,
                                 struct link_options *options)
{
    static const char *const wanted[CONDITIONS] = {
        "a share such as 30%", "a share such as 1%", "a share such as 5%",
        "a time such as 20ms", "a time such as 5ms", "a rate such as 1mbit (1kbit to 100gbit)",
        "a size such as 64k",
    };

    if (option >= OPTION_CONDITION && option < OPTION_CONDITION + CONDITIONS) {
        enum condition condition = (enum condition)(option - OPTION_CONDITION);

        if (!read_condition(condition, optarg, &options->conditions))
            return mml_usage_error("cluster link", "`--%s` needs %s, not `%s`", link_words[condition].name,
                                   wanted[condition], optarg);
        options->given |= 1U << condition;
        return MML_OK;
    }
    switch (option) {
    case 'n':
        options->cluster = optarg;
        break;
    case 'h':
        options->help = true;
        break;
    case OPTION_ONLY:
        options->only = optarg;
        break;
    case OPTION_FROM:
        options->directions |= SWITCH_FROM_NODE;
        break;
    case OPTION_TO:
        options->directions |= SWITCH_TO_NODE;
        break;
    case OPTION_RESET:
        options->reset = true;
        break;
    case OPTION_HEAL:
        options->heal = true;
        break;
    case OPTION_SEED:
        if (!read_seed(optarg, &options->seed))
            return mml_usage_error("cluster link", "--seed needs a number from 1, not `%s`", optarg);
        break;
    case ':':
        return mml_usage_error("cluster link", "`%s` needs a value", word);
    default:
        return mml_usage_error("cluster link", "`%s` has no option `%s`", command, word);
    }
    return MML_OK;
}

static const struct option partition_words[] = {
    {"name", required_argument, NULL, 'n'},
    {"help", no_argument, NULL, 'h'},
    {"heal", no_argument, NULL, OPTION_HEAL},
    {NULL, 0, NULL, 0},
};

static const struct option capture_words[] = {
    {"name", required_argument, NULL, 'n'},
    {"help", no_argument, NULL, 'h'},
    {"only", required_argument, NULL, OPTION_ONLY},
    {NULL, 0, NULL, 0},
};

static const struct option *words_of(const char *command)
{
    if (strcmp(command, "link") == 0)
        return link_words;
    return strcmp(command, "capture") == 0 ? capture_words : partition_words;
}

enum mml_exit link_read_options(const char *command, int argument_count, char **arguments,
                                struct link_options *out_options)
{
    const struct option *words = words_of(command);
    enum mml_exit result = MML_OK;
    int option;

    memset(out_options, 0, sizeof(*out_options));
    opterr = 0;
    while (result == MML_OK && (option = getopt_long(argument_count, arguments, ":h", words, NULL)) != -1)
        result = take_option(command, option, arguments[optind - 1], out_options);
    out_options->words = arguments + optind;
    out_options->word_count = argument_count - optind;
    if (result == MML_OK && out_options->cluster && !cluster_name_is_valid(out_options->cluster))
        return mml_usage_error("cluster link", "`%s` cannot be the name of a cluster", out_options->cluster);
    return result;
}

void link_options_apply(const struct link_options *options, struct switch_conditions *conditions)
{
    int condition;

    if (options->reset)
        memset(conditions, 0, sizeof(*conditions));
    for (condition = 0; condition < CONDITIONS; condition++)
        if (options->given & 1U << condition)
            copy_condition((enum condition)condition, &options->conditions, conditions);
}
