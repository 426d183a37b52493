using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Finds out what a call would change, by reading what is there now.</summary>
internal static class ConfigDifference
{
    private static readonly HashSet<string> s_notKeys = new(StringComparer.Ordinal)
    {
        "delete", "digest", "revert", "force", "skiplock", "background_delay", "lock-token",
    };

    /// <summary>Returns what would change; empty for calls that change no configuration.</summary>
    public static async Task<IReadOnlyList<ConfigChange>> ReadAsync(
        ServerSession session, ApiSchema schema, PlannedCall call, CancellationToken cancellationToken)
    {
        bool changesConfig = call.Method == ApiMethod.Put || (call.Method == ApiMethod.Post && call.Template.EndsWith("/config", StringComparison.Ordinal));
        if (!changesConfig || !call.IsThere || schema.Find(ApiMethod.Get, call.Template) is not { } reading)
        {
            return [];
        }

        // What names the thing beside the path names it here too: the notes of a group of backups. Filters are left out: what they name may not be there yet.
        ApiParameters question = [];
        foreach (ApiParameter parameter in call.Parameters.Where(
            parameter => reading.Parameters.TryGetValue(parameter.Name, out ApiNode? node) && !node.IsPathParameter
                && (!node.IsOptional || parameter.Name == "ns")))
        {
            question.Add(parameter);
        }

        JsonElement now = (await session.GetAsync(call.Path, question, cancellationToken).ConfigureAwait(false)).Data;
        return now.ValueKind == JsonValueKind.Object ? Compare(call, now) : [];
    }

    /// <summary>Compares a call with the configuration it is about. Pure.</summary>
    internal static IReadOnlyList<ConfigChange> Compare(PlannedCall call, JsonElement now)
    {
        List<ConfigChange> changes = [];
        foreach (
            IGrouping<string,
            ApiParameter> given in call.Parameters.Where(static parameter => !s_notKeys.Contains(parameter.Name)).GroupBy(static parameter => parameter.Name))
        {
            string to = string.Join(',', given.Select(CallText.Value));
            string? from = Text(now, given.Key);
            if (from != to)
            {
                changes.Add(new ConfigChange(call.Target, given.Key, from, to));
            }
        }

        foreach (string key in call.Parameters.Where(static parameter => parameter.Name == "delete")
            .SelectMany(static parameter => parameter.Text.Split((char[])[',', ';', ' '], StringSplitOptions.RemoveEmptyEntries)))
        {
            if (Text(now, key) is { } from)
            {
                changes.Add(new ConfigChange(call.Target, key, from, null));
            }
        }

        return changes;
    }

    private static string? Text(JsonElement config, string key) => config.TryGetProperty(key, out JsonElement value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.True => "1",
            JsonValueKind.False => "0",
            JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(static item => item.ToString())),
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            _ => value.GetRawText(),
        }
        : null;
}
