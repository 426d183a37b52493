using System.Text.RegularExpressions;

namespace ProxSharp.Cli.Commands;

/// <summary>Reads what is to be explained where it was copied from elsewhere: a command in one word, or the value of a network card. Pure.</summary>
internal static partial class ExplainedWords
{
    // Keys that cards of containers alone have.
    private static readonly string[] s_ofContainers = ["name", "hwaddr", "ip", "ip6", "gw", "gw6", "type"];

    /// <summary>Returns the words as they are looked up.</summary>
    public static string[] Settle(string[] words)
    {
        string[] apart = words is [{ } only] ? only.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : words;
        words = apart.Length > 0 ? apart : words;

        // A line of a configuration: net0: virtio=...
        string first = words[0].StartsWith('/') ? words[0] : words[0].TrimEnd(':');
        return Card(first) is { } card ? [.. card, $"={first}", .. words[1..]] : [first, .. words[1..]];
    }

    // Its first key is the model, and virtio is a disk as well: the address and the bridge tell which.
    private static string[]? Card(string word)
    {
        string[][] pairs = [.. word.Split(',').Select(static pair => pair.Split('=', 2))];
        bool HasKey(params string[] keys) => pairs.Any(pair => pair.Length == 2 && keys.Contains(pair[0]));
        bool isModel = pairs[0].Length == 2 && pairs[0][0] != "hwaddr" && Address.IsMatch(pairs[0][1]);
        return Family.IsMatch(pairs[0][0]) || (!isModel && !HasKey("bridge")) ? null
            : isModel || HasKey("model", "macaddr") || pairs[0].Length == 1 ? ["vm", "net0"]
            : HasKey(s_ofContainers) ? ["ct", "net0"]
            : ["net0"];
    }

    private static Regex Family => field ??= new("^net[0-9]+$", RegexOptions.CultureInvariant);

    private static Regex Address => field ??= new("^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$", RegexOptions.CultureInvariant);
}
