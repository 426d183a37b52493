using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls that put another volume in the place of one that a guest has, or another file in that of one on a storage: to add one interrupts nothing, to
/// take one away does.
/// </summary>
internal static partial class Replacements
{
    /// <summary>
    /// Returns the call, as disruptive if it replaces a disk. A file that is replaced is lost, and whoever makes guests of it gets the other one. A drive for images
    /// on CD-ROM may be changed at any time.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on.</param>
    public static PlannedCall Judge(PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        if (targets.Any(static target => target.Facts.GetValueOrDefault(WrittenFile.Fact, "no") != "no"))
        {
            return call.AsReplacing().AsLosing().Also(OperationClass.Privileged);
        }

        if (call.Set.Has(OperationClass.Disruptive) || call.Path is not ("/nodes/{node}/qemu/{vmid}/config" or "/nodes/{node}/lxc/{vmid}/config"))
        {
            return call;
        }

        JsonElement config = targets[0].Before;
        return call.Others.Any(parameter => Replaces(parameter, config)) ? call.AsReplacing() : call;
    }

    private static bool Replaces(ApiParameter parameter, JsonElement config) => DiskKeys.IsUsed(parameter.Name)
        && config.Text(parameter.Name) is { } before
        && !ItemLists.Split(before).Contains("media=cdrom")
        && Volume(before) != Volume(parameter.Text);

    /// <summary>The volume in the value of a disk, without the options behind it.</summary>
    public static string Volume(string drive)
    {
        string first = drive.Split(',')[0];
        return drive.Split(',').Select(static part => Named.Match(part)).FirstOrDefault(static match => match.Success)?.Groups["volume"].Value ?? first;
    }

    private static Regex Named => field ??= new("^(file|volume)=(?<volume>.*)$", RegexOptions.ExplicitCapture);
}
