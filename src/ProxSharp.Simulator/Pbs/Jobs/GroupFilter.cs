using System.Text.RegularExpressions;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs.Jobs;

/// <summary>A rule that takes groups in or leaves them out: <c>[include:|exclude:]type:TYPE|group:GROUP|regex:PATTERN</c>.</summary>
internal sealed class GroupFilter
{
    private const string Include = "include:";
    private const string Exclude = "exclude:";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly Func<GroupKey, bool> _matches;

    private GroupFilter(bool isExclude, Func<GroupKey, bool> matches) => (IsExclude, _matches) = (isExclude, matches);

    /// <summary>True if it leaves groups out.</summary>
    public bool IsExclude { get; }

    /// <summary>Reads a rule.</summary>
    /// <exception cref="ApiFault">It makes no sense.</exception>
    public static GroupFilter Parse(string text)
    {
        bool isExclude = text.StartsWith(Exclude, StringComparison.Ordinal);
        string rule = isExclude || text.StartsWith(Include, StringComparison.Ordinal) ? text[Include.Length..] : text;
        return new GroupFilter(isExclude, rule.Split(':', 2) switch
        {
            ["type", var type] => group => group.Type == type,
            ["group", var name] => group => group.Group.ToString() == name,
            ["regex", var pattern] => Pattern(pattern),
            _ => throw Bad($"unknown group filter type '{rule}'"),
        });
    }

    /// <summary>True if the rule is about the group.</summary>
    public bool Matches(GroupKey group) => _matches(group);

    private static Func<GroupKey, bool> Pattern(string pattern)
    {
        try
        {
            Regex regex = new(pattern, RegexOptions.CultureInvariant, s_patience);
            return group => regex.IsMatch(group.Group.ToString());
        }
        catch (ArgumentException exception)
        {
            throw Bad($"regex parse error: {exception.Message}");
        }
    }

    private static ApiFault Bad(string reason) => ApiFault.Parameter("group-filter", reason);
}
