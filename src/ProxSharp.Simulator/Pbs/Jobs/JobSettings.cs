using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Ids;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs.Jobs;

/// <summary>The settings of a job as they are stored.</summary>
internal sealed class JobSettings(JsonObject job)
{
    public string? Text(string name) => job[name] is JsonValue value ? ApiCall.TextOf(value) : null;

    public long? Number(string name) => long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    public bool IsSet(string name) => Text(name) is "1" or "true";

    public BackupNamespace Namespace(string name) => BackupNamespace.Parse(Text(name) ?? "", CultureInfo.InvariantCulture);

    /// <summary>Whether the job's filters let a group through: without any all pass, else what one includes and none excludes.</summary>
    public bool Includes(GroupKey group)
    {
        string[] filters = job["group-filter"] switch
        {
            JsonArray list => [.. list.Select(static item => ApiCall.TextOf(item!))],
            JsonValue one => [ApiCall.TextOf(one)],
            _ => [],
        };
        string[] includes = [.. filters.Where(static filter => !filter.StartsWith("exclude:", StringComparison.Ordinal)).Select(Rule)];
        bool isIncluded = includes.Length == 0 || includes.Any(rule => Matches(rule, group));
        IEnumerable<string> excludes = filters.Where(static filter => filter.StartsWith("exclude:", StringComparison.Ordinal)).Select(Rule);
        return isIncluded && !excludes.Any(rule => Matches(rule, group));
    }

    private static string Rule(string filter) =>
        filter.StartsWith("include:", StringComparison.Ordinal) || filter.StartsWith("exclude:", StringComparison.Ordinal) ? filter[8..] : filter;

    private static bool Matches(string rule, GroupKey group)
    {
        string[] parts = rule.Split(':', 2);
        return parts switch
        {
            ["type", var type] => group.Group.Type.ToString() == type,
            ["group", var name] => group.Group.ToString() == name,
            ["regex", var pattern] => System.Text.RegularExpressions.Regex.IsMatch(
                group.Group.ToString(), pattern, System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)),
            _ => false,
        };
    }
}
