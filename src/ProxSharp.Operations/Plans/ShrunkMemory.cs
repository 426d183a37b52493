using System.Globalization;
using System.Text.Json;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls that take memory from a container that runs: the limit holds at once, and what does not fit below it is ended. A machine gets less with its next
/// start, or from a balloon that it blows up itself.
/// </summary>
internal static class ShrunkMemory
{
    private const string Path = "/nodes/{node}/lxc/{vmid}/config";

    // Proxmox: MiB that a container has where its configuration says nothing.
    private const decimal Usual = 512;

    /// <summary>What a plan says of such a call.</summary>
    public const string Why = " The container runs, and what does not fit into less memory is ended at once.";

    /// <summary>Returns the call, as disruptive if it takes memory from a container that runs.</summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on, the guest first.</param>
    public static PlannedCall Judge(PlannedCall call, IReadOnlyList<PlanTarget> targets) =>
        IsOne(call) && targets[0].Facts.GetValueOrDefault("power") != "stopped" && (Shrinks(call, "memory", targets[0].Before) || Shrinks(call, "swap", targets[0].Before))
            ? call.Also(OperationClass.Disruptive)
            : call;

    /// <summary>True for a call that sets the memory of a container.</summary>
    public static bool IsOne(PlannedCall call) =>
        call.Path == Path && UndoBuilder.Names(call).Any(static name => name is "memory" or "swap");

    private static bool Shrinks(PlannedCall call, string name, JsonElement config) =>
        UndoBuilder.Names(call).Contains(name) && Amount(call.Parameters.Find(name)) < Amount(config.Text(name));

    private static decimal Amount(string? text) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal amount) ? amount : Usual;
}
