using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Schema;

/// <summary>Walks the paths of a schema, by templates (<c>/nodes/{node}</c>) or by concrete paths (<c>/nodes/pve1</c>).</summary>
internal sealed class SchemaPaths(ApiSchema schema)
{
    private readonly SplitEndpoint[] _endpoints = [.. schema.Endpoints.Select(static endpoint => new SplitEndpoint(endpoint, Split(endpoint.Path)))];

    /// <summary>Returns the endpoints of a path, by verb.</summary>
    /// <exception cref="CliException">The schema has no such path.</exception>
    public IReadOnlyList<ApiEndpoint> EndpointsOf(string path)
    {
        string[] segments = Split(path);
        ApiEndpoint[] here = [.. Below(segments).Where(found => found.Segments.Length == segments.Length).Select(static found => found.Endpoint)];
        if (here.Length == 0 && !path.Contains('{', StringComparison.Ordinal))
        {
            // Volumes and networks hold slashes: they take the rest of a path.
            here =
            [
                .. schema.MethodsFor(path)
                    .Select(method => schema.TryMatch(method, path, out ApiMatch? match) ? match.Endpoint : null)
                    .OfType<ApiEndpoint>()
                    .Where(static endpoint => endpoint.Path.EndsWith("{volume}", StringComparison.Ordinal)
                        || endpoint.Path.EndsWith("{cidr}", StringComparison.Ordinal)),
            ];
        }

        return here.Length > 0 ? [.. here.OrderBy(static endpoint => (int)endpoint.Method)] : throw Unknown(path);
    }

    /// <summary>Lists the paths right below a path; a path with nothing below it lists itself.</summary>
    /// <param name="path">The path; concrete segments stay as they are in the result.</param>
    /// <param name="recursive">True for everything below, the path itself included.</param>
    /// <exception cref="CliException">The schema has no such path.</exception>
    public IReadOnlyList<(string Path, IReadOnlyList<ApiEndpoint> Endpoints)> List(string path, bool recursive)
    {
        string[] segments = Split(path);
        List<SplitEndpoint> below = [.. Below(segments)];
        if (below.Count == 0)
        {
            throw Unknown(path);
        }

        int deepest = below.Max(static found => found.Segments.Length);
        bool itself = recursive || deepest == segments.Length;
        return
        [
            .. below
                .Where(found => itself || found.Segments.Length > segments.Length)
                .GroupBy(found => string.Join('/', recursive ? found.Segments : found.Segments.Take(segments.Length + 1)), StringComparer.Ordinal)
                .OrderBy(static group => group.Key, StringComparer.Ordinal)
                .Select(group => (Concrete(group.Key, segments), Verbs(group))),
        ];
    }

    /// <summary>Makes the error for a path that does not exist; it names the deepest part that does.</summary>
    public CliException Unknown(string path)
    {
        string[] segments = Split(path);
        int known = Math.Max(0, segments.Length - 1);
        while (known > 0 && !Below(segments[..known]).Any())
        {
            known--;
        }

        string parent = "/" + string.Join('/', segments.Take(known));
        string[] children =
        [
            .. Below(segments[..known]).Where(found => found.Segments.Length > known)
                .Select(found => found.Segments[known])
                .Distinct(StringComparer.Ordinal),
        ];
        string? near = known < segments.Length ? UsageErrors.Nearest(segments[known], children) : null;
        string product = schema.Product == ProxmoxProduct.BackupServer ? "Proxmox Backup Server" : "Proxmox VE";
        return new CliException(new CliError
        {
            Code = "unknown_path",
            ExitCode = ExitCodes.Usage,
            Message = segments.Length == 0
                ? $"The schema of {product} {schema.Version} says nothing about the root of the API"
                : $"The API of {product} {schema.Version} has no path {path}",
            Hint = near is null
                ? $"See what there is: {PrintedCommands.Of("api", "ls", parent)}"
                : $"Did you mean {parent.TrimEnd('/')}/{near}? See what there is: {PrintedCommands.Of("api", "ls", parent)}",
        });
    }

    /// <summary>Returns the concrete path of the nearest list above a placeholder: what can be read to see which values it may have.</summary>
    /// <param name="path">A concrete path.</param>
    /// <param name="endpoint">The endpoint it addresses.</param>
    /// <param name="placeholder">The position of the placeholder among the segments of the endpoint's path.</param>
    /// <returns>Null if nothing above it can be read.</returns>
    public string? ListAbove(string path, ApiEndpoint endpoint, int placeholder)
    {
        (string[] typed, string[] template) = (Split(path), Split(endpoint.Path));
        for (int count = placeholder; count > 0; count--)
        {
            if (schema.Find(ApiMethod.Get, "/" + string.Join('/', template.Take(count))) is not null)
            {
                return "/" + string.Join('/', typed.Take(count));
            }
        }

        return null;
    }

    private static IReadOnlyList<ApiEndpoint> Verbs(IGrouping<string, SplitEndpoint> group) =>
    [
        .. group.Where(found => string.Join('/', found.Segments) == group.Key)
            .Select(static found => found.Endpoint)
            .OrderBy(static endpoint => (int)endpoint.Method),
    ];

    private static string Concrete(string template, string[] typed)
    {
        string[] segments = template.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < Math.Min(typed.Length, segments.Length); i++)
        {
            segments[i] = typed[i];
        }

        return "/" + string.Join('/', segments);
    }

    private static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Finds the endpoints at or below a path: fixed segments win over placeholders, as on the server.</summary>
    private IEnumerable<SplitEndpoint> Below(IReadOnlyList<string> segments)
    {
        IEnumerable<SplitEndpoint> found = _endpoints;
        for (int depth = 0; depth < segments.Count; depth++)
        {
            (int at, string segment) = (depth, segments[depth]);
            SplitEndpoint[] deeper = [.. found.Where(item => item.Segments.Length > at)];
            SplitEndpoint[] literal = [.. deeper.Where(item => item.Segments[at] == segment)];
            found = literal.Length > 0 ? literal : [.. deeper.Where(item => item.Segments[at].StartsWith('{'))];
        }

        return found;
    }

    private sealed record SplitEndpoint(ApiEndpoint Endpoint, string[] Segments);
}
