using System.Globalization;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls that let a guest hold up others: the node waits so long after it has started it, or for its end, before it goes on with the next one, whoever
/// that is.
/// </summary>
internal static class LongStarts
{
    private const string Setting = "startup";
    private const long Most = 3600;

    /// <summary>What a plan says of such a call.</summary>
    public const string Why = " When the node starts or shuts down, all guests after this one wait that long.";

    /// <summary>Returns the call, as disruptive if it is one.</summary>
    public static PlannedCall Judge(PlannedCall call) => IsOne(call) ? call.Also(OperationClass.Disruptive) : call;

    /// <summary>True for a call after which others wait for more than an hour.</summary>
    public static bool IsOne(PlannedCall call) => call.Parameters.Find(Setting) is { } startup
        && ItemLists.Split(startup).Select(static item => item.Split('=', 2)).Any(static item => item is ["up" or "down", var seconds] && IsLong(seconds));

    private static bool IsLong(string seconds) =>
        !long.TryParse(seconds.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) || number > Most;
}
