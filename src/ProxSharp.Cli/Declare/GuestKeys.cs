using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Errors;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Declare;

/// <summary>Which keys the configuration of a guest may have in a file. Pure.</summary>
internal static class GuestKeys
{
    private const string Section = "guests";

    /// <summary>Refuses what nobody would read: keys that mean nothing, also those that are to go, disks of two sizes, and a configuration that is none.</summary>
    /// <param name="config">The configuration of the file.</param>
    /// <param name="id">The number of the guest.</param>
    /// <param name="type">The kind of guest.</param>
    /// <param name="present">The configuration that is there; undefined if there is none.</param>
    /// <exception cref="CliException">There is such a thing.</exception>
    public static void Check(JsonElement config, string id, string type, JsonElement present)
    {
        if (config.ValueKind != JsonValueKind.Object)
        {
            string what = config.ValueKind == JsonValueKind.Null ? "is empty" : "has no keys";
            throw CliException.Usage($"The config of guest {id} {what}", "Take it out, or write what it is to have: config: {cores: 2}");
        }

        foreach (JsonProperty key in config.EnumerateObject())
        {
            StateValues.Check(key, Section);
            if (StateSchema.IsControl(key.Name) && !GuestSection.Own.Contains(key.Name))
            {
                throw CliException.Usage(
                    $"'{key.Name}' in the config of a guest says how a call is made, and not what the guest has", "To take a key out: net1: null");
            }

            if (key.Value.ValueKind == JsonValueKind.Null)
            {
                CheckGone(key.Name, type, present);
            }
            else if (GuestDisk.IsKey(key.Name) && StateValues.Wire(key.Value) is { } disk)
            {
                GuestDisk.Parse(disk).CheckSize(key.Name, id);
            }
        }
    }

    /// <summary>Says which keys are the server's own; null if there are none.</summary>
    /// <param name="config">The configuration of the file.</param>
    public static string? Remark(JsonElement config)
    {
        string[] own = [.. config.EnumerateObject().Select(static key => key.Name).Where(GuestSection.Own.Contains)];
        return own.Length == 0 ? null
            : $"{string.Join(", ", own)} {(own.Length == 1 ? "is" : "are")} written by the server alone, and {(own.Length == 1 ? "stays" : "stay")} as is, whatever the file says";
    }

    // A key with a value is held against the schema when the call is made.
    private static void CheckGone(string key, string type, JsonElement present)
    {
        IReadOnlyDictionary<string, ApiNode> parameters = StateSchema.Parameters(ApiMethod.Put, $"/nodes/{{node}}/{type}/{{vmid}}/config");
        if (GuestSection.Own.Contains(key) || StateValues.Member(present, key).ValueKind != JsonValueKind.Undefined
            || StateSchema.Find(parameters, key) is not null
            || StateSchema.Find(StateSchema.Parameters(ApiMethod.Post, $"/nodes/{{node}}/{type}"), key) is not null)
        {
            return;
        }

        string? near = UsageErrors.Nearest(key, parameters.Keys);
        throw CliException.Usage(
            $"'{key}' means nothing in the config of a {(type == "lxc" ? "container" : "virtual machine")}",
            near is null ? "See: prox explain " + (type == "lxc" ? "ct.set" : "vm.set") : $"Did you mean '{near}'?");
    }
}
