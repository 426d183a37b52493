using System.Text.RegularExpressions;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Tells what of the identity of a guest a call changes on purpose: the one place that leads from parameters to members of the identity that
/// <see cref="GuestReader"/> reads.
/// </summary>
internal static class IdentityChanges
{
    private const string InGuest = "{vmid}";

    /// <summary>The numbers of the guests of whose identity a call changes something.</summary>
    public static IEnumerable<string> Guests(PlannedCall call) => GuestNames.IsInPath(call) && Changes(call)
        ? [call.Parameters.Find("vmid")!, .. call.Parameters.Find("target-vmid") is { Length: > 0 } other ? [other] : Array.Empty<string>()]
        : [];

    /// <summary>True if a call may change a member of the identity of its guests.</summary>
    /// <param name="call">The call.</param>
    /// <param name="member">The member, such as <c>smbios uuid</c>.</param>
    public static bool MayChange(PlannedCall call, string member) => Below(call) switch
    {
        "/config" => Named(call).Any(name => Member(name) == member),

        // Proxmox: all of the configuration comes back, and a machine is told by a new number that it was set back.
        "/snapshot/{snapname}/rollback" => member is not ("vmid" or "type" or PlanTarget.Created),
        "/move_volume" => call.Parameters.Find("volume") == member || call.Parameters.Find("target-volume") == member,

        // Proxmox: volumes get other names on another storage, and as those of a template.
        "/migrate" or "/template" => Volume.IsMatch(member),
        _ => false,
    };

    /// <summary>The value of a member after a call: what the call says, where it says all of it, else what was found.</summary>
    /// <param name="call">The call.</param>
    /// <param name="member">The member.</param>
    /// <param name="found">Its value when it was read, which somebody else may have set meanwhile; of another case than the call has it is the same.</param>
    public static string Expected(PlannedCall call, string member, string found)
    {
        string? said = Volume.IsMatch(member) || Below(call) != "/config"
            ? null
            : call.Others.Where(parameter => Member(parameter.Name) == member).Select(static parameter => GuestReader.MemberValue(parameter.Name, parameter.Text))
                .FirstOrDefault();

        // A number that the server chooses: of a card without an address, or for vmgenid=1.
        bool isChosen = said is not { Length: > 1 };
        return isChosen || string.Equals(said, found, StringComparison.OrdinalIgnoreCase) ? found : said!;
    }

    /// <summary>The member that a key of the configuration decides; null for one that says nothing about who such a guest is.</summary>
    /// <param name="type">The type of the guest.</param>
    /// <param name="key">The key.</param>
    public static string? MemberOf(string? type, string key) => Member(key) switch
    {
        "name" => "name",
        "vmgenid" or "smbios uuid" => type == "lxc" ? null : Member(key),
        var part => type == "lxc" ? part : null,
    };

    private static bool Changes(PlannedCall call) => Below(call) switch
    {
        "/config" => Named(call).Any(static name => Member(name) is not null),
        "/snapshot/{snapname}/rollback" or "/move_volume" or "/migrate" or "/template" => true,
        _ => false,
    };

    private static IEnumerable<string> Named(PlannedCall call) => UndoBuilder.Names(call)
        .Concat(call.Others.Where(static parameter => parameter.Name == "revert").SelectMany(static parameter => ItemLists.Split(parameter.Text)));

    // The member that a parameter decides; null for one that says nothing about who the guest is.
    private static string? Member(string parameter) => parameter switch
    {
        "name" or "hostname" => "name",
        "vmgenid" => "vmgenid",
        "smbios1" => "smbios uuid",
        _ => Card.IsMatch(parameter) || Volume.IsMatch(parameter) ? parameter : null,
    };

    private static string Below(PlannedCall call)
    {
        int end = call.Path.IndexOf(InGuest, StringComparison.Ordinal);
        return end < 0 || call.Method == Api.ApiMethod.Get ? "" : call.Path[(end + InGuest.Length)..];
    }

    private static Regex Card => field ??= new("^net[0-9]+$");

    private static Regex Volume => field ??= new("^(rootfs|mp[0-9]+)$");
}
