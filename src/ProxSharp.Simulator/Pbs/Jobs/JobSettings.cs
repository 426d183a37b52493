using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Ids;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs.Jobs;

/// <summary>The settings of a job as they are stored.</summary>
internal sealed class JobSettings(JsonObject job)
{
    public const string Direction = "sync-direction";
    public const string PushDirection = "push";

    private GroupFilter[]? _filters;

    /// <summary>True if the job copies to a remote, false if from one.</summary>
    public bool IsPush => Text(Direction) == PushDirection;

    /// <summary>Whether a list shows a sync job. Proxmox: without a word about directions those that pull.</summary>
    public bool IsListed(ApiCall call) => (call.Text(Direction) ?? "pull") is var direction && (direction == "all" || direction == PushDirection == IsPush);

    private GroupFilter[] Filters => _filters ??= (job["group-filter"] switch
    {
        JsonArray list => list.Select(static item => ApiCall.TextOf(item!)),
        JsonValue one => [ApiCall.TextOf(one)],
        _ => [],
    }).Select(GroupFilter.Parse).ToArray();

    /// <summary>The settings that the parameters of a call are.</summary>
    public static JsonObject Of(ApiCall call)
    {
        JsonObject settings = [];
        foreach ((string name, JsonNode value) in call.Parameters)
        {
            settings[name] = value.DeepClone();
        }

        return settings;
    }

    public string? Text(string name) => job[name] is { } value ? ApiCall.TextOf(value) : null;

    public long? Number(string name) => long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    public bool IsSet(string name) => Text(name) is "1" or "true";

    public BackupNamespace Namespace(string name) => BackupNamespace.TryParse(Text(name) ?? "", CultureInfo.InvariantCulture, out BackupNamespace ns) ? ns
        : throw ApiFault.Parameter(name, "value does not match the regex pattern");

    /// <summary>Fails if the filters make no sense.</summary>
    /// <exception cref="ApiFault">One of them does not.</exception>
    public void DemandFilters() => _ = Filters;

    /// <summary>Whether the job's filters let a group through: without any all pass, else what one includes and none excludes.</summary>
    public bool Includes(GroupKey group) =>
        (Filters.All(static filter => filter.IsExclude) || Filters.Any(filter => !filter.IsExclude && filter.Matches(group)))
        && !Filters.Any(filter => filter.IsExclude && filter.Matches(group));
}
