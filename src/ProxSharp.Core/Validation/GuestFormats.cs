using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxSharp.Validation;

/// <summary>Options of virtual machines and containers.</summary>
internal static class GuestFormats
{
    public static IEnumerable<KeyValuePair<string, FormatRule>> Rules { get; } = new Dictionary<string, FormatRule>
    {
        ["pve-startup-order"] = StartupOrder,
        ["pve-tag"] = static value => Tag.IsMatch(value) ? null : "invalid characters in tag",
        ["pve-cpuset"] = static value => CpuSet.IsMatch(value) ? null : "unable to parse cpuset option",
        ["pve-hotplug-features"] = static value => Hotplug.IsMatch(value) ? null : "unable to parse hotplug option",
        ["pve-phys-bits"] = PhysicalBits,
        ["pve-qm-bootdisk"] = static value => Device.IsMatch(value) ? null : $"invalid boot disk '{value}'",
        ["pve-qm-bootdev"] = static value => Device.IsMatch(value) ? null : $"invalid boot device '{value}'",
        ["pve-lxc-mp-string"] = static value => HasDotSegments(value) ? $"{value} contains illegal character sequences" : null,
        ["pve-lxc-dev-string"] = static value =>
            value.StartsWith("/dev/", StringComparison.Ordinal) && !HasDotSegments(value) ? null : $"{value} is not a valid device string",
        ["pve-ct-timezone"] = static value => TimeZone.IsMatch(value) ? null : $"invalid time zone '{value}'",
    };

    private static string? StartupOrder(string value)
    {
        foreach (string part in value.Split(','))
        {
            if (!string.IsNullOrWhiteSpace(part) && !StartupPart.IsMatch(part))
            {
                return "unable to parse startup options";
            }
        }

        return value is "" or "0" ? "unable to parse startup options" : null;
    }

    private static string? PhysicalBits(string value) =>
        value == "host" || (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int bits) && bits is >= 8 and <= 64)
            ? null
            : "value must be an integer between 8 and 64 or 'host'";

    private static bool HasDotSegments(string value) =>
        value.Contains("/./", StringComparison.Ordinal)
        || value.Contains("/../", StringComparison.Ordinal)
        || value.EndsWith("/.", StringComparison.Ordinal)
        || value.EndsWith("/..", StringComparison.Ordinal)
        || value.StartsWith("../", StringComparison.Ordinal);

    private static Regex StartupPart => field ??= new(@"^(?:(?:order=)?[0-9]+|up=[0-9]+|down=[0-9]+)\z");

    private static Regex Tag => field ??= new(@"^[a-zA-Z0-9_][a-zA-Z0-9_\-+.]*\z");

    private static Regex CpuSet => field ??= new(@"^\s*[0-9]+(?:-[0-9]+)?\s*(?:,\s*[0-9]+(?:-[0-9]+)?\s*)*\z");

    private static Regex Hotplug => field ??= new(@"^[a-z0-9_\-,;\s]*\z");

    private static Regex Device => field ??= new(@"^[a-z]+[0-9]+\z");

    // Which zones exist only the server knows.
    private static Regex TimeZone => field ??= new(@"^[A-Za-z0-9_+\-/]+\z");
}
