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
        foreach (string part in text.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 && _defaultKey is null)
            {
                return $"Value '{part}' without key, but schema does not define a default key";
            }

            string key = equals < 0 ? _defaultKey! : part[..equals].Trim();
            CheckKey(key, part[(equals + 1)..].Trim(), path, given, ref errors);
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
        else if (checks.For(node.Type == ApiValueType.Array && node.Items is { } items ? items : node).Check(value, path) is { } complaint)
        {
            errors.Add(key, complaint);
        }
    }

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
