using System.Text.RegularExpressions;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Backups;

/// <summary>
/// Understands command lines of the official client: behind <c>prox backup</c> may stand what stands behind <c>proxmox-backup-client</c>, and directly what is
/// backed up, as in <c>prox backup root.pxar:/</c>. What has no counterpart is refused with the command to use instead.
/// </summary>
internal static partial class OfficialSpelling
{
    private const string Word = "create";
    private const string Format = "--output-format";
    private const string PaperWord = "paperkey";

    // What the official client takes with or without a truth value behind it.
    private static readonly string[] s_switches =
    [
        "--dry-run", "--quiet", "--all-file-systems", "--skip-lost-and-found", "--skip-e2big-xattr", "--no-cache", "--allow-existing-dirs",
        "--overwrite", "--overwrite-files", "--overwrite-symlinks", "--overwrite-hardlinks", "--ignore-acls", "--ignore-xattrs", "--ignore-ownership",
        "--ignore-permissions", "--ignore-extract-device-errors",
    ];

    /// <summary>The variable that says in which form results are written where no option does.</summary>
    public const string FormatVariable = "PROXMOX_OUTPUT_FORMAT";

    /// <summary>The variable that leaves out the headers of tables, whatever its value.</summary>
    public const string HeaderVariable = "PROXMOX_OUTPUT_NO_HEADER";

    /// <summary>Puts the words of prox where those of the official client stand for them.</summary>
    /// <param name="arguments">The words behind <c>prox</c>.</param>
    /// <param name="format">What <see cref="FormatVariable"/> says; null if it is not set.</param>
    /// <param name="withoutHeader">True if <see cref="HeaderVariable"/> is set.</param>
    /// <exception cref="CliException">The official client has such a command, and this noun has not.</exception>
    public static IReadOnlyList<string> Complete(IReadOnlyList<string> arguments, string? format = null, bool withoutHeader = false)
    {
        if (arguments.Count < 2 || arguments[0] != BackupNoun.Name)
        {
            return arguments;
        }

        if ((Refusal(arguments[1], arguments.Count > 2 ? arguments[2] : "") ?? OtherKind(arguments[1])) is { } refusal)
        {
            throw refusal;
        }

        IReadOnlyList<string> words = WithUsualFormat(WithFormat(WithSwitches(WithPaper(WithKeyFiles(WithVerb(arguments))))), format);
        int end = withoutHeader && !words.Contains("--no-header") ? words.TakeWhile(static word => word != "--").Count() : -1;
        return end < 0 ? words : [.. words.Take(end), "--no-header", .. words.Skip(end)];
    }

    /// <summary>Gives <c>key paperkey</c> its form, which is another kind than that of results, and html there.</summary>
    private static IReadOnlyList<string> WithPaper(IReadOnlyList<string> arguments)
    {
        if (arguments is not [_, "key", PaperWord, ..])
        {
            return arguments;
        }

        List<string> rest = [.. arguments.Skip(3)];
        bool isNamed = rest.TakeWhile(static word => word != "--").Any(static word => word == "--format" || word.StartsWith("--format=", StringComparison.Ordinal));
        string? form = Take(rest, Format);
        return isNamed && form is null ? arguments : [.. arguments.Take(3), "--format", form ?? "html", .. rest];
    }

    /// <summary>Puts the files of <c>key import-with-master-key</c>, which are options there, where they stand here: before the file to write.</summary>
    private static IReadOnlyList<string> WithKeyFiles(IReadOnlyList<string> arguments)
    {
        if (arguments is not [_, "key", "import-with-master-key", ..])
        {
            return arguments;
        }

        List<string> rest = [.. arguments.Skip(3)];
        return Take(rest, "--encrypted-keyfile") is { } encrypted && Take(rest, "--master-keyfile") is { } master
            ? [.. arguments.Take(3), encrypted, master, .. rest]
            : arguments;
    }

    private static string? Take(List<string> words, string option)
    {
        int end = words.IndexOf("--") is >= 0 and var stop ? stop : words.Count;
        int at = words.FindIndex(0, end, word => word == option || word.StartsWith($"{option}=", StringComparison.Ordinal));
        bool isApart = at >= 0 && words[at] == option;
        if (at < 0 || (isApart && at + 1 >= end))
        {
            return null;
        }

        string value = isApart ? words[at + 1] : words[at][(option.Length + 1)..];
        words.RemoveRange(at, isApart ? 2 : 1);
        return value;
    }

    /// <summary>True if results, and so errors, are written as JSON because the variable says so.</summary>
    /// <param name="arguments">The words behind <c>prox</c>, the context not in front.</param>
    /// <param name="format">What <see cref="FormatVariable"/> says; null if it is not set.</param>
    public static bool IsJsonByVariable(IReadOnlyList<string> arguments, string? format) =>
        format is "json" or "json-pretty" && arguments.Count > 1 && arguments[0] == BackupNoun.Name && !NamesFormat(arguments);

    /// <summary>Finds the form of results that <c>--output-format</c> asks for: the words of prox for it.</summary>
    /// <returns>Null if the words at this place are not that option.</returns>
    public static string? FindFormat(IReadOnlyList<string> arguments, int at, out int used)
    {
        bool isApart = arguments[at] == Format && at + 1 < arguments.Count;
        bool isJoined = arguments[at].StartsWith($"{Format}=", StringComparison.Ordinal);
        used = isApart ? 2 : 1;
        return !isApart && !isJoined ? null : (isApart ? arguments[at + 1] : arguments[at][(Format.Length + 1)..]) switch
        {
            "text" => "table",
            "json" or "json-pretty" => "json",
            var other => other,
        };
    }

    private static IReadOnlyList<string> WithVerb(IReadOnlyList<string> arguments)
    {
        if (arguments[1] == BackupNoun.Name)
        {
            return [arguments[0], Word, .. arguments.Skip(2)];
        }

        if (arguments is [_, "group", "forget", ..])
        {
            return [arguments[0], .. arguments.Skip(2)];
        }

        bool isLeftOut = arguments[1].StartsWith('-') || Source.IsMatch(arguments[1]);
        return isLeftOut && arguments.Skip(1).Any(static word => Source.IsMatch(word)) ? [arguments[0], Word, .. arguments.Skip(1)] : arguments;
    }

    /// <summary>Takes the truth value behind a switch, in the words of the official client.</summary>
    private static List<string> WithSwitches(IReadOnlyList<string> arguments)
    {
        int end = arguments.TakeWhile(static word => word != "--").Count();
        List<string> words = [];
        for (int at = 0; at < end; at++)
        {
            string[] parts = arguments[at].Split('=', 2);
            bool isSwitch = s_switches.Contains(parts[0]);
            bool isApart = isSwitch && parts.Length == 1 && at + 1 < end;
            bool? value = isSwitch ? SwitchWords.Truth(parts.Length == 2 ? parts[1] : isApart ? arguments[at + 1] : "") : null;
            words.Add(value is { } known ? known ? parts[0] : $"{parts[0]}=false" : arguments[at]);
            at += value is not null && isApart ? 1 : 0;
        }

        return [.. words, .. arguments.Skip(end)];
    }

    private static IReadOnlyList<string> WithFormat(IReadOnlyList<string> arguments)
    {
        if (!arguments.Any(static word => word.StartsWith(Format, StringComparison.Ordinal)))
        {
            return arguments;
        }

        List<string> words = [];
        for (int at = 0; at < arguments.Count;)
        {
            if (arguments[at] == "--")
            {
                words.AddRange(arguments.Skip(at));
                break;
            }

            if (FindFormat(arguments, at, out int used) is not { } format)
            {
                words.Add(arguments[at++]);
                continue;
            }

            words.AddRange(format is "table" or "json"
                ? ["-o", format]
                : throw CliException.Usage(
                    $"{Format} '{format}' is none of text, json and json-pretty", "prox has more forms: -o yaml, jsonl, csv, tsv, name"));
            at += used;
        }

        return words;
    }

    private static IReadOnlyList<string> WithUsualFormat(IReadOnlyList<string> arguments, string? format)
    {
        if (format is null or "text" || NamesFormat(arguments))
        {
            return arguments;
        }

        int end = arguments.TakeWhile(static word => word != "--").Count();
        return format is "json" or "json-pretty"
            ? [.. arguments.Take(end), "-o", "json", .. arguments.Skip(end)]
            : throw CliException.Usage($"{FormatVariable} '{format}' is none of text, json and json-pretty", "Correct or unset it, or say how: -o table");
    }

    // Help has one form.
    private static bool NamesFormat(IReadOnlyList<string> arguments) => arguments.TakeWhile(static word => word != "--").Any(static word =>
        word is "--help" or "-h" or "-?" || word.StartsWith("-o", StringComparison.Ordinal) || word.StartsWith("--output=", StringComparison.Ordinal)
        || word == "--output" || word.StartsWith(Format, StringComparison.Ordinal));

    private static CliException? Refusal(string command, string word) => (command, word) switch
    {
        ("mount", _) => Instead(command, "Nothing is mounted", "prox backup ls, find and cat look into a snapshot; prox backup restore writes it"),
        ("map" or "unmap", _) => Instead(command, "Nothing is mapped", "prox backup restore SNAPSHOT disk.img FILE writes an image to a file or device"),
        ("login" or "logout", _) => CliException.Usage(
            $"prox backup has no '{command}': no ticket is kept",
            "Give the secret with PBS_PASSWORD, PBS_PASSWORD_FILE or PBS_PASSWORD_CMD, or make a context for the server with: prox login"),
        ("catalog", "shell") => Instead(
            "catalog shell", "There is no shell", "prox backup ls, find and cat look into a snapshot; prox backup restore --pattern"),
        ("namespace", "list" or "create" or "delete") => Instead(
            $"namespace {word}", "Namespaces belong to a datastore", $"prox datastore namespace {word} STORE --context NAME"),
        ("namespace", _) => Instead(command, "Namespaces belong to a datastore", "prox datastore namespace list STORE --context NAME"),
        ("task", "list" or "log" or "stop") => Instead($"task {word}", "Tasks belong to a server", $"prox task {word}, which takes PBS_REPOSITORY and --repository, too"),
        ("task", _) => Instead(command, "Tasks belong to a server", "prox task list, which takes PBS_REPOSITORY and --repository, too"),
        ("group", not "forget") => Instead(
            command, "Groups need no word of their own", "prox backup list shows them; prox backup forget host/NAME removes one"),
        ("key", "show-master-pubkey") => Instead(
            "key show-master-pubkey", "The public half is a plain file", "openssl pkey -pubin -in master-public.pem -noout -text"),
        _ => null,
    };

    // No command has a dot in its name.
    private static CliException? OtherKind(string word) => Named.Match(word) is { Success: true } named && !Source.IsMatch(word)
        ? CliException.Usage(
            $"'{named.Groups["kind"].Value}' is no kind of archive",
            $"Write {named.Groups["name"].Value}.pxar:DIRECTORY, .img:DEVICE, .conf:FILE or .log:FILE for what is backed up; a directory needs no other form than .pxar")
        : null;

    private static CliException Instead(string words, string why, string hint) => CliException.Usage($"prox backup has no '{words}': {why}", $"Use: {hint}");

    private static Regex Named => field ??= new(@"^(?<name>[A-Za-z0-9_-]+)(?<kind>\.[A-Za-z0-9.]+):.", RegexOptions.CultureInvariant);

    private static Regex Source => field ??= new(@"^[A-Za-z0-9_-]+\.(pxar|img|conf|log):.");
}
