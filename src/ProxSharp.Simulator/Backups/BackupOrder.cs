using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Backups;

/// <summary>What a backup task is to do: the options of a call or of a job, in wire form.</summary>
internal sealed class BackupOrder
{
    // Options of a job that say when it runs, not what it does.
    private static readonly HashSet<string> s_notOptions = new(StringComparer.Ordinal) { "schedule", "enabled", "comment", "repeat-missed", "starttime", "dow", "id", "type", "next-run" };

    private readonly SortedDictionary<string, string> _options = new(StringComparer.Ordinal);

    /// <summary>Takes what a call asks for.</summary>
    public static BackupOrder Of(ApiCall call)
    {
        BackupOrder order = new();
        foreach ((string name, JsonNode value) in call.Parameters)
        {
            order._options[name] = ApiCall.TextOf(value);
        }

        return order;
    }

    /// <summary>Takes what a job describes.</summary>
    public static BackupOrder Of(string id, JsonObject job)
    {
        BackupOrder order = new();
        foreach ((string name, JsonNode? value) in job.Where(static option => option.Value is not null && !s_notOptions.Contains(option.Key)))
        {
            order._options[name] = ApiCall.TextOf(value!);
        }

        order._options["quiet"] = "1";
        order._options["job-id"] = id;
        return order;
    }

    public string? this[string name] => _options.GetValueOrDefault(name);

    public bool IsSet(string name) => this[name] is "1" or "true" or "yes" or "on";

    public IReadOnlyList<string> Items(string name) => (this[name] ?? "").Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Refuses options that contradict each other.</summary>
    /// <exception cref="ApiFault">They do.</exception>
    public void Demand()
    {
        if (this["vmid"] is not null && (Array.Find(["exclude", "pool"], name => this[name] is not null) ?? (IsSet("all") ? "all" : null)) is { } other)
        {
            throw ApiFault.Parameter(other, "option conflicts with option 'vmid'");
        }

        if (this["vmid"] is null && this["pool"] is null && this["exclude"] is null && !IsSet("all") && !IsSet("stop"))
        {
            throw ApiFault.Parameter("vmid", "property is missing");
        }
    }

    /// <summary>What chooses the guests, as <see cref="BackupSelection"/> wants it.</summary>
    public JsonObject Selection(string node)
    {
        JsonObject selection = new() { ["node"] = node };
        foreach (string name in (string[])["vmid", "all", "pool", "exclude"])
        {
            selection[name] = this[name];
        }

        if (this["exclude"] is not null && this["pool"] is null)
        {
            selection["all"] = "1";
        }

        return selection;
    }

    /// <summary>The command as the task's first line tells it.</summary>
    public string CommandLine()
    {
        StringBuilder text = new(string.Join(' ', Items("vmid")));
        foreach ((string name, string value) in _options.Where(static option => option.Key != "vmid"))
        {
            bool isQuoted = value.Contains(' ', StringComparison.Ordinal) || value.Contains('{', StringComparison.Ordinal);
            text.Append(text.Length == 0 ? "" : " ").Append(CultureInfo.InvariantCulture, $"--{name} {(isQuoted ? $"'{value}'" : value)}");
        }

        return text.ToString();
    }
}
