using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using ProxSharp.Cli.Commands;

namespace ProxSharp.Cli.Errors;

/// <summary>How people who know other tools write options and words of a command that exists, and how they are written here. Pure.</summary>
internal static partial class OptionHabits
{
    private static readonly Dictionary<string, string> s_options = new(StringComparer.Ordinal)
    {
        ["ha resource migrate --target"] = "The node stands behind the guest: prox ha resource migrate GUEST NODE",
        ["ha resource relocate --target"] = "The node stands behind the guest: prox ha resource relocate GUEST NODE",
        ["task list --errors"] = "Failed tasks: prox task list --failed",
        ["backup prune --max-depth"] = "It prunes one group. All groups of a namespace and those below it: prox datastore prune-datastore STORE --max-depth N",
        ["task list --until"] = "Those since a time: prox task list --since 2026-01-31; until one, of a node: prox api get /nodes/NODE/tasks until=SECONDS",
        ["task list --vmid"] = "Tasks of a guest: prox task list --guest VMID",
        ["task list --source"] = "Tasks that run: prox task list --running",
        ["task list --typefilter"] = "Tasks of a type: prox task list --type TYPE",
        ["task list --userfilter"] = "Tasks of a user: prox task list --user USER",
    };

    // Parameters of the API that are words behind the command here.
    private static readonly Dictionary<string, string> s_guestOptions = new(StringComparer.Ordinal)
    {
        ["resize --disk"] = "GUEST DISK SIZE",
        ["resize --size"] = "GUEST DISK SIZE",
        ["migrate --target"] = "GUEST NODE",
        ["migrate --node"] = "GUEST NODE",
    };

    /// <summary>Finds how an option that a command does not have is written; null if nobody is known to type it.</summary>
    /// <param name="command">The command without <c>prox</c>.</param>
    /// <param name="option">The option as it was typed.</param>
    /// <param name="arguments">The whole line.</param>
    public static string? Find(string command, string option, IReadOnlyList<string> arguments)
    {
        string[] parts = option.Split('=', 2);
        string[] words = command.Split(' ');
        // Where to put it is another question in each: the one goes before the planned command, the other is not there at all.
        if (parts[0] is "--apply" or "--snapshot-first" && words[0] is not ("retire" or "undo" or "plan"))
        {
            return parts[0] == "--apply"
                ? "It belongs to prox undo and prox retire; a plan of other calls is applied with: prox plan apply PLAN"
                : "It goes in front of what is planned: prox plan create --snapshot-first COMMAND";
        }

        if (s_options.TryGetValue($"{command} {parts[0]}", out string? known))
        {
            return known;
        }

        if (words is ["vm" or "ct", { } verb] && s_guestOptions.TryGetValue($"{verb} {parts[0]}", out string? form))
        {
            return $"It has no name here: prox {command} {form}";
        }

        if (command == "storage prune" && option.StartsWith("--keep-", StringComparison.Ordinal))
        {
            return $"What is kept goes with one option: --prune-backups {Kept(arguments)}";
        }

        return words is ["api", "get" or "create" or "set" or "delete"]
            ? $"Parameters are written without dashes: {Parameter(parts, option, arguments)}"
            : null;
    }

    /// <summary>Finds what <c>--force</c> and <c>--quiet</c> of other tools are here; null if the command has nothing of the kind.</summary>
    /// <param name="command">The command without <c>prox</c>.</param>
    /// <param name="option">The option as it was typed.</param>
    /// <param name="arguments">The whole line.</param>
    /// <param name="known">The options that the command has.</param>
    /// <param name="lines">Knows what is understood; null to tell the form alone.</param>
    public static string? FindUsual(string command, string option, IReadOnlyList<string> arguments, IReadOnlyCollection<string> known, KnownLines? lines)
    {
        (string instead, string what)? usual = option switch
        {
            "-f" or "--force" when known.Contains("--yes") => ("--yes", "What goes on without a question is --yes"),
            "-q" or "--quiet" when command.EndsWith("list", StringComparison.Ordinal) => ("-o name", "Names alone are -o name"),
            _ => null,
        };
        return usual is not var (words, text) ? null
            : lines?.Complete([.. arguments.SelectMany(word => word == option ? words.Split(' ') : [word])]) is { } line ? $"{text}. Write: {line}"
            : $"{text}. Run: prox {command} --help";
    }

    /// <summary>Finds a size that would make a disk smaller; null if it is none.</summary>
    /// <param name="command">The command without <c>prox</c>.</param>
    /// <param name="option">The word that looks like an option.</param>
    public static CliError? FindShrinking(string command, string option) =>
        command is "vm resize" or "ct resize" && Smaller.IsMatch(option)
            ? CliError.Usage(
                $"'{option}' would make the disk smaller, and disks cannot shrink",
                $"Write how much it grows, as +1G, or its new size, as 64G. Run: prox {command} --help")
            : null;

    /// <summary>Finds a word behind the command that was written as an option, such as <c>--group host/web</c>; null if there is none.</summary>
    /// <param name="places">The words behind the command.</param>
    /// <param name="option">The option as it was typed.</param>
    /// <param name="path">The command.</param>
    public static string? FindPlace(IList<Argument> places, string option, string path) =>
        places.Any(place => $"--{place.Name}" == option.Split('=')[0])
            ? $"It has no name here: {path} {string.Join(' ', places.Select(static place => place.Name.ToUpperInvariant()))}"
            : null;

    /// <summary>
    /// Finds an option with one dash in front of its whole name, as the servers' own tools have them: <c>-onboot 1</c>. The parser would take it apart into
    /// short ones, such as <c>-o nboot</c>. Null if there is none.
    /// </summary>
    /// <param name="known">The options of the command.</param>
    /// <param name="command">The command without <c>prox</c>.</param>
    /// <param name="arguments">The whole line.</param>
    public static (string Word, string Advice)? FindOneDash(IEnumerable<Option> known, string command, IReadOnlyList<string> arguments)
    {
        Option[] options = [.. known];
        string? before = null;
        foreach (string word in arguments.TakeWhile(static word => word != "--"))
        {
            bool isValue = before is not null
                && options.Any(option => option.ValueType != typeof(bool) && (option.Name == before || option.Aliases.Contains(before)));
            before = word;
            if (isValue || word.Length < 3 || word[0] != '-' || word[1] == '-')
            {
                continue;
            }

            // Of a family such as net0, net1 the first alone is always known.
            string name = $"-{word.Split('=')[0]}";
            string first = $"{name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')}0";
            if (options.Any(option => option.Name == name || option.Aliases.Contains(name) || (first != $"{name}0" && option.Name == first)))
            {
                return (word, $"Options have two: -{word}");
            }

            if (Find(command, name, arguments) is { } habit && !command.StartsWith("api ", StringComparison.Ordinal))
            {
                return (word, habit);
            }
        }

        return null;
    }

    /// <summary>Finds a node in front of a storage and a file, as the API's path has them; null if the line is not written so.</summary>
    /// <param name="command">The command.</param>
    /// <param name="path">Its words without <c>prox</c>.</param>
    /// <param name="unmatched">The words that nothing takes.</param>
    public static CliError? FindNodeFirst(CommandResult command, string path, IReadOnlyList<string> unmatched)
    {
        string[] words = [.. command.Children.OfType<ArgumentResult>().SelectMany(static argument => argument.Tokens).Select(static token => token.Value)];
        return path == "storage upload" && words is [{ } node, { } storage] && unmatched is [{ } file]
            ? CliError.Usage(
                $"'{path}' takes a storage and a file; the node has an option",
                $"Write: {PrintedCommands.Of("storage", "upload", storage, file, "--node", node)}")
            : null;
    }

    private static string Kept(IReadOnlyList<string> arguments)
    {
        List<string> kept = [];
        for (int at = 0; at < arguments.Count; at++)
        {
            string[] parts = arguments[at].Split('=', 2);
            if (parts[0].StartsWith("--keep-", StringComparison.Ordinal))
            {
                string? value = parts.Length == 2 ? parts[1] : at + 1 < arguments.Count ? arguments[at + 1] : null;
                kept.Add($"{parts[0].TrimStart('-')}={(value is null || value.StartsWith('-') ? "N" : value)}");
            }
        }

        return string.Join(',', kept);
    }

    private static Regex Smaller => field ??= new("^-[0-9]+([.][0-9]+)?[KMGT]?$", RegexOptions.CultureInvariant);

    private static string Parameter(string[] parts, string option, IReadOnlyList<string> arguments)
    {
        int at = arguments.TakeWhile(word => word != option).Count();
        string value = parts.Length == 2 ? parts[1] : at + 1 < arguments.Count && !arguments[at + 1].StartsWith('-') ? arguments[at + 1] : "1";
        return $"{parts[0].TrimStart('-')}={value}";
    }
}
