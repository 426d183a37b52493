namespace ProxSharp.Validation;

/// <summary>
/// The formats that Proxmox VE names in its schema. A format that is not known here, or whose exact rule only the server can apply
/// (installed privileges, time zones, services), accepts everything that can possibly be meant: a valid value is never refused.
/// </summary>
internal static class FormatRules
{
    private const string ListSuffix = "-list";
    private const string OptionalSuffix = "-opt";

    private static readonly Dictionary<string, FormatRule> s_rules = IdFormats.Rules
        .Concat(NetworkFormats.Rules)
        .Concat(FirewallFormats.Rules)
        .Concat(StorageFormats.Rules)
        .Concat(GuestFormats.Rules)
        .Concat(TextFormats.Rules)
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>Finds the rule of a format; null if every text fits.</summary>
    /// <param name="format">The server's name, which may end in <c>-list</c> or <c>-opt</c>.</param>
    public static FormatRule? Find(string? format)
    {
        if (format is null)
        {
            return null;
        }

        if (s_rules.TryGetValue(format, out FormatRule? rule))
        {
            return rule;
        }

        if (format.EndsWith(ListSuffix, StringComparison.Ordinal))
        {
            return s_rules.TryGetValue(format[..^ListSuffix.Length], out FormatRule? item) ? Each(item) : null;
        }

        return format.EndsWith(OptionalSuffix, StringComparison.Ordinal) && s_rules.TryGetValue(format[..^OptionalSuffix.Length], out FormatRule? inner)
            ? value => value is "" or "0" ? null : inner(value)
            : null;
    }

    private static FormatRule Each(FormatRule item) => value =>
    {
        foreach (string part in FormatLists.Split(value))
        {
            if (item(part) is { } complaint)
            {
                return complaint;
            }
        }

        return null;
    };
}
