using ProxSharp.PropertyStrings;
using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>Property strings and lists in one text as Proxmox Backup Server reads them.</summary>
internal sealed class PbsPropertyStringCheck(ApiNode format, ValueChecks checks) : PropertyStringCheck
{
    private readonly string? _defaultKey = DefaultKeyOf(format);

    public override string? Check(string text, string path)
    {
        if (format.Type == ApiValueType.Array)
        {
            return CheckList(text, path);
        }

        // Newer servers read quoted values, in which separators are plain characters: those are left to the server.
        return text.Contains('"', StringComparison.Ordinal) ? null : CheckKeys(text, path);
    }

    private string? CheckList(string text, string path)
    {
        int count = 0;
        foreach (string item in FormatLists.Split(text))
        {
            count++;
            if (format.Items is { } items && checks.For(items).Check(item, path) is { } complaint)
            {
                return complaint;
            }
        }

        return FormatLists.CheckCount(format, count);
    }

    private string? CheckKeys(string text, string path)
    {
        ParameterErrors errors = default;
        HashSet<string> given = new(StringComparer.Ordinal);
        foreach (PropertyStringEntry part in PropertyStringEntries.Parse(text).Items)
        {
            string value = PropertyStringQuotes.Unquote(part.Value.Trim());
            if (part.Key is null && value.Length == 0)
            {
                continue;
            }

            if ((part.Key?.Trim() ?? _defaultKey) is not { } key)
            {
                return $"Value '{value}' without key, but schema does not define a default key";
            }

            CheckKey(key, value, path, given, ref errors);
        }

        if (errors.IsEmpty)
        {
            AddMissing(given, ref errors);
        }

        return errors.IsEmpty ? null : ParameterMessages.BackupServer(errors.Items);
    }

    private void CheckKey(string key, string value, string path, HashSet<string> given, ref ParameterErrors errors)
    {
        if (!format.Properties.TryGetValue(key, out ApiNode? node))
        {
            if (!format.AllowsExtra)
            {
                errors.Add(key, ParameterDialect.BackupServer.Unknown);
            }
        }
        else if (!given.Add(key) && node.Type != ApiValueType.Array)
        {
            errors.Add(key, "duplicate parameter.");
        }
        else if (Values(node, value).Select(item => checks.For(node.Type == ApiValueType.Array ? node.Items ?? new ApiNode() : node).Check(
            item, path)).FirstOrDefault(static complaint => complaint is not null) is { } complaint)
        {
            errors.Add(key, complaint);
        }
    }

    // Proxmox: a list within a property string is separated by semicolons, because commas separate the keys.
    private static IEnumerable<string> Values(ApiNode node, string value) => node.Type == ApiValueType.Array ? FormatLists.Split(value) : [value];

    private void AddMissing(HashSet<string> given, ref ParameterErrors errors)
    {
        foreach ((string key, ApiNode node) in format.Properties)
        {
            if (!node.IsOptional && !given.Contains(key))
            {
                errors.Add(key, ParameterDialect.BackupServer.Missing);
            }
        }
    }
}
