using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Operations;
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
        if (PurgedRules.IsPossible(call))
        {
            return await PurgedRules.ReadAsync(session, call, cancellationToken).ConfigureAwait(false);
        }

        if (PrunedBackups.IsPossible(call))
        {
            return await PrunedBackups.ReadAsync(session, call, cancellationToken).ConfigureAwait(false);
        }

        bool changesConfig = call.Method == ApiMethod.Put || (call.Method == ApiMethod.Post && call.Template.EndsWith("/config", StringComparison.Ordinal));
        if (!changesConfig || !call.IsThere || schema.Find(ApiMethod.Get, call.Template) is not { } reading || Question(reading, call) is not { } question)
        {
            return [];
        }

        JsonElement now = call.Present ?? (await session.GetAsync(call.Path, question, cancellationToken).ConfigureAwait(false)).Data;

        // What the reading is asked for only says what is meant.
        PlannedCall change = question.Count == 0 ? call : call with { Parameters = Without(call.Parameters, question) };
        return now.ValueKind switch
        {
            JsonValueKind.Object => [.. Compare(change, now).Select(item => Readable(schema, call, item))],
            JsonValueKind.Array => [],
            _ => CompareOnly(change, now),
        };
    }

    private static ConfigChange Readable(ApiSchema schema, PlannedCall call, ConfigChange change) =>
        EncodedTexts.Holds(schema.Find(call.Method, call.Template), change.Key)
            ? change with { From = change.From is { } from ? EncodedTexts.Readable(from) : null, To = change.To is { } to ? EncodedTexts.Readable(to) : null }
            : change;

    /// <summary>
    /// Returns the parameters that the same thing is read with: none where the path says it all; null if it cannot be read because others are needed. Pure.
    /// </summary>
    internal static ApiParameters? Question(ApiEndpoint reading, PlannedCall call)
    {
        ApiParameters question = [];
        if (reading.Parameters.Values.All(static node => node.IsOptional || node.IsPathParameter))
        {
            return question;
        }

        foreach (ApiParameter parameter in call.Parameters.Where(
            parameter => reading.Parameters.TryGetValue(parameter.Name, out ApiNode? node) && !node.IsPathParameter))
        {
            question.Add(parameter);
        }

        return reading.Parameters.All(needed => needed.Value.IsOptional || needed.Value.IsPathParameter || question.Any(given => given.Name == needed.Key))
            ? question
            : null;
    }

    /// <summary>Compares a call with the configuration it is about. Pure.</summary>
    internal static IReadOnlyList<ConfigChange> Compare(PlannedCall call, JsonElement now)
    {
        List<ConfigChange> changes = [];
        foreach (string key in call.Parameters.Select(static parameter => parameter.Name).Where(static name => !s_notKeys.Contains(name)).Distinct())
        {
            string to = string.Join(',', call.Parameters.Where(parameter => parameter.Name == key).Select(parameter => CallText.Value(call, parameter)));
            string? from = Text(now, key);
            if (from != to)
            {
                changes.Add(new ConfigChange(call.Target, key, from is not null && EndpointParameter.IsSecretOf(call.Template, key) ? CallText.Hidden : from, to));
            }
        }

        foreach (string key in ItemLists.Deleted(call.Parameters).Distinct())
        {
            if (Text(now, key) is { } from)
            {
                changes.Add(new ConfigChange(call.Target, key, from, null));
            }
        }

        return changes;
    }

    /// <summary>Compares a call that sets a single value with that value. Pure.</summary>
    internal static IReadOnlyList<ConfigChange> CompareOnly(PlannedCall call, JsonElement now)
    {
        ApiParameter[] given = [.. call.Parameters.Where(static parameter => !s_notKeys.Contains(parameter.Name))];
        string? from = Text(now) is { Length: > 0 } text ? text : null;
        return given is [{ } only] && CallText.Value(call, only) is var to && (from ?? "") != to ? [new ConfigChange(call.Target, only.Name, from, to)] : [];
    }

    private static ApiParameters Without(ApiParameters parameters, ApiParameters others)
    {
        ApiParameters rest = [];
        foreach (ApiParameter parameter in parameters.Where(parameter => others.All(other => other.Name != parameter.Name)))
        {
            rest.Add(parameter);
        }

        return rest;
    }

    private static string? Text(JsonElement config, string key) => config.TryGetProperty(key, out JsonElement value) ? Text(value) : null;

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(static item => item.ToString())),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => value.GetRawText(),
    };
}
