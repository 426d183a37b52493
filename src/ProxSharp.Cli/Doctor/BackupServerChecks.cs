using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Doctor;

/// <summary>What is not well on a backup server.</summary>
internal static class BackupServerChecks
{
    private const double Full = 0.9;

    /// <summary>Makes the checks.</summary>
    public static async IAsyncEnumerable<Finding> RunAsync(ServerSession session, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (JsonElement usage, Finding? trouble) = await Checks.ReadListAsync(
            session, "datastore", "/status/datastore-usage", cancellationToken).ConfigureAwait(false);
        if (trouble is not null)
        {
            yield return trouble;
            yield break;
        }

        foreach (JsonElement store in usage.EnumerateArray())
        {
            yield return OfStore(store);
        }
    }

    private static Finding OfStore(JsonElement store)
    {
        string name = Text(store, "store");
        if (Text(store, "error") is { Length: > 0 } error)
        {
            return new Finding("datastore", FindingState.Failure, $"{name}: {error}", PrintedCommands.Of("datastore", "show", name));
        }

        (double used, double total) = (Number(store, "used"), Number(store, "total"));
        if (Text(store, "mount-status") == "notmounted")
        {
            return new Finding("datastore", FindingState.Ok, $"{name} is on a disk that is not mounted");
        }

        if (total <= 0)
        {
            // Proxmox: who may only back up to a datastore gets its name, without figures.
            return new Finding("datastore", FindingState.Ok, $"{name} is there; this user or token may not see how full it is (Datastore.Audit on /datastore/{name})");
        }

        string text = string.Create(
            CultureInfo.InvariantCulture, $"{name} is {used / total * 100:0} % full, {ValueRenderer.Bytes(Number(store, "avail"))} left");
        return used / total > Full
            ? new Finding("datastore", FindingState.Warning, text, PrintedCommands.Of("datastore", "gc", "start", name))
            : new Finding("datastore", FindingState.Ok, text);
    }

    private static double Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    private static string Text(JsonElement item, string name) => item.TryGetProperty(name, out JsonElement value) ? value.ToString() : "";
}
