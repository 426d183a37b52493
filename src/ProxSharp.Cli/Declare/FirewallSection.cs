using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Declare;

/// <summary>
/// The section <c>firewall</c>: options and rules of the cluster. Rules are the same if all their members are; missing ones are put at the place they have
/// in the file.
/// </summary>
internal sealed class FirewallSection : IStateSection
{
    private const string Options = "/cluster/firewall/options";
    private const string Rules = "/cluster/firewall/rules";
    private static readonly string[] s_own = ["pos", "digest", "ipversion"];

    /// <inheritdoc/>
    public string Name => "firewall";

    /// <inheritdoc/>
    public async Task<JsonElement> ReadAsync(ServerSession session, JsonElement wanted, CancellationToken cancellationToken)
    {
        JsonElement options = (await session.GetAsync(Options, null, cancellationToken).ConfigureAwait(false)).Data;
        JsonElement rules = (await session.GetAsync(Rules, null, cancellationToken).ConfigureAwait(false)).Data;
        return JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("digest", StateValues.Text(options, "digest"));
            json.WriteStartObject("options");
            foreach (JsonProperty member in options.EnumerateObject()
                .Where(static member => member.Name != "digest")
                .OrderBy(static member => member.Name, StringComparer.Ordinal))
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
            json.WriteStartArray("rules");
            foreach (JsonElement rule in rules.EnumerateArray())
            {
                json.WriteStartObject();
                foreach (JsonProperty member in rule.EnumerateObject()
                    .Where(static member => !s_own.Contains(member.Name))
                    .OrderBy(static member => member.Name, StringComparer.Ordinal))
                {
                    member.WriteTo(json);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <inheritdoc/>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, bool prune)
    {
        if (StateValues.Member(wanted, "options") is { ValueKind: JsonValueKind.Object } options)
        {
            IReadOnlyList<(string Key, string? From, string? To)> keys = StateValues.Differences(options, StateValues.Member(present, "options"), "digest");
            if (keys.Count > 0)
            {
                yield return new StateChange(Name, "options", "change")
                {
                    Keys = keys,
                    Call = new PlannedCall(ApiMethod.Put, Options, StateValues.Parameters(keys, StateValues.Text(present, "digest"))) { Template = Options },
                };
            }
        }

        if (StateValues.Member(wanted, "rules") is { ValueKind: JsonValueKind.Array } rules)
        {
            foreach (StateChange change in CompareRules(rules, StateValues.Member(present, "rules"), prune))
            {
                yield return change;
            }
        }
    }

    private IEnumerable<StateChange> CompareRules(JsonElement wanted, JsonElement present, bool prune)
    {
        string[] file = [.. wanted.EnumerateArray().Select(Text)];
        string[] now = [.. present.EnumerateArray().Select(Text)];

        // From the last to the first, so that the places of the others stay as they are.
        for (int at = now.Length - 1; prune && at >= 0; at--)
        {
            if (!file.Contains(now[at]))
            {
                string place = at.ToString(CultureInfo.InvariantCulture);
                yield return new StateChange(Name, $"rule {now[at]}", "delete") { Call = new PlannedCall(
                    ApiMethod.Delete, $"{Rules}/{place}", []) { Template = $"{Rules}/{{pos}}" } };
            }
        }

        JsonElement[] items = [.. wanted.EnumerateArray()];
        for (int at = 0; at < items.Length; at++)
        {
            if (!now.Contains(file[at]))
            {
                IReadOnlyList<(string Key, string? From, string? To)> keys = StateValues.Differences(items[at], default, s_own);
                ApiParameters parameters = StateValues.Parameters([.. keys.Where(static key => key.To is not null)]);
                parameters.Add("pos", (long)at);
                yield return new StateChange(Name, $"rule {file[at]}", "create")
                {
                    Call = new PlannedCall(ApiMethod.Post, Rules, parameters) { Template = Rules },
                };
            }
        }
    }

    private static string Text(JsonElement rule) => string.Join(' ', rule.EnumerateObject()
        .Where(static member => !s_own.Contains(member.Name) && StateValues.Wire(member.Value) is { Length: > 0 })
        .OrderBy(static member => member.Name, StringComparer.Ordinal)
        .Select(static member => $"{member.Name}={StateValues.Wire(member.Value)}"));
}
