using System.Text.RegularExpressions;

namespace ProxSharp.Validation;

/// <summary>Ids of guests, nodes, users and configuration objects.</summary>
internal static class IdFormats
{
    private const int ShortestUserName = 3;
    private const int LongestUserName = 64;

    public static IEnumerable<KeyValuePair<string, FormatRule>> Rules { get; } = new Dictionary<string, FormatRule>
    {
        ["pve-vmid"] = static value => IsVmId(value) ? null : "value does not look like a valid VM ID",
        ["pve-node"] = static value => IsNodeName(value) ? null : "value does not look like a valid node name",
        ["pve-ha-node"] = static value => HaNode.IsMatch(value) ? null : "value does not look like a valid ha group node",
        ["pve-ha-group-node"] = static value => HaNode.IsMatch(value) ? null : "value does not look like a valid ha group node",
        ["pve-configid"] = static value => ConfigId.IsMatch(value) ? null : $"invalid configuration ID '{value}'",
        ["pve-userid"] = UserId,
        ["pve-tokenid"] = static value => TokenId.IsMatch(value) ? null : $"value '{value}' does not look like a valid token ID",
        ["pve-realm"] = static value => Realm.IsMatch(value) ? null : "value does not look like a valid realm",
        ["pve-groupid"] = static value => Name.IsMatch(value) ? null : $"group name '{value}' contains invalid characters",
        ["pve-roleid"] = static value => Name.IsMatch(value) ? null : $"role name '{value}' contains invalid characters",
        ["pve-poolid"] = static value => Pool.IsMatch(value) ? null : $"pool name '{value}' contains invalid characters",
        ["pve-priv"] = static value => Privilege.IsMatch(value) ? null : $"invalid privilege '{value}'",
        ["pve-ha-resource-id"] = static value => HaResource.IsMatch(value) ? null : "value does not look like a valid ha resource id",
        ["pve-ha-resource-or-vm-id"] = static value =>
            HaResource.IsMatch(value) || WireScalars.IsDigits(value) ? null : "value does not look like a valid ha resource id",
        ["pve-replication-job-id"] = static value => Replication.IsMatch(value) ? null : $"unable to parse replication job id '{value}'",
    };

    /// <summary>Three to nine digits of which the first is not 0.</summary>
    public static bool IsVmId(ReadOnlySpan<char> value) =>
        value.Length is >= 3 and <= 9 && value[0] != '0' && WireScalars.IsDigits(value);

    /// <summary>Letters, digits and hyphens; no hyphen at either end.</summary>
    public static bool IsNodeName(ReadOnlySpan<char> value)
    {
        if (value.IsEmpty || value[0] == '-' || value[^1] == '-')
        {
            return false;
        }

        foreach (char c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A name as the backup server has them: letters, digits and <c>_</c>, and after the first also <c>.</c> and <c>-</c>.</summary>
    public static bool IsSafeId(ReadOnlySpan<char> value)
    {
        if (value.IsEmpty || value[0] is '.' or '-')
        {
            return false;
        }

        foreach (char c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    private static string? UserId(string value) =>
        value.Length < ShortestUserName ? $"user name '{value}' is too short"
            : value.Length > LongestUserName ? $"user name '{value}' is too long ({value.Length} > {LongestUserName})"
            : User.IsMatch(value) ? null
            : $"value '{value}' does not look like a valid user name";

    private static Regex HaNode => field ??= new(@"^[a-zA-Z0-9](?:[a-zA-Z0-9\-]*[a-zA-Z0-9])?(?::[0-9]+)?\z");

    private static Regex ConfigId => field ??= new(@"^[a-zA-Z][a-zA-Z0-9_-]+\z");

    private static Regex User => field ??= new(@"^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+\z");

    private static Regex TokenId => field ??= new(@"^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+![A-Za-z][A-Za-z0-9.\-_]+\z");

    private static Regex Realm => field ??= new(@"^[A-Za-z][A-Za-z0-9.\-_]+\z");

    private static Regex Name => field ??= new(@"^[A-Za-z0-9.\-_]+\z");

    private static Regex Pool => field ??= new(@"^[A-Za-z0-9.\-_]+(?:/[A-Za-z0-9.\-_]+){0,2}\z");

    // Which privileges exist depends on the server's version: only the form is checked.
    private static Regex Privilege => field ??= new(@"^[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)+\z");

    private static Regex HaResource => field ??= new(@"^[a-z]+:\S+\z");

    private static Regex Replication => field ??= new(@"^[1-9][0-9]{2,8}-[0-9]{1,9}\z");
}
