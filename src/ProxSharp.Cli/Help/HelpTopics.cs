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
            Sections = [new("Exit codes", [.. ExitCodes.All.Select(static code => new HelpRow(code.Code.ToString(CultureInfo.InvariantCulture), code.Meaning))])],
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
                new("Formats (-o)",
                [
                    new("table", "columns that matter, as many as the terminal has room for"),
                    new("wide", "all columns"),
                    new("json", "{\"schemaVersion\":1,\"data\":...}; with --query what the expression gives; prox api prints what the server answered"),
                    new("jsonl", "each item of a list on a line of its own"),
                    new("yaml", "YAML"),
                    new("csv, tsv", "with a header, which --no-header leaves out; a query that makes lists, such as \"[].[vmid, name]\", makes columns without names and no header"),
                    new("name", "only what names each item, one a line: what other commands take; of one thing, what it was asked for by; nothing for what has no name"),
                ]),
                new("In this order",
                [
                    new("--query", "puts the result through a JMESPath expression"),
                    new("--sort", "sorts a list: --sort node,-mem"),
                    new("--fields", "chooses fields and their order"),
                ]),
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
                new("Words",
                [
                    new("100", "a number"),
                    new("web-1", "a name; it must be that of one guest"),
                    new("'web*'", "names with * and ?"),
                    new("100:110", "numbers from, to"),
                    new("@tag-web", "all with a tag"),
                    new("@pool-prod", "all of a pool"),
                    new("@node-pve2", "all on a node"),
                    new("@all, --all", "all; never meant if it is not said"),
                    new("-web-9", "not this one: behind other words and a comma (@tag-web,-web-9), or behind --"),
                    new("status=running", "only those: also status=stopped, type=lxc, node=pve1, tag=web, pool=x, template=any"),
                ]),
                new("Several words",
                [
                    new("@tag-web @node-pve2", "words that name guests add up: all with the tag, and all on the node besides"),
                    new("tag=web node=pve1", "those that meet both; @tag-web @node-pve1 are those of either"),
                    new("@tag-web status=running", "conditions narrow what the others name: those with the tag that run"),
                    new("@tag-web,-web-9", "- takes away from what the others name"),
                    new("status=running", "a condition alone narrows all guests"),
                    new("--all status=running", "--all goes with conditions and exclusions, not with names"),
                ]),
                new("Limits",
                [
                    new("--max n", "refuses to act on more guests; verbs that destroy take 1 if it is not given"),
                    new("--parallel n", "how many at a time, 8 if it is not given"),
                    new("--per-node n", "how many at a time on one node, 4 if it is not given, 1 for backups"),
                    new("--stop-on-error", "starts no further guest after a failure"),
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
                new("Of every command",
                [
                    new("-h, --help", "help for the command"),
                    new("-o, --output", "the format (prox help output)"),
                    new("--fields, --sort, --query", "what of the result, and in which order"),
                    new("--no-header", "no header in tables, CSV and TSV"),
                    new("--no-color", "no colours"),
                    new("--debug", "the technical details of an error"),
                    new("--debug-http", "every call to the server, secrets left out"),
                    new("--record", "every exchange into a file or folder/, secrets masked; prox simulate --replay answers with it"),
                ]),
                new("Of all that talk to a server",
                    [new("-c, --context", "the server (prox context list)"), new("-w, --watch", "verbs that read: again every few seconds")]),
                new("Of verbs that change",
                [
                    new("--dry-run", "shows the exact calls and the difference; sends nothing"),
                    new("--yes", "verbs that destroy: do not ask for the name"),
                    new("--no-wait", "prints the task and goes on; prox task wait waits for it later"),
                    new("--wait-timeout", "waits this long at most, then exit code 11; two minutes without the server end a wait with exit code 3"),
                    new("--fail-on-warnings", "exit code 10 if a task ended with warnings"),
                ]),
            ],
            Examples = [new(
                "vm set web-1 --memory 4096 --dry-run", "what would be sent, and what would change"), new("vm migrate web-1 pve2 --no-wait", "do not wait")],
        },
        new("environment", "Environment variables.") { Sections = [new("Environment", HelpWriter.Variables)] },
    ];
}
