using System.Collections.ObjectModel;
using ProxSharp.Api;

namespace ProxSharp.Schema;

/// <summary>Finds the endpoint of a concrete path the way the server does: fixed segments before placeholders, the last placeholder takes the rest.</summary>
internal sealed class ApiPathTree
{
    private readonly Branch _root = new();

    public ApiPathTree(IEnumerable<ApiEndpoint> endpoints)
    {
        foreach (ApiEndpoint endpoint in endpoints)
        {
            Branch branch = _root;
            foreach (string segment in endpoint.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                branch = segment.StartsWith('{') ? branch.Placeholder(segment[1..^1]) : branch.Fixed(segment);
            }

            branch.Endpoints[endpoint.Method] = endpoint;
        }
    }

    public ApiMatch? Match(ApiMethod method, string path)
    {
        string[] segments = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        Stack<string> values = new();
        ApiEndpoint? endpoint = Walk(_root, segments, method, values);
        return endpoint is null ? null : new ApiMatch(endpoint, Name(endpoint, [.. values.Reverse()]));
    }

    private static ApiEndpoint? Walk(Branch branch, ReadOnlySpan<string> rest, ApiMethod method, Stack<string> values)
    {
        if (rest.IsEmpty)
        {
            return branch.Endpoints.GetValueOrDefault(method);
        }

        if (branch.FixedBranches.TryGetValue(rest[0], out Branch? next) && Walk(next, rest[1..], method, values) is { } found)
        {
            return found;
        }

        foreach ((string name, Branch placeholder) in branch.PlaceholderBranches)
        {
            values.Push(rest[0]);
            if (Walk(placeholder, rest[1..], method, values) is { } inner)
            {
                return inner;
            }

            values.Pop();

            // Proxmox: ids with slashes are accepted unescaped in the last place of a path.
            if (rest.Length > 1 && MayHoldSlash(name) && placeholder.Endpoints.TryGetValue(method, out ApiEndpoint? greedy))
            {
                values.Push(string.Join('/', rest.ToArray()));
                return greedy;
            }
        }

        return null;
    }

    private static bool MayHoldSlash(string placeholder) => placeholder is "volume" or "cidr";

    private static ReadOnlyDictionary<string, string> Name(ApiEndpoint endpoint, string[] values)
    {
        Dictionary<string, string> named = new(StringComparer.Ordinal);
        int next = 0;
        foreach (string segment in endpoint.Path.Split('/'))
        {
            if (segment.StartsWith('{'))
            {
                named[segment[1..^1]] = values[next++];
            }
        }

        return named.AsReadOnly();
    }

    private sealed class Branch
    {
        public Dictionary<string, Branch> FixedBranches { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, Branch> PlaceholderBranches { get; } = new(StringComparer.Ordinal);

        public Dictionary<ApiMethod, ApiEndpoint> Endpoints { get; } = [];

        public Branch Fixed(string name) => GetOrAdd(FixedBranches, name);

        public Branch Placeholder(string name) => GetOrAdd(PlaceholderBranches, name);

        private static Branch GetOrAdd(Dictionary<string, Branch> branches, string name)
        {
            if (!branches.TryGetValue(name, out Branch? branch))
            {
                branches[name] = branch = new Branch();
            }

            return branch;
        }
    }
}
