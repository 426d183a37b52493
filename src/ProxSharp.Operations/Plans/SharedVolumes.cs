using System.Text.RegularExpressions;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds volumes that a call gives to a guest and whose names do not say whose they are, such as units of an iSCSI server.</summary>
internal static partial class SharedVolumes
{
    /// <summary>Their full names.</summary>
    public static string[] GivenBy(PlannedCall call) =>
    [
        .. call.Others.Where(parameter => IsConfig(call) && DiskKeys.IsGiven(parameter.Name))
            .SelectMany(static parameter => ItemLists.Split(parameter.Text)).Select(static item => Given.Match(item))
            .Where(static match => match.Success).Select(static match => match.Groups["volume"].Value)
            .Where(static volume => !VolumeOwners.IsOwned(volume)).Distinct(StringComparer.Ordinal),
    ];

    private static bool IsConfig(PlannedCall call) => call.Path is "/nodes/{node}/qemu" or "/nodes/{node}/lxc"
        or "/nodes/{node}/qemu/{vmid}/config" or "/nodes/{node}/lxc/{vmid}/config";

    // Neither a new disk of some size, nor a file that many guests may have in a drive.
    private static Regex Given => field ??= new(
        @"^(?:(?:file|volume|import-from)=)?(?<volume>[A-Za-z][\w.-]*:(?![0-9.]+$|cloudinit$|(?:iso|import|vztmpl|snippets|backup)/).+)$");
}
