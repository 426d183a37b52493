using System.IO.Enumeration;
using ProxSharp.Cli.Calls;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>The nodes, pools and tags that are there, whether or not a guest of a kind is among them.</summary>
internal static class GroupNames
{
    /// <summary>Finds, among the words of a selection, those that name a node, a pool or a tag that is there.</summary>
    /// <param name="run">The run; it is asked only for what no guest of the cluster tells.</param>
    /// <param name="words">The words.</param>
    /// <param name="all">All guests of the cluster.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    public static async Task<IReadOnlyCollection<string>> ThereAsync(
        VerbRun run, IEnumerable<string> words, IReadOnlyList<GuestSummary> all, CancellationToken cancellationToken)
    {
        HashSet<string> there = new(StringComparer.Ordinal);
        foreach (string word in words)
        {
            // All there are may be none.
            if (word.TrimStart('-') == "@all" || (Group(word) is var (kind, name) && (Fits(name, OfGuests(kind, all))
                || Fits(name, await OfClusterAsync(run, kind, cancellationToken).ConfigureAwait(false)))))
            {
                there.Add(word);
            }
        }

        return there;
    }

    private static (string Kind, string Name)? Group(string word)
    {
        string plain = word.TrimStart('-');
        int sign = plain.IndexOf(plain.StartsWith('@') ? '-' : '=', StringComparison.Ordinal);
        string kind = sign < 0 ? "" : plain[..sign].TrimStart('@').ToLowerInvariant();
        return kind is "node" or "pool" or "tag" ? (kind, plain[(sign + 1)..]) : null;
    }

    private static IEnumerable<string> OfGuests(string kind, IReadOnlyList<GuestSummary> all) => kind switch
    {
        "node" => all.Select(static guest => guest.Node.ToString()),
        "pool" => all.Select(static guest => guest.Pool).OfType<string>(),
        _ => all.SelectMany(static guest => guest.Tags),
    };

    // Tags are nowhere but on guests.
    private static async Task<IReadOnlyList<string>> OfClusterAsync(VerbRun run, string kind, CancellationToken cancellationToken)
    {
        if (kind == "tag")
        {
            return [];
        }

        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        return kind == "node"
            ? await session.NamesAsync("/nodes", "node").ConfigureAwait(false)
            : await session.NamesAsync("/pools", "poolid").ConfigureAwait(false);
    }

    private static bool Fits(string pattern, IEnumerable<string> names) => names.Any(name => FileSystemName.MatchesSimpleExpression(pattern, name));
}
