using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Schema;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Completion;

/// <summary>The paths of the API, one segment at a time; nodes and guests by what is on the server.</summary>
internal sealed class PathCandidates(ILiveNames names)
{
    /// <summary>Finds the paths right below what was typed up to its last slash.</summary>
    /// <param name="word">What was typed.</param>
    /// <param name="withTemplates">True if placeholders such as <c>{node}</c> are meant too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IEnumerable<Candidate>> FindAsync(string word, bool withTemplates, CancellationToken cancellationToken)
    {
        if (word.Length > 0 && word[0] != '/')
        {
            return [];
        }

        string parent = word[..(word.LastIndexOf('/') + 1)].TrimEnd('/');
        List<Candidate> found = [];
        foreach ((string path, IReadOnlyList<ApiEndpoint> endpoints) in Below(parent))
        {
            string segment = path[(path.LastIndexOf('/') + 1)..];
            string meaning = string.Join(", ", endpoints.Select(static endpoint => ApiVerbs.Word(endpoint.Method)));
            if (!segment.StartsWith('{'))
            {
                found.Add(new Candidate($"{parent}/{segment}", meaning));
                continue;
            }

            IEnumerable<Candidate> items = await ItemsAsync(parent, segment, cancellationToken).ConfigureAwait(false);
            found.AddRange(items.Select(item => item with { Text = $"{parent}/{item.Text}" }));
            if (withTemplates)
            {
                found.Add(new Candidate($"{parent}/{segment}", meaning));
            }
        }

        return found;
    }

    // Somebody who presses Tab wants no errors: below a path that is none there is nothing.
    private IReadOnlyList<(string Path, IReadOnlyList<ApiEndpoint> Endpoints)> Below(string parent)
    {
        try
        {
            return [.. new SchemaPaths(SchemaSource.Embedded(names.Product)).List(parent, recursive: false).Where(item => item.Path.Length > parent.Length)];
        }
        catch (CliException)
        {
            return [];
        }
    }

    private async Task<IEnumerable<Candidate>> ItemsAsync(string parent, string segment, CancellationToken cancellationToken) => segment switch
    {
        "{node}" => await names.NodesAsync(cancellationToken).ConfigureAwait(false),
        "{vmid}" => (await names.GuestsAsync(parent.EndsWith("/lxc", StringComparison.Ordinal) ? "ct" : "vm", cancellationToken).ConfigureAwait(false))
            .Where(static guest => guest.Text.All(char.IsAsciiDigit)),
        "{storage}" => await names.StoragesAsync(cancellationToken).ConfigureAwait(false),
        "{poolid}" => await names.PoolsAsync(cancellationToken).ConfigureAwait(false),
        _ => [],
    };
}
