using System.Text.RegularExpressions;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Policies;

/// <summary>
/// Makes sure that the words of a policy can be true of something. A word that no guest, pool or node can have protects nothing, and looks as if it did.
/// </summary>
internal static partial class PolicyWords
{
    private const int LongestShown = 60;
    // Guests begin at 100; a backup server keeps groups with any number.
    private const int LeastVmid = 1;
    private const int MostVmid = 999_999_999;

    /// <summary>Returns the words if each can be a tag.</summary>
    public static IReadOnlySet<string>? Tags(HashSet<string>? words, Func<string, Exception> fault) =>
        Check(words, Tag, "is no tag: one has letters, digits and _ - + . (not at its beginning: - + .), and each tag is a text of its own", fault);

    /// <summary>Returns the words if each can be the name of a pool, with those that it is in before it.</summary>
    public static IReadOnlySet<string>? Pools(HashSet<string>? words, Func<string, Exception> fault) =>
        Check(words, Pool, "is no pool: its name has letters, digits and . _ -, and at most two pools that it is in before it, as in a/b/c", fault);

    /// <summary>Returns the words if each can be the name of a node.</summary>
    public static IReadOnlySet<string>? Nodes(HashSet<string>? words, Func<string, Exception> fault) =>
        Check(words, Node, "is no node: its name has letters, digits and, between them, -, and no domain", fault);

    /// <summary>True if some guest can have a number in a range.</summary>
    public static bool HasGuests(VmidRange range) => range.Last >= LeastVmid && range.First <= MostVmid;

    private static HashSet<string>? Check(HashSet<string>? words, Regex valid, string what, Func<string, Exception> fault) =>
        words?.FirstOrDefault(word => !valid.IsMatch(word)) is { } wrong
            ? throw fault($"has '{UntrustedText.Clean(wrong, LongestShown)}', which {what}")
            : words;

    private static Regex Tag => field ??= new(@"\A[A-Za-z0-9_][A-Za-z0-9_.+-]*\z", RegexOptions.CultureInvariant);

    private static Regex Pool => field ??= new(@"\A[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+){0,2}\z", RegexOptions.CultureInvariant);

    private static Regex Node => field ??= new(@"\A[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\z", RegexOptions.CultureInvariant);
}
