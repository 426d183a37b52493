using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Operations;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>
/// What the change of one object requires besides what is to be changed: the server of a metrics server whose port changes, the storage of a backup job
/// that gets a template for notes. The server knows it, and it stays as it is.
/// </summary>
internal static class PresentValues
{
    /// <summary>Tells whether a parameter that a call requires may be left out, because the object that is changed has it.</summary>
    public static bool IsKnown(ApiSchema schema, ApiEndpoint endpoint, string name) => endpoint.Method == ApiMethod.Put
        && endpoint.Path.EndsWith('}')
        && name != "delete"

        // What has a form for each kind of object is asked for by some kinds only.
        && endpoint.Parameters.GetValueOrDefault(name)?.AlternativesBy is null
        && !EndpointParameter.IsSecretOf(endpoint.Path, name)
        && endpoint.Parameters.Any(static parameter => parameter.Value.IsOptional && parameter.Key != "digest")
        && schema.Find(ApiMethod.Get, endpoint.Path) is not null;

    /// <summary>Goes through the parameters that a call requires always, or because of one that it has, and that are not given.</summary>
    /// <param name="all">All parameters of the call, those of its path not among them.</param>
    /// <param name="parameters">The parameters that it has.</param>
    /// <param name="settled">The names of those that are given, or go.</param>
    /// <param name="add">Adds one, and tells whether there was a value for it.</param>
    public static void Complete(
        IReadOnlyDictionary<string, ApiNode> all, ApiParameters parameters, IEnumerable<string> settled, Func<string, ApiNode, bool> add)
    {
        HashSet<string> known = new(settled, StringComparer.Ordinal);
        Queue<string> needed = new(
        [
            .. all.Where(static parameter => !parameter.Value.IsOptional).Select(static parameter => parameter.Key),
            .. parameters.Select(parameter => all.GetValueOrDefault(parameter.Name)?.Requires).OfType<string>(),
        ]);
        while (needed.TryDequeue(out string? name))
        {
            if (known.Add(name) && all.GetValueOrDefault(name) is { } node && add(name, node) && node.Requires is { } other)
            {
                needed.Enqueue(other);
            }
        }
    }

    /// <summary>Reads the object and adds what the call requires of it; nothing is read if everything is given. What is not to be had is left to the check.</summary>
    public static async Task AddAsync(VerbRun run, EndpointBinding binding, string path, ApiParameters parameters, CancellationToken cancellationToken)
    {
        Dictionary<string, ApiNode> all = binding.Endpoint.Parameters
            .Where(parameter => !parameter.Value.IsPathParameter && parameter.Value.When is null && IsKnown(binding.Schema, binding.Endpoint, parameter.Key))
            .ToDictionary(StringComparer.Ordinal);
        string[] given = [.. parameters.Select(static parameter => parameter.Name), .. ItemLists.Deleted(parameters)];
        bool isComplete = true;
        Complete(all, parameters, given, (_, _) => isComplete = false);
        if (isComplete || parameters.Count == 0)
        {
            return;
        }

        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        JsonElement present;
        try
        {
            present = (await session.GetAsync(path, null, cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (ProxmoxPermissionException)
        {
            return;
        }

        if (present.ValueKind == JsonValueKind.Object)
        {
            Complete(all, parameters, given, (name, _) => Add(parameters, name, present));

            // What is sent along is what was read, and not what somebody else has made of it since.
            bool hasDigest = binding.Endpoint.Parameters.ContainsKey("digest") && !given.Contains("digest");
            _ = hasDigest && Add(parameters, "digest", present);
        }
    }

    private static bool Add(ApiParameters parameters, string name, JsonElement present)
    {
        if (!present.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return false;
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            parameters.AddList(name, value.EnumerateArray().Select(Text));
        }
        else
        {
            parameters.Add(name, Text(value));
        }

        return true;
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };
}
