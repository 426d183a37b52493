using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using ProxSharp.Cli.Commands;

namespace ProxSharp.Cli.Errors;

/// <summary>Finds words behind a guest that are values of options here: where <c>qm</c> has one guest, any number of them may stand.</summary>
internal static partial class LastWords
{
    private static readonly Dictionary<string, string> s_options = new(StringComparer.Ordinal)
    {
        ["vm sendkey"] = "--key",
        ["vm cloudinit dump"] = "--type",
        ["vm agent file-read"] = "--file",
        ["vm agent file-write"] = "--file",
        ["vm monitor"] = "--command",
        ["vm unlink"] = "--idlist",
    };

    /// <summary>Returns the error that shows the line with its option; null if it is not written so.</summary>
    /// <param name="command">The command.</param>
    /// <param name="path">Its words without <c>prox</c>.</param>
    /// <param name="arguments">The whole line.</param>
    /// <param name="lines">Knows what is understood; null to show the words alone.</param>
    public static CliError? Find(CommandResult command, string path, IReadOnlyList<string> arguments, KnownLines? lines)
    {
        string[] words = [.. command.Children.OfType<ArgumentResult>().SelectMany(static argument => argument.Tokens).Select(static token => token.Value)];
        bool IsGiven(string name) => command.Children.OfType<OptionResult>().Any(given => given.Option.Name == name);
        if (words.Length < 2 || !s_options.TryGetValue(path, out string? option) || IsGiven(option) || First(path, words) is not (> 0 and var first))
        {
            return null;
        }

        string[] values = words[first..];
        string[] written = path switch
        {
            "vm unlink" => [option, string.Join(',', values)],
            "vm monitor" => [option, string.Join(' ', values)],
            "vm agent file-write" when values.Length > 1 && !IsGiven("--content") => [option, values[0], "--content", Content(arguments, values[1..])],
            _ => [option, values[0]],
        };
        string form = lines?.Complete(Moved(arguments, values, written)) ?? PrintedCommands.Of([.. path.Split(' '), .. words[..first], .. written]);
        string content = path == "vm agent file-write" && values.Length == 1 && !IsGiven("--content") ? "The content is a text, or @ and a file. " : "";
        return CliError.Usage($"{option} is missing, and any number of guests may stand where '{values[0]}' does", $"{content}Write: {form}");
    }

    private static string Content(IReadOnlyList<string> arguments, string[] words) =>
        KnownLines.MayHoldSecret(arguments) ? "CONTENT" : string.Join(' ', words);

    // Paths, disks and commands of the monitor have no form that a guest has; a key may have, so that it is the last word.
    private static int First(string path, string[] words) => path switch
    {
        "vm unlink" => words.Length - words.Reverse().TakeWhile(static word => Disks.IsMatch(word)).Count() is var at && at < words.Length ? at : -1,
        "vm monitor" => 1,
        "vm agent file-write" when Array.FindIndex(words, static word => word.StartsWith('/')) is > 0 and var at => at,
        _ => words.Length - 1,
    };

    private static IReadOnlyList<string> Moved(IReadOnlyList<string> arguments, string[] values, string[] written)
    {
        List<string> line = [.. arguments];
        int at = line.Count;
        foreach (string value in values.Reverse())
        {
            at = line.LastIndexOf(value);
            if (at < 0)
            {
                return arguments;
            }

            line.RemoveAt(at);
        }

        line.InsertRange(at, written);
        return line;
    }

    private static Regex Disks => field ??= new(
        "^(unused|scsi|virtio|sata|ide|efidisk|tpmstate)[0-9]+(,[a-z]+[0-9]+)*$", RegexOptions.CultureInvariant);
}
