using System.Globalization;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Help;

/// <summary>The topics of <c>prox help</c>.</summary>
internal static class HelpTopics
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<HelpTopic> All { get; } =
    [
        new(
            "exit-codes",
            "What the exit code of a command means. With -o json or jsonl an error is one object on standard error: "
            + "{\"error\":{\"code\",\"exitCode\",\"message\",\"hint\",\"retryable\",\"need\",\"upid\",\"node\",...}}. Answers are no errors: diff and backup diff end "
            + "with 1 where something differs, backup find with 5 where nothing fits, agent exec --exit-code with the code of the program; what runs until it is "
            + "interrupted (events, --watch, --follow) just ends.")
        {
            Sections = [("Exit codes", [.. ExitCodes.All.Select(static code => (code.Code.ToString(CultureInfo.InvariantCulture), code.Meaning))])],
            Examples =
            [
                new("vm start web-1 --wait-timeout 60", "11 if it does not run after a minute"),
                new("vm delete web-1 -o json", "in a script: 8, and the error says need: [\"--yes\"]"),
            ],
        },
        new(
            "output",
            "How results are written. Machine formats keep the server's keys and types; tables show sizes and times in readable units. Results go to "
            + "standard output, all else to standard error.")
        {
            Sections =
            [
                ("Formats (-o)",
                [
                    ("table", "columns that matter, as many as the terminal has room for"),
                    ("wide", "all columns"),
                    ("json", "{\"schemaVersion\":1,\"data\":...}; with --query what the expression gives; prox api prints what the server answered"),
                    ("jsonl", "each item of a list on a line of its own"),
                    ("yaml", "YAML"),
                    ("csv, tsv", "with a header, which --no-header leaves out; a query that makes lists, such as \"[].[vmid, name]\", makes columns without names and no header"),
                    ("name", "only what names each item, one a line: what other commands take; of one thing, what it was asked for by; nothing for what has no name"),
                ]),
                (
                    "In this order",
                    [(
                        "--query",
                        "puts the result through a JMESPath expression"), ("--sort", "sorts a list: --sort node,-mem"), (
                            "--fields", "chooses fields and their order")]),
            ],
            Examples =
            [
                new("vm list --query \"[?status=='running'].{id: vmid, name: name}\" -o csv", "some fields of some machines"),
                new("vm list status=stopped -o name", "numbers for another command"),
            ],
        },
        new("selectors", "How guests are named. Words stand next to each other, or with commas between them.")
        {
            Sections =
            [
                ("Words",
                [
                    ("100", "a number"),
                    ("web-1", "a name; it must be that of one guest"),
                    ("'web*'", "names with * and ?"),
                    ("100:110", "numbers from, to"),
                    ("@tag-web", "all with a tag"),
                    ("@pool-prod", "all of a pool"),
                    ("@node-pve2", "all on a node"),
                    ("@all, --all", "all; never meant if it is not said"),
                    ("-web-9", "not this one: behind other words and a comma (@tag-web,-web-9), or behind --"),
                    ("status=running", "only those: also status=stopped, type=lxc, node=pve1, tag=web, pool=x, template=any"),
                ]),
                ("Several words",
                [
                    ("@tag-web @node-pve2", "words that name guests add up: all with the tag, and all on the node besides"),
                    ("tag=web node=pve1", "those that meet both; @tag-web @node-pve1 are those of either"),
                    ("@tag-web status=running", "conditions narrow what the others name: those with the tag that run"),
                    ("@tag-web,-web-9", "- takes away from what the others name"),
                    ("status=running", "a condition alone narrows all guests"),
                    ("--all status=running", "--all goes with conditions and exclusions, not with names"),
                ]),
                ("Limits",
                [
                    ("--max n", "refuses to act on more guests; verbs that destroy take 1 if it is not given"),
                    ("--parallel n", "how many at a time, 8 if it is not given"),
                    ("--per-node n", "how many at a time on one node, 4 if it is not given, 1 for backups"),
                    ("--stop-on-error", "starts no further guest after a failure"),
                ]),
            ],
            Examples =
            [
                new("vm shutdown @node-pve2 status=running --parallel 4", "empty a node, four at a time"),
                new("ct snapshot create @pool-production,-dns nightly", "a pool without one of its containers"),
            ],
        },
        new("options", "Options that every command takes, and options that verbs have in common.")
        {
            Sections =
            [
                ("Of every command",
                [
                    ("-h, --help", "help for the command"),
                    ("-o, --output", "the format (prox help output)"),
                    ("--fields, --sort, --query", "what of the result, and in which order"),
                    ("--no-header", "no header in tables, CSV and TSV"),
                    ("--no-color", "no colours"),
                    ("--debug", "the technical details of an error"),
                    ("--debug-http", "every call to the server, secrets left out"),
                    ("--record", "every exchange into a file or folder/, secrets masked; prox simulate --replay answers with it"),
                ]),
                (
                    "Of all that talk to a server",
                    [("-c, --context", "the server (prox context list)"), ("-w, --watch", "verbs that read: again every few seconds")]),
                ("Of verbs that change",
                [
                    ("--dry-run", "shows the exact calls and the difference; sends nothing"),
                    ("--yes", "verbs that destroy: do not ask for the name"),
                    ("--no-wait", "prints the task and goes on; prox task wait waits for it later"),
                    ("--wait-timeout", "waits this long at most, then exit code 11; two minutes without the server end a wait with exit code 3"),
                    ("--fail-on-warnings", "exit code 10 if a task ended with warnings"),
                ]),
            ],
            Examples = [new(
                "vm set web-1 --memory 4096 --dry-run", "what would be sent, and what would change"), new("vm migrate web-1 pve2 --no-wait", "do not wait")],
        },
        new("environment", "Environment variables.") { Sections = [("Environment", HelpWriter.Variables)] },
    ];
}
