using ProxSharp.Api;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Derived;

/// <summary>Gives every call of a schema its words on the command line. Pure.</summary>
internal sealed class PathWords
{
    private readonly ApiSchema _schema;
    private readonly ILookup<string, ApiMethod> _methods;
    private readonly HashSet<string> _collections = new(StringComparer.Ordinal);

    private PathWords(ApiSchema schema)
    {
        _schema = schema;
        _methods = schema.Endpoints.ToLookup(static endpoint => endpoint.Path, static endpoint => endpoint.Method, StringComparer.Ordinal);
        foreach (ApiEndpoint endpoint in schema.Endpoints)
        {
            // Every prefix that a placeholder follows holds items.
            for (int at = endpoint.Path.IndexOf("/{", StringComparison.Ordinal); at >= 0; at = endpoint.Path.IndexOf("/{", at + 1, StringComparison.Ordinal))
            {
                _collections.Add(endpoint.Path[..at]);
            }
        }
    }

    /// <summary>Returns the verbs of all calls that have one.</summary>
    public static IReadOnlyList<DerivedVerb> Of(ApiSchema schema)
    {
        bool isBackup = schema.Product == ProxmoxProduct.BackupServer;
        IReadOnlySet<string> exceptions = isBackup ? PathExceptions.Pbs : PathExceptions.Pve;
        PathWords words = new(schema);
        return
        [
            .. schema.Endpoints
                .Where(endpoint => !exceptions.Contains(endpoint.ToString())
                    && !(isBackup ? PathExceptions.IsDataProtocol(endpoint.Path) : PathExceptions.Elsewhere.Contains(endpoint.ToString())))
                .Select(words.Verb),
        ];
    }

    private DerivedVerb Verb(ApiEndpoint endpoint)
    {
        PathNoun noun = (_schema.Product == ProxmoxProduct.BackupServer ? PathMap.Pbs : PathMap.Pve).First(item => IsBelow(endpoint.Path, item.Prefix));
        string call = endpoint.ToString();
        string[] own = Given(call, endpoint.Path)?.Split(' ') ?? [.. noun.Noun.Split(' '), .. Rest(endpoint, noun.Prefix)];
        return new DerivedVerb(_schema.Product, call, own, noun.Node);
    }

    // What both products have at a node has the same words in both.
    private string? Given(string call, string path) => _schema.Product switch
    {
        ProxmoxProduct.VirtualEnvironment => PathMap.Words.GetValueOrDefault(call),
        _ when PathMap.Words.TryGetValue($"pbs {call}", out string? own) => own,
        _ => path.StartsWith("/nodes/{node}/", StringComparison.Ordinal) && PathMap.Words.TryGetValue(call, out string? same) ? $"pbs {same}" : null,
    };

    private static bool IsBelow(string path, string prefix) =>
        prefix == "/" || path == prefix || path.StartsWith(prefix + "/", StringComparison.Ordinal);

    private IEnumerable<string> Rest(ApiEndpoint endpoint, string prefix)
    {
        string[] segments = endpoint.Path[(prefix == "/" ? 0 : prefix.Length)..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        string[] literals = [.. segments.Where(static segment => !segment.StartsWith('{'))];
        bool isItem = (segments.LastOrDefault() ?? prefix.Split('/')[^1]).StartsWith('{');

        // An item that holds items, and what it holds: the members of an IP set, for example.
        bool isEntry = isItem && (
            (segments.Length > 1 && segments[^2].StartsWith('{'))
                || (_collections.Contains(endpoint.Path) && endpoint.Method is ApiMethod.Get or ApiMethod.Post));
        (bool isAction, string verb) = Word(endpoint, isItem, literals.Length > 0);
        string[] nouns = isAction ? literals[..^1] : isEntry ? [.. literals, "entry"] : literals;
        return [.. nouns.Select(static word => PathMap.Singular.GetValueOrDefault(word, Tidy(word))), isAction ? Tidy(literals[^1]) : verb];
    }

    // An action is named by the last segment of its path.
    private (bool IsAction, string Verb) Word(ApiEndpoint endpoint, bool isItem, bool hasWords)
    {
        bool isCollection = _collections.Contains(endpoint.Path);
        bool isReadable = _methods[endpoint.Path].Contains(ApiMethod.Get);
        return endpoint.Method switch
        {
            ApiMethod.Get when isItem => (false, isCollection ? "list" : "show"),
            ApiMethod.Get when isCollection => (false, "list"),
            ApiMethod.Get => (hasWords && _methods[endpoint.Path].Count() == 1, _methods[endpoint.Path].Contains(ApiMethod.Post) ? "list" : "show"),
            ApiMethod.Post when isItem => (false, "create"),
            ApiMethod.Post => (hasWords && !isCollection && !isReadable, "create"),
            ApiMethod.Put => (hasWords && !isItem && !isReadable, "set"),
            _ => (false, "delete"),
        };
    }

    private static string Tidy(string word) => word.Replace('_', '-').ToLowerInvariant();
}
