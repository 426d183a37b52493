using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Declare;

/// <summary>The section <c>ha</c>: guests under high availability, and the rules that say where they run.</summary>
internal sealed class HaSection : IStateSection
{
    private readonly CollectionPart _resources = new("ha", "/cluster/ha/resources", "/cluster/ha/resources", "sid", StateStage.HaResources)
    {
        Title = "resource ",
    };

    private readonly CollectionPart _rules = new("ha", "/cluster/ha/rules", "/cluster/ha/rules", "rule", StateStage.HaRules) { Title = "rule " };

    /// <inheritdoc/>
    public string Name => "ha";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads => [_resources.Reads, _rules.Reads];

    /// <inheritdoc/>
    public IReadOnlyList<string> Writes => [.. _resources.Writes, .. _rules.Writes];

    /// <inheritdoc/>
    public StateSight? Sight => null;

    /// <inheritdoc/>
    public async Task<JsonElement> ReadAsync(ServerSession session, StateReading reading, CancellationToken cancellationToken)
    {
        JsonElement resources = await _resources.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        JsonElement rules = await _rules.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        return JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("resources");
            resources.WriteTo(json);
            json.WritePropertyName("rules");
            rules.WriteTo(json);
            json.WriteEndObject();
        });
    }

    /// <inheritdoc/>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, StateWish wish)
    {
        StateValues.OnlyParts(wanted, Name, "resources", "rules");
        foreach ((string name, CollectionPart part) in new[] { ("resources", _resources), ("rules", _rules) })
        {
            if (StateValues.Member(wanted, name) is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } items)
            {
                foreach (StateChange change in part.Compare(items, StateValues.Member(present, name), wish.Prune))
                {
                    yield return change;
                }
            }
        }
    }
}
