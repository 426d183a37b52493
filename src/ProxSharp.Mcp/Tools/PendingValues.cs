using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProxSharp.Http;
using ProxSharp.Mcp.Sites;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Mcp.Tools;

/// <summary>
/// Settings of guests that wait for the next start. The server takes a change of a running guest without a word about it, and tells the new value as if it held.
/// </summary>
internal static class PendingValues
{
    private const int MostGuests = 30;

    /// <summary>The changes that wait: by setting an object with the value <c>now</c>, and with <c>next</c> or <c>removed</c>.</summary>
    /// <param name="reading">Reads them; what cannot be read is named there.</param>
    /// <param name="path">The path of the guest.</param>
    /// <param name="hidden">Settings that are not told.</param>
    public static async Task<JsonObject> ReadAsync(Reading reading, string path, params string[] hidden)
    {
        JsonObject found = [];
        foreach (JsonElement entry in await reading.ListAsync($"{path}/pending").ConfigureAwait(false))
        {
            bool isRemoved = entry.TryGetProperty("delete", out _);
            if (entry.Text("key") is not { } key || hidden.Contains(key) || (!isRemoved && !entry.TryGetProperty("pending", out _)))
            {
                continue;
            }

            found[key] = Values.Row(
                ("now", Member(entry, "value", key, path)), ("next", isRemoved ? null : Member(entry, "pending", key, path)), ("removed", isRemoved ? true : null));
        }

        return found;
    }

    /// <summary>The changes in words: <c>memory 4096 (now 2048)</c>.</summary>
    public static string Words(JsonObject pending) => string.Join(", ", pending.Select(static each =>
        $"{each.Key} {(each.Value!["removed"] is null ? each.Value["next"] : "removed")}{(each.Value["now"] is { } now ? $" (now {now})" : "")}"));

    /// <summary>Says of a plan that was applied which settings of running guests wait for their next start.</summary>
    public static async Task<ToolAnswer> AddAsync(AgentSite site, ToolAnswer answer, ApplyResult result, CancellationToken cancellationToken)
    {
        string[] guests =
        [
            .. result.Steps.Where(static step => step.Succeeded).Select(static step => ConfigCall.Match(step.Call))
                .Where(static match => match.Success).Select(static match => match.Groups["guest"].Value).Distinct().Take(MostGuests),
        ];
        Reading reading = new(site, cancellationToken);
        JsonObject all = [];
        List<string> lines = [];
        foreach (string guest in guests)
        {
            string number = guest[(guest.LastIndexOf('/') + 1)..];
            JsonObject pending = [];
            try
            {
                pending = await ReadAsync(reading, guest, "digest").ConfigureAwait(false);
            }
            catch (ProxmoxException e)
            {
                // What was done is done, and has to be told.
                reading.Miss($"{guest}/pending: {SafeText.Of(e.Message, "error", 160)}");
            }

            if (pending.Count > 0)
            {
                all[number] = pending;
                lines.Add($"\nwaits for the next start of guest {number}: {Words(pending)}");
            }
        }

        if (all.Count > 0)
        {
            answer.Value["pending"] = all;
        }

        return reading.Complete(answer with { Text = answer.Text + string.Concat(lines) });
    }

    private static JsonNode? Member(JsonElement entry, string name, string key, string path) => !entry.TryGetProperty(name, out JsonElement value) ? null
        : ReviewedParameter.IsMaskedInAnswer(path, key) ? JsonValue.Create(Secrets.Mask)
        : SafeText.Of(Values.Node(value), key);

    private static Regex ConfigCall => field ??= new(@"^(PUT|POST) (?<guest>/nodes/[^/\s]+/(qemu|lxc)/[0-9]+)/config(\s|$)", RegexOptions.ExplicitCapture);
}
